"""The lines of a policy's mistakes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrail.access.policyplaces import mistakes

GOOD = '{\n  "Version": "1",\n  "Statement": [{"Effect": "Allow", "Action": "oss:*", "Resource": "*"}]\n}'


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (GOOD, []),
        (GOOD.replace('"1"', '"2"'), [(2, "$.Version")]),
        (GOOD.replace('"Allow"', '"allow"'), [(3, "$.Statement[0].Effect")]),
        (GOOD.replace('"Effect"', '\n"Effekt"'), [(3, "$.Statement[0].Effect"), (4, "$.Statement[0].Effekt")]),
        (GOOD.replace('"1",', '"1"'), [(3, "$")]),
        ('{\n"Version": "1",\n"Statement": [\n{"Effect": "Allow", "Action": [\n"oss:*",\n"bad action"], "Resource": "*"}]}', [(6, "$.Statement[0].Action[1]")]),
        ("[]", [(1, "$")]),
        ("", [(1, "$")]),
        ("[" * 6000, [(1, "$")]),
        ('{"a": "\\u12', [(1, "$")]),
    ],
)  # fmt: skip
def test_a_mistake_is_told_on_its_line(text: str, lines: list[tuple[int, str]]) -> None:
    """Whoever writes forty lines does not count brackets."""
    assert [(one.line, one.path) for one in mistakes(text)] == lines


@given(st.text(alphabet='{}[]",:\n \\au1"VersionStatement', max_size=200))
def test_no_text_breaks_it_and_every_line_is_there(text: str) -> None:
    """It is asked while somebody types, so nearly every text is half of one."""
    assert all(1 <= one.line <= text.count("\n") + 1 for one in mistakes(text))
