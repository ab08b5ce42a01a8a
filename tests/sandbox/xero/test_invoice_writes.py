"""Creating and updating invoices by the API (FACTS 4.1, 4.3, 4.6, 4.8)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.sandbox.xero.writes.contact_writes import NOT_IDENTIFIED
from tests.sandbox.xero.driver import XeroApp, build_invoice, build_line, messages_of


def test_a_new_invoice_has_number_totals_and_a_new_contact(app: XeroApp) -> None:
    """Auto numbering, tax per line, a contact made from its name alone."""
    made = app.put_invoice()
    assert (made["InvoiceNumber"], made["Status"]) == ("INV-0001", "AUTHORISED")
    assert (made["SubTotal"], made["TotalTax"], made["Total"], made["AmountDue"]) == (
        100.0,
        10.0,
        110.0,
        110.0,
    )
    assert made["DateString"] == "2026-11-20T00:00:00"
    assert made["Date"] == "/Date(1795132800000+0000)/"
    assert made["Contact"]["IsCustomer"] is True
    assert made["LineItems"][0]["TaxType"] == "OUTPUT"


def test_put_only_creates_and_numbers_stay_taken(app: XeroApp) -> None:
    """A number is taken for good, also by a voided invoice."""
    made = app.put_invoice(InvoiceNumber="J-1")
    assert messages_of(app.call("PUT", "/Invoices", build_invoice(InvoiceNumber="j-1"))) == [
        "Invoice # must be unique."
    ]
    assert app.post_invoice(made, Status="VOIDED").status_code == 200
    assert messages_of(app.call("PUT", "/Invoices", build_invoice(InvoiceNumber="J-1"))) == [
        "Invoice # must be unique."
    ]
    assert messages_of(app.call("POST", "/Invoices", build_invoice(InvoiceNumber="J-1"))) == [
        "Invoice not of valid status for modification"
    ]


def test_post_with_a_known_number_overwrites_that_invoice(app: XeroApp) -> None:
    """The upsert that makes PUT the only safe way to create."""
    made = app.put_invoice(InvoiceNumber="J-1")
    answer = app.call("POST", "/Invoices", build_invoice(InvoiceNumber="J-1", Reference="stranger"))
    assert answer.json()["Invoices"][0]["InvoiceID"] == made["InvoiceID"]
    assert app.read_invoice("J-1")["Reference"] == "stranger"


def test_auto_numbers_pass_over_those_that_are_taken(app: XeroApp) -> None:
    """The app's numbers and Xero's own sequence may collide."""
    app.put_invoice(InvoiceNumber="INV-0001")
    assert app.put_invoice()["InvoiceNumber"] == "INV-0002"


def test_bills_share_numbers_and_have_no_reference(app: XeroApp) -> None:
    """ACCPAY numbers are not unique; Reference is ACCREC only."""
    first = app.put_invoice(
        Type="ACCPAY", InvoiceNumber="B-1", Reference="x", LineItems=[build_line(AccountCode="429")]
    )
    second = app.put_invoice(Type="ACCPAY", InvoiceNumber="B-1", LineItems=[build_line(AccountCode="429")])
    assert first["InvoiceID"] != second["InvoiceID"]
    assert first["Reference"] == ""


@pytest.mark.parametrize(
    ("held", "wanted", "is_allowed"),
    [
        ("DRAFT", "SUBMITTED", True),
        ("DRAFT", "AUTHORISED", True),
        ("DRAFT", "DELETED", True),
        ("DRAFT", "VOIDED", False),
        ("SUBMITTED", "DRAFT", True),
        ("SUBMITTED", "DELETED", True),
        ("AUTHORISED", "VOIDED", True),
        ("AUTHORISED", "DRAFT", False),
        ("AUTHORISED", "DELETED", False),
        ("AUTHORISED", "PAID", False),
    ],
)
def test_statuses_follow_the_documented_table(app: XeroApp, held: str, wanted: str, is_allowed: bool) -> None:
    """Every transition of FACTS 4.1, and what is not in it is refused."""
    made = app.put_invoice(Status=held)
    answer = app.post_invoice(made, Status=wanted)
    if is_allowed:
        assert answer.json()["Invoices"][0]["Status"] == wanted
    else:
        assert messages_of(answer) == ["Invoice not of valid status for modification"]


def test_voided_and_deleted_are_terminal_and_owe_nothing(app: XeroApp) -> None:
    """Nothing can be written to a dead invoice."""
    made = app.put_invoice()
    voided = app.post_invoice(made, Status="VOIDED").json()["Invoices"][0]
    assert (voided["AmountDue"], voided["Total"]) == (0.0, 110.0)
    assert messages_of(app.post_invoice(made, Reference="late")) == [
        "Invoice not of valid status for modification"
    ]


def test_fields_that_are_not_sent_stay(app: XeroApp) -> None:
    """A POST of one field changes that field."""
    made = app.put_invoice(Reference="PO 1", Url="https://app.example/i/1")
    after = app.post_invoice(made, Reference="PO 2").json()["Invoices"][0]
    assert after["Reference"] == "PO 2"
    same = ("Url", "DueDate", "LineItems", "Total", "InvoiceNumber", "LineAmountTypes")
    assert {name: after[name] for name in same} == {name: made[name] for name in same}


def test_lines_are_matched_by_id_and_unsent_ones_are_deleted(app: XeroApp) -> None:
    """FACTS 4.6, all three cases in one request; what a matched line does not say stays."""
    made = app.put_invoice(
        LineItems=[build_line(), build_line(Description="Parts"), build_line(Description="Travel")]
    )
    first, second, _ = made["LineItems"]
    lines = [
        {"LineItemID": second["LineItemID"], "UnitAmount": 50},
        {"LineItemID": first["LineItemID"]},
        build_line(),
    ]
    after = app.post_invoice(made, LineAmountTypes="Exclusive", LineItems=lines).json()["Invoices"][0][
        "LineItems"
    ]
    assert [line["LineItemID"] for line in after[:2]] == [second["LineItemID"], first["LineItemID"]]
    assert (after[0]["Description"], after[0]["UnitAmount"], after[0]["TaxAmount"]) == ("Parts", 50.0, 5.0)
    assert len(after) == 3
    assert after[2]["LineItemID"] not in {line["LineItemID"] for line in made["LineItems"]}


def test_lines_without_ids_are_all_recreated(app: XeroApp) -> None:
    """Every LineItemID is new."""
    made = app.put_invoice()
    after = app.post_invoice(made, LineItems=[build_line()]).json()["Invoices"][0]
    assert after["LineItems"][0]["LineItemID"] != made["LineItems"][0]["LineItemID"]


def test_lines_without_a_basis_fall_back_to_exclusive(app: XeroApp) -> None:
    """Leaving LineAmountTypes out of an update of an Inclusive invoice re-bases its tax (FACTS 4.4)."""
    made = app.put_invoice(LineAmountTypes="Inclusive")
    assert made["Total"] == 100.0
    lines = [{"LineItemID": made["LineItems"][0]["LineItemID"]}]
    after = app.post_invoice(made, LineItems=lines).json()["Invoices"][0]
    assert (after["LineAmountTypes"], after["Total"]) == ("Exclusive", 110.0)


def test_an_approved_invoice_needs_accounts_due_date_and_lines_a_draft_does_not(app: XeroApp) -> None:
    """What a draft may lack is asked for on approval."""
    bare = {"Description": "Labour", "Quantity": 1, "UnitAmount": 10}
    draft = app.put_invoice(Status="DRAFT", DueDate=None, LineItems=[bare])
    assert messages_of(app.post_invoice(draft, Status="AUTHORISED")) == [
        "The account code or ID must be specified",
        "The document DueDate field must be specified.",
    ]
    assert messages_of(app.call("PUT", "/Invoices", build_invoice(LineItems=[]))) == [
        "One or more line items must be specified"
    ]


def test_sent_to_contact_is_a_warning_on_a_draft(app: XeroApp) -> None:
    """It does not stop the write and does not stick."""
    draft = app.put_invoice(Status="DRAFT", SentToContact=True)
    assert draft["SentToContact"] is False
    assert draft["StatusAttributeString"] == "WARNING"
    assert draft["Warnings"] == [{"Message": "Only AUTHORISED invoices may have SentToContact updated."}]
    assert app.put_invoice(SentToContact=True)["SentToContact"] is True


def test_a_batch_says_per_element_what_became_of_it(app: XeroApp) -> None:
    """summarizeErrors=false: HTTP 200, OK and ERROR side by side."""
    batch = [
        build_invoice(InvoiceNumber="A"),
        build_invoice(InvoiceNumber="A"),
        build_invoice(InvoiceNumber="B"),
    ]
    answer = app.call("PUT", "/Invoices", {"Invoices": batch}, summarizeErrors="false")
    assert answer.status_code == 200
    found = answer.json()["Invoices"]
    assert [entry["StatusAttributeString"] for entry in found] == ["OK", "ERROR", "OK"]
    assert found[1]["HasErrors"] is True
    assert found[1]["InvoiceID"] == "00000000-0000-0000-0000-000000000000"
    assert found[1]["ValidationErrors"] == [{"Message": "Invoice # must be unique."}]


def test_without_it_a_batch_answers_400_and_still_keeps_the_good_ones(app: XeroApp) -> None:
    """The trap that developers report: only the refused are shown, the others were made."""
    batch = [
        build_invoice(InvoiceNumber="A"),
        build_invoice(InvoiceNumber="A"),
        build_invoice(InvoiceNumber="B"),
    ]
    answer = app.call("PUT", "/Invoices", {"Invoices": batch})
    assert messages_of(answer) == ["Invoice # must be unique."]
    assert {row["InvoiceNumber"] for row in app.get("/Invoices")["Invoices"]} == {"A", "B"}


def test_a_refused_invoice_leaves_no_contact_behind(app: XeroApp) -> None:
    """An element is written whole or not at all."""
    app.call("PUT", "/Invoices", build_invoice(LineItems=[build_line(AccountCode="999")]))
    assert app.get("/Contacts")["Contacts"] == []


def test_names_outside_the_specification_refuse_the_whole_request(app: XeroApp) -> None:
    """Echoing the string twins of dates back is such a name (FACTS 4.5)."""
    for body in (
        build_invoice(DateString="2026-11-20T00:00:00"),
        build_invoice(LineItems=[build_line(Price=1)]),
    ):
        answer = app.call("PUT", "/Invoices", {"Invoices": [build_invoice(), body]})
        assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 14)
    assert app.get("/Invoices")["Invoices"] == []


@pytest.mark.parametrize("line", [build_line(Quantity="many"), build_line(UnitAmount={"a": 1})])
def test_values_of_the_wrong_kind_refuse_the_whole_request(app: XeroApp, line: dict[str, Any]) -> None:
    """ErrorNumber 14, and the elements before the bad one are not kept."""
    answer = app.call("PUT", "/Invoices", {"Invoices": [build_invoice(), build_invoice(LineItems=[line])]})
    assert (answer.status_code, answer.json()["Type"]) == (400, "PostDataInvalidException")
    assert app.get("/Invoices")["Invoices"] == []


ARCHIVED_ACCOUNT = (
    "Account code '299' has been archived, or has been deleted. Each line item must reference a valid account"
)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Type": "SALE"}, "Invoice not of valid type for creation"),
        ({"Contact": {}}, NOT_IDENTIFIED),
        ({"CurrencyCode": "EUR"}, "Organisation is not subscribed to currency EUR"),
        ({"Url": "https://go.xero.com/x"}, "Url cannot contain the word xero."),
    ],
)
def test_refused_headers_are_told_in_xeros_words(app: XeroApp, changes: dict[str, Any], message: str) -> None:
    """The messages that Xero is known to give (and the sandbox's own where none is known)."""
    assert message in messages_of(app.call("PUT", "/Invoices", build_invoice(**changes)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"UnitAmount": -1}, "The document total cannot be less than zero."),
        ({"AccountCode": "9x"}, "Account code '9x' is not a valid code for this document"),
        ({"AccountCode": "091"}, "Account code '091' is not a valid code for this document"),
        ({"AccountCode": "299"}, ARCHIVED_ACCOUNT),
        ({"TaxType": "INPUT"}, "The TaxType code 'INPUT' cannot be used with account code '200'."),
        ({"LineAmount": 99}, "The line total 99.00 does not match the expected line total 100.00"),
        ({"ItemCode": "X"}, "Item Code is invalid."),
    ],
)
def test_refused_lines_are_told_in_xeros_words(app: XeroApp, changes: dict[str, Any], message: str) -> None:
    """Accounts, tax, amounts and items of lines."""
    invoice = build_invoice(LineItems=[build_line(**changes)])
    assert message in messages_of(app.call("PUT", "/Invoices", invoice))


