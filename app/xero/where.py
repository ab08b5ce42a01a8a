"""How Xero is asked for a part of what it has: one property equals one text, days from one on, or what moved
since.

OR is not used: Xero only promises it to be fast for ids (FACTS 4.7). A text with a double quote or a backslash cannot
be said at all, since no way of escaping is taken (XeroAPI/Xero-Java issue 347: each is a syntax error).
"""

from datetime import UTC, date, datetime, timedelta


def find_equality(name: str, text: str) -> str | None:
    """`Name=="Kim Tran"`, or None where the language cannot say it."""
    return None if '"' in text or "\\" in text else f'{name}=="{text}"'


def longest_plain_part(text: str) -> str:
    """The longest stretch without a character that cannot be said, to search by where equality cannot be asked."""
    return max(text.replace("\\", '"').split('"'), key=len).strip()


def name_days_from(name: str, first: date) -> str:
    """`Date>=DateTime(2026, 11, 20)`: that day and every later one."""
    return f"{name}>=DateTime({first.year}, {first.month}, {first.day})"


def modified_since(since: datetime) -> datetime:
    """The header's value: naive UTC in whole seconds, for Xero may ignore any other form and answer everything.

    Whether Xero's comparison includes the very second is not documented (FACTS 4.7), so it asks from one before.
    """
    whole = since.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return whole - timedelta(seconds=1)
