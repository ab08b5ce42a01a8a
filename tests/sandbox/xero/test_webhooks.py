"""Webhooks: signature, envelope, what fires, intent to receive, retries, and the tricks to order (FACTS 3)."""

import base64
import hashlib
import hmac

from app.sandbox.xero.events.webhooks import build_signature
from tests.sandbox.xero.driver import Receiver, XeroApp, build_invoice, until


def test_the_signature_of_the_known_vector() -> None:
    """HMAC-SHA256 over the raw bytes, the key as plain text (FACTS 3)."""
    body = b'{"events":[],"lastEventSequence": 0,"firstEventSequence": 0, "entropy": "S0m3r4Nd0mt3xt"}'
    assert build_signature("test-webhook-key", body) == "0bl5Cfft1ma1x7YBSJLYA2CSW1bYBWwuoR1thjkAo7U="
    digest = hmac.new(b"k", b"x", hashlib.sha256).digest()
    assert build_signature("k", b"x") == base64.b64encode(digest).decode()


def test_subscribing_sends_right_and_wrong_signatures(receiver: Receiver, app: XeroApp) -> None:
    """All right ones were answered 200 and all wrong ones 401."""
    intent = app.control("GET", "/webhooks")["intent_to_receive"]
    assert intent["ok"] is True
    assert sorted(request["signed"] for request in intent["requests"]) == ["right", "right", "wrong", "wrong"]


def test_nothing_is_delivered_until_the_intent_succeeds(receiver: Receiver, app: XeroApp) -> None:
    """An endpoint that says 200 to everything, or sets a cookie, is not enabled; events wait for it."""
    receiver.answers = lambda is_right: 200
    assert app.control("PUT", "/webhooks", url=receiver.url)["intent_to_receive"]["ok"] is False
    app.put_invoice()
    receiver.answers = lambda is_right: 200 if is_right else 401
    receiver.cookie = True
    assert "an answer set a cookie" in app.control("POST", "/webhooks/intent")["problems"]
    receiver.cookie = False
    assert receiver.posts == []
    assert app.control("POST", "/webhooks/intent")["ok"] is True
    assert len(receiver.wait_for(2)) == 2


def test_one_post_tells_all_events_of_a_write(receiver: Receiver, app: XeroApp) -> None:
    """The contact that an invoice made, then the invoice; numbered; dated like the resource; without a Z."""
    made = app.put_invoice()
    contact, invoice = receiver.wait_for(2)
    assert [(e["eventCategory"], e["eventType"]) for e in (contact, invoice)] == [
        ("CONTACT", "CREATE"),
        ("INVOICE", "CREATE"),
    ]
    assert invoice["resourceId"] == made["InvoiceID"]
    assert invoice["resourceUrl"].endswith(f"/api.xro/2.0/Invoices/{made['InvoiceID']}")
    assert (invoice["tenantId"], invoice["tenantType"]) == (app.tenant_id, "ORGANISATION")
    millisecond = int(made["UpdatedDateUTC"][6:19]) % 1000
    assert invoice["eventDateUtc"].endswith(f".{millisecond:03d}")
    post = receiver.posts[0]
    assert post["lastEventSequence"] == post["firstEventSequence"] + 1


def test_payments_voids_and_edits_fire_an_invoice_event_and_payments_none_of_their_own(
    receiver: Receiver, app: XeroApp
) -> None:
    """There is no PAYMENT category; a payment and its deletion move the invoice."""
    made = app.person("POST", "/invoices", **build_invoice())
    key = made["InvoiceID"]
    payment = app.person("POST", f"/invoices/{key}/payments", Amount=10)
    app.person("DELETE", f"/payments/{payment['PaymentID']}")
    app.person("PATCH", f"/invoices/{key}", Reference="x")
    app.person("POST", f"/invoices/{key}/void")
    events = receiver.wait_for(6)
    assert [e["eventType"] for e in events if e["eventCategory"] == "INVOICE"] == ["CREATE", *["UPDATE"] * 4]
    assert {e["eventCategory"] for e in events} == {"INVOICE", "CONTACT"}


