"""Whether PostgreSQL and Redis are reached encrypted, and whether anybody checked whose certificate that is.

A warning, and no reason to refuse a start: on a network that only these machines share, as that of containers on one
host, it may be right, and only the operator knows which network it is.
"""

from ipaddress import ip_address
from urllib.parse import parse_qsl, urlsplit

from app.commands.examination.finding import Finding, passed, warned
from app.commands.examination.ground import Ground
from app.db.postgres.server import Way, find_way
from app.tls import choose_redis_checks

DATABASE_CURE = (
    "Unless only these machines share that network, add ?sslmode=verify-full&sslrootcert=/path/ca.pem."
)
REDIS_CURE = "Unless only these machines share that network, give REDIS_URL as rediss://..."


async def check_way_to_database(ground: Ground) -> Finding:
    """Judge an open connection, not the setting: with `prefer` the server decides whether it is encrypted."""
    async with ground.database.reading() as session:
        way = await find_way(session)
    return judge_way("way to the database", way, DATABASE_CURE)


async def check_way_to_redis(ground: Ground) -> Finding:
    """Judge the address alone: redis-py encrypts if and only if that says so."""
    return judge_way("way to redis", read_way(ground.settings.redis_url), REDIS_CURE)


def read_way(redis_url: str) -> Way:
    """How a Redis of that address is reached."""
    address = urlsplit(redis_url)
    said = dict(parse_qsl(address.query)).get("ssl_check_hostname", "true").lower()
    is_checked = bool(choose_redis_checks(redis_url)) and said not in ("0", "false", "f", "no", "n")
    is_inside = address.scheme == "unix" or _is_this_machine(address.hostname or "localhost")
    return Way(is_inside, address.scheme == "rediss", is_checked)


def judge_way(check: str, way: Way, cure: str) -> Finding:
    """The finding about a way."""
    if way.is_inside:
        return passed(check, "It does not leave this machine.")
    if not way.is_encrypted:
        return warned(check, "It crosses a network in plain text, with everything that is kept.", cure)
    if not way.is_checked:
        return warned(check, "It is encrypted, but whose server that is was not checked.", cure)
    return passed(check, "It is encrypted, and the server's certificate and name are checked.")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
