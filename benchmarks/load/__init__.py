"""Load: prepared requests played back over 32 connections, by wrk where there is one, else by our own player.

    requests    requests as the bytes that travel, and the file that they are played back from
    wrk         wrk with a Lua script (`playback.lua`)
    player      the same by asyncio and httptools, in a process of its own
    played      what a playback came to

Both play each request once, in their order, so that each can insert something of its own.
"""

import shutil
from pathlib import Path

from benchmarks.load import wrk
from benchmarks.load.played import Played

CONNECTIONS = 32


def name_player() -> str:
    """What plays requests back here, in words."""
    if shutil.which("wrk"):
        return "load by wrk"
    return "no wrk on the PATH: load by our own player (asyncio, httptools), which costs more of the machine"


def play(url: str, file: Path, seconds: float, *, is_endless: bool = False) -> Played:
    """Play the file's requests for so long, or until they are used up; an endless one begins anew instead."""
    if shutil.which("wrk"):
        return wrk.play(url, file, seconds, CONNECTIONS, is_endless=is_endless)
    from benchmarks.load import player

    return player.play(url, file, seconds, CONNECTIONS, is_endless=is_endless)
