"""Reading invoices: lists, pages, filters, If-Modified-Since (FACTS 4.7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.xero.driver import XeroApp, build_invoice, build_line


def numbers(answer: dict[str, Any]) -> list[str]:
    """The invoice numbers of a list, in its order."""
    return [row["InvoiceNumber"] for row in answer["Invoices"]]


@pytest.fixture
def three(app: XeroApp) -> list[dict[str, Any]]:
    """A draft, an approved and a voided invoice: D, A and V."""
    made = [app.put_invoice(InvoiceNumber="D", Status="DRAFT", Contact={"Name": "Ada"}, Reference="PO 7")]
    made += [app.put_invoice(InvoiceNumber="A", DueDate="2077-01-01"), app.put_invoice(InvoiceNumber="V")]
    app.post_invoice(made[2], Status="VOIDED")
    return made


def test_an_unpaged_list_has_no_lines_and_a_contact_in_summary(
    app: XeroApp, three: list[dict[str, Any]]
) -> None:
    """Also when it is asked by ids: only `page` brings the lines."""
    queries: tuple[dict[str, Any], ...] = ({}, {"IDs": ",".join(row["InvoiceID"] for row in three)})
    for query in queries:
        answer = app.get("/Invoices", **query)
        assert numbers(answer) == ["D", "A", "V"]
        assert "pagination" not in answer
        assert all(row["LineItems"] == [] for row in answer["Invoices"])
        assert "EmailAddress" not in answer["Invoices"][0]["Contact"]


def test_a_paged_list_has_lines_and_says_how_many_pages(app: XeroApp, three: list[dict[str, Any]]) -> None:
    """Pages of any size up to 1,000, oldest change first."""
    answer = app.get("/Invoices", page=2, pageSize=2)
    assert numbers(answer) == ["V"]
    assert answer["pagination"] == {"page": 2, "pageSize": 2, "pageCount": 2, "itemCount": 3}
    assert answer["Invoices"][0]["LineItems"][0]["Description"] == "Labour"
    assert app.get("/Invoices", page=3)["Invoices"] == []


def test_rows_move_from_page_to_page_when_something_changes_between_them(
    app: XeroApp, three: list[dict[str, Any]]
) -> None:
    """A page shows what there is when it is asked for, not what there was at the first of them."""
    assert numbers(app.get("/Invoices", page=1, pageSize=2)) == ["D", "A"]
    app.post_invoice(three[0], Reference="moved")
    assert numbers(app.get("/Invoices", page=2, pageSize=2)) == ["D"]
    assert numbers(app.get("/Invoices", page=1, pageSize=2)) == ["A", "V"]


def test_statuses_and_summary_only_page_the_list_too(app: XeroApp, three: list[dict[str, Any]]) -> None:
    """`summaryOnly` drops lines and payments altogether."""
    assert numbers(app.get("/Invoices", Statuses="DRAFT,VOIDED")) == ["D", "V"]
    row = app.get("/Invoices", summaryOnly="true")["Invoices"][0]
    assert not {"LineItems", "Payments", "HasAttachments"} & row.keys()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"InvoiceNumbers": "A,V,none"}, ["A", "V"]),
        ({"SearchTerm": "po 7"}, ["D"]),
        ({"where": 'Status=="AUTHORISED"'}, ["A"]),
        ({"where": 'Type=="ACCREC" AND Contact.Name=="ada"'}, ["D"]),
        ({"where": 'InvoiceNumber=="A" OR InvoiceNumber=="V"'}, ["A", "V"]),
        ({"where": "DueDate>=DateTime(2027,01,01) && AmountDue>0"}, ["A"]),
        ({"where": 'Reference.StartsWith("PO") && (Status!="VOIDED")'}, ["D"]),
        ({"where": "Date<DateTime(2026,11,20)"}, []),
        ({"order": "InvoiceNumber DESC"}, ["V", "D", "A"]),
        ({"order": "UpdatedDateUTC DESC"}, ["V", "A", "D"]),
    ],
)
def test_lists_are_filtered_and_ordered(
    app: XeroApp, three: list[dict[str, Any]], query: dict[str, Any], found: list[str]
) -> None:
    """The filters and orders that Xero documents as optimised."""
    assert numbers(app.get("/Invoices", **query)) == found


def test_ids_can_be_joined_by_or(app: XeroApp, three: list[dict[str, Any]]) -> None:
    """`InvoiceID==Guid("...") OR ...` is the one optimised OR."""
    where = " OR ".join(f'InvoiceID==Guid("{row["InvoiceID"]}")' for row in three[:2])
    assert numbers(app.get("/Invoices", where=where)) == ["D", "A"]
    assert numbers(app.get("/Invoices", ContactIDs=three[0]["Contact"]["ContactID"])) == ["D"]


@pytest.mark.parametrize(
    "query",
    [{"where": "Nothing==1"}, {"where": 'Status="'}, {"where": "Status=="}, {"order": "Nope"}, {"page": "x"}],
)
def test_a_filter_that_cannot_be_read_is_a_400(app: XeroApp, query: dict[str, Any]) -> None:
    """ErrorNumber 16, never an unfiltered list."""
    answer = app.call("GET", "/Invoices", **query)
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 16)


def test_if_modified_since_leaves_out_the_very_second_asked_for(app: XeroApp) -> None:
    """Whether Xero includes it is not documented: the sandbox takes the harsher reading."""
    app.put_invoice(InvoiceNumber="early")
    app.control("POST", "/clock", advance_seconds=60)
    late = app.put_invoice(InvoiceNumber="late")
    second = _updated_at(late).replace(microsecond=0)
    assert _since(app, second - timedelta(seconds=1)) == ["late"]
    assert _since(app, second) == []
    assert _since(app, second - timedelta(seconds=90)) == ["early", "late"]


@pytest.mark.parametrize(
    "spoiled", ["2030-01-01T00:00:00Z", "2030-01-01T00:00:00.000", "Tue, 01 Jan 2030 00:00:00 GMT"]
)
def test_if_modified_since_in_another_form_is_ignored(app: XeroApp, spoiled: str) -> None:
    """Milliseconds or a Z bring the full list."""
    app.put_invoice(InvoiceNumber="one")
    assert numbers(app.get("/Invoices", headers={"if-modified-since": spoiled})) == ["one"]


def _updated_at(invoice: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(invoice["UpdatedDateUTC"][6:19]) / 1000, UTC)


def _since(app: XeroApp, instant: datetime) -> list[str]:
    return numbers(app.get("/Invoices", headers={"if-modified-since": instant.strftime("%Y-%m-%dT%H:%M:%S")}))


def test_created_by_my_app_leaves_out_what_persons_made(app: XeroApp) -> None:
    """A person's invoice is not the app's."""
    app.put_invoice(InvoiceNumber="ours")
    app.person("POST", "/invoices", **build_invoice(InvoiceNumber="theirs"))
    assert numbers(app.get("/Invoices", createdByMyApp="true")) == ["ours"]


def test_one_invoice_is_read_by_id_and_by_number(app: XeroApp) -> None:
    """With its whole contact and its lines."""
    made = app.put_invoice(InvoiceNumber="J-9")
    assert app.read_invoice("J-9")["InvoiceID"] == made["InvoiceID"]
    assert app.read_invoice(made["InvoiceID"].upper())["Contact"]["ContactStatus"] == "ACTIVE"
    assert app.call("GET", "/Invoices/none").status_code == 404


def test_a_thousand_invoices_take_twenty_writes_and_two_reads(app: XeroApp) -> None:
    """Batches of fifty in, pages of five hundred out, each once."""
    app.control("PUT", "/limits", minute=1000)
    for start in range(0, 1000, 50):
        batch = [
            build_invoice(InvoiceNumber=f"T-{n}", LineItems=[build_line()]) for n in range(start, start + 50)
        ]
        assert app.call("PUT", "/Invoices", {"Invoices": batch}, summarizeErrors="false").status_code == 200
    seen = [number for page in (1, 2) for number in numbers(app.get("/Invoices", page=page, pageSize=500))]
    assert sorted(seen) == sorted(f"T-{n}" for n in range(1000))


def test_what_is_not_built_answers_501(app: XeroApp) -> None:
    """Never an empty list or a plain 404."""
    for method, path in (
        ("GET", "/PurchaseOrders"),
        ("PUT", "/Quotes"),
        ("POST", "/Invoices/x/Email"),
        ("PUT", "/Accounts"),
    ):
        answer = app.call(method, path, {})
        assert answer.status_code == 501, path
        assert path in answer.json()["Detail"]


def test_json_must_be_asked_for(app: XeroApp) -> None:
    """Xero answers XML otherwise, which the sandbox does not have."""
    assert app.call("GET", "/Organisation", headers={"accept": "*/*"}).status_code == 501
