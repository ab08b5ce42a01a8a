"""The facts of sections 1 to 3: consent and tokens, limits, webhooks."""

from tests.facts.fact import Fact

CONSENT = [
    Fact("1", "The authorise address takes scope, state, redirect URI and a PKCE challenge beside a client secret.",
         "NOTE-OCT", {"unit/xero/authorise_url": "the_authorise_address_holds_all_that_xero_needs_and_no_secret",
                      "integration/api/connections": "a_state_and_a_verifier_are_not_kept_in_the_open",
                      "sandbox/xero/oauth": "a_code_with_a_challenge_needs_its_verifier"}),
    Fact("1", "Redirects go to https or to http://localhost; a loopback address in digits is refused.", "SKILL",
         {"sandbox/xero/oauth": "redirects_to_a_bare_loopback_address_are_refused"}),
    Fact("1", "A code works once, for five minutes, and the consent page may not be framed.", "NOTE-OCT",
         {"sandbox/xero/oauth": "a_code_works_once_and_for_five_minutes "
          "the_consent_page_shows_scopes_and_organisations_and_cannot_be_framed",
          "integration/xero/consent": "a_code_works_once_and_with_its_own_verifier"}),
    Fact("1", "An access token lives thirty minutes and names its consent; a refresh token lives sixty unused days.",
         "SKILL", {"sandbox/xero/oauth": "tokens_carry_xeros_claims_and_lifetimes "
                   "a_refresh_token_dies_after_sixty_unused_days",
                   "integration/xero/tokens": "a_token_that_ends_soon_is_refreshed_first "
                   "only_token_sets_that_were_idle_for_long_and_are_needed_are_kept_alive"}),
    Fact("1", "Every refresh rotates the refresh token; the one before may be tried again for thirty minutes.",
         "NOTE-OCT", {"sandbox/xero/oauth": "the_previous_refresh_token_may_be_retried_for_thirty_minutes "
                      "a_retry_ends_the_token_of_the_lost_answer",
                      "integration/xero/tokens": "a_lost_answer_costs_nothing "
                      "after_the_grace_a_lost_answer_costs_the_consent "
                      "the_token_before_is_tried_when_a_late_retry_ended_the_current_one"}),
    Fact("1", "A refresh token that ended is answered 400 invalid_grant: the consent is gone, and says so.",
         "nango.dev", {"scenarios/connection_lost": "a_consent_that_died_of_age_says_so"}),
    Fact("1", "Tokens belong to a user and the app, not to a tenant: one token set serves several organisations.",
         "XeroAPI/Xero-OpenAPI#585",
         {"integration/xero/tokens": "of_many_who_need_a_token_one_refreshes connections_of_one_person_share_a_refresh "
          "a_dead_token_set_takes_every_connection_with_it_and_tells_each_partner"}),
    Fact("1", "The list of connections can be narrowed to one consent, and is empty for a tenant authorised before.",
         "BR-W02", {"sandbox/xero/oauth": "a_tenant_that_is_authorised_again_keeps_its_first_auth_event",
                    "integration/xero/consent": "the_connections_of_one_consent_can_be_told "
                    "the_narrow_list_is_empty_for_an_organisation_that_is_authorised_again"}),
    Fact("1", "One consent may cover several organisations.", "NOTE-OCT",
         {"sandbox/xero/oauth": "one_consent_may_cover_several_organisations"}),
    Fact("1", "Every call names its tenant; a wrong one is forbidden.", "OAS",
         {"sandbox/xero/oauth": "a_wrong_tenant_is_forbidden",
          "integration/xero/organisations": "two_organisations_never_get_each_others_calls",
          "integration/xero/sdk_traps": "one_tenants_token_never_travels_in_anothers_call"}),
    Fact("1", "Deleting a connection by its own id takes one organisation; revoking a token takes all of its user's.",
         "ID-OAS", {"sandbox/xero/oauth": "a_connection_is_deleted_by_its_own_id_only "
                    "revocation_removes_every_connection_of_the_user_and_of_nobody_else",
                    "integration/xero/consent": "disconnecting_takes_one_organisation_and_no_other"}),
    Fact("1", "A removed app keeps a living token: its calls are 403 AuthenticationUnsuccessful.", "laravel-xero#40",
         {"sandbox/xero/oauth": "a_person_who_removes_the_app_leaves_a_living_token_without_connections",
          "integration/xero/organisations": "an_organisation_that_removed_the_app_is_lost",
          "scenarios/connection_lost": "t12_t13_t14_a_connection_that_xero_removed_takes_everything_up_again"}),
    Fact("1", "A 401 is an expired token, or an unknown one, or a missing scope that no refresh helps.",
         "Xero-NetStandard#97", {"sandbox/xero/faults": "a_401_has_three_meanings",
                                 "sandbox/xero/oauth": "an_expired_access_token_says_so",
                                 "unit/xero/failures": "each_status_is_the_error_that_says_what_to_do",
                                 "integration/xero/sdk_traps": "an_expired_token_is_told_from_other_refusals"}),
    Fact("1 Scopes", "An app made after March 2026 has granular scopes only; broad ones are invalid.", "SKILL",
         {"sandbox/xero/oauth": "broad_scopes_are_invalid_for_a_new_app",
          "unit/xero/authorise_url": "every_scope_has_a_sentence_for_a_person"}),
    Fact("1 Scopes", "Scopes add up over consents, and one that lacks is a 401 with insufficient_scope.", "SKILL",
         {"sandbox/xero/oauth": "scopes_add_up_over_consents a_missing_scope_is_a_401_that_no_refresh_helps",
          "unit/xero/authorise_url": "a_consent_that_lacks_a_scope_is_noticed",
          "integration/xero/consent": "a_consent_without_a_scope_is_told_from_a_lost_one"}),
    Fact("1 Scopes", "Writing items needs accounting.settings, whatever the page of scopes says.", "BR-LAB",
         {"sandbox/xero/items": "writing_items_needs_the_settings_scope",
          "scenarios/items": "a_consent_without_the_scope_holds_items_and_no_invoice"}),
]  # fmt: skip
LIMITS = [
    Fact("2", "Per tenant five at once, sixty a minute, a thousand or five thousand a day; per app 10,000 a minute.",
         "D-LIM", {"sandbox/xero/limits": "at_most_five_calls_at_once_without_a_word_of_when_to_come_again "
                   "the_minute_is_a_fixed_window_that_ends_when_it_says "
                   "organisations_have_limits_of_their_own",
                   "integration/xero/shared_budget": "two_processes_together_never_meet_the_limit_of_a_minute "
                   "the_day_is_held_as_the_minute_is the_app_has_a_minute_over_all_organisations",
                   "integration/xero/slots": "two_processes_together_have_five_calls_under_way"}),
    Fact("2", "Every answer says what is left.", "D-LIM",
         {"sandbox/xero/limits": "every_answer_says_what_is_left",
          "unit/xero/budget": "the_remaining_calls_are_read_whatever_the_case_of_the_headers",
          "integration/xero/shared_budget": "xero_is_believed_when_less_is_left_than_we_think"}),
    Fact("2", "A 429 names its limit, and how long to wait for minute and day only; the day may ask for hours.",
         "public code", {"sandbox/xero/faults": "a_429_says_which_limit_and_sometimes_how_long",
                         "sandbox/xero/limits": "the_day_may_ask_for_hours",
                         "unit/xero/budget": "a_429_says_how_long_to_wait_or_a_sensible_span_is_taken",
                         "integration/xero/sdk_traps": "a_429_says_how_long_to_wait_instead_of_waiting",
                         "scenarios/rate_limits": "retry_after_is_obeyed"}),
    Fact("2", "A write has about fifty elements at most.", "lightyear",
         {"facts/promises": "each_promise_can_be_broken"}),
]  # fmt: skip
WEBHOOKS = [
    Fact("3", "An event says what and which, nothing else; one of a credit says its type and status too.", "WH-OAS",
         {"sandbox/xero/webhooks": "one_post_tells_all_events_of_a_write",
          "sandbox/xero/credits": "events_tell_the_type_and_status_of_a_credit",
          "integration/intake/xero_events": "an_event_is_stored_and_triggers_its_connection "
          "xeros_own_examples_are_taken"}),
    Fact("3", "Payments have no event of their own: making or deleting one tells an event of the invoice.", "WH-OAS",
         {"sandbox/xero/webhooks":
          "payments_voids_and_edits_fire_an_invoice_event_and_payments_none_of_their_own",
          "scenarios/payments": "t23_paid_in_xero_in_parts_and_taken_back"}),
    Fact("3", "Words come in any case, an address may lack its id, an instant lacks its zone.", "Xero-OpenAPI#789",
         {"integration/intake/xero_events": "words_are_read_in_any_case_and_unknown_ones_kept "
          "an_event_with_holes_is_kept"}),
    Fact("3", "The signature is over the raw bytes, with the key as plain text.", "D-WHCFG",
         {"sandbox/xero/webhooks": "the_signature_of_the_known_vector",
          "unit/xero/signature": "the_published_vector_is_signed_by_xero anything_else_is_not",
          "integration/intake/xero_events": "the_key_is_used_as_plain_text "
          "a_body_that_was_changed_on_the_way_is_refused"}),
    Fact("3", "The intent to receive is answered 200 or 401 by the signature alone, without body or cookie.", "D-WHCFG",
         {"sandbox/xero/webhooks": "subscribing_sends_right_and_wrong_signatures "
          "nothing_is_delivered_until_the_intent_succeeds",
          "integration/intake/xero_events": "the_intent_to_receive_is_answered_by_its_signature_alone"}),
    Fact("3", "What is not answered is tried at once, then every quarter hour for a day, then disabled and kept.",
         "NOTE-OCT", {"sandbox/xero/webhooks":
                      "a_failed_post_is_tried_at_once_then_every_quarter_hour_then_disabled",
                      "integration/intake/xero_numbers": "one_find_is_told_before_xero_disables_the_subscription"}),
    Fact("3", "There is no event id; events come at least once and in any order.", "NOTE-OCT",
         {"sandbox/xero/webhooks": "events_can_be_lost_and_doubled events_can_be_shuffled",
          "integration/intake/xero_events": "an_event_is_stored_once",
          "scenarios/lost_webhook": "doubled_and_shuffled_xero_webhooks_change_nothing "
          "a_lost_xero_webhook_is_found_by_the_sweep"}),
    Fact("3", "One delivery may mix tenants; our own writes come back as events.", "BR-W05",
         {"integration/intake/xero_events": "one_delivery_may_mix_tenants",
          "scenarios/lost_webhook": "our_own_write_coming_back_costs_nothing"}),
]  # fmt: skip
