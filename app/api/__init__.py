"""The REST API for partners: what they may ask of Plumbline, and in which words it answers.

Handlers read, check, store and answer; what follows from it is the loop's. A handler that writes commits inside
itself, before anything is answered, and nudges after its answer. Only what a person watches waits for Xero.

    application         puts routers, problem documents and middleware together
    dependencies, ports what the API needs of the rest
    access              whose key, how many calls; keys made, rotated, revoked
    authentication      what a call needs: a key, a role, a connection of its own
    repeats             a write that is sent twice is done once
    patience            a bounded wait for the loop, where a person watches
    problems, pages     every refusal in one form, every list in one form
    middleware, answer_headers, methods, queries, conventions
                        what holds of every request, and what the contract says of it
    onboarding          a business joined to an organisation
    settings            what the business chooses
    books               invoices, contacts, items: documents in, resources out
    exports             everything in scope, on demand: planned, carried out, watched, reported on
    why                 why something is not in step, and what would be done
    held                what waits for a person, and what a person can do
    checkup             whether all is well with a connection
    findings            what somebody should look at
    delivery            what the partner's side is told, where its app is called, and where it can be asked
    usage, health
    metrics             the same for Prometheus: the operator's, and no part of the contract
"""
