"""The mark of what a test transaction makes in Xero, by which it is found again and never taken for a person's.

The invoice carries it in its reference, the contact in its ContactNumber. It names the test, so that a clean-up finds
exactly what is its own, whatever became of the answers.
"""

from uuid import UUID

REFERENCE = "Plumbline test "
CONTACT_NUMBER = "plumbline-test:"
"""With the test's id it is shorter than the fifty characters of a ContactNumber (FACTS 5)."""


def reference_of(test_id: UUID) -> str:
    """The mark of a test's invoice."""
    return f"{REFERENCE}{test_id.hex}"


def contact_number_of(test_id: UUID) -> str:
    """The mark of a test's contact."""
    return f"{CONTACT_NUMBER}{test_id.hex}"


def is_of_a_test(reference: str | None) -> bool:
    """Whether an invoice's reference is the mark of some test."""
    return (reference or "").startswith(REFERENCE)
