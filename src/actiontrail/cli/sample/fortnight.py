"""Fourteen ordinary days: people at work, robots at all hours, and what goes wrong now and then. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from actiontrail.cli.sample.catalogue import OPERATIONS, Operation
from actiontrail.cli.sample.company import BUCKETS, HABITS, OWNER, USERS, Habit
from actiontrail.cli.sample.shapes import DENIED, Actor, Event, Failed, Scene, by_service, call, signin

DAYS = 14
SATURDAY = 5
MISTAKES = (
    DENIED,
    DENIED,
    Failed("Throttling.User", "Request was denied due to user flow control."),
    Failed("InvalidInstanceId.NotFound", "The specified InstanceId does not exist."),
    Failed("IncorrectInstanceStatus", "The current status of the resource does not support this operation."),
    Failed("ServiceUnavailable", "The request has failed due to a temporary failure of the server."),
)
WRONG_PASSWORD = Failed("InvalidPassword", "The account or the password is wrong.")


def events(now: datetime, scene: Scene) -> Iterator[Event]:
    """The events of the fourteen days that end with today, as far as they lie before `now`; in no order."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for days_ago in range(DAYS - 1, -1, -1):
        day = midnight - timedelta(days=days_ago)
        dice = Scene(f"{scene.name}/{days_ago}", scene.account)
        for event, moment in _day(dice, day):
            if moment < now and moment >= now - timedelta(days=DAYS):
                yield event


def _day(scene: Scene, day: datetime) -> Iterator[tuple[Event, datetime]]:
    weekend = day.weekday() >= SATURDAY
    for habit in HABITS:
        count = round(habit.per_day * (habit.weekend_share if weekend else scene.dice.uniform(0.8, 1.2)))
        if count and habit.browser:
            yield from _signs_in(scene, habit, day)
        for _ in range(count):
            moment = _moment(scene, day, habit.hours)
            yield _does(scene, habit, moment), moment
    if day.weekday() == 0:
        moment = _moment(scene, day, (1, 4))
        yield signin(scene, OWNER, moment), moment
    moment = _moment(scene, day, (18, 20))
    expired = OPERATIONS["Ecs.DeleteDisk"]
    yield by_service(scene, "ecs.aliyuncs.com", moment, expired, (scene.resource("d-"),)), moment


def _signs_in(scene: Scene, habit: Habit, day: datetime) -> Iterator[tuple[Event, datetime]]:
    person = Actor(
        habit.actor.name,
        habit.actor.kind,
        habit.actor.principal,
        habit.actor.address,
        habit.browser,
        mfa=habit.actor.mfa,
    )
    moment = _moment(scene, day, (habit.hours[0], habit.hours[0] + 1))
    if scene.dice.random() < 0.15:
        early = moment - timedelta(seconds=scene.dice.randrange(8, 50))
        yield signin(scene, person, early, failed=WRONG_PASSWORD), early
    yield signin(scene, person, moment), moment


def _does(scene: Scene, habit: Habit, moment: datetime) -> Event:
    operation = OPERATIONS[scene.dice.choice(habit.operations)]
    names = _names(scene, operation)
    failed = scene.dice.choice(MISTAKES) if scene.dice.random() < habit.failing else None
    parameters: dict[str, Any] = {"PageNumber": 1, "PageSize": 50} if operation.rw == "Read" else {}
    if names:
        parameters[f"{operation.resource.rpartition(':')[2]}Id"] = names[0]
    if operation.name == "CreateAccount":
        # Not a password of anybody's: it is here so that one can see it masked before it is stored.
        parameters |= {"AccountName": "report", "AccountPassword": "made-up-and-masked"}
    return call(
        scene,
        habit.actor,
        moment,
        operation,
        region=habit.region,
        names=names,
        parameters=parameters,
        failed=failed,
    )


def _names(scene: Scene, operation: Operation) -> tuple[str, ...]:
    kind = operation.resource
    if operation.id_prefix:
        return (scene.resource(operation.id_prefix),)
    if kind == "ACS::OSS::Bucket":
        return (scene.dice.choice(BUCKETS),)
    if kind == "ACS::RAM::User":
        return (scene.dice.choice(USERS),)
    if kind == "ACS::RAM::Policy":
        return ("deploy-policy",)
    return ("app/database",) if kind == "ACS::KMS::Secret" else ()


def _moment(scene: Scene, day: datetime, hours: tuple[int, int]) -> datetime:
    return day + timedelta(seconds=scene.dice.randrange(hours[0] * 3600, hours[1] * 3600))
