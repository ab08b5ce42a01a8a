"""A Xero organisation that is not Xero: stateful, over real HTTP, written from Xero's documentation alone.

`command.run` serves it as a process. In a test, `serve_in_thread()` serves it on a free port of this process and
yields a `SandboxXero` with `root_url`, `client_id`, `client_secret`, `webhook_key`, `tenant_id` (and `sandbox`, the
live state); `Start` chooses country, names, secrets and the webhook address; what `freeze` has put away of one that
was served can be gone on with. Everything of Xero lives below `root_url`: the consent page at
`/identity/connect/authorize`, `/connect/token`, `/connections`, `/api.xro/2.0`. Persons, faults, clock and webhooks are
driven at `/control`, which lists it all. What is not built answers 501.

Begin with `doorway`; a request goes through these, in this order:

    doorway         hears it whole, lets ordered faults strike, writes the call log
    gate, scopes    token, scope, tenant, limits, idempotency; which scopes there are, and what each opens
    endpoints       the addresses, kind by kind, and the JSON that they show
    writes          what becomes of what is posted
    books           what an organisation holds, and its arithmetic
    forms           what a request is read from and answered in

Beside that way:

    identity        consent and tokens
    controls        people at Xero's own screens, and orders to the sandbox
    events          webhooks on their way to the app
    memory          what is remembered beside the books
    server, command
                    put together, and served in a thread or as a process
    frozen          put away with all that it remembers, and gone on with later
"""

from app.sandbox.xero.frozen import Frozen, freeze
from app.sandbox.xero.memory.sandbox import Start
from app.sandbox.xero.server import SandboxXero, serve_in_thread

__all__ = ["Frozen", "SandboxXero", "Start", "freeze", "serve_in_thread"]
