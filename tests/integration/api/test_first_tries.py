"""What a developer meets on the first day: the examples run as they stand, and a mistake is told with its cure."""

from typing import Any

import pytest

from app.domain.connections.connection import ConnectionState
from tests.integration.api.driver import SETTINGS, Plumbline, document, name_faults


def read_example(contract: dict[str, Any], operation_id: str) -> Any:
    """The body that the contract shows for a call."""
    for item in contract["paths"].values():
        for said in item.values():
            if said["operationId"] == operation_id:
                schema = said["requestBody"]["content"]["application/json"]["schema"]
                named = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
                return named["examples"][0]
    raise LookupError(operation_id)


async def test_the_examples_of_documents_are_taken_as_they_stand(plumbline: Plumbline) -> None:
    """One after the other on a new connection: none claims to know what was never told."""
    contract = (await plumbline.http.get("/openapi.json")).json()
    path = await plumbline.open_active(SETTINGS)
    for operation, where, status in (
        ("put_contact", "contacts/cus_17", 201),
        ("put_invoice", "invoices/inv_8801", 201),
        ("put_payment", "invoices/inv_8801/payments/p1", 200),
        ("put_credit", "invoices/inv_8801/credits/c1", 201),
        ("put_item", "items/prd_250", 201),
    ):
        answer = await plumbline.http.put(f"{path}/{where}", json=read_example(contract, operation))
        assert answer.status_code == status, (operation, answer.text)
    for kind in ("contacts", "invoices", "items"):
        example = read_example(contract, f"put_{kind}")
        [told] = (await plumbline.http.put(f"{path}/{kind}", json=example)).json()["data"]
        assert told["outcome"] in ("created", "updated", "unchanged", "stale"), told


async def test_a_secret_is_replaced_without_a_body_as_a_key_is(plumbline: Plumbline) -> None:
    """Everything in the body has a usual value, whichever secret it is."""
    new = {"url": "https://app.example/hooks", "part": "listens"}
    made = (await plumbline.http.post("/v1/webhook-endpoints", json=new)).json()
    path = await plumbline.open_active()
    read = {"url": "https://app.example/read"}
    for where in ("/v1/read-endpoint", f"{path}/read-endpoint"):
        (await plumbline.http.put(where, json=read)).raise_for_status()
    for where in (
        f"/v1/webhook-endpoints/{made['id']}/rotate-secret",
        "/v1/partner/incoming-secret/rotate",
        "/v1/read-endpoint/rotate-secret",
        f"{path}/read-endpoint/rotate-secret",
    ):
        answer = await plumbline.http.post(where)
        assert (answer.status_code, answer.json()["secret"][:6]) == (200, "whsec_"), answer.text


@pytest.mark.parametrize("address", ["/v1", "/v1/nothing", "/v1/connections/x/y/z", "/v2/connections"])
async def test_an_address_that_no_call_has_is_told_from_a_thing_that_is_not_there(
    plumbline: Plumbline, address: str
) -> None:
    """A slip in the address is not taken for a missing invoice."""
    answer = await plumbline.http.get(address)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not_found")
    assert answer.json()["detail"] == "No call has this address; /docs and /openapi.json list them all."


async def test_what_is_made_by_a_post_says_where_it_is(plumbline: Plumbline) -> None:
    """Each answer's Location leads to the very thing."""
    path = await plumbline.open_active()
    app = {"name": "Ours", "client_id": "9F3A", "client_secret": "a secret of Xero's"}
    for where, body in (
        ("/v1/connections", {"business_id": "biz_7"}),
        (f"{path}/fork", {}),
        ("/v1/xero-apps", app),
        ("/v1/webhook-endpoints", {"url": "https://app.example/hooks", "part": "listens"}),
        (f"{path}/exports", {"dry_run": True, "stages": ["contacts"]}),
        (f"{path}/test-transactions", None),
        ("/v1/keys", {"name": "Billing", "role": "read"}),
    ):
        made = await plumbline.http.post(where, json=body)
        assert made.status_code in (201, 202), made.text
        found = await plumbline.http.get(made.headers["location"])
        assert (found.status_code, found.json()["id"]) == (200, made.json()["id"])


async def test_a_xero_app_is_looked_at_by_itself(plumbline: Plumbline) -> None:
    """As it was answered when it was made; one that is nobody's is not found."""
    new = {"name": "Ours", "client_id": "9F3A", "client_secret": "a secret of Xero's"}
    made = (await plumbline.http.post("/v1/xero-apps", json=new)).json()
    assert (await plumbline.http.get(f"/v1/xero-apps/{made['id']}")).json() == made
    stranger = await plumbline.http.get("/v1/xero-apps/6d0dc7b6-7a0f-4b38-9d2a-3d4f5a8f2f10")
    assert stranger.status_code == 404


