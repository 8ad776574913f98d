"""The official clients, unchanged, against a server that really runs."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx
import pytest
from aliyunsdkcore.request import CommonRequest
from tests.kit import caller
from tests.kit.house import Endpoint, live
from tests.kit.lookup import an_event
from tests.kit.people import a_role
from tests.sdk.clients import Credentials, New, Old

REQUEST_ID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
HARD = "a b*~/+&=中文%"  # what signing gets wrong first


def key(endpoint: Endpoint) -> Credentials:
    return Credentials(endpoint.access_key_id, endpoint.access_key_secret)


def session(endpoint: Endpoint) -> Credentials:
    made = endpoint.keys.create_session(a_role(endpoint.database, endpoint.account), "alice")
    return Credentials(made.access_key_id, made.access_key_secret, made.security_token)


MAKERS: list[Callable[[Endpoint], New | Old]] = [
    lambda endpoint: New(endpoint, key(endpoint)),
    lambda endpoint: New(endpoint, session(endpoint)),
    lambda endpoint: New(endpoint, key(endpoint), algorithm="v2"),
    lambda endpoint: New(endpoint, session(endpoint), algorithm="v2"),
    lambda endpoint: Old(endpoint, key(endpoint)),
    lambda endpoint: Old(endpoint, session(endpoint)),
]
NAMES = ["new", "new, session", "new, v2", "new, v2, session", "old", "old, session"]
every_client = pytest.mark.parametrize("make", MAKERS, ids=NAMES)


def put(endpoint: Endpoint, event_id: str, **fields: object) -> None:
    endpoint.record([an_event(event_id, at=datetime.fromtimestamp(time.time() - 60, UTC), **fields)])


@every_client
def test_a_client_finds_an_event(endpoint: Endpoint, make: Callable[[Endpoint], New | Old]) -> None:
    """The promise of the whole API: nothing but the endpoint changes for whoever has a script."""
    event_id = f"found-{NAMES[MAKERS.index(make)]}"
    put(endpoint, event_id, userIdentity={"userName": HARD, "type": "ram-user"})

    found = make(endpoint).lookup(("ServiceName", "Ecs"), ("User", HARD), max_results="50")

    assert event_id in [event["eventId"] for event in found]


@every_client
def test_a_client_lists_the_regions(endpoint: Endpoint, make: Callable[[Endpoint], New | Old]) -> None:
    """Terraform and the consoles ask this first."""
    assert {"cn-hangzhou", "eu-central-1", "ap-southeast-1"} <= set(make(endpoint).regions())


def test_the_client_of_2017_finds_by_flat_filters(endpoint: Endpoint) -> None:
    """It sends a JSON copy of its parameters in the body, which is signed and not read."""
    put(endpoint, "flat-1", requestId="R-flat", eventName="StopInstance")

    found = New(endpoint, key(endpoint)).lookup_2017(
        request="R-flat", event_name="StopInstance", max_results="5"
    )

    assert [event["eventId"] for event in found] == ["flat-1"]


def test_a_client_turns_pages(endpoint: Endpoint) -> None:
    """The token goes through a query string and back; all events come once, in order."""
    for number in range(7):
        put(endpoint, f"page-{number}", eventName="Paged")
    client = New(endpoint, key(endpoint))
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        body = client.page(("EventName", "Paged"), max_results="3", direction="FORWARD", **token)
        seen += [event["eventId"] for event in body.events]
        if not body.next_token:
            break
        token = {"next_token": body.next_token}

    assert seen == [f"page-{number}" for number in range(7)]


def test_a_client_is_told_the_effective_range(endpoint: Endpoint) -> None:
    """A script that stores it can go on from there."""
    body = New(endpoint, key(endpoint)).page()

    assert [
        time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")[:1] > (2020,) for text in (body.start_time, body.end_time)
    ] == [True, True]


BOTH: list[type[New] | type[Old]] = [New, Old]
both = pytest.mark.parametrize("client", BOTH)


@both
def test_a_wrong_secret_is_told_as_such(endpoint: Endpoint, client: type[New] | type[Old]) -> None:
    """The old client recognises its own string to sign in the message, and names the cause."""
    raised = client(endpoint, Credentials(endpoint.access_key_id, "wrong")).raised()

    expected = (
        ("ClientException", "SignatureDoesNotMatch")
        if client is New
        else ("ServerException", "InvalidAccessKeySecret")
    )
    assert (raised.kind, raised.code, raised.status) == (*expected, 400)


@both
@pytest.mark.parametrize(
    ("parameters", "code", "message"),
    [
        ({"max_results": "51"}, "InvalidQueryParameter", "The specified query parameter is invalid."),
        (
            {"start_time": "x", "end_time": "y"},
            "InvalidParameterStartTime",
            "The specified StartTime is invalid.",
        ),
        (
            {"start_time": "2026-01-02T00:00:00Z", "end_time": "2026-01-01T00:00:00Z"},
            "InvalidParameterCombination",
            "The end time must be later than the start time.",
        ),
    ],
)
def test_a_refusal_becomes_the_clients_own_exception(
    endpoint: Endpoint, client: type[New] | type[Old], parameters: dict[str, str], code: str, message: str
) -> None:
    """Scripts catch it by class and code, and report the request id."""
    raised = client(endpoint, key(endpoint)).raised(**parameters)

    kind = "ClientException" if client is New else "ServerException"
    assert (
        raised.kind,
        raised.code,
        raised.status,
        message in raised.message,
        bool(REQUEST_ID.fullmatch(raised.request_id)),
    ) == (kind, code, 400, True, True)


@both
def test_an_unknown_key_is_not_found(endpoint: Endpoint, client: type[New] | type[Old]) -> None:
    """It was mistyped, or deleted."""
    raised = client(endpoint, Credentials("LTAI00000000000000000000", "x")).raised()

    assert (raised.code, raised.status) == ("InvalidAccessKeyId.NotFound", 404)


@both
def test_a_disabled_key_stops_at_once(endpoint: Endpoint, client: type[New] | type[Old]) -> None:
    """Disabled in the database, while the server runs."""
    made = endpoint.keys.create_key(endpoint.account)
    asking = client(endpoint, Credentials(made.access_key_id, made.access_key_secret))
    asking.lookup()
    endpoint.keys.set_state(made.access_key_id, "Inactive")

    assert (asking.raised().code, asking.raised().status) == ("InvalidAccessKeyId.Inactive", 403)


@both
def test_a_session_needs_its_own_token(endpoint: Endpoint, client: type[New] | type[Old]) -> None:
    """Key and secret alone are half of it."""
    made = session(endpoint)
    codes = [
        client(endpoint, Credentials(made.key_id, made.secret, token)).raised().code
        for token in ("", "other")
    ]

    assert codes == ["MissingSecurityToken", "InvalidSecurityToken.Malformed"]


def test_an_unknown_operation_is_not_found(endpoint: Endpoint) -> None:
    """Clients of the future call what this service does not speak yet."""
    old = Old(endpoint, key(endpoint))
    request = CommonRequest(domain=endpoint.host, version="2020-07-06", action_name="MakeCoffee")
    with pytest.raises(Exception, match=r"InvalidAction\.NotFound"):
        old.do(request)


def test_a_form_is_understood(endpoint: Endpoint) -> None:
    """Terraform's provider sends its parameters in the body."""
    old = Old(endpoint, key(endpoint))
    request = CommonRequest(domain=endpoint.host, version="2020-07-06", action_name="LookupEvents")
    request.set_method("POST")
    request.add_body_params("MaxResults", "5")
    request.add_body_params("LookupAttribute.1.Key", "User")
    request.add_body_params("LookupAttribute.1.Value", HARD)

    assert "Events" in old.do(request)


