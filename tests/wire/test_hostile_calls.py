"""Every operation under parameters that nobody thought of, made from its row."""

import os
import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kit.answers import misfits
from tests.kit.caller import acs3
from tests.wire.test_transcripts import answering

from actiontrail.api.operations import SPECS
from actiontrail.api.operations.table import Parameter, Spec
from actiontrail.api.rpc import Rpc

SOAK = os.environ.get("ACTIONTRAIL_SOAK") == "1"
HARD = st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "99999999999999999999",
        "True",
        "null",
        "[]",
        "{}",
        '[{"ServiceName":1}]',
        '{"a":' * 40,
        "2026-01-01T00:00:00Z",
        "2026-13-45",
        "9999-12-31",
        "acs:log:cn-hangzhou::project/x",
        "trail-at-work",
        "no-such-trail",
        "'; DROP TABLE trails --",
        "%00\x00",
        "\ud7ff\uffff",
        "中文",
        "a" * 70_000,
        "eyJhY2NvdW50IjoiMSJ9",
    ]
)


def a_value(parameter: Parameter) -> st.SearchStrategy[str]:
    """Good ones, those just beside them, and any."""
    kinds = [HARD, st.text(max_size=30)]
    if parameter.kind == "integer":
        kinds.append(st.integers(parameter.least - 2, min(parameter.most, 10**9) + 2).map(str))
    if parameter.kind == "boolean":
        kinds.append(st.sampled_from(["true", "FALSE", "True", "1"]))
    if parameter.allowed:
        kinds.append(st.sampled_from(parameter.allowed))
    if parameter.pattern:
        kinds.append(st.from_regex(re.compile(parameter.pattern, re.ASCII), fullmatch=True))
    return st.one_of(kinds)


def calls(spec: Spec) -> st.SearchStrategy[dict[str, str]]:
    """Some of the row's parameters; of a list, some items."""
    wanted = {
        name: a_value(parameter)
        for parameter in spec.parameters
        for name in (
            [f"{parameter.name}.{number}.{field}" for number in (1, 2) for field in parameter.fields or ("",)]
            if parameter.kind == "list"
            else [parameter.name]
        )
    }
    return st.fixed_dictionaries({}, optional={name.rstrip("."): value for name, value in wanted.items()})


@pytest.fixture(scope="module")
def rpc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rpc]:
    with answering("trails", tmp_path_factory.mktemp("hostile")) as rpc:
        yield rpc


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.name} {spec.version}")
@settings(
    max_examples=2000 if SOAK else 15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_no_parameters_break_an_operation(rpc: Rpc, spec: Spec, data: st.DataObject) -> None:
    """Refused or answered as the row says; never a mistake of ours."""
    given_ = data.draw(calls(spec))
    target = "/?" + urlencode({"Action": spec.name, "Version": spec.version, **given_}, errors="replace")
    reply = rpc.reply(*acs3(spec.methods[0], target))

    assert reply.status < 500, reply.body
    assert reply.status != 200 or misfits(spec, reply) == []
