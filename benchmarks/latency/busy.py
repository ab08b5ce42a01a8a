"""Others at work: two hundred connections whose apps keep sending documents, a few every second."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from benchmarks.joined import Joined, build_edited

PAUSE_SECONDS = 0.2
"""Between two documents: what else there is to do is the same on every machine."""


@contextmanager
def busy(joined: Sequence[Joined]) -> Iterator[list[int]]:
    """Documents for one connection after the other until the block ends; the list holds how many were taken."""
    taken, ended = [0], threading.Event()

    def send() -> None:
        for number in count():
            each = joined[number % len(joined)]
            document = build_edited(number, 1, "busy")
            each.remote.put(f"{each.path}/invoices/{document['id']}", document)
            taken[0] += 1
            if ended.wait(PAUSE_SECONDS):
                return

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    yield taken
    ended.set()
    sender.join(60)