@pytest.mark.parametrize(
    ("dated", "code"), [(-1000, "InvalidTimeStamp.Expired"), (1000, "InvalidTimeStamp.Expired")]
)
def test_a_stale_or_early_request_is_refused(endpoint: Endpoint, dated: float, code: str) -> None:
    """A request that was recorded on the way is worth nothing later."""
    response = send(endpoint, dated=time.time() + dated)

    assert (response.status_code, response.json()["Code"]) == (400, code)


def test_a_replayed_request_is_refused(endpoint: Endpoint) -> None:
    """The same bytes, twice."""
    codes = [send(endpoint, nonce="once-and-once-only").json().get("Code") for _ in range(2)]

    assert codes == [None, "SignatureNonceUsed"]


def test_a_body_too_large_is_refused_without_being_read(endpoint: Endpoint) -> None:
    """Parameters are small; memory is not for strangers."""
    response = httpx.post(f"http://{endpoint.address}/", content=b"x" * (2 * 1024 * 1024))

    assert (response.status_code, response.json()["Code"]) == (413, "RequestEntityTooLarge")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method_is_told_in_the_apis_own_shape(endpoint: Endpoint, method: str) -> None:
    """An empty 405 would break the client that gets it."""
    response = httpx.request(method, f"http://{endpoint.address}/?Action=LookupEvents")

    assert (response.status_code, response.json()["Code"]) == (405, "UnsupportedHTTPMethod")


def test_every_answer_carries_its_request_id_in_a_header(endpoint: Endpoint) -> None:
    """Proxies log headers, not bodies."""
    response = send(endpoint)

    assert (response.headers["x-acs-request-id"], response.headers["content-type"]) == (
        response.json()["RequestId"],
        "application/json;charset=utf-8",
    )


def test_too_many_calls_become_the_clients_throttling_exception() -> None:
    """It carries how long to wait; scripts that retry by class work unchanged."""
    with live(rate=1) as endpoint:
        client, old = New(endpoint, key(endpoint)), Old(endpoint, key(endpoint))
        client.lookup()
        raised = [client.raised(), old.raised()]

    assert [(each.kind, each.code, each.status) for each in raised] == [
        ("ThrottlingException", "Throttling.User", 429),
        ("ServerException", "Throttling.User", 429),
    ]


def send(endpoint: Endpoint, *, dated: float = 0.0, nonce: str = "") -> httpx.Response:
    """A request by hand, signed for this server."""
    target = "/?" + urlencode({"Action": "DescribeRegions", "Version": "2020-07-06"})
    sent = caller.acs3(
        "POST",
        target,
        key_id=endpoint.access_key_id,
        secret=endpoint.access_key_secret,
        dated=dated or (SENT if nonce else time.time()),
        nonce=nonce or f"nonce-{time.time_ns()}",
        host=endpoint.address,
    )
    return httpx.post(f"http://{endpoint.address}{target}", headers=dict(sent.headers))


SENT = time.time()
