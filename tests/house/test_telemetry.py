"""Logs: one line an event, in one form whoever logs, with a correlation id and without secrets."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from app import telemetry


@pytest.fixture(autouse=True)
def leave_logging_as_it_was() -> Iterator[None]:
    """Logs are set up for a whole process; the next test must find what this one did."""
    root = logging.getLogger()
    handlers, level, configured = root.handlers[:], root.level, structlog.get_config()
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**configured)


def read_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return what was logged."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_secrets_are_masked_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """A value that is named like a secret is masked wherever it stands; everything else is left as it is."""
    telemetry.configure()
    structlog.get_logger("plumbline").info(
        "token refreshed", refresh_token="r3fr3sh", request={"Authorization": "Bearer x"}
    )
    [line] = read_lines(capsys)
    assert line["event"] == "token refreshed"
    assert line["refresh_token"] == "***"
    assert line["request"] == {"Authorization": "***"}


def test_libraries_log_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    """What comes by the standard library's loggers has the same fields, and its correlation id."""
    telemetry.configure()
    with telemetry.correlate("c-1", connection_id="k-1"):
        logging.getLogger("uvicorn.error").warning("slow")
        structlog.get_logger("plumbline").info("settled")
    slow, settled = read_lines(capsys)
    assert slow.keys() == settled.keys()
    assert (slow["correlation_id"], settled["connection_id"]) == ("c-1", "k-1")


def test_correlation_ends_with_its_block() -> None:
    """An id must not be handed on to what happens next in the same task."""
    with telemetry.correlate() as outer:
        with telemetry.correlate("inner"):
            assert telemetry.find_correlation_id() == "inner"
        assert telemetry.find_correlation_id() == outer
    assert telemetry.find_correlation_id() is None


def test_urls_with_codes_in_them_are_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """httpx and uvicorn log whole URLs at INFO, and an OAuth code travels in one."""
    telemetry.configure()
    for name in ("httpx", "uvicorn.access"):
        logging.getLogger(name).info("GET /callback?code=0auth")
    assert read_lines(capsys) == []