def test_an_unknown_tax_type_is_refused_twice_as_xero_does(app: XeroApp) -> None:
    """Once for not existing, once for not suiting the account."""
    answer = app.call("PUT", "/Invoices", build_invoice(LineItems=[build_line(TaxType="GST on Income")]))
    assert messages_of(answer) == [
        "The TaxType code GST on Income does not exist or cannot be used for this type of transaction.",
        "The TaxType code 'GST on Income' cannot be used with account code '200'.",
    ]


def test_the_date_defaults_to_the_day_where_the_organisation_is(app: XeroApp) -> None:
    """Not the day in London: late in a UTC day it is already tomorrow in Sydney."""
    now = datetime.fromisoformat(app.control("GET", "/state")["clock"])
    evening = now.replace(hour=20, minute=0, second=0)
    evening += timedelta(days=1 if evening < now else 0)
    app.control("POST", "/clock", advance_seconds=int((evening - now).total_seconds()) + 1)
    app.connect()
    tomorrow = evening.date() + timedelta(days=1)
    assert app.put_invoice(Date=None)["DateString"] == f"{tomorrow}T00:00:00"


def test_dates_are_read_in_every_form_that_xero_reads(app: XeroApp) -> None:
    """YYYY-MM-DD, ISO, /Date()/ with and without an offset."""
    for text in ("2026-11-20", "2026-11-20T00:00:00", "/Date(1795132800000)/", "/Date(1795132800000+1100)/"):
        assert app.put_invoice(Date=text)["DateString"] == "2026-11-20T00:00:00"


