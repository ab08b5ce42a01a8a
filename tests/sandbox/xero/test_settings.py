"""What an organisation is set up with: tracking, themes, actions, groups, rates, accounts; and notes (FACTS 5)."""

from typing import Any

import pytest
from xero_python.accounting import Contact, Contacts, HistoryRecord, HistoryRecords

from tests.sandbox.xero.driver import XeroApp, build_invoice, build_line, messages_of
from tests.sandbox.xero.sdk import Sdk


@pytest.fixture
def region(app: XeroApp) -> dict[str, Any]:
    """A tracking category with two options."""
    return dict(app.person("POST", "/trackingcategories", Name="Region", Options=["North", "South"]))


def track(app: XeroApp, *tracking: dict[str, str]) -> Any:
    """PUT of an invoice whose line is tracked so."""
    return app.call("PUT", "/Invoices", build_invoice(LineItems=[build_line(Tracking=list(tracking))]))


def test_lines_are_tracked_by_name_or_by_id(app: XeroApp, region: dict[str, Any]) -> None:
    """And show both."""
    option = region["Options"][0]
    ids = {"TrackingCategoryID": region["TrackingCategoryID"], "TrackingOptionID": option["TrackingOptionID"]}
    for sent in ({"Name": "region", "Option": "north"}, ids):
        [shown] = track(app, sent).json()["Invoices"][0]["LineItems"][0]["Tracking"]
        assert shown == {"Name": "Region", "Option": "North", **ids}
    assert app.get("/TrackingCategories")["TrackingCategories"][0]["Name"] == "Region"
    one = app.get(f"/TrackingCategories/{region['TrackingCategoryID']}")["TrackingCategories"][0]
    assert [option["Name"] for option in one["Options"]] == ["North", "South"]


def test_names_of_tracking_are_edited_and_ids_stay(app: XeroApp, region: dict[str, Any]) -> None:
    """What is tracked shows the new names; a name that is taken is no name."""
    made = track(app, {"Name": "Region", "Option": "North"}).json()["Invoices"][0]
    for wish in ({"Option": "North", "Name": "Far North"}, {"Name": "Area"}):
        app.person("PATCH", f"/trackingcategories/{region['TrackingCategoryID']}", **wish)
    [shown] = app.get(f"/Invoices/{made['InvoiceID']}")["Invoices"][0]["LineItems"][0]["Tracking"]
    assert (shown["Name"], shown["Option"]) == ("Area", "Far North")
    assert shown["TrackingOptionID"] == region["Options"][0]["TrackingOptionID"]
    path = f"/control/people/{app.tenant_id}/trackingcategories/Area"
    for wish in ({"Option": "South", "Name": "far north"}, {"Name": ""}, {"Option": "West", "Name": "East"}):
        assert app.http.patch(path, json=wish).status_code in (400, 404)


def test_the_percentage_of_a_rate_is_edited(app: XeroApp) -> None:
    """What was taxed by it stays as it is; what is written from then on is taxed by the new one."""
    rate = app.person("POST", "/taxrates", Name="Levy", Rate=10)["TaxType"]
    made = app.put_invoice(LineItems=[build_line(TaxType=rate)])
    shown = app.person("PATCH", f"/taxrates/{rate}", Rate=15, Name="Levy of 2027")
    assert (shown["EffectiveRate"], shown["Name"], shown["TaxType"]) == (15.0, "Levy of 2027", rate)
    assert app.get(f"/Invoices/{made['InvoiceID']}")["Invoices"][0]["TotalTax"] == 10.0
    assert app.put_invoice(LineItems=[build_line(TaxType=rate)])["TotalTax"] == 15.0
    path = f"/control/people/{app.tenant_id}/taxrates"
    assert app.http.patch(f"{path}/{rate}", json={"Rate": "much"}).status_code == 400
    assert app.http.patch(f"{path}/TAX999", json={"Rate": 1}).status_code == 404


