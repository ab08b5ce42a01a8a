"""Invoices in the loop, in the order of a round.

    carry          what people decided of them, before anything else; `relink` takes another invoice of Xero's
    observe        what each side holds now, merged into the record: by `take_document` and `take_invoice`
    apply          the plans, carried out in Xero in batches, each answer recorded at once
    writes         from a plan to what Xero is asked
    create_once    what is created exactly once, whatever happens between a call and its answer

`differences` asks whether an invoice as Xero shows it is what is known of it, for whoever looks beside a round.
"""