def test_an_unknown_id_is_a_refusal_in_a_list_and_a_404_in_the_path(app: XeroApp) -> None:
    """The two ways to name an invoice fail in two ways."""
    nobody = "11111111-2222-3333-4444-555555555555"
    assert messages_of(app.call("POST", "/Invoices", {"InvoiceID": nobody})) == [
        "An existing Invoice with the specified InvoiceID could not be found"
    ]
    answer = app.call("POST", f"/Invoices/{nobody}", {"Reference": "x"})
    assert (answer.status_code, answer.text) == (404, "The resource you're looking for cannot be found")


def test_nested_contact_fields_edit_the_contact(app: XeroApp) -> None:
    """An id alone refers; anything beside it writes (FACTS 0.9)."""
    made = app.put_invoice()
    contact_id = made["Contact"]["ContactID"]
    app.put_invoice(Contact={"ContactID": contact_id})
    app.put_invoice(Contact={"ContactID": contact_id, "EmailAddress": "kim@example.com", "Name": "Kim T"})
    [contact] = app.get("/Contacts")["Contacts"]
    assert (contact["Name"], contact["EmailAddress"]) == ("Kim T", "kim@example.com")


def test_a_name_alone_reuses_the_active_contact_with_that_name(app: XeroApp) -> None:
    """Exact match reuses; an archived one is refused."""
    first = app.put_invoice()
    assert (
        app.put_invoice(Contact={"Name": "kim tran"})["Contact"]["ContactID"] == first["Contact"]["ContactID"]
    )
    app.person("POST", f"/contacts/{first['Contact']['ContactID']}/archive")
    assert messages_of(app.call("PUT", "/Invoices", build_invoice()))[0].startswith(
        "The contact with the specified contact details has been archived."
    )


def test_every_change_moves_updated_date_by_at_least_a_millisecond(app: XeroApp) -> None:
    """Strictly increasing per invoice, so that an echo can be told by its instant."""
    made = app.put_invoice()
    seen = [made["UpdatedDateUTC"]]
    for number in range(5):
        seen.append(app.post_invoice(made, Reference=f"r{number}").json()["Invoices"][0]["UpdatedDateUTC"])
    assert seen == sorted(set(seen))
