"""A copy of a frozen value with some of its fields replaced, where that is done many times for one change.

`dataclasses.replace` walks all fields of a class and calls its constructor: some 10 us for a link. This copies the
value's dict, which takes one; links and hubs have no slots for that reason, and nothing to do after `__init__`, which
a test holds. A value with slots is replaced as the standard library does it. The type checker holds the names and types
of what is replaced, as for that one.
"""

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import replace as replace
else:

    def replace(value, /, **changes):
        """A copy of a value with these fields replaced."""
        if not hasattr(value, "__dict__"):
            return dataclasses.replace(value, **changes)
        copy = object.__new__(type(value))
        copy.__dict__.update(value.__dict__, **changes)
        return copy