def test_refused_writes_and_disconnected_organisations_tell_nothing(receiver: Receiver, app: XeroApp) -> None:
    """Webhooks are for connected organisations and for what happened."""
    app.call("PUT", "/Invoices", build_invoice(Type="SALE"))
    app.control("POST", "/disconnect", tenant_id=app.tenant_id)
    app.person("POST", "/contacts", Name="Unheard")
    app.connect()
    app.person("POST", "/contacts", Name="Heard")
    heard = receiver.wait_for(1)
    assert len(heard) == 1
    assert app.person("GET", "/contacts/Heard")["ContactID"] == heard[0]["resourceId"]


def test_held_events_wait_for_the_flush(receiver: Receiver, app: XeroApp) -> None:
    """The flush answers after delivery."""
    app.control("PUT", "/webhooks", mode="held")
    app.put_invoice()
    assert len(app.control("GET", "/webhooks")["pending"]) == 2
    flushed = app.control("POST", "/webhooks/flush")
    assert flushed["events"] == 2
    assert len(receiver.events) == 2


def test_events_can_be_lost_and_doubled(receiver: Receiver, app: XeroApp) -> None:
    """A lost one keeps its number; a doubled one comes twice with the same."""
    app.control("PUT", "/webhooks", mode="held", lose_next=1, double_next=1)
    for name in ("lost", "doubled", "plain"):
        app.person("POST", "/contacts", Name=name)
    app.control("POST", "/webhooks/flush")
    names = [app.person("GET", f"/contacts/{e['resourceId']}")["Name"] for e in receiver.events]
    assert sorted(names) == ["doubled", "doubled", "plain"]


def test_events_can_be_shuffled(receiver: Receiver, app: XeroApp) -> None:
    """Several POSTs, out of order, nothing missing."""
    app.control("PUT", "/webhooks", mode="held", shuffle=True)
    made = [app.person("POST", "/contacts", Name=f"c{n}")["ContactID"] for n in range(12)]
    app.control("POST", "/webhooks/flush")
    arrived = [event["resourceId"] for event in receiver.events]
    assert sorted(arrived) == sorted(made)
    assert arrived != made
    assert len(receiver.posts) == 3


def test_a_wrong_signature_is_followed_by_the_right_one(receiver: Receiver, app: XeroApp) -> None:
    """A 401 is a failed attempt, and the second try comes at once."""
    app.control("PUT", "/webhooks", mode="held", wrong_signature_next=1)
    app.person("POST", "/contacts", Name="A")
    posts = app.control("POST", "/webhooks/flush")["posts"]
    assert [(post["signed"], post["status"]) for post in posts] == [("wrong", 401), ("right", 200)]


def test_a_failed_post_is_tried_at_once_then_every_quarter_hour_then_disabled(
    receiver: Receiver, app: XeroApp
) -> None:
    """After 24 hours nothing is sent until an intent to receive succeeds; then all that was kept is."""
    receiver.answers = lambda is_right: 503
    app.control("PUT", "/webhooks", mode="held")
    app.person("POST", "/contacts", Name="kept")
    assert len(app.control("POST", "/webhooks/flush")["posts"]) == 2
    app.control("POST", "/clock", advance_seconds=86_400)
    assert len(app.control("POST", "/webhooks/flush")["posts"]) == 1
    assert app.control("GET", "/webhooks")["is_disabled"] is True
    receiver.answers = lambda is_right: 200 if is_right else 401
    assert app.control("POST", "/webhooks/flush")["posts"] == []
    assert app.control("POST", "/webhooks/intent")["ok"] is True
    assert app.control("POST", "/webhooks/flush")["events"] == 1
    assert len(receiver.events) == 1


def test_the_quarter_hour_passes_on_the_sandboxes_clock(receiver: Receiver, app: XeroApp) -> None:
    """Advancing the clock brings a due retry without any wait."""
    receiver.answers = lambda is_right: 503
    app.person("POST", "/contacts", Name="kept")
    until(lambda: app.control("GET", "/webhooks")["overdue"])
    receiver.answers = lambda is_right: 200 if is_right else 401
    app.control("POST", "/clock", advance_seconds=900)
    assert len(receiver.wait_for(1)) == 1
