"""Which of many variants of one story every run tells; the proofs tell the others."""

from collections.abc import Sequence
from typing import Any

import pytest


def in_turn(cases: Sequence[Any], ways: Sequence[Any]) -> list[Any]:
    """Every pair for `parametrize`. Each case goes one way in every run, the ways in turn; the others are proofs."""
    return [
        pytest.param(case, way, marks=() if turn == number % len(ways) else (pytest.mark.proof,))
        for number, case in enumerate(cases)
        for turn, way in enumerate(ways)
    ]
