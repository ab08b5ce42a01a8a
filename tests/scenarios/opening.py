"""Opens a story's house: both sandboxes, the API and a worker on loopback, over a real PostgreSQL and Redis."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from datetime import datetime

import uvicorn
from cryptography.fernet import Fernet
from pydantic import SecretStr

from app.clock import ManualClock, SystemClock
from app.commands.acts.new_partner import create_partner
from app.db.postgres.session import Database
from app.delivery.answers import Answer, Silence
from app.delivery.webhook import Message, Recipient, Sender
from app.main import create_app
from app.sandbox.partner.server import SandboxPartner
from app.sandbox.xero import SandboxXero, Start, serve_in_thread
from app.settings import Settings
from app.wiring import WorkerParts, open_worker
from tests.deaf_server import DeafServer
from tests.loopback import build_client
from tests.scenarios.house import House
from tests.scenarios.left import Left

NO_LIMIT = 100_000
"""Calls in a minute and in a day; stories about Xero's limits lower them."""

Front = Callable[[str], AbstractContextManager[str]]
"""What stands before a Xero at that address, and gives the address at which Plumbline reaches it."""


@asynccontextmanager
async def open_house(
    database_url: str, redis_url: str, left: Left | None = None, front: Front = nullcontext
) -> AsyncIterator[House]:
    """Start everything; nobody is joined yet, unless one goes on with a house that was left."""
    async with AsyncExitStack() as stack:
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        webhooks = f"http://127.0.0.1:{port}/webhooks/xero"
        start, frozen = (Start(webhook_url=webhooks), left.xero) if left else (Start(), None)
        xero: SandboxXero = stack.enter_context(serve_in_thread(start, frozen=frozen))
        app = stack.enter_context(SandboxPartner())
        settings = build_settings(database_url, redis_url, xero, port)
        reached = stack.enter_context(front(xero.root_url))
        settings = settings.model_copy(update={"xero_api_url": reached, "xero_identity_url": reached})
        database = Database(database_url)
        stack.push_async_callback(database.close)
        if left:
            settings, partner = settings.model_copy(update={"secret_keys": left.secret_keys}), left.partner
            await left.move_to(database, app.webhook_url)
        else:
            partner = await create_partner(settings, "Tradie Tools", app.webhook_url)
        await stack.enter_async_context(serve(settings, listener))
        clock = ManualClock(SystemClock().now())
        house = House(
            xero=await stack.enter_async_context(build_client(f"{xero.root_url}/control")),
            app=await stack.enter_async_context(build_client(app.control_url)),
            api=await stack.enter_async_context(
                build_client(f"http://127.0.0.1:{port}", f"Bearer {partner['api_key']}")
            ),
            parts=await stack.enter_async_context(open_parts(settings, clock)),
            database=database,
            clock=clock,
            tenant_id=xero.tenant_id,
            partner=partner,
            settings=settings,
            xero_root=xero.root_url,
            sandbox=xero,
            connection_id=left.connection_id if left else "",
            outbox=app.outbox,
        )
        if left:
            await house.introduce()
            await left.tell_again(app.webhook_url)
        else:
            (await house.xero.put("/webhooks", json={"url": webhooks, "mode": "held"})).raise_for_status()
            (await house.xero.put("/limits", json={"minute": NO_LIMIT, "day": NO_LIMIT})).raise_for_status()
        yield house


@asynccontextmanager
async def open_parts(settings: Settings, clock: ManualClock) -> AsyncIterator[WorkerParts]:
    """A worker whose time is the story's, except that it signs by the app's watch.

    A story's clock runs hours ahead of the app, which would refuse a signature from its future.
    """
    async with open_worker(settings, clock) as parts:
        present = PresentSender(parts.delivery._sender)
        parts.delivery._sender = parts.delivery._changes._sender = present
        yield parts


class PresentSender(Sender):
    """The sender it is made from, but for the present instant in its signatures."""

    def __init__(self, sender: Sender) -> None:
        vars(self).update(vars(sender))

    async def send(self, recipient: Recipient, message: Message, now: datetime) -> Answer | Silence:
        return await super().send(recipient, message, SystemClock().now())


def build_settings(database_url: str, redis_url: str, xero: SandboxXero, port: int) -> Settings:
    """Settings by which Plumbline takes the sandbox for Xero."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        redis_url=redis_url,
        public_url=f"http://localhost:{port}",
        secret_keys=(SecretStr(Fernet.generate_key().decode()),),
        xero_client_id=xero.client_id,
        xero_client_secret=SecretStr(xero.client_secret),
        xero_webhook_key=SecretStr(xero.webhook_key),
        xero_api_url=xero.root_url,
        xero_identity_url=xero.root_url,
        xero_login_url=xero.root_url,
        api_limit_per_minute=NO_LIMIT,
        stranger_limit_per_minute=NO_LIMIT,
        xero_minute_limit=NO_LIMIT,
        xero_day_limit=NO_LIMIT,
        xero_app_minute_limit=NO_LIMIT,
        answer_wait_seconds=0,
    )


@asynccontextmanager
async def serve(settings: Settings, listener: socket.socket) -> AsyncIterator[None]:
    """The API on that socket until the block ends."""
    listening = asyncio.Event()
    # Longer than any machine is busy: a connection that ends as it is used again fails a story that did nothing wrong.
    config = uvicorn.Config(
        create_app(settings), log_config=None, access_log=False, lifespan="on", timeout_keep_alive=600
    )
    server = DeafServer(config, listening.set)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    await asyncio.wait([task, asyncio.create_task(listening.wait())], return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        server.end()
        await task
