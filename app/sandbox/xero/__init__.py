"""A Xero organisation that is not Xero: stateful, over real HTTP, written from Xero's documentation alone.

`command.run` serves it as a process. In a test, `serve_in_thread()` serves it on a free port of this process and
yields a `SandboxXero` with `root_url`, `client_id`, `client_secret`, `webhook_key`, `tenant_id` (and `sandbox`, the
live state); `Start` chooses country, names, secrets and the webhook address; what `freeze` has put away of one that
was served can be gone on with. Everything of Xero lives below `root_url`: the consent page at
`/identity/connect/authorize`, `/connect/token`, `/connections`, `/api.xro/2.0`. Persons, faults, clock and webhooks are
driven at `/control`, which lists it all. What is not built answers 501.

A request goes `doorway` -> `gate` -> `endpoints` -> `writes` -> `books` of an `Organisation`; what it is read from and
answered in are `forms`. Consent is at `identity`, people and orders come in by `controls`, news goes out by `events`,
and what is remembered beside the books is `memory`.
"""

from app.sandbox.xero.frozen import Frozen, freeze
from app.sandbox.xero.memory.sandbox import Start
from app.sandbox.xero.server import SandboxXero, serve_in_thread

__all__ = ["Frozen", "SandboxXero", "Start", "freeze", "serve_in_thread"]
