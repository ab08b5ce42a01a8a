"""Which of many variants of one story every run tells; the proofs tell the others."""

from collections.abc import Iterable
from itertools import groupby

import pytest


def leave_to_proofs(items: Iterable[pytest.Item]) -> None:
    """Mark all variants of a story but one as proofs: the first that is none yet stays in every run."""
    stories = (item for item in items if isinstance(item, pytest.Function))
    for _, variants in groupby(stories, key=lambda item: (item.path, item.originalname)):
        told = [item for item in variants if item.get_closest_marker("proof") is None]
        for other in told[1:]:
            other.add_marker(pytest.mark.proof)
