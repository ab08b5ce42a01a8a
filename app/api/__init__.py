"""The REST API for partners: what they may ask of Plumbline, and in which words it answers.

Handlers read, check, store and answer; what follows from it is the loop's. A handler that writes commits inside
itself, before anything is answered, and nudges after its answer. No call waits for Xero but the consent, which a
person watches.

    application      puts routers, problem documents and middleware together
    services, ports  what the API needs of the rest
    authentication   whose key, whose connection
    problems         every refusal in one form; middleware surrounds every request
    connections      open, look, pause, resume, sweep; connection_resource is how one is shown
    consent          the way through Xero's consent; oauth and consent_page are its two ends
    organisation     accounts and tax rates; settings and settings_check choose among them
    invoices         PUT and GET; invoice_resource and standing say how one is shown
    links, conflicts, changes, manifest, health
"""
