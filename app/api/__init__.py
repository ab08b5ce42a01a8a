"""The REST API for partners: what they may ask of Plumbline, and in which words it answers.

Handlers read, check, store and answer; what follows from it is the loop's. A handler that writes commits inside
itself, before anything is answered, and nudges after its answer. Only what a person watches waits for Xero.

    application         puts routers, problem documents and middleware together
    dependencies, ports what the API needs of the rest
    authentication      whose key, of which role, whose connection
    problems, pages     every refusal in one form, every list in one form; middleware surrounds every request
    onboarding          a business joined to an organisation
    settings            what the business chooses
    books               invoices, contacts, items: documents in, resources out
    exports             everything in scope, on demand: planned, carried out, watched, reported on
    findings            what somebody should look at
    delivery            what the partner's side is told
    usage, health
"""
