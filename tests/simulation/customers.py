"""Which contact of Xero's a customer is: chosen by hand, merged in Xero, and one whom the app has twice.

Whoever says that a customer is another contact looks at both before, and so does who merges two at Xero's screen: of
what stands there nothing is theirs to keep. What somebody edits after that look is nobody's to lose.
"""

from dataclasses import dataclass

from tests.chaos.in_the_app import build_document
from tests.chaos.in_xero import path_to
from tests.chaos.ledger import scalars
from tests.chaos.story import CUSTOMERS, Act, Story
from tests.scenarios.house import Json
from tests.scenarios.troubles import contacts_in_xero

KNOWN = tuple(f"cus_{number}" for number in range(1, CUSTOMERS + 1))
AGAIN = f"cus_{CUSTOMERS + 1}"
"""The first of them once more: the app has that customer twice."""

ALL = (*KNOWN, AGAIN)
CANNOT_ASK = (502, 503)
"""What we answer where Xero cannot be asked."""


@dataclass(frozen=True)
class Said:
    """Somebody said, between two moments of the history, that something is another's."""

    began: int
    ended: int


@dataclass(frozen=True)
class Choice(Said):
    """Somebody said that a customer is that contact of Xero's."""

    customer: str
    xero_id: str
    is_shared: bool


@dataclass(frozen=True)
class Moved(Said):
    """Somebody said in the app that an invoice is that customer's."""

    invoice_id: str
    customer: str


def choices_of(story: Story) -> list[Choice]:
    """All of them, in the order in which they were answered."""
    choices: list[Choice] = story.kept.setdefault("choices", [])
    return choices


def moves_of(story: Story) -> list[Moved]:
    """All of them, in the order in which they were answered."""
    moves: list[Moved] = story.kept.setdefault("moves", [])
    return moves


async def write_again(story: Story) -> None:
    """An invoice of a customer whom the app has a second time, under the name of the first."""
    invoice_id = story.choose_invoice()
    if await story.find_in_app(invoice_id) is not None:
        return
    said = build_document(story, invoice_id, AGAIN, "sent")
    said["contact"]["name"] = f"Customer {KNOWN[0]}"
    if await story.find(story.house.app.post("/invoices", json=said)) is not None:
        story.ledger.note("partner", invoice_id, "reference", None, said["reference"])


async def move(story: Story) -> None:
    """In the app an invoice is another customer's after all."""
    invoice_id, customer, began = story.choose_invoice(), story.choose_customer(), story.token()
    held, known = await story.find_in_app(invoice_id), await _find_in_app(story, customer)
    if held is not None and known is not None and held["status"] != "cancelled":
        named = {name: known[name] for name in ("id", "name", "email")}
        call = story.house.app.patch(f"/invoices/{invoice_id}", json={"contact": named})
        if await story.find(call) is not None:
            moves_of(story).append(Moved(began, story.token(), invoice_id, customer))


async def write_person(story: Story) -> None:
    """The office writes a contact that no invoice names."""
    token = story.token()
    said = {"Name": f"Person {token}", "EmailAddress": f"p{token}@example.com"}
    await story.find(story.house.xero.post(path_to(story, "contacts"), json=said))


async def choose(story: Story) -> None:
    """A person says which contact of Xero's a customer is, to be moved with its invoices, and shared or not."""
    house, customer = story.house, story.random.choice(ALL)
    is_shared, began = story.random.random() < 0.6, story.token()
    found = [each for each in await contacts_in_xero(house) if each["ContactStatus"] == "ACTIVE"]
    if not found:
        return
    chosen = story.random.choice(found)
    path = f"{house.path}/contacts/{customer}"
    seen = [chosen, await _find_in_app(story, customer), await story.find(house.api.get(path))]
    said = {"xero_contact_id": chosen["ContactID"], "with_invoices": True, "is_shared": is_shared}
    answer = await house.api.put(f"{path}/link", json=said)
    assert answer.status_code < 500 or answer.status_code in CANNOT_ASK, answer.text
    if answer.is_success:
        choices_of(story).append(Choice(began, story.token(), customer, chosen["ContactID"], is_shared))
        _note_seen(story, customer, seen)


async def merge(story: Story) -> None:
    """The office merges one contact into another, for good."""
    found = [each for each in await contacts_in_xero(story.house) if each["ContactStatus"] == "ACTIVE"]
    if len(found) < 2:
        return
    gone, kept = story.random.sample(found, 2)
    call = story.house.xero.post(
        path_to(story, f"contacts/{gone['ContactID']}/merge"), json={"Into": kept["ContactID"]}
    )
    if await story.find(call) is not None:
        story.kept["merged"] = True
        _note_seen(story, gone["Name"].removeprefix("Customer "), [gone])


def _note_seen(story: Story, thing: str, seen: list[Json | None]) -> None:
    for value in sorted(set(scalars(seen))):
        story.ledger.note("decided", thing, "", value, None)


async def _find_in_app(story: Story, customer: str) -> Json | None:
    return await story.find(story.house.app.get(f"/contacts/{customer}"))


IN_THE_APP: dict[str, Act] = {"app_write_again": write_again, "app_move": move}
AT_XERO: dict[str, Act] = {"xero_person": write_person, "xero_merge": merge}
IN_THE_OFFICE: dict[str, Act] = {"link_customer": choose}
