"""Xero's filter language, as far as it is needed: one property equals one text.

OR is not used: Xero only promises it to be fast for ids (FACTS 4.7). A text with a double quote or a backslash cannot
be said at all, since no way of escaping is taken (XeroAPI/Xero-Java issue 347: each is a syntax error).
"""


def find_equality(name: str, text: str) -> str | None:
    """`Name=="Kim Tran"`, or None where the language cannot say it."""
    return None if '"' in text or "\\" in text else f'{name}=="{text}"'


def longest_plain_part(text: str) -> str:
    """The longest stretch without a character that cannot be said, to search by where equality cannot be asked."""
    return max(text.replace("\\", '"').split('"'), key=len).strip()
