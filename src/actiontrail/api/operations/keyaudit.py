"""The audit of access keys: what a key was last used for, of the account that it acted in.

As fresh as search; a use is told of for 400 days. Of a key that was never seen the answers are empty, with every field in place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from actiontrail.api.operations import tokens
from actiontrail.api.operations.table import Call, Field, InvalidParameter, Operation, Parameter, Spec
from actiontrail.event.services import name
from actiontrail.query.keyquestion import Asked, By, Place, Use, Uses

LOOKBACK_DAYS = 400
RESULTS_DEFAULT = 20
RESULTS_MAX = 100
ROOT = "root-account"
_DAY_MS = 86_400_000

_KEY = Parameter(name="AccessKey", required=True, note="The id of the access key.")
_SERVICE = Parameter(name="ServiceName", required=True, note="The service, as events name it, such as `Ecs`.")
_PAGES = (
    Parameter(
        name="PageSize",
        kind="integer",
        most=RESULTS_MAX,
        default=RESULTS_DEFAULT,
        note="Most of one answer; 0 means the default, 20.",
    ),
    Parameter(name="NextToken", note="From the answer before; all other parameters as they were."),
)
_USE = (
    Field(name="Source", note="`ManagementEvent`, `DataEvent` or `Internal`."),
    Field(name="UsedTimestamp", kind="integer", note="When, in milliseconds since 1970."),
    Field(name="Detail", note="The last event, a JSON string without what was asked and answered."),
)
_NAMES = (
    Field(name="ServiceName", note="The service."),
    Field(name="ServiceNameCn", note="Its name in Chinese."),
    Field(name="ServiceNameEn", note="Its name in English."),
)
_NEXT = Field(name="NextToken", note="For the next page; empty if this is the last.")


def _spec(what: str, summary: str, parameters: tuple[Parameter, ...], answer: tuple[Field, ...]) -> Spec:
    return Spec(
        name=f"GetAccessKeyLastUsed{what}",
        version="2020-07-06",
        summary=summary,
        parameters=(_KEY, *parameters),
        action=f"actiontrail:GetAccessKeyLastUsed{what}",
        answer=answer,
        errors=(InvalidParameter, tokens.InvalidPageToken) if parameters else (),
    )


def _list(what: str, *own: Field) -> tuple[Field, ...]:
    return (Field(name=what, kind="object", many=True, note="Latest first.", fields=(*own, *_USE)),)


INFO = _spec(
    "Info",
    "When and for what a key was last used, and whose it is.",
    (),
    (
        Field(name="AccessKeyId", note="The key."),
        Field(name="AccountId", note="The account that owns it."),
        Field(name="OwnerId", note="The id of the user that owns it."),
        Field(name="AccountType", note="`root-account`, `ram-user`, or another type that events tell."),
        Field(name="UserName", note="`root`, or the user's name."),
        *_NAMES,
        _USE[0],
        Field(name="UsedTimestamp", kind="integer", always=False, note="When; missing if it never was."),
        _USE[2],
    ),
)
PRODUCTS = _spec("Products", "The services that a key was used with.", (), _list("Products", *_NAMES))
EVENTS = _spec(
    "Events",
    "The operations of one service that a key was used for.",
    (_SERVICE, *_PAGES),
    (*_list("Events", Field(name="EventName", note="The operation.")), _NEXT),
)
IPS = _spec(
    "Ips",
    "The addresses from which a key was used with one service.",
    (_SERVICE, *_PAGES),
    (*_list("Ips", Field(name="Ip", note="The address.")), _NEXT),
)
RESOURCES = _spec(
    "Resources",
    "The resources of one service that a key was used on.",
    (_SERVICE, *_PAGES),
    (
        *_list(
            "Resources",
            Field(name="ResourceName", note="The resource."),
            Field(name="ResourceType", note="Its type; empty if no event tells it."),
        ),
        _NEXT,
    ),
)
SPECS = (INFO, PRODUCTS, EVENTS, IPS, RESOURCES)


class KeyUse(Protocol):
    """Who knows what keys were used for."""

    def uses(self, asked: Asked) -> Uses:
        """One page of them."""
        ...

    def last(self, account: str, key: str, since_ms: int) -> Use | None:
        """The last one."""
        ...


@dataclass(frozen=True, slots=True)
class _Desk:
    uses: KeyUse
    token_key: bytes


@dataclass(frozen=True, slots=True)
class _Walk:
    """An operation that answers in pages: by what uses are told apart, and how one of them is shown."""

    spec: Spec
    by: By
    list_name: str
    shown: Callable[[Use], dict[str, Any]]


_WALKS = (
    _Walk(EVENTS, "operation", "Events", lambda use: {"EventName": use.first}),
    _Walk(IPS, "address", "Ips", lambda use: {"Ip": use.first}),
    _Walk(
        RESOURCES,
        "resource",
        "Resources",
        lambda use: {"ResourceName": use.second, "ResourceType": use.first},
    ),
)


def operations(uses: KeyUse, *, token_key: bytes) -> tuple[Operation, ...]:
    """The operations of this module."""
    desk = _Desk(uses, token_key)
    return (
        Operation(INFO, partial(_info, uses)),
        Operation(PRODUCTS, partial(_products, uses)),
        *(Operation(walk.spec, partial(_page, desk, walk)) for walk in _WALKS),
    )


def _info(uses: KeyUse, call: Call) -> Mapping[str, Any]:
    key = call.values.text("AccessKey")
    use = uses.last(call.caller.account, key, _since(call))
    if use is None:
        return {field.name: "" for field in INFO.answer if field.always} | {"AccessKeyId": key}
    who = use.event.get("userIdentity") or {}
    return {
        "AccessKeyId": key,
        "AccountId": str(who.get("accountId") or call.caller.account),
        "OwnerId": str(who.get("principalId", "")),
        "AccountType": str(who.get("type", "")),
        "UserName": str(who.get("userName") or ("root" if who.get("type") == ROOT else "")),
        **_named(use),
        **_told(use),
    }


def _products(uses: KeyUse, call: Call) -> Mapping[str, Any]:
    asked = Asked(
        account=call.caller.account,
        key=call.values.text("AccessKey"),
        by="service",
        since_ms=_since(call),
        limit=1000,  # more than there are services
    )
    return {"Products": [_named(use) | _told(use) for use in uses.uses(asked).uses]}


def _page(desk: _Desk, walk: _Walk, call: Call) -> Mapping[str, Any]:
    asked = Asked(
        account=call.caller.account,
        key=call.values.text("AccessKey"),
        by=walk.by,
        since_ms=_since(call),
        service=call.values.text("ServiceName"),
        limit=call.values.number("PageSize") or RESULTS_DEFAULT,
        after=tokens.unseal(desk.token_key, walk.spec, call, Place),
    )
    found = desk.uses.uses(asked)
    token = "" if found.next is None else tokens.seal(desk.token_key, walk.spec, call, found.next)
    shown = [walk.shown(use) | _told(use) for use in found.uses]
    return {walk.list_name: shown, "NextToken": token}


def _since(call: Call) -> int:
    """The beginning of a day, so that pages of one walk agree on it."""
    return (int(call.now * 1000) // _DAY_MS - LOOKBACK_DAYS) * _DAY_MS


def _named(use: Use) -> dict[str, str]:
    called = name(use.first)
    return {
        "ServiceName": use.first,
        "ServiceNameCn": called.chinese,
        "ServiceNameEn": called.english,
    }


def _told(use: Use) -> dict[str, Any]:
    return {"Source": use.source, "UsedTimestamp": use.used_ms, "Detail": use.detail()}