def test_unknown_and_archived_tracking_is_refused(app: XeroApp, region: dict[str, Any]) -> None:
    """A line that carries an archived option keeps it while its tracking is not sent."""
    made = track(app, {"Name": "Region", "Option": "North"}).json()["Invoices"][0]
    assert "does not exist" in messages_of(track(app, {"Name": "Region", "Option": "West"}))[0]
    assert "does not exist" in messages_of(track(app, {"Name": "Crew", "Option": "North"}))[0]
    app.person("POST", "/trackingcategories/Region/archive", Option="North")
    assert "is archived" in messages_of(track(app, {"Name": "Region", "Option": "North"}))[0]
    after = app.post_invoice(made, Reference="kept").json()["Invoices"][0]
    assert after["LineItems"][0]["Tracking"][0]["Option"] == "North"
    app.person("POST", "/trackingcategories/Region/archive")
    assert app.get("/TrackingCategories")["TrackingCategories"] == []
    assert len(app.get("/TrackingCategories", includeArchived="true")["TrackingCategories"]) == 1
    assert "is archived" in messages_of(track(app, {"Name": "Region", "Option": "South"}))[0]


def test_two_categories_are_active_at_most_and_four_in_all(app: XeroApp, region: dict[str, Any]) -> None:
    """A third is refused until one is archived."""
    path = f"/control/people/{app.tenant_id}/trackingcategories"
    app.person("POST", "/trackingcategories", Name="Crew")
    assert app.http.post(path, json={"Name": "Third"}).status_code == 400
    app.person("POST", "/trackingcategories/Crew/archive")
    app.person("POST", "/trackingcategories", Name="Third")
    assert app.http.post(f"{path}/Crew/restore").status_code == 400
    assert app.person("POST", "/trackingcategories/Third/options", Options=["A"])["Options"][0]["Name"] == "A"
    three = [{"Name": "Region", "Option": "North"}, {"Name": "Third", "Option": "A"}] * 2
    assert "no more than 2" in messages_of(track(app, *three))[0]


def test_a_branding_theme_must_exist(app: XeroApp) -> None:
    """Two to begin with; a deleted one cannot be named any more."""
    first, second = app.get("/BrandingThemes")["BrandingThemes"]
    theme_id = second["BrandingThemeID"]
    assert app.put_invoice(BrandingThemeID=theme_id)["BrandingThemeID"] == theme_id
    assert app.get(f"/BrandingThemes/{theme_id}")["BrandingThemes"][0]["SortOrder"] == 1
    app.person("DELETE", f"/brandingthemes/{theme_id}")
    refused = app.call("PUT", "/Invoices", build_invoice(BrandingThemeID=theme_id))
    assert "BrandingThemeID" in messages_of(refused)[0]
    made = app.person("POST", "/brandingthemes", Name="Red")
    assert [theme["Name"] for theme in app.get("/BrandingThemes")["BrandingThemes"]] == [
        first["Name"],
        made["Name"],
    ]


def test_a_used_up_plan_approves_nothing(app: XeroApp) -> None:
    """Drafts go on, what is approved can be edited, and the refusal is in Xero's words (FACTS 4.8)."""
    path, limit = (
        f"/organisations/{app.tenant_id}/actions",
        "You have reached the limit of invoices you can approve",
    )
    made, draft = app.put_invoice(), app.put_invoice(Status="DRAFT")
    app.control("PUT", path, CreateApprovedInvoice=False)
    actions = {row["Name"]: row["Status"] for row in app.get("/Organisation/Actions")["Actions"]}
    assert (actions["CreateApprovedInvoice"], actions["CreateDraftInvoice"]) == ("NOT-ALLOWED", "ALLOWED")
    assert messages_of(app.call("PUT", "/Invoices", build_invoice())) == [limit]
    assert messages_of(app.post_invoice(draft, Status="AUTHORISED")) == [limit]
    assert app.post_invoice(made, Reference="x").status_code == 200
    assert app.put_invoice(Status="DRAFT")["Status"] == "DRAFT"
    bill = build_invoice(Type="ACCPAY", LineItems=[build_line(AccountCode="429")])
    assert app.call("PUT", "/Invoices", bill).status_code == 200
    app.control("PUT", path, CreateApprovedInvoice=True)
    assert app.post_invoice(draft, Status="AUTHORISED").status_code == 200
    assert app.http.put(f"/control{path}", json={"Fly": True}).status_code == 400


def test_an_adviser_is_bound_by_the_years_lock_only(app: XeroApp) -> None:
    """ApproveTransactionsBeforePeriodLockDate says so (FACTS 5, Organisation)."""
    facts, path = f"/organisations/{app.tenant_id}/facts", f"/organisations/{app.tenant_id}/actions"
    app.control("POST", facts, period_lock_date="2026-11-30")
    assert app.call("PUT", "/Invoices", build_invoice()).status_code == 400
    app.control("PUT", path, ApproveTransactionsBeforePeriodLockDate=True)
    assert app.call("PUT", "/Invoices", build_invoice()).status_code == 200
    app.control("POST", facts, end_of_year_lock_date="2026-11-30")
    assert app.call("PUT", "/Invoices", build_invoice()).status_code == 400


