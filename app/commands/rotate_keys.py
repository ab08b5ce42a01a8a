"""`rotate-keys`: everything that is encrypted, under the newest key."""

from typing import Annotated

import typer

from app.commands.running import AsJson, run


def rotate_keys(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; only count what still needs an older key.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Encrypt every stored secret anew with the first key of PLUMBLINE_SECRET_KEYS, beside running processes.

    It goes in batches, tells how far it is, and can be cut off and begun again. Ends with 0 only when the newest key
    opens everything, so that the older keys may be taken out of the setting; with 1, and what is left, where not.
    """
    from app.commands.acts import rotating

    run(lambda services: rotating.rotate(services, is_looking=check, is_silent=as_json), as_json=as_json)
