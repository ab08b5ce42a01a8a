"""What must hold of products, items and tracking in the end (`products` says by which rule)."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.chaos.in_xero import path_to
from tests.chaos.judging import list_flagged
from tests.chaos.story import Story
from tests.scenarios.both_sides import list_resources
from tests.scenarios.house import Json
from tests.scenarios.troubles import ask
from tests.simulation.products import NAME, PRICE, edits_of, said_of, tracked_of


async def judge_products(story: Story) -> list[str]:
    """What differs from that, in words."""
    found = await _judge_items(story) if said_of(story) else []
    invoices = await story.house.list_in_xero()
    found += await _judge_lines(story, invoices)
    return found + await _judge_tracking(story, invoices)


async def _judge_items(story: Story) -> list[str]:
    house = story.house
    listed = (await ask(house.xero.get(path_to(story, "items"))))["Items"]
    found = [
        f"item {code}, {count} times"
        for code, count in Counter(e["Code"] for e in listed).items()
        if count > 1
    ]
    items = {each["Code"]: each for each in listed}
    for shown in (await ask(house.api.get(f"{house.path}/items")))["data"]:
        if shown["reason"] is not None and shown["state"] == "settled":
            # Items are off again in an older copy of the settings.
            continue
        code = str((shown["partner"] or {}).get("code"))
        if shown["state"] == "behind":
            found.append(f"product {code} is behind: {shown['reason']}")
        elif shown["state"] == "settled" and code in items:
            there = {NAME: items[code]["Name"], PRICE: items[code]["SalesDetails"]["UnitPrice"]}
            found += [
                f"product {code}: {name} is {there[name]}, edits {edits_of(story)[code, name]}"
                for name in (NAME, PRICE)
                if not _may_stand(there[name], edits_of(story).get((code, name), []))
            ]
        elif shown["state"] == "settled":
            found.append(f"product {code} is settled, and Xero does not have it")
    return found


def _may_stand(value: Any, edits: Sequence[Any]) -> bool:
    """Whether it is the newest word of the app's, or the newest of the office's."""
    newest = dict(edits)
    return not edits or any(_is_same(value, said) for said in newest.values())


def _is_same(value: Any, said: str) -> bool:
    return value == said if isinstance(value, str) else Decimal(str(value)) == Decimal(said)


async def _judge_lines(story: Story, invoices: list[Json]) -> list[str]:
    """Where Xero names an item on a line, it is the product that the app names there."""
    resources = await list_resources(story.house)
    by_id, found = {each["InvoiceID"]: each for each in invoices}, []
    for document in await story.house.list_in_app():
        resource = resources.get(document["id"]) or {"state": "behind", "xero": None, "reason": None}
        invoice = by_id.get((resource["xero"] or {}).get("xero_invoice_id"))
        is_alike = resource["state"] == "settled" and resource["reason"] is None
        if not is_alike or invoice is None or document["status"] == "cancelled":
            continue
        ours = [line["item_code"] for line in document["lines"] if line["unit_price"] is not None]
        theirs = [
            each.get("ItemCode") or None
            for each in invoice["LineItems"]
            if each.get("UnitAmount") is not None
        ]
        wrong = [
            pair for pair in zip(ours, theirs, strict=True) if pair[1] is not None and pair[0] != pair[1]
        ]
        found += [f"{document['id']}: a line names {ours}, in Xero {theirs}"] if wrong else []
    return found


async def _judge_tracking(story: Story, invoices: list[Json]) -> list[str]:
    """Each line is under what a person put it under last, as long as it is there and has a price."""
    flagged, found = await list_flagged(story), []
    lines = {line["LineItemID"]: line for invoice in invoices for line in invoice["LineItems"]}
    for line_id, told in tracked_of(story).items():
        line, last = lines.get(line_id), told[-1]
        if (
            line is None
            or line.get("UnitAmount") is None
            or last["is_raced"]
            or (last["thing"], "lines") in flagged
        ):
            continue
        options = [each["Option"] for each in line.get("Tracking", [])]
        if options != [last["option"]]:
            found.append(
                f"{last['thing']}: a line is tracked under {options}, and was put under {last['option']}"
            )
    return found