def test_without_multicurrency_only_the_base_currency_goes(app: XeroApp) -> None:
    """Whatever currencies were added before."""
    app.control("POST", f"/organisations/{app.tenant_id}/facts", currencies=["EUR"])
    assert app.put_invoice(CurrencyCode="EUR")["CurrencyCode"] == "EUR"
    app.control("PUT", f"/organisations/{app.tenant_id}/actions", UseMulticurrency=False)
    refused = app.call("PUT", "/Invoices", build_invoice(CurrencyCode="EUR"))
    assert messages_of(refused) == ["Organisation is not subscribed to currency EUR"]


def test_an_approved_sales_invoice_has_an_online_address(app: XeroApp) -> None:
    """Drafts and bills have none."""
    made = app.put_invoice()
    [online] = app.get(f"/Invoices/{made['InvoiceID']}/OnlineInvoice")["OnlineInvoices"]
    assert online["OnlineInvoiceUrl"].startswith("https://in.xero.com/")
    draft = app.put_invoice(Status="DRAFT")
    assert app.call("GET", f"/Invoices/{draft['InvoiceID']}/OnlineInvoice").status_code == 400
    assert app.call("GET", "/Invoices/none/OnlineInvoice").status_code == 404


def test_contacts_join_groups(app: XeroApp) -> None:
    """A contact shows its groups when read whole."""
    group = app.person("POST", "/contactgroups", Name="Trade")
    contact = app.put_invoice()["Contact"]["ContactID"]
    path, unknown = f"/ContactGroups/{group['ContactGroupID']}", app.tenant_id
    for _ in range(2):
        assert app.call("PUT", f"{path}/Contacts", {"Contacts": [{"ContactID": contact}]}).status_code == 200
    assert [row["Name"] for row in app.get(path)["ContactGroups"][0]["Contacts"]] == ["Kim Tran"]
    assert app.get("/ContactGroups")["ContactGroups"][0]["Contacts"] == []
    assert app.get(f"/Contacts/{contact}")["Contacts"][0]["ContactGroups"][0]["Name"] == "Trade"
    assert app.call("PUT", f"{path}/Contacts", {"Contacts": [{"ContactID": unknown}]}).status_code == 400
    assert app.call("PUT", "/ContactGroups", {"Name": "x"}).status_code == 501


def test_notes_are_kept_with_their_document(app: XeroApp) -> None:
    """At most 2,500 characters; newest first."""
    made = app.put_invoice()
    for path in (f"/Invoices/{made['InvoiceID']}", f"/Contacts/{made['Contact']['ContactID']}"):
        for words in ("one", "two"):
            body = {"HistoryRecords": [{"Details": words}]}
            assert app.call("PUT", f"{path}/History", body).json()["HistoryRecords"][0]["Details"] == words
        notes = app.get(f"{path}/History")["HistoryRecords"]
        assert [(note["Details"], note["User"]) for note in notes] == [
            ("two", "System Generated"),
            ("one", "System Generated"),
        ]
        long = app.call("PUT", f"{path}/History", {"HistoryRecords": [{"Details": "x" * 2501}]})
        assert "2500" in messages_of(long)[0]
    assert app.call("GET", "/CreditNotes/none/History").status_code == 404


def test_a_person_changes_codes_and_archives_and_restores_accounts(app: XeroApp) -> None:
    """A code may change hands; the id stays (FACTS 5, Accounts)."""
    sales = next(row for row in app.person("GET", "/accounts")["Accounts"] if row.get("Code") == "200")
    assert app.person("PATCH", "/accounts/200", Code="4000")["AccountID"] == sales["AccountID"]
    assert app.person("PATCH", "/accounts/210", Code="200")["Name"] == "Labour Sales"
    assert app.put_invoice()["LineItems"][0]["AccountID"] != sales["AccountID"]
    path = f"/control/people/{app.tenant_id}/accounts/4000"
    assert app.http.patch(path, json={"Code": "200"}).status_code == 400
    assert app.person("POST", "/accounts/4000/archive")["Status"] == "ARCHIVED"
    assert app.person("POST", "/accounts/4000/restore")["Status"] == "ACTIVE"


