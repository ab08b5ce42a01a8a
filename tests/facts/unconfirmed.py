"""What nobody has confirmed of Xero (FACTS 8), and the tests by which either answer is survived.

Where the sandbox has a switch, a test turns it both ways. What is not about behaviour, or cannot hurt us, says why it
has no test.
"""

from tests.facts.fact import Fact

UNCONFIRMED = [
    Fact("8", "Rounding mode", "Rounding mode",
         {"sandbox/xero/switches": "half_a_cent_is_rounded_either_way",
          "unit/xero/totals_agree": "totals_are_equal_to_the_cent a_difference_is_mended_or_held "
          "half_a_cent_of_a_line_is_held",
          "scenarios/unconfirmed": "half_a_cent_that_xero_rounds_otherwise_is_mended_or_told"}),
    Fact("8", "What is done with a LineAmount that contradicts", "behaviour of LineAmount conflicts",
         {"sandbox/xero/switches": "a_line_amount_that_contradicts_is_taken_or_ignored",
          "integration/xero/unconfirmed": "line_amounts_are_not_ours_to_contradict",
          "facts/promises": "each_promise_can_be_broken"}),
    Fact("8", "Whether a reconciled payment can be deleted", "deleting a reconciled payment",
         {"sandbox/xero/switches": "a_reconciled_payment_may_be_deleted_or_not",
          "integration/xero/unconfirmed": "deleting_a_reconciled_payment_is_done_or_refused_as_a_value",
          "scenarios/invoice_fields": "a_payment_reconciled_with_the_bank_stays"}),
    Fact("8", "Whether If-Modified-Since includes its second", "whether If-Modified-Since is inclusive",
         {"sandbox/xero/switches": "the_very_second_is_modified_since_or_is_not",
          "integration/xero/unconfirmed": "what_moved_in_the_very_second_is_found"}),
    Fact("8", "In what order events come, and over what they are numbered",
         "event ordering across tenants and sequence scope",
         {"sandbox/xero/switches": "events_may_be_numbered_by_tenant",
          "sandbox/xero/webhooks": "events_can_be_shuffled",
          "unit/domain/connections/event_sequence":
          "numbers_of_several_tenants_open_no_gap_for_a_tenant_that_is_behind_another",
          "scenarios/unconfirmed": "a_life_in_a_xero_that_answers_the_other_way"}),
    Fact("8", "Whether deleting a draft tells an event", "whether a DELETED draft raises an INVOICE event",
         {"sandbox/xero/switches": "deleting_a_draft_tells_an_event_or_not",
          "scenarios/gate": "t3_drafts_and_bills_of_xero_never_reach_the_app",
          "scenarios/unconfirmed": "a_life_in_a_xero_that_answers_the_other_way"}),
    Fact("8", "Whether a list of nothing modified is empty or a 304", "304 vs empty 200",
         {"sandbox/xero/switches": "nothing_modified_is_an_empty_list_or_a_304",
          "integration/xero/unconfirmed": "nothing_modified_is_nothing_however_it_is_said",
          "integration/xero/searches": "nothing_moved_is_survived_however_it_is_said"}),
    Fact("4.9", "Whether an idempotency key belongs to the app or to the access token", "scoped to the access token",
         {"sandbox/xero/switches": "an_idempotency_key_may_belong_to_the_access_token",
          "integration/xero/unconfirmed": "a_repeated_create_makes_no_second_invoice",
          "scenarios/unconfirmed": "a_life_in_a_xero_that_answers_the_other_way"}),
    Fact("4.6", "Whether a POST without lines leaves them as they are", "leaves lines alone (from memory",
         {"sandbox/xero/switches": "a_post_without_lines_may_cost_the_discounts",
          "integration/xero/unconfirmed": "an_update_without_lines_says_what_became_of_them",
          "scenarios/unconfirmed": "a_discount_outlives_an_update_of_something_else"}),
    Fact("5 Accounts", "Which account a line has whose AccountID and AccountCode name two",
         "codes can be edited by users**: store AccountID, send Code or AccountID. LineItem accepts AccountID too",
         {"sandbox/xero/switches": "a_line_that_names_two_accounts_has_either_or_none",
          "scenarios/codes_moved": "a_new_invoice_goes_to_the_accounts_that_were_chosen "
          "a_line_that_is_added_goes_to_its_own_account a_credit_and_a_deposit_go_to_the_accounts_that_were_chosen"}),
]  # fmt: skip
"""`source` is the passage of the facts that leaves it open."""

NOTHING_TO_TEST = {
    "egress counting": "what Xero bills for is not seen in its answers; ours is counted and shown as our own count",
    "un-archiving contacts by API": "we never ask for it: an archived contact holds its invoices until a person acts",
    "current text of Xero's webhook/idempotency/limits pages": "is about the pages, not about what Xero does",
    "OAS here is 16.1.0, not 19.0.0": "is about the copy of the specification",
}
"""Open questions without a test: why."""
