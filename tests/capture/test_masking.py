"""Secrets never become durable, and nothing but secrets is touched."""

import fnmatch
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actiontrail.capture.masking import MASK, SECRETS, Masker

MASKER = Masker()
CANARY = "c4n4ry-hunter2"


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


HIDDEN = [
    ({"Password": CANARY}, "Password"),
    ({"requestParameters": {"NewPassword": CANARY}}, "requestParameters.NewPassword"),
    ({"requestParameters": {"Login.Password.1": CANARY}}, "requestParameters.Login.Password.1"),
    ({"a": [{"x": 1}, {"accessKeySecret": CANARY}]}, "a.1.accessKeySecret"),
    ({"X-Acs-Security-Token": CANARY}, "X-Acs-Security-Token"),
    ({"client_secret": CANARY}, "client_secret"),
    ({"headers": {"Authorization": "Bearer " + CANARY}}, "headers.Authorization"),
    ({"SecretData": {"anything": {"at": ["all", CANARY]}}}, "SecretData.anything.at.0"),
    ({"passwords": [CANARY]}, "passwords.0"),
    ({"PIN_PWD": 12345678}, "PIN_PWD"),
    ({"keyMaterial": f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n"}, "keyMaterial"),
    ({"UserData": CANARY}, "UserData"),
    ({"IpsecConfig": json.dumps({"Psk": CANARY})}, "IpsecConfig.Psk"),
    ({"requestParameterJson": json.dumps({"n": "é\n", "Password": CANARY})}, "requestParameterJson.Password"),
    ({"j": json.dumps({"k": json.dumps({"Password": CANARY, "é": "\U0001f600"})})}, "j.k.Password"),
    ({"requestURI": f"/api?access_token={CANARY}&watch=1"}, "requestURI?access_token"),
]


@pytest.mark.parametrize(("event", "path"), HIDDEN)
def test_a_secret_is_masked_wherever_it_hides(event: dict[str, Any], path: str) -> None:
    """The record can never be edited: what gets in stays in."""
    masked = MASKER.mask(compact(event))

    assert CANARY.encode() not in masked.event
    assert b"12345678" not in masked.event
    assert path in masked.paths
    json.loads(masked.event)


def test_a_secret_whose_name_is_written_with_escapes_is_masked() -> None:
    r"""`"Pass\u0077ord"` is the same name to whoever reads the event later."""
    masked = MASKER.mask(b'{"Pass\\u0077ord":"c4n4ry"}')

    assert masked == (b'{"Pass\\u0077ord":"***"}', ("Password",))


def test_a_kubernetes_secret_s_data_is_masked() -> None:
    """An audit policy that logs bodies writes every Secret out."""
    event = {
        "apiVersion": "audit.k8s.io/v1",
        "objectRef": {"resource": "secrets"},
        "requestObject": {"data": {"db": CANARY}},
    }

    assert CANARY.encode() not in MASKER.mask(compact(event)).event


OPEN = [
    {"accessKeyId": "LTAI5tExample"},
    {"mfaAuthenticated": "true", "sessionContext": {"attributes": {"mfaAuthenticated": "false"}}},
    {"NextToken": "eyJ", "ClientToken": "a-b-c", "clientRequestToken": "x"},
    {"PasswordPolicy": {"MinimumPasswordLength": 12}, "PasswordReusePrevention": 4},
    {"HttpTokens": "optional"},
    {"PasswordResetRequired": True, "Password": None, "Secret": ""},
    {"Password": "******"},
    {"SecretName": "db", "secretArn": "acs:kms:x"},
    {"authorization": {"decision": "allow"}},
    {"eventName": "ChangePassword", "errorMessage": "Password is too short"},
    {"volumes": [{"secret": {"secretName": "db"}}]},
    {"resources": "secrets", "data": {"a": "b"}},
    {"referencedResources": {"ACS::KMS::Secret": ["db-login"]}, "resourceType": "ACS::KMS::Secret"},
]


@pytest.mark.parametrize("event", OPEN)
def test_names_and_settings_stay_readable(event: dict[str, Any]) -> None:
    """An identifier or a setting that is masked is evidence that is lost for ever."""
    raw = compact(event)

    assert MASKER.mask(raw) == (raw, ())


def test_only_the_value_s_bytes_change() -> None:
    """Key order, numbers, white space and escapes are evidence too."""
    raw = rb'{ "z" : 1.50e1 , "Password"	: "a\"b\\", "j":"{ \"Password\" : \"x\\ny\", \"s\":\"\/\" }", "a":"\u00e9" }'

    masked = MASKER.mask(raw)

    assert masked.event == (
        rb'{ "z" : 1.50e1 , "Password"	: "***", "j":"{ \"Password\" : \"***\", \"s\":\"\/\" }", "a":"\u00e9" }'
    )


def test_an_operator_s_names_are_masked_too() -> None:
    """Every company has a field of its own; an addition wins over what is left readable by the table."""
    masker = Masker(["employee_*", "NextToken"])

    masked = masker.mask(b'{"Employee-Number":"7","nextToken":"n","name":"x"}')

    assert masked == (
        b'{"Employee-Number":"***","nextToken":"***","name":"x"}',
        ("Employee-Number", "nextToken"),
    )


def test_names_that_are_everywhere_make_no_suspect() -> None:
    """Half of all writes carry a ClientToken and half of all lists a NextToken; each suspect costs ten others."""
    usual = [b'{"ClientToken":"a","nextToken":"b","referencedResources":{"ACS::KMS::Secret":["c"]}}'] * 4

    assert MASKER.suspects(usual) == [False] * 4
    assert Masker(["NextToken"]).suspects(usual) == [True] * 4


def test_a_batch_and_a_single_event_are_judged_alike() -> None:
    """Two engines read one expression; where they differ, a secret would pass in large batches only."""
    events = [compact(event) for event, _ in HIDDEN] + [compact(event) for event in OPEN]
    events += [compact({f"My-{rule.pattern.replace('*', 'x')}_1": 1}) for rule in SECRETS]

    assert MASKER.suspects(events) == [MASKER.suspects([event])[0] for event in events]
    assert all(MASKER.suspects([compact(event) for event, _ in HIDDEN]))


def test_every_rule_of_the_table_masks_its_names() -> None:
    """A rule that no event can trigger protects nobody."""
    names = [rule.pattern.replace("*", "") for rule in SECRETS]
    masked = MASKER.mask(compact(dict.fromkeys(names, CANARY)))

    assert list(masked.paths) == names


def test_a_record_s_line_does_not_grow_with_what_was_masked() -> None:
    """The list of places is bounded, and says that it was cut."""
    masked = MASKER.mask(compact([{"Password": "x"}] * 100))

    assert len(masked.paths) == 65
    assert masked.paths[-1] == "and 36 more"


NAMES = ("Password", "note", "clientSecret", "NextToken", "a.b", "é", "data", "token")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("p=1&token=abc"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
        | inner.map(json.dumps)
    ),
    max_leaves=12,
)


def _expected(value: object, *, hot: bool = False) -> object:
    """What masking does, said the slow way."""
    if isinstance(value, dict):
        return {k: _expected(v, hot=k in ("Password", "clientSecret", "token")) for k, v in value.items()}
    if isinstance(value, list):
        return [_expected(v, hot=hot) for v in value]
    if hot and not isinstance(value, bool) and value is not None:
        return value if isinstance(value, str) and not value.strip("*") else MASK.decode()
    return value


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4), st.booleans())
def test_masking_gives_the_same_document_but_for_secrets(document: dict[str, Any], ascii_only: bool) -> None:
    """Whatever the shape, the result is JSON, and masking it again changes nothing."""
    raw = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    masked = MASKER.mask(raw)

    assert MASKER.mask(masked.event).event == masked.event
    flat = json.loads(masked.event)
    strings_open = json.loads(json.dumps(_expected(document)))
    assert _without_texts(flat) == _without_texts(strings_open)


def _without_texts(value: object) -> object:
    """`value` where a string that may itself hold JSON or pairs stands for any string."""
    if isinstance(value, dict):
        return {k: _without_texts(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_without_texts(v) for v in value]
    if isinstance(value, str) and (value[:1] in ("{", "[") or "=" in value):
        return "text"
    return value


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200))
def test_what_is_no_json_comes_back_as_it_was_or_masked_but_never_fails(raw: bytes) -> None:
    """The next reader refuses it, with the place; masking has nothing to say."""
    MASKER.mask(b'{"Password":' + raw + b'\\u00"')


def test_the_table_has_no_rule_twice() -> None:
    """A rule that another one covers is a rule nobody will keep true."""
    patterns = [rule.pattern for rule in SECRETS]
    doubles = [
        (one, other)
        for one in patterns
        for other in patterns
        if one != other and fnmatch.fnmatchcase(one.strip("*"), other) and not one.startswith("*")
    ]

    assert doubles == []
