"""Many invoices at once, as a busy app sends them after an outage: for load and for figures."""

import time

from app.sandbox.partner.books import Books
from app.sandbox.partner.document import Document
from app.sandbox.partner.outbox import Outbox


async def open_many(
    books: Books,
    outbox: Outbox,
    *,
    count: int = 1000,
    customers: int = 200,
    sent: bool = True,
    prefix: str = "bulk",
    how: str | None = None,
) -> Document:
    """Open `count` invoices spread evenly over `customers` new customers and send them, sixteen at a time.

    Ids and numbers start with `prefix`, so a second call with the same one raises InvoiceTaken. Returns the
    ids, how many came to which outcome, and the seconds from the first leaving to the last answer.
    """
    documents = [books.open(build_numbered(prefix, n, customers, sent)) for n in range(1, count + 1)]
    started = time.monotonic()
    outcomes = await outbox.deliver_all(documents, how=how)
    seconds = round(time.monotonic() - started, 3)
    ids = [document["id"] for document in documents]
    return {"count": count, "seconds": seconds, "outcomes": outcomes, "invoice_ids": ids}


def build_numbered(prefix: str, n: int, customers: int, sent: bool) -> Document:
    """What is said of the n-th invoice; every one has its own total."""
    customer = (n - 1) % customers + 1
    return {
        "id": f"{prefix}_{n}",
        "number": f"{prefix.upper()}-{n:05}",
        "status": "sent" if sent else "draft",
        "contact": {
            "id": f"{prefix}_cus_{customer}",
            "name": f"{prefix.capitalize()} Customer {customer}",
            "email": f"{prefix}.{customer}@example.com",
        },
        "lines": [{"description": f"Job {n}", "unit_price": f"{100 + n}.00"}],
    }
