"""Settings: what can be chosen, how it is kept, and what a change sets in motion."""

from typing import Any

from tests.integration.api.driver import SETTINGS, Plumbline, document, name_faults


async def test_only_accounts_fit_for_a_purpose_are_offered(plumbline: Plumbline) -> None:
    """Sales: active, of class REVENUE, with a code. Payments: a bank account, with a code or without."""
    path = await plumbline.open_active()
    offered = {}
    for purpose in ("sales", "payments", "all"):
        accounts = (await plumbline.http.get(f"{path}/accounts", params={"fit_for": purpose})).json()["data"]
        offered[purpose] = [account["account_id"] for account in accounts]
    assert offered == {
        "sales": ["acc-sales"],
        "payments": ["acc-bank"],
        "all": ["acc-sales", "acc-old", "acc-power", "acc-bank"],
    }


async def test_an_account_may_be_chosen_by_code_and_is_kept_by_id(plumbline: Plumbline) -> None:
    """People edit codes in Xero; the choice must outlive that."""
    path = await plumbline.open_active()
    change = {"revenue_accounts": {"materials": "200"}, "payment_account": "acc-bank"}
    settings = (await plumbline.http.patch(f"{path}/settings", json=change)).json()
    assert settings["revenue_accounts"] == {"general": "acc-sales", "materials": "acc-sales"}
    assert settings["payment_account"] == "acc-bank"
    assert (await plumbline.http.get(f"{path}/settings")).json() == settings


async def test_a_line_of_a_deposit_may_go_to_an_account_that_is_none_of_sales(plumbline: Plumbline) -> None:
    """Accountants keep deposits as what is owed to customers; null goes back to the account of `general`."""
    path = await plumbline.open_active()
    change = {"prepayment_account": "acc-power", "credit_note_account": "200", "overpayments": "book"}
    settings = (await plumbline.http.patch(f"{path}/settings", json=change)).json()
    assert settings.items() >= (change | {"credit_note_account": "acc-sales"}).items()
    cleared = await plumbline.http.patch(f"{path}/settings", json={"prepayment_account": None})
    assert (cleared.json()["prepayment_account"], cleared.json()["overpayments"]) == (None, "book")


async def test_what_is_not_named_stays_and_null_takes_away(plumbline: Plumbline) -> None:
    """A map is changed entry by entry."""
    path = await plumbline.open_active()
    await plumbline.http.patch(
        f"{path}/settings", json={"sync_from": "2026-07-01", "payment_account": "acc-bank"}
    )
    change = {"revenue_accounts": {"general": None}, "taxes": {"free": "NONE"}, "payment_account": None}
    settings = (await plumbline.http.patch(f"{path}/settings", json=change)).json()
    assert (
        settings.items()
        >= {
            "revenue_accounts": {},
            "taxes": {**SETTINGS.taxes, "free": "NONE"},
            "payment_account": None,
            "conflict_policy": "newest_wins",
            "sync_from": "2026-07-01",
            "import_from_xero": "sent",
        }.items()
    )


