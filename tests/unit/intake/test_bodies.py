"""How deep JSON is nested, told without parsing it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intake.bodies import DEEPEST, MalformedBody, is_too_deep, read_json

VALUES = st.recursive(
    st.none() | st.text() | st.integers(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=60,
)


def depth_of(value: Any) -> int:
    """The same by looking at the value."""
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@pytest.mark.proof
@given(VALUES, st.integers(min_value=0, max_value=DEEPEST + 3))
def test_depth_is_that_of_the_parsed_value(value: Any, around: int) -> None:
    """Whatever stands in strings, brackets and escaped quotes included."""
    for _ in range(around):
        value = [value]
    assert is_too_deep(json.dumps(value).encode()) is (depth_of(value) > DEEPEST)


@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b'{"a":' * 100_000, b'["' + b"[" * 100_000, b'["\\', b'"' * 100_001 + b"[" * 40],
    ids=["never closed", "keys", "in a string that does not end", "a lone backslash", "quotes"],
)
def test_what_is_no_json_ends_in_a_refusal(body: bytes) -> None:
    """Neither a recursion error nor minutes of looking."""
    with pytest.raises(MalformedBody):
        read_json(body)
