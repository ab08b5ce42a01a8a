"""The way to PostgreSQL: its driver, sessions that say whether they write, and statements that are built once.

Begin with `session`: nearly everything that asks the database goes through one of its two kinds.

    driver, session             asyncpg by libpq's own addresses; reading and writing, and what runs before a commit
    read_only, unavailable      refuses what needs a transaction where there is none; whether PostgreSQL failed
    numbered, json_cache        pages of lists that only grow; values made once from JSON that seldom changes

For statements that are sent often, each pair with less of SQLAlchemy than the one before:

    built, given                built once in a process; the same text for any number of rows
    straight, lent              handed to asyncpg within a session's transaction; or on a connection with no session

About the server itself:

    server, present             which it is, its schema and its room; which of our processes are connected to it
    timekeeper                  keeps a process's clock by the database's
"""
