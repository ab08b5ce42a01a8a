"""The REST API for partners: what they may ask of Plumbline, and in which words it answers.

Handlers read, check, store and answer; what follows from it is the loop's. A handler that writes commits inside
itself, before anything is answered, and nudges after its answer. Only what a person watches waits for Xero.

Begin with `application`, then follow one call to its end, as `books.contacts` has it. What a call meets on its way:

    application             puts routers, problem documents and middleware together
    dependencies, ports     what the API needs of the rest
    envelope, middleware, request_limits, answer_headers, methods
                            what surrounds every request and every answer
    put_lane, webhook_lane  short ways for what comes most; `route_index` finds the rest, `sent_headers` one header
    access                  whose key, how many calls; keys made, rotated, revoked
    authentication          what a call needs: a key, a role, a connection of its own
    queries, instants, words
                            what a parameter may say, and that an unknown one is refused
    repeats                 a write that is sent twice is done once
    bounded_wait, nudges    waits for the loop where a person watches; whom to wake after a commit
    problems, pages, etags, preferences
                            every refusal, every list, every condition and every preference in one form
    contract, conventions, follow_ups, docs_page
                            what OpenAPI says of all that, and the page that shows it

What can be asked, in the order in which a partner comes to it:

    onboarding              a business joined to an organisation
    settings                what the business chooses
    books                   invoices, contacts, items: documents in, resources out
    exports                 everything in scope, on demand: planned, carried out, watched, reported on
    shops                   the shop that a connection's invoices are taken from
    why                     why something is not in step, and what would be done
    held                    what waits for a person, and what a person can do
    findings                conflicts and differences, which somebody should look at and may decide
    checkup                 whether all is well with a connection
    delivery                what the partner's side is told, where its app is called, and where it can be asked
    usage, usage_pages, usage_resource
                            what the calls to Xero came to: asked for, listed by connection, shown with the price
    audit                   who did what
    health, metrics         for the operator: whether this process is well, and Prometheus's counts
"""
