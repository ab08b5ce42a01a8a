"""What to say of a field that is not known: the one that was meant, or those that there are in its place."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel

_MANY = (dict, list, tuple, set, frozenset)
_LONGEST = 64
"""Of a name that is compared; a caller's may be as long as a body."""


def tell_known(form: Any, path: Sequence[str | int]) -> str:
    """What a caller can do about the field at the end of a path, by the form of the whole; empty where the form does
    not tell. A path is one of Pydantic's errors: names of fields, and positions in lists.
    """
    *parents, unknown = path
    places = [form]
    for part in parents:
        places = [below for place in places for below in _step(place, part)]
    known = sorted({name for place in places for model in _models_in(place) for name in _names_of(model)})
    close = get_close_matches(str(unknown)[:_LONGEST].casefold(), known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known are {', '.join(known)}" if known else ""


def _step(place: Any, part: str | int) -> Iterator[Any]:
    """What may stand below: a model's field by its name, the entries of a list or a map by any."""
    for model in _models_in(place):
        for name, field in model.model_fields.items():
            if part == (field.alias or name):
                yield field.annotation
    for each in _unfold(place):
        if get_origin(each) in _MANY:
            yield get_args(each)[-1]


def _models_in(place: Any) -> Iterator[type[BaseModel]]:
    return (each for each in _unfold(place) if isinstance(each, type) and issubclass(each, BaseModel))


def _unfold(place: Any) -> Iterator[Any]:
    """A type without what is said about it; of a choice each."""
    if get_origin(place) is None or get_origin(place) in _MANY:
        yield place
    else:
        for each in get_args(place):
            yield from _unfold(each)


def _names_of(model: type[BaseModel]) -> Iterator[str]:
    return (field.alias or name for name, field in model.model_fields.items())
