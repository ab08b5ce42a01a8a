"""A copy of a frozen value with some of its fields replaced, where that is done many times for one change.

`dataclasses.replace` walks all fields of a class and calls its constructor: some 10 us for a link. This copies the
value's dict, which takes one. It is for dataclasses without slots and without work of their own after `__init__`, held
by a test; the type checker holds the names and types of what is replaced, as it does for that of the standard library.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import replace as replace
else:

    def replace(value, /, **changes):
        """A copy of a value with these fields replaced; raises AttributeError for one with slots."""
        copy = object.__new__(type(value))
        copy.__dict__.update(value.__dict__, **changes)
        return copy
