"""A person says that a customer is one of Xero's that another has too, while work on both's invoices is under way."""

from tests.scenarios.both_sides import assert_alike
from tests.scenarios.contact_sides import contact_in_xero
from tests.scenarios.house import House
from tests.scenarios.test_one_customer_twice import AGAIN, BOB, NAME, link
from tests.scenarios.troubles import in_the_middle


async def test_an_invoice_that_comes_to_xero_meanwhile_stays_its_customers(house: House) -> None:
    """Whose the contact is was asked for the other one's invoice, before they shared it."""
    await house.write("inv_1", contact=BOB)
    await house.drain()
    xero_id = (await contact_in_xero(house, NAME))["ContactID"]
    await house.write("inv_2", contact=AGAIN)
    await house.edit("inv_1", reference="PO 7")
    async with in_the_middle(house, "GET", "/Invoices"):
        assert (await link(house, "cus_2", xero_id, is_shared=True)).status_code == 200
    await house.drain()
    assert [(await house.in_app(each))["contact"]["id"] for each in ("inv_1", "inv_2")] == ["cus_1", "cus_2"]
    assert (await house.in_xero("N-inv_2"))["Contact"]["ContactID"] == xero_id
    for invoice_id in ("inv_1", "inv_2"):
        await assert_alike(house, invoice_id)
