"""Settings: what can be chosen, how it is kept, and what a change sets in motion."""

from typing import Any

import pytest

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


@pytest.mark.parametrize(
    ("change", "field"),
    [
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
    ],
)
async def test_what_cannot_be_chosen_is_named(
    plumbline: Plumbline, change: dict[str, Any], field: str
) -> None:
    """422 that names the entry, and nothing of the change is kept, not even its good parts."""
    path = await plumbline.open_active()
    before = await plumbline.get_connection(path)
    answer = await plumbline.http.patch(f"{path}/settings", json={"sync_from": "2026-01-01", **change})
    assert answer.status_code == 422
    assert field in name_faults(answer)
    assert await plumbline.get_connection(path) == before


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