NO_CHOICES: list[tuple[dict[str, Any], str]] = [
    ({"revenue_accounts": {"materials": "999"}}, "revenue_accounts.materials"),
    ({"revenue_accounts": {"materials": "445"}}, "revenue_accounts.materials"),
    ({"revenue_accounts": {"materials": "210"}}, "revenue_accounts.materials"),
    ({"revenue_accounts": {"xero:200": "200"}}, "revenue_accounts.xero:200"),
    ({"revenue_accounts": {"": "200"}}, "revenue_accounts."),
    ({"revenue_accounts": {"materials": 200}}, "revenue_accounts.materials"),
    ({"revenue_accounts": None}, "revenue_accounts"),
    ({"taxes": {"gst": "OUTPUT9"}}, "taxes.gst"),
    ({"taxes": {"gst": "INPUT"}}, "taxes.gst"),
    ({"payment_account": "999"}, "payment_account"),
    ({"payment_account": "200"}, "payment_account"),
    ({"credit_note_account": "999"}, "credit_note_account"),
    ({"credit_note_account": "acc-bank"}, "credit_note_account"),
    ({"prepayment_account": "210"}, "prepayment_account"),
    ({"overpayments": "keep"}, "overpayments"),
    ({"overpayments": None}, "overpayments"),
    ({"conflict_policy": "loudest_wins"}, "conflict_policy"),
    ({"conflict_policy": None}, "conflict_policy"),
    ({"import_from_xero": "all"}, "import_from_xero"),
    ({"import_from_xero": None}, "import_from_xero"),
    ({"sync_from": "July"}, "sync_from"),
    ({"tracking": "North"}, "tracking"),
    ({"revenue_accounts": {"discount": "210"}}, "revenue_accounts.discount"),
    ({"item_accounts": {"TAP": "acc-bank"}}, "item_accounts.TAP"),
    ({"item_accounts": {"xero:1": "200"}}, "item_accounts.xero:1"),
    ({"expense_taxes": {"gst": "OUTPUT9"}}, "expense_taxes.gst"),
    ({"unmapped_category": None}, "unmapped_category"),
    ({"contact_matching": ["phone"]}, "contact_matching.0"),
    ({"contact_matching": None}, "contact_matching"),
    ({"conflict_policies": {"lines/*/colour": "hold"}}, "conflict_policies.lines/*/colour"),
    ({"conflict_policies": {"lines": "loudest_wins"}}, "conflict_policies.lines"),
    ({"directions": {"quotes": "off"}}, "directions.quotes"),
    ({"directions": {"invoices": "sideways"}}, "directions.invoices"),
    ({"directions": {"items": "both"}}, "directions.items"),
    ({"directions": {"items": "to_xero"}, "items": "off"}, "directions.items"),
    ({"directions": {"items": "to_xero"}, "items": None}, "items"),
    ({"directions": {"invoices": "off"}}, "directions.payments"),
    ({"directions": {"invoices": "to_xero"}, "fields": {"due_on": "to_partner"}}, "fields.due_on"),
    ({"fields": {"lines/*/unit_price": "off"}}, "fields.lines/*/unit_price"),
    ({"mode": "yearly"}, "mode"),
    ({"mode": None}, "mode"),
    ({"at": "24:00"}, "at"),
    ({"weekday": "someday"}, "weekday"),
    ({"time_zone": "Mars/Olympus"}, "time_zone"),
]


async def test_what_cannot_be_chosen_is_named(plumbline: Plumbline) -> None:
    """422 that names the entry, and nothing of the change is kept, not even its good parts."""
    path = await plumbline.open_active()
    before = await plumbline.get_connection(path)
    for change, field in NO_CHOICES:
        answer = await plumbline.http.patch(f"{path}/settings", json={"sync_from": "2026-01-01", **change})
        assert answer.status_code == 422, change
        assert field in name_faults(answer), change
        # The framework's own words show a pattern, not what to write.
        assert " should " not in answer.text, change
        assert await plumbline.get_connection(path) == before, change


async def test_lines_that_are_no_plain_sales_may_go_to_expenses(plumbline: Plumbline) -> None:
    """Discounts, fees, freight and refunds by category, and single items (E4, I11); ordinary sales stay revenue."""
    path = await plumbline.open_active()
    change = {
        "revenue_accounts": {"discount": "445"},
        "item_accounts": {"FEE-1": "445", "TAP": "200"},
        "expense_taxes": {"gst": "INPUT"},
        "unmapped_category": "general",
    }
    settings = (await plumbline.http.patch(f"{path}/settings", json=change)).json()
    assert settings["revenue_accounts"] == {"general": "acc-sales", "discount": "acc-power"}
    assert settings["item_accounts"] == {"FEE-1": "acc-power", "TAP": "acc-sales"}
    # Codes that differ in case alone are one item's.
    again = (await plumbline.http.patch(f"{path}/settings", json={"item_accounts": {"tap": "445"}})).json()
    assert again["item_accounts"] == {"FEE-1": "acc-power", "tap": "acc-power"}
    fit = (await plumbline.http.get(f"{path}/accounts", params={"fit_for": "lines"})).json()["data"]
    assert [account["account_id"] for account in fit] == ["acc-sales", "acc-power"]


