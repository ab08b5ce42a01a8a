"""What the API answers instead of doing what it was asked, one class for each shape of answer (FACTS 4.8).

Refused            one element is invalid: ErrorNumber 10, or the element's own ValidationErrors
PostDataInvalid    the request's body is malformed or holds an unknown element: ErrorNumber 14
QueryNotUnderstood a `where`, `order` or paging value cannot be read: ErrorNumber 16
Missing            no such resource: 404
NotBuilt           the sandbox does not have this part of Xero: 501
"""


class Refused(Exception):
    """One element was refused, with every message that Xero would give for it."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = list(messages)


class PostDataInvalid(Exception):
    """The posted data could not be read."""


class QueryNotUnderstood(Exception):
    """A filter, order or page of a read could not be read."""


class Missing(Exception):
    """The resource you're looking for cannot be found."""


class NotBuilt(Exception):
    """A part of Xero that the sandbox does not have."""
