"""Traces by OpenTelemetry, where a collector is configured; without one its SDK is not loaded, and a span is nothing.

Every span that begins inside of `correlate` has the correlation id, so that a trace is found from a line of the log,
and the other way round. What is nudged goes on in the trace of what nudged it (`write_parent`). Attributes are ids,
names of operations and numbers: no addresses, no bodies, no names of people, no secrets.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Optional

from app.telemetry import find_correlation_id

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.trace import Span

LAST_SPANS = timedelta(seconds=3)
"""How long a process that ends waits for its collector."""

_STANDARD = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_NOTHING: AbstractContextManager[None] = nullcontext()

_provider: Optional["TracerProvider"] = None


def configure(endpoint: str, part: str) -> None:
    """Send this process's spans to a collector, if one is named here or by OpenTelemetry's own variables.

    `endpoint` is its OTLP address over HTTP without a path; `part` says what this process is.
    """
    if not endpoint and not any(os.environ.get(name) for name in _STANDARD):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces" if endpoint else None)
    use(BatchSpanProcessor(exporter), part)


def use(processor: "SpanProcessor", part: str) -> None:
    """Have spans go there."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    global _provider
    _provider = TracerProvider(resource=Resource.create({"service.name": f"plumbline-{part}"}))
    _provider.add_span_processor(processor)


@asynccontextmanager
async def tracing_to(endpoint: str, part: str) -> AsyncIterator[None]:
    """Trace until the block ends, as `configure` says; what is left is sent then, as far as it is taken soon."""
    configure(endpoint, part)
    try:
        yield
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(close), LAST_SPANS.total_seconds())


def close() -> None:
    """Send what is left; blocks for as long as the collector takes. Spans are nothing from then on."""
    global _provider
    ended, _provider = _provider, None
    if ended is not None:
        ended.shutdown()


def span(
    name: str, parent: str | None = None, **attributes: str | int | bool
) -> AbstractContextManager[Optional["Span"]]:
    """A span around the block; `parent` is what `write_parent` wrote elsewhere. Gives None without a collector."""
    return _NOTHING if _provider is None else _begin(_provider, name, parent, attributes)


@contextmanager
def _begin(
    provider: "TracerProvider", name: str, parent: str | None, attributes: dict[str, str | int | bool]
) -> Iterator["Span"]:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract({"traceparent": parent}) if parent else None
    named = {f"plumbline.{key}": value for key, value in attributes.items()}
    correlation_id = find_correlation_id()
    if correlation_id is not None:
        named["plumbline.correlation_id"] = correlation_id
    tracer = provider.get_tracer("plumbline")
    # An exception's text can hold what somebody sent; its kind is told by the status alone.
    with tracer.start_as_current_span(
        name, context, attributes=named, record_exception=False, set_status_on_exception=False
    ) as begun:
        yield begun


def write_parent() -> str | None:
    """The trace that is under way, to be handed on with what it starts; None without one."""
    if _provider is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")