async def test_products_have_one_setting_under_two_names(plumbline: Plumbline) -> None:
    """`items` is the direction of products too; what goes both ways is not kept (C7, E7)."""
    path = await plumbline.open_active()
    change = {"directions": {"items": "to_xero", "payments": "to_partner", "invoices": "both"}}
    settings = (await plumbline.http.patch(f"{path}/settings", json=change)).json()
    assert (settings["items"], settings["is_active"]) == ("on", True)
    assert settings["directions"] == dict.fromkeys(("invoices", "contacts", "credits"), "both") | {
        "payments": "to_partner",
        "items": "to_xero",
    }
    assert dict((await plumbline.get_connection(path)).settings.directions) == {"payments": "to_partner"}
    off = (await plumbline.http.patch(f"{path}/settings", json={"items": "off"})).json()
    assert off["directions"]["items"] == "off"


async def test_the_names_that_can_be_chosen_are_told(plumbline: Plumbline) -> None:
    """Whoever misspells a field reads which there are (N1, E7)."""
    path = await plumbline.open_active()
    change = {"conflict_policies": {"referense": "hold"}, "fields": {"referense": "off"}}
    problem = (await plumbline.http.patch(f"{path}/settings", json=change)).json()
    told = {error["field"]: error["message"] for error in problem["errors"]}
    assert {"conflict_policies.referense", "fields.referense"} == told.keys()
    assert all("reference" in message and "contact.phone" in message for message in told.values())


async def test_settings_by_which_something_stayed_where_it_is_are_looked_at_anew(
    plumbline: Plumbline,
) -> None:
    """A document before `sync_from` goes on its way once that is earlier, and Xero is searched from the start (I7)."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    await plumbline.execute(
        "UPDATE invoice_links SET state = 'settled', reason_code = 'before_sync_from', settled_generation = generation"
    )
    await plumbline.execute("UPDATE connections SET sweep_due = false, swept_to = now()")
    await plumbline.http.patch(f"{path}/settings", json={"sync_from": "2026-07-01"})
    assert (await plumbline.http.get(f"{path}/invoices/inv_1")).json()["state"] == "behind"
    assert not (await plumbline.get_connection(path)).sweep_due
    await plumbline.http.patch(f"{path}/settings", json={"sync_from": "2026-01-01"})
    connection = await plumbline.get_connection(path)
    assert (connection.sweep_due, connection.swept_to) == (True, None)


async def test_accounts_wait_for_consent_and_a_policy_does_not(plumbline: Plumbline) -> None:
    """Before its organisation is known a connection has nothing to choose accounts from: 409, and it says so."""
    path = f"/v1/connections/{(await plumbline.open_connection())['id']}"
    for answer in (
        await plumbline.http.get(f"{path}/accounts"),
        await plumbline.http.get(f"{path}/tax-rates"),
        await plumbline.http.patch(f"{path}/settings", json={"revenue_accounts": {"general": "200"}}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/not_authorised_yet")
    changed = await plumbline.http.patch(f"{path}/settings", json={"conflict_policy": "hold"})
    assert changed.json()["conflict_policy"] == "hold"


async def test_a_change_looks_again_at_what_is_held(plumbline: Plumbline) -> None:
    """A held link may wait for just this; it and its connection are triggered, and a worker is woken."""
    path = await plumbline.open_active()
    await plumbline.http.put(f"{path}/invoices/inv_1", json=document())
    await plumbline.execute("UPDATE invoice_links SET state = 'held', settled_generation = generation")
    before = await plumbline.get_connection(path)
    await plumbline.http.patch(f"{path}/settings", json={"revenue_accounts": {"materials": "200"}})
    assert (await plumbline.http.get(f"{path}/invoices/inv_1")).json()["state"] == "behind"
    assert (await plumbline.get_connection(path)).generation == before.generation + 1
    assert await plumbline.count_nudges() == 1


async def test_a_change_made_from_old_settings_is_refused(plumbline: Plumbline) -> None:
    """With If-Match, 412 when somebody changed them since; without it the newest change stands."""
    path = await plumbline.open_active()
    etag = (await plumbline.http.get(f"{path}/settings")).headers["etag"]
    first = await plumbline.http.patch(
        f"{path}/settings", json={"conflict_policy": "hold"}, headers={"if-match": etag}
    )
    assert first.status_code == 200
    assert first.headers["etag"] != etag
    late = await plumbline.http.patch(
        f"{path}/settings", json={"conflict_policy": "xero_wins"}, headers={"if-match": etag}
    )
    assert (late.status_code, late.json()["type"]) == (412, "/problems/settings_changed")
    assert (await plumbline.http.get(f"{path}/settings")).json()["conflict_policy"] == "hold"
