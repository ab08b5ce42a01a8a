"""The time as PostgreSQL tells it: the house's, so that a history is the same whatever the machine's clock says.

`now()` and `clock_timestamp()` are answered by functions of a schema that stands before PostgreSQL's own in the path:
the instant that the database was told last, and one microsecond more for each step since the history began. Within a
step it stands still: which row of a statement asks first is its plan's affair. It is told the instant before a step
whenever the house's clock has moved on by a second.
"""

from datetime import datetime, timedelta

import asyncpg

A_SECOND = timedelta(seconds=1)

INSTALL = """
CREATE SCHEMA simulated;
CREATE TABLE simulated.clock (at timestamptz NOT NULL);
CREATE SEQUENCE simulated.ticks;
INSERT INTO simulated.clock VALUES ('2026-11-20 03:15:00+00');
CREATE FUNCTION simulated.now() RETURNS timestamptz VOLATILE LANGUAGE sql AS
$$ SELECT at + last_value * interval '1 microsecond' FROM simulated.clock, simulated.ticks $$;
CREATE FUNCTION simulated.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql AS $$ SELECT simulated.now() $$;
DO $$ DECLARE c record; BEGIN FOR c IN SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_default = 'now()' LOOP
EXECUTE format('ALTER TABLE public.%I ALTER %I SET DEFAULT simulated.now()', c.table_name, c.column_name); END LOOP;
EXECUTE format('ALTER DATABASE %I SET search_path = public, simulated, pg_catalog', current_database()); END $$
"""


class ServerTime:
    """Tells one database the time."""

    def __init__(self, raw: asyncpg.Connection) -> None:
        self._raw = raw
        self._told: datetime | None = None

    async def install(self) -> None:
        """Sessions that are opened from now on ask the house's clock."""
        await self._raw.execute(INSTALL)

    async def begin(self, now: datetime) -> None:
        """A history begins."""
        await self._raw.execute("SELECT setval('simulated.ticks', 1, false)")
        await self._tell(now)

    async def tell(self, now: datetime) -> None:
        """A step begins; and what time it is, if that is news."""
        await self._raw.execute("SELECT nextval('simulated.ticks')")
        if self._told is None or abs(now - self._told) >= A_SECOND:
            await self._tell(now)

    async def _tell(self, now: datetime) -> None:
        await self._raw.execute("UPDATE simulated.clock SET at = $1", now)
        self._told = now
