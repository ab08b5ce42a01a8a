"""Stored secrets under the newest key: encrypted anew or only counted, told batch by batch and summed up at the end."""

import sys
from dataclasses import asdict

from app.api.dependencies import Services
from app.commands.screen import build_facts, build_table
from app.commands.shown import Exit, Shown
from app.db.upkeep.key_rotation import Rotation, Standing, look_at_keys, rotate_keys

_COLUMNS = ("table", "seen", "renewed", "left", "unreadable")

DONE = "The newest key opens everything. The older keys may be taken out of PLUMBLINE_SECRET_KEYS."
LEFT = (
    "Not done: rows still need an older key, so keep all of them. Either somebody held those rows (run this again), or"
    " a process still encrypts by an older key: restart every one with the newest key in front, then run this again."
)
UNREADABLE = (
    "Not done: some rows are opened by no key of PLUMBLINE_SECRET_KEYS. Put the key back that encrypted them, and run"
    " this again. States of consents and answers kept for repeats go by themselves within a day."
)


async def rotate(services: Services, *, is_looking: bool, is_silent: bool) -> Shown:
    """What became of each table; not well while anything needs an older key."""
    if is_looking:
        rotation = await look_at_keys(services.database, services.vault)
    else:
        rotation = await rotate_keys(services.database, services.vault, _ignore if is_silent else _tell)
    return _show(rotation)


def _show(rotation: Rotation) -> Shown:
    rows = [[getattr(each, column) for column in _COLUMNS] for each in rotation.tables]
    data = {"is_done": rotation.is_done, "tables": [asdict(each) for each in rotation.tables]}
    summed_up = build_facts(None, {"So": _sum_up(rotation)})
    parts = [build_table("Stored secrets", _COLUMNS, rows, right=_COLUMNS[1:]), summed_up]
    return Shown(data, parts, Exit.WELL if rotation.is_done else Exit.NOT_WELL)


def _sum_up(rotation: Rotation) -> str:
    if rotation.is_done:
        return DONE
    return LEFT if any(each.left for each in rotation.tables) else UNREADABLE


def _tell(standing: Standing) -> None:
    print(  # noqa: T201 - how far it is, for whoever waits
        f"{standing.table}: {standing.seen} rows seen, {standing.renewed} encrypted anew, {standing.left} left",
        file=sys.stderr,
    )


def _ignore(_: Standing) -> None:
    """Whoever reads JSON hears the end alone."""
