"""Why a consent cannot be used, in a sentence for the person who gave it and a code for the partner's app."""

from app.errors import PlumblineError, Retryable
from app.intake.refusals import InputRefused


class ConsentRefused(Exception):
    """The consent cannot be used; the message is for the person who gave it, `code` a kind of problem."""

    def __init__(self, message: str, code: str = "consent_refused") -> None:
        super().__init__(message)
        self.code = code

    def as_problem(self) -> InputRefused:
        """The refusal as the partner's app is answered it."""
        return InputRefused(self.code, str(self))


def put_in_words(error: PlumblineError) -> ConsentRefused:
    """What went wrong at Xero."""
    if isinstance(error, Retryable):
        message = "Xero did not answer. Nothing is lost; ask for a new address and try again."
        return ConsentRefused(message, "xero_unavailable")
    return ConsentRefused(f"Xero refused: {error}")
