"""The demo: the main job, walked over HTTP between real processes on this machine, and then measured.

It knows Plumbline only as a partner does (REST, webhooks, the command line), and the two stand-ins only by
their control addresses; every step is asserted on both sides. Begin with `story`.

    command                 walks the story, measures, and stays up to be looked at
    stage                   starts database, sandboxes, API and worker; `servers` are its folder and its database
    story                   the ten steps in order, and what both sides must show after each
    introduction, mishaps   steps one and nine, which are longer: a business joined; all that a network does to webhooks
    witness                 what Plumbline must be able to tell afterwards: a change in the feed, a conflict kept

The parties, and how a step sees them:

    world                   the three of them, and the questions that every step asks
    sides                   what both show of one invoice, in words that can be laid beside each other
    plumbline, partner_app, organisation
                            the API as a partner calls it, the app as its user does, Xero as a person and a log see it

The measures:

    figures                 what is measured, and what must hold
    latency, volume, echo   how long one change takes, what a thousand cost, and what our own writes' webhooks do

What all of it uses:

    screen                  all that is ever printed
    processes               child processes, none of which is left behind
    remote, browser         one JSON-speaking address; pages and forms, for Xero's consent
    waiting, failures       until something holds, with a deadline; what ends the demo early
"""