@pytest.mark.parametrize(
    ("header", "said"), [("If-Match", "{}"), ("If-Match", "W/{}"), ("If-None-Match", "yes"), ("If-Match", "")]
)
async def test_an_etag_without_its_quotes_is_told_as_such(
    plumbline: Plumbline, header: str, said: str
) -> None:
    """Not as that somebody changed it meanwhile, after which one would read and fail for ever."""
    path = await plumbline.open_active()
    where = f"{path}/invoices/inv_1"
    tag = (await plumbline.http.put(where, json=document())).headers["etag"]
    change = document(version=2, reference="PO 2")
    refused = await plumbline.http.put(where, json=change, headers={header: said.format(tag.strip('"'))})
    assert (refused.status_code, name_faults(refused)) == (422, [header])
    assert "in its quotes" in refused.json()["errors"][0]["message"]
    several = f'"other", {tag}'
    assert (await plumbline.http.put(where, json=change, headers={"If-Match": several})).status_code == 200


@pytest.mark.parametrize(
    ("state", "calls", "cure"),
    [
        (ConnectionState.PENDING, ("pause", "resume", "run"), "POST to authorise for a fresh one"),
        (ConnectionState.DISCONNECTED, ("pause", "resume", "run"), "POST to authorise and give consent in Xero again"),
        (ConnectionState.PAUSED, ("run",), "POST to resume"),
    ],
)  # fmt: skip
async def test_a_state_that_forbids_a_call_is_told_with_the_next_step(
    plumbline: Plumbline, state: ConnectionState, calls: tuple[str, ...], cure: str
) -> None:
    """What somebody should do is in the answer itself."""
    path = await plumbline.open_active()
    await plumbline.set_state(path, state, "no consent")
    for call in calls:
        refused = await plumbline.http.post(f"{path}/{call}")
        assert (refused.status_code, cure in refused.json()["detail"]) == (409, True), refused.text


@pytest.mark.parametrize(
    ("wish", "field", "message"),
    [
        ({"action": "merged"}, "values", "is required by merged"),
        ({"action": "merged", "values": {}}, "values", "is required by merged"),
        ({"action": "take_xero", "values": {"reference": "x"}}, "values", "belongs to merged, not to take_xero"),
        ({"action": "relink"}, "xero_id", "is required by relink"),
    ],
)  # fmt: skip
async def test_a_decision_that_lacks_something_names_it(
    plumbline: Plumbline, wish: dict[str, Any], field: str, message: str
) -> None:
    """By itself, and as one of several."""
    path = await plumbline.open_active()
    refused = await plumbline.http.post(f"{path}/conflicts/1/resolve", json=wish)
    assert refused.json()["errors"] == [{"field": field, "message": message}], refused.text
    many = {"resolutions": [{"conflict_id": 1, **wish}]}
    refused = await plumbline.http.post(f"{path}/resolutions", json=many)
    assert refused.json()["errors"] == [{"field": f"resolutions.0.{field}", "message": message}], refused.text


async def test_a_question_without_a_number_names_both_ways_to_ask(plumbline: Plumbline) -> None:
    """And a list that must hold something says so in plain words."""
    path = await plumbline.open_active()
    for query in ("", "?number=", "?number=%20"):
        asked = await plumbline.http.get(f"{path}/why{query}")
        assert asked.json()["errors"] == [{"field": "number", "message": "must be given, or xero_invoice_id"}]
    empty = await plumbline.http.put(f"{path}/invoices", json={"invoices": []})
    assert empty.json()["errors"] == [{"field": "invoices", "message": "must not be empty"}]
    nameless = await plumbline.http.put(
        f"{path}/invoices/inv_1", json=document(contact={"id": "cus_17", "name": ""})
    )
    assert nameless.json()["errors"] == [{"field": "contact.name", "message": "must not be empty"}]


async def test_a_misspelt_field_is_told_with_the_one_that_was_meant(plumbline: Plumbline) -> None:
    """By whichever way a body comes: alone, among others of a list, as a part of an invoice."""
    path = await plumbline.open_active(SETTINGS)
    line = document()["lines"][0] | {"unitPrice": "1.00"}
    alone = await plumbline.http.put(f"{path}/invoices/inv_8801", json=document(lines=[line]))
    [fault] = alone.json()["errors"]
    said = "is not a known field; did you mean unit_price?"
    assert fault == {"field": "lines.0.unitPrice", "message": said}
    together = await plumbline.http.put(f"{path}/invoices", json={"invoices": [document(lines=[line])]})
    [told] = together.json()["data"]
    assert told["problem"]["errors"] == [{"field": "lines.0.unitPrice", "message": said}]
    other = await plumbline.http.post("/v1/connections", json={"businesId": "b9"})
    faults = {each["field"]: each["message"] for each in other.json()["errors"]}
    assert faults["businesId"].startswith("is not a known field; did you mean business_id?")
