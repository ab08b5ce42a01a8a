"""What people do to a line beside its words, its price and its discount: quantity, account, and words alone.

An account has few values, so that an edit of one is told by no ledger: both sides must mean the same in the end.
"""

from tests.chaos import in_the_app, in_xero
from tests.chaos.in_the_app import Edit
from tests.chaos.story import Act, Story
from tests.scenarios.house import Json

ACCOUNTS = ("200", "260")
CATEGORIES = (None, "xero:200", "xero:260")
SUMS = ("quantity", "unit_price", "discount_rate", "discount_amount")


async def edit_in_app(story: Story) -> None:
    """Another quantity or category; or a line loses its price, or has one again."""
    await in_the_app.make_edit(story, _draw_in_app)


def _draw_in_app(story: Story, held: Json) -> Edit | None:
    token = story.token()
    if not held["lines"]:
        return None
    line = story.random.choice(held["lines"])
    kind, over = story.random.choice(["quantity", "category", "words"]), [line.get(name) for name in SUMS]
    if line["unit_price"] is None:
        price = f"{300 + token}.75"
        return "lines", None, price, {"lines": {line["id"]: {"unit_price": price, "quantity": "1"}}}
    if kind == "words" and len(held["lines"]) > 1:
        return "lines", over, None, {"lines": {line["id"]: dict.fromkeys(SUMS)}}
    if kind == "category":
        category = story.random.choice(CATEGORIES)
        return "lines", None, None, {"lines": {line["id"]: {"category": category}}}
    quantity = f"1.{token:03}"
    return "lines", line["quantity"], quantity, {"lines": {line["id"]: {"quantity": quantity}}}


async def edit_in_xero(story: Story) -> None:
    """Another quantity or account."""
    await in_xero.make_edit(story, _draw_in_xero)


def _draw_in_xero(story: Story, held: Json) -> Edit | None:
    token, index = story.token(), story.random.randrange(len(held["LineItems"]))
    line = held["LineItems"][index]
    if line.get("UnitAmount") is None:
        return None
    if story.random.random() < 0.5:
        account = story.random.choice(ACCOUNTS)
        return "lines", None, None, {"LineItems": [{"index": index, "AccountCode": account}]}
    quantity = f"2.{token:03}5"
    changes = {"index": index, "Quantity": float(quantity)}
    return "lines", line["Quantity"], quantity, {"LineItems": [changes]}


IN_THE_APP: dict[str, Act] = {"app_line": edit_in_app}
IN_XERO: dict[str, Act] = {"xero_line": edit_in_xero}
