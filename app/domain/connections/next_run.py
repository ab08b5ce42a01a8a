"""What a connection that works at set times waits for, in words."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.connections.connection import Connection
from app.domain.record.fields import instant_in_words

SCHEDULED = "scheduled"


@dataclass(frozen=True, slots=True)
class Run:
    """The next run: what is waited for, what can be done, and until when."""

    message: str
    cure: str
    at: datetime


def tell_run(connection: Connection) -> Run | None:
    """The run that everything of a connection waits for; None where it is worked, or works in real time."""
    at = connection.next_run_at
    if at is None or not connection.waits_for_run:
        return None
    country = connection.organisation.country if connection.organisation else None
    times = connection.settings.schedule(country).in_words()
    when = instant_in_words(at)
    return Run(
        f"The connection works at set times: {times}.",
        f"Nothing to do: it is worked at {when}, or at once by POST .../run.",
        at,
    )
