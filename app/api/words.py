"""Words of a closed set, where a caller may send one: any other is refused, by name, with all that are known.

Enumerations of the code are checked and shown by the framework; these are the sets that stand elsewhere, as tables.
What Plumbline answers with is typed as text all the same: more words may come.
"""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema

from app.domain.why.reasons import REASONS
from app.intake.values import Word, refused


def one_of(words: Iterable[str]) -> tuple[Any, Any]:
    """What checks that a text is one of these words, and what shows them in the contract."""
    known = sorted(words)
    listed = " or ".join(filter(None, (", ".join(repr(each) for each in known[:-1]), repr(known[-1]))))

    def check(word: str) -> str:
        if word not in known:
            raise refused(f"must be one of {listed}")
        return word

    return AfterValidator(check), WithJsonSchema({"type": "string", "enum": known})


_CODE_CHECK, _CODE_SHOWN = one_of(REASONS)
ReasonCode = Annotated[Word, _CODE_CHECK, _CODE_SHOWN]
"""A code by which something is held, behind or left where it is."""
