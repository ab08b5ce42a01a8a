"""Invoices in the loop, in the order of a round. Begin with `observe`, then `apply`.

carry           what people decided of them, before anything else
relink          the choice of another invoice of Xero's, linked or taken back
given_back      what is taken back in Xero with it
observe         what each side holds now, merged into the record; Xero is read where there is a reason
take_document, take_invoice
                the same of one side: the app's newest document, and an invoice as Xero shows it
apply           the plans, carried out in Xero in batches, each answer recorded at once
writes          from a plan to what Xero is asked
create_once     what is created exactly once, whatever happens between a call and its answer
differences     whether an invoice as Xero shows it is what is known of it, for whoever looks beside a round
"""
