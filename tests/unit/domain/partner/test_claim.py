"""What a repeat comes to: every row of the table."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.clock import ManualClock
from app.domain.partner.claim import CLAIM_LASTS, KEPT_FOR, Claim, Verdict, judge

NOW = ManualClock().now()
MINE, OTHER = b"this request", b"another"
UNDER_WAY = Claim(MINE, NOW, NOW + CLAIM_LASTS, None, is_answered=False)
DIED_BEFORE = replace(UNDER_WAY, claimed_at=NOW - CLAIM_LASTS, claimed_until=NOW)
DIED_AFTER = replace(DIED_BEFORE, committed_at=NOW - CLAIM_LASTS)
ANSWERED = replace(UNDER_WAY, committed_at=NOW, is_answered=True)
LONG_AGO = NOW - KEPT_FOR


@pytest.mark.parametrize("is_safe_twice", [True, False], ids=["put", "post"])
@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (UNDER_WAY, Verdict.UNDER_WAY),
        (replace(UNDER_WAY, committed_at=NOW), Verdict.UNDER_WAY),
        (DIED_BEFORE, Verdict.BEGIN),
        (ANSWERED, Verdict.REPLAY),
        (replace(ANSWERED, claimed_at=LONG_AGO + timedelta(seconds=1)), Verdict.REPLAY),
        (replace(ANSWERED, claimed_at=LONG_AGO), Verdict.BEGIN),
        (replace(DIED_AFTER, claimed_at=LONG_AGO), Verdict.BEGIN),
    ],
    ids=[
        "under way",
        "just committed",
        "died before",
        "answered",
        "kept",
        "a day old",
        "a day old, died after",
    ],
)
def test_a_repeat_is_judged_by_how_far_the_first_came(
    claim: Claim, verdict: Verdict, is_safe_twice: bool
) -> None:
    """Whatever the method is, but for the one row below."""
    assert judge(claim, MINE, NOW, is_safe_twice=is_safe_twice, may_see_answer=True) is verdict


def test_a_post_that_was_committed_is_never_carried_out_again() -> None:
    """Its answer is lost, which is said; a PUT, PATCH or DELETE changes nothing more the second time."""
    assert judge(DIED_AFTER, MINE, NOW, is_safe_twice=False, may_see_answer=True) is Verdict.ANSWER_LOST
    assert judge(DIED_AFTER, MINE, NOW, is_safe_twice=True, may_see_answer=True) is Verdict.BEGIN


@pytest.mark.parametrize("claim", [UNDER_WAY, DIED_BEFORE, DIED_AFTER, ANSWERED])
def test_a_key_stands_for_one_request_while_it_is_kept(claim: Claim) -> None:
    """Also where nothing came of that one; after a day it is free."""
    assert judge(claim, OTHER, NOW, is_safe_twice=False, may_see_answer=True) is Verdict.OTHER_REQUEST
    old = replace(claim, claimed_at=LONG_AGO, claimed_until=NOW)
    assert judge(old, OTHER, NOW, is_safe_twice=False, may_see_answer=True) is Verdict.BEGIN


def test_an_answer_is_shown_to_no_lower_role() -> None:
    """An admin's answer may hold a new key; that it is under way may be known."""
    assert judge(ANSWERED, MINE, NOW, is_safe_twice=False, may_see_answer=False) is Verdict.HIDDEN
    assert judge(UNDER_WAY, MINE, NOW, is_safe_twice=False, may_see_answer=False) is Verdict.UNDER_WAY
