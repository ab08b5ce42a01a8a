"""The kinds of things that are linked, for what is the same of all of them: where they stand, who set them aside."""

from enum import StrEnum


class Thing(StrEnum):
    """A kind of thing that has a link of its own and a standing."""

    INVOICE = "invoice"
    CONTACT = "contact"
    ITEM = "item"