def test_a_person_adds_and_deletes_tax_rates(app: XeroApp) -> None:
    """A custom rate is TAX001; a deleted one is still listed and may not be used."""
    made = app.person("POST", "/taxrates", Name="Levy", Rate=2.5)
    assert (made["TaxType"], made["EffectiveRate"]) == ("TAX001", 2.5)
    assert app.put_invoice(LineItems=[build_line(TaxType="TAX001")])["TotalTax"] == 2.5
    assert app.person("DELETE", "/taxrates/TAX001")["Status"] == "DELETED"
    assert app.get("/TaxRates/TAX001")["TaxRates"][0]["Status"] == "DELETED"
    refused = app.call("PUT", "/Invoices", build_invoice(LineItems=[build_line(TaxType="TAX001")]))
    assert "TAX001 does not exist" in messages_of(refused)[0]
    assert app.person("POST", "/taxrates", Name="Next", Rate=1)["TaxType"] == "TAX002"


def test_a_merged_contact_points_to_the_one_that_stays(app: XeroApp) -> None:
    """Archived, its documents moved; MergedToContactID only when paged or fetched singly (FACTS 5, Contacts)."""
    invoice = app.put_invoice()
    gone = invoice["Contact"]["ContactID"]
    kept = app.person("POST", "/contacts", Name="Kim Tran Plumbing")["ContactID"]
    app.person("POST", f"/contacts/{gone}/merge", Into="Kim Tran Plumbing")
    one = app.get(f"/Contacts/{gone}")["Contacts"][0]
    assert (one["ContactStatus"], one["MergedToContactID"]) == ("ARCHIVED", kept)
    listed = app.get("/Contacts", IDs=gone, includeArchived="true")["Contacts"][0]
    assert "MergedToContactID" not in listed
    paged = app.get("/Contacts", IDs=gone, includeArchived="true", page=1)["Contacts"][0]
    assert paged["MergedToContactID"] == kept
    assert app.read_invoice(invoice["InvoiceID"])["Contact"]["ContactID"] == kept
    assert app.call("PUT", "/Invoices", build_invoice(Contact={"ContactID": gone})).status_code == 400
    assert app.http.post(f"/control/people/{app.tenant_id}/contacts/{gone}/restore").status_code == 400
    assert app.http.post(f"/control/people/{app.tenant_id}/contacts/{kept}/merge", json={}).status_code == 404


def test_the_sdk_reads_all_of_it(sdk: Sdk, region: dict[str, Any]) -> None:
    """Tracking, themes, actions, groups, notes, the online address, a merged contact."""
    group = sdk.app.person("POST", "/contactgroups", Name="Trade")["ContactGroupID"]
    made = track(sdk.app, {"Name": "Region", "Option": "South"}).json()["Invoices"][0]
    invoice_id, contact_id = made["InvoiceID"], made["Contact"]["ContactID"]
    assert sdk.get_invoice(invoice_id).invoices[0].line_items[0].tracking[0].option == "South"
    [category] = sdk.get_tracking_categories().tracking_categories
    assert sdk.get_tracking_category(category.tracking_category_id).tracking_categories[0].name == "Region"
    theme = sdk.get_branding_themes().branding_themes[0]
    assert sdk.get_branding_theme(theme.branding_theme_id).branding_themes[0].name == theme.name
    assert len(sdk.get_organisation_actions().actions) > 10
    joining = Contacts(contacts=[Contact(contact_id=contact_id)])
    assert sdk.create_contact_group_contacts(group, joining).contacts[0].contact_id == contact_id
    assert sdk.get_contact_groups().contact_groups[0].name == "Trade"
    assert sdk.get_contact_group(group).contact_groups[0].contacts[0].name == "Kim Tran"
    note = HistoryRecords(history_records=[HistoryRecord(details="Sent by app")])
    assert sdk.create_invoice_history(invoice_id, note).history_records[0].details == "Sent by app"
    assert sdk.get_invoice_history(invoice_id).history_records[0].user == "System Generated"
    assert sdk.get_online_invoice(invoice_id).online_invoices[0].online_invoice_url
    kept = sdk.app.person("POST", "/contacts", Name="Kept")["ContactID"]
    sdk.app.person("POST", f"/contacts/{contact_id}/merge", Into=kept)
    assert sdk.get_contact(contact_id).contacts[0].merged_to_contact_id == kept
