"""A collector of our own takes what is sent by OTLP over HTTP, as protobuf: the spans of one change."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

from app import tracing
from app.wiring.ground import open_queue
from tests.scenarios.house import House
from tests.scenarios.test_following import put
from tests.scenarios.test_traces import list_secrets_in, work_off


async def test_a_collector_receives_one_change_from_intake_to_write(house: House) -> None:
    """All spans of it are in one trace, under each other, with the id of the call that brought it, and no secret."""
    document = await house.write()
    await house.drain()
    with collecting() as (endpoint, received):
        tracing.configure(endpoint, "test")
        try:
            async with open_queue(house.settings) as queue:
                await queue.flushdb()
                await put(house, document | {"id": "inv_2", "number": "N-inv_2"}, "from-a-call-1")
                await work_off(house, queue)
        finally:
            tracing.close()
    assert (await house.in_xero("N-inv_2"))["Reference"] == "PO 1"
    spans = [span for resource in received for scope in resource.scope_spans for span in scope.spans]
    root = next(span for span in spans if span.name.startswith("PUT /v1/connections/"))
    trace = {span.span_id: span for span in spans if span.trace_id == root.trace_id}
    assert {span.name for span in trace.values()} >= {"intake", "reconcile", "xero create_invoices"}
    assert {correlation_id(span) for span in trace.values()} == {"from-a-call-1"}
    assert [span for span in trace.values() if span.parent_span_id not in trace] == [root]
    assert {name_service(resource) for resource in received} == {"plumbline-test"}
    assert list_secrets_in(house, " ".join(map(write_without_ids, spans))) == []


@contextmanager
def collecting() -> Iterator[tuple[str, list[ResourceSpans]]]:
    """The address of a collector, and what it has received."""
    received: list[ResourceSpans] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert (self.path, self.headers["content-type"]) == ("/v1/traces", "application/x-protobuf")
            body = self.rfile.read(int(self.headers["content-length"]))
            received.extend(ExportTraceServiceRequest.FromString(body).resource_spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def write_without_ids(span: Span) -> str:
    """All that a span tells; its ids are drawn bytes, which read as anything now and then."""
    told = Span()
    told.CopyFrom(span)
    for drawn in ("trace_id", "span_id", "parent_span_id"):
        told.ClearField(drawn)
    assert not told.links  # which have ids too
    return str(told)


def correlation_id(span: Span) -> str | None:
    """The id that stands on a span."""
    told = (each.value.string_value for each in span.attributes if each.key == "plumbline.correlation_id")
    return next(told, None)


def name_service(resource: ResourceSpans) -> str:
    """Which process it says that it is."""
    told = (each.value.string_value for each in resource.resource.attributes if each.key == "service.name")
    return str(next(told))
