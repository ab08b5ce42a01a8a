"""Lines to be written, with the identities of what they name: people edit codes and names in Xero, and never ids.

A line carries its account's id beside its code, and what it is tracked under by ids alone (FACTS 5): so it means the
same in Xero even where codes or names were moved since the organisation's facts were read.
"""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.xero.organisation import Organisation
from app.domain.xero.xero_invoice import LineWrite


def with_identities(line: LineWrite, organisation: Organisation) -> LineWrite:
    """The line with its account's id, and the ids of its tracking where all of it is known."""
    code, words = line.members.get("account"), line.members.get("tracking")
    account = organisation.find_account(code) if code else None
    return replace(
        line,
        xero_account_id=account.account_id if account else None,
        tracking_ids=_find_tracking(words, organisation) if words else {},
    )


def _find_tracking(words: Mapping[str, str], organisation: Organisation) -> dict[str, str]:
    """Option id by category id; nothing where a name is not known."""
    found = {
        category.category_id: option.option_id
        for category in organisation.tracking_categories
        for option in category.options
        if words.get(category.name) == option.name
    }
    return found if len(found) == len(words) else {}
