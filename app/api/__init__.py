"""The REST API for partners: what they may ask of Plumbline, and in which words it answers.

Handlers read, check, store and answer; what follows from it is the loop's. A handler that writes commits inside
itself, before anything is answered, and nudges after its answer. Only what a person watches waits for Xero.

    application         puts routers, problem documents and middleware together
    dependencies, ports what the API needs of the rest
    access              whose key, how many calls; keys made, rotated, revoked
    authentication      what a call needs: a key, a role, a connection of its own
    repeats             a write that is sent twice is done once
    bounded_wait        a wait for the loop, where a person watches
    nudges              whom to wake once something is committed
    problems, pages, etags
                        every refusal, every list and every condition in one form
    envelope, middleware, answer_headers, methods, queries, request_limits
                        what holds of every request
    contract, conventions, follow_ups, docs_page
                        what OpenAPI says of all that, and the page that shows it
    put_lane, webhook_lane
                        short ways for what comes most; `route_index` finds the rest
    onboarding          a business joined to an organisation
    settings            what the business chooses
    books               invoices, contacts, items: documents in, resources out
    exports             everything in scope, on demand: planned, carried out, watched, reported on
    why                 why something is not in step, and what would be done
    held                what waits for a person, and what a person can do
    checkup             whether all is well with a connection
    findings            what somebody should look at
    delivery            what the partner's side is told, where its app is called, and where it can be asked
    shops               the shop of a connection
    audit, usage, health
    metrics             the same for Prometheus: the operator's, and no part of the contract
"""
