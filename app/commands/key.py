"""`key`: a partner's API keys, listed, made, rotated with an overlap, revoked."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import typer

from app.commands.running import AsJson, check_name, run

commands = typer.Typer(no_args_is_help=True, help="Look after a partner's API keys.")

PartnerId = Annotated[UUID, typer.Argument(help="The partner's id; `partner list` tells it.")]
Key = Annotated[str, typer.Argument(help="The key's id, or how the key begins, as `key list` shows it.")]


class Role(StrEnum):
    """What a key may do, as the API says it."""

    READ = "read"
    MEMBER = "member"
    ADMIN = "admin"


@commands.command("list")
def list_all(partner: PartnerId, as_json: AsJson = False) -> None:
    """List a partner's keys in every state, oldest first, without their secrets."""
    from app.commands.acts import keys

    run(lambda services: keys.list_all(services, partner), as_json=as_json)


@commands.command()
def create(
    partner: PartnerId,
    name: Annotated[str, typer.Argument(help="For people: which program has it.", callback=check_name)],
    role: Annotated[
        Role, typer.Option(help="`read` looks; `member` also works on documents; `admin` does everything.")
    ] = Role.MEMBER,
    ends: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            help="When it ends by itself, in UTC, at most ten years from now; never when not given.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key; its secret is shown this once and cannot be read again."""
    from app.commands.acts import keys

    run(lambda services: keys.create(services, partner, name, role.value, ends), as_json=as_json)


@commands.command()
def rotate(
    partner: PartnerId,
    key: Key,
    overlap_hours: Annotated[
        int,
        typer.Option(min=0, max=168, help="How long the old key goes on; 0 ends it at once, as for a leak."),
    ] = 24,
    as_json: AsJson = False,
) -> None:
    """Replace a key by a new one of the same name and role; the new secret is shown this once."""
    from app.commands.acts import keys

    run(lambda services: keys.rotate(services, partner, key, overlap_hours), as_json=as_json)


@commands.command()
def revoke(partner: PartnerId, key: Key, as_json: AsJson = False) -> None:
    """End a key at once, in every process; the last admin's key stays, so that nobody is shut out."""
    from app.commands.acts import keys

    run(lambda services: keys.revoke(services, partner, key), as_json=as_json)
