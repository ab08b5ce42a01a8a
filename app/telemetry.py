"""Logs: structlog for all, as JSON lines in production and for a person's eyes in development.

What the standard library's loggers say (uvicorn, arq, SQLAlchemy) comes out the same way. Every line that belongs to
one change carries its correlation id, from `correlate`. Values whose name says that they are secret are masked, and
the loggers that write whole URLs are kept quiet, since an OAuth code or a token travels in one.
"""

import logging
import random
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_SECRET_NAME = re.compile(
    r"secret|token|password|authorization|api_key|signature|cookie|code_verifier|(database|redis)_url$", re.I
)
_MASK = "***"

# Beside structlog's own: every request has one, and is to find it at the cost of one look.
_correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)

# At INFO the first three write the query of every URL, the others what they set up and each difference they find.
_LOUD_LOGGERS = ("httpx", "httpcore", "uvicorn.access", "alembic.autogenerate", "alembic.runtime.plugins")

# A uvicorn server that was started with its own set-up in this process has given these handlers of their own.
_SELF_WILLED_LOGGERS = ("uvicorn", "uvicorn.error", "uvicorn.access")


def configure(level: str = "info", as_json: bool = True) -> None:
    """Set up this process's logs on stderr; a second call replaces the first."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_correlation_id,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        mask_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_build_formatter(shared, as_json))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in _SELF_WILLED_LOGGERS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _LOUD_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    # uvicorn puts a line together for each request if anybody might hear it, and asks for its level only then.
    logging.getLogger("uvicorn.access").propagate = False


def mask_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace every value whose name says that it is secret, at any depth of dictionaries."""
    return {name: _mask(name, value) for name, value in event.items()}


def correlate(correlation_id: str | None = None, **names: object) -> AbstractContextManager[str]:
    """Put a correlation id, a new one when none is given, and other names on every line logged inside."""
    # A name, and no secret: the system's own randomness would cost each request a call of it.
    following = _Following(correlation_id or f"{random.getrandbits(128):032x}")
    return _with_names(following, names) if names else following


class _Following(AbstractContextManager[str]):
    """By hand, since every request goes through it: as a generator it costs three times as much."""

    def __init__(self, correlation_id: str) -> None:
        self._id = correlation_id

    def __enter__(self) -> str:
        self._token = _correlation_id.set(self._id)
        return self._id

    def __exit__(self, *_: object) -> None:
        _correlation_id.reset(self._token)


@contextmanager
def _with_names(following: _Following, names: Mapping[str, object]) -> Iterator[str]:
    with following as correlation_id, structlog.contextvars.bound_contextvars(**names):
        yield correlation_id


def find_correlation_id() -> str | None:
    """Return the correlation id of what is running, to be handed on to what it starts."""
    return _correlation_id.get()


def _add_correlation_id(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if (correlation_id := _correlation_id.get()) is not None:
        event.setdefault("correlation_id", correlation_id)
    return event


def _mask(name: str, value: object) -> object:
    if isinstance(value, dict):
        return {key: _mask(str(key), inner) for key, inner in value.items()}
    return _MASK if _SECRET_NAME.search(name) and value is not None else value


def _build_formatter(shared: list[Processor], as_json: bool) -> logging.Formatter:
    last: list[Processor]
    if as_json:
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]
    else:
        # Rich's tracebacks would show the values of variables, and some of ours are secret.
        plain = structlog.dev.plain_traceback
        last = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
