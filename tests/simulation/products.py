"""Products and tracking: what the app sells, as items in Xero and on lines, and what the office tracks lines under.

Of a product there is a rule of its own: what somebody edits in Xero stays until the app says something new of that very
field. So each field holds the app's newest word or the newest edit there, and none that is older. What a line is
tracked under is Xero's alone, and stays with the line as long as that has a price.
"""

from typing import Any

from tests.chaos import in_the_app, in_xero
from tests.chaos.in_the_app import Edit
from tests.chaos.in_xero import path_to
from tests.chaos.story import Act, Story
from tests.scenarios.house import Json
from tests.scenarios.troubles import writes_since

PRODUCTS = ("TAP", "PIPE")
CATEGORY = "Region"
NAME, PRICE = "name", "unit_price"


def said_of(story: Story) -> dict[str, Json]:
    """The app's newest documents of its products, by code."""
    said: dict[str, Json] = story.kept.setdefault("products", {})
    return said


def edits_of(story: Story) -> dict[tuple[str, str], list[Any]]:
    """By code and field, whose word each edit was, in order: the app's (`app`, value) and the office's."""
    edits: dict[tuple[str, str], list[Any]] = story.kept.setdefault("product edits", {})
    return edits


def tracked_of(story: Story) -> dict[str, list[Json]]:
    """By the line's id in Xero, under what a person put it there, in order."""
    tracked: dict[str, list[Json]] = story.kept.setdefault("tracked", {})
    return tracked


async def write_product(story: Story) -> None:
    """The app says something new of a product; the business keeps them as items in Xero from the first one on."""
    house, code = story.house, story.random.choice(PRODUCTS)
    if not said_of(story):
        await story.find(house.api.patch(f"{house.path}/settings", json={"items": "on"}))
    # Only now, so that of two who say something at once the newer version is the newer word.
    token = story.token()
    new = {"id": f"prd_{code}", "code": code, NAME: f"Name {token}", PRICE: f"{20 + token}.25", "tax": "gst"}
    before = said_of(story).get(code)
    field = story.random.choice((NAME, PRICE))
    document = (new if before is None else {**before, field: new[field]}) | {"version": token}
    # Before it is told: by the time that we hear of it, it may have been carried over.
    said_of(story)[code] = document
    for name in (NAME, PRICE):
        if before is None or before[name] != document[name]:
            edits_of(story).setdefault((code, name), []).append(("app", document[name]))
    for _ in range(3):
        if await story.find(house.api.put(f"{house.path}/items/prd_{code}", json=document)) is not None:
            return


async def edit_item(story: Story) -> None:
    """The office edits an item's name or price."""
    code, token = story.random.choice(PRODUCTS), story.token()
    field = story.random.choice((NAME, PRICE))
    value = f"Item {token}" if field == NAME else f"{40 + token}.75"
    changes: Json = {"Name": value} if field == NAME else {"SalesDetails": {"UnitPrice": float(value)}}
    if await story.find(story.house.xero.patch(path_to(story, f"items/{code}"), json=changes)) is not None:
        edits_of(story).setdefault((code, field), []).append(("xero", value))


async def choose_product(story: Story) -> None:
    """A line of the app names a product, or none any more."""
    await in_the_app.make_edit(story, _draw_product)


def _draw_product(story: Story, held: Json) -> Edit | None:
    lines = [line for line in held["lines"] if line["unit_price"] is not None]
    if not lines:
        return None
    line, code = story.random.choice(lines), story.random.choice([None, *PRODUCTS])
    return "lines", None, None, {"lines": {line["id"]: {"item_code": code}}}


async def choose_item(story: Story) -> None:
    """A line in Xero names an item, or none any more."""
    await in_xero.make_edit(story, _draw_item)


def _draw_item(story: Story, held: Json) -> Edit | None:
    index = story.random.randrange(len(held["LineItems"]))
    if held["LineItems"][index].get("UnitAmount") is None:
        return None
    code = story.random.choice(["", *PRODUCTS])
    return "lines", None, None, {"LineItems": [{"index": index, "ItemCode": code}]}


async def track(story: Story) -> None:
    """The office puts a line under an option of its own."""
    invoice_id, calls = story.choose_invoice(), await story.house.last_call()
    held = await story.find_in_xero(f"N-{invoice_id}")
    key = await _find_category(story)
    if held is None or key is None or not held["LineItems"]:
        return
    index, option = story.random.randrange(len(held["LineItems"])), f"O{story.token()}"
    line = held["LineItems"][index]
    if line.get("UnitAmount") is None:
        return
    path = path_to(story, f"trackingcategories/{key}/options")
    if await story.find(story.house.xero.post(path, json={"Options": [option]})) is None:
        return
    changes = {"index": index, "Tracking": [{"TrackingCategoryID": key, "Option": option}]}
    call = story.house.xero.patch(path_to(story, f"invoices/N-{invoice_id}"), json={"LineItems": [changes]})
    if await story.find(call) is not None:
        is_raced = bool(await writes_since(story.house, calls))
        told = {"option": option, "thing": invoice_id, "is_raced": is_raced}
        tracked_of(story).setdefault(line["LineItemID"], []).append(told)


async def rename_option(story: Story) -> None:
    """The office gives an option another name: that is no edit of the lines under it."""
    key, tracked = await _find_category(story), tracked_of(story)
    names = sorted({told["option"] for each in tracked.values() for told in each})
    if key is None or not names:
        return
    name, to = story.random.choice(names), f"O{story.token()}"
    call = story.house.xero.patch(
        path_to(story, f"trackingcategories/{key}"), json={"Name": to, "Option": name}
    )
    if await story.find(call) is not None:
        for told in [told for each in tracked.values() for told in each if told["option"] == name]:
            told["option"] = to


async def _find_category(story: Story) -> str | None:
    """Its id; made where it is not there yet."""
    if "category" not in story.kept:
        call = story.house.xero.post(
            path_to(story, "trackingcategories"), json={"Name": CATEGORY, "Options": ["O"]}
        )
        made = await story.find(call)
        if made is not None:
            story.kept["category"] = made["TrackingCategoryID"]
    found: str | None = story.kept.get("category")
    return found


IN_THE_APP: dict[str, Act] = {"app_product": write_product, "app_line_product": choose_product}
AT_XERO: dict[str, Act] = {
    "xero_item": edit_item,
    "xero_line_item": choose_item,
    "xero_track": track,
    "xero_rename": rename_option,
}
