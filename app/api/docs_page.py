"""GET /docs: the contract as a page to read and to try, on a machine without internet as well.

Swagger UI's files come from a package that ships them as their makers publish them. Nothing on the page is loaded from
anywhere else, no script stands in it, and the browser is told to allow neither. Addresses are relative, so that it
works behind any prefix. An API key that is typed into it is forgotten with the page.
"""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

_PACKAGE = ("fastapi_swagger", "resources")

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plumbline's API</title>
<link rel="icon" href="docs/ui/favicon-32x32.png">
<link rel="stylesheet" href="docs/ui/swagger-ui.css">
</head>
<body><div id="contract"><noscript>This page needs scripts; openapi.json is the same without them.</noscript></div>
<script src="docs/ui/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

_START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#contract",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 3,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
});
"""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def build_docs_routes() -> list[BaseRoute]:
    """The page, its one script, and Swagger UI's own files."""
    return [
        Route("/docs", show_docs, name="show_docs"),
        Route("/docs/start.js", start_docs, name="start_docs"),
        Mount("/docs/ui", StaticFiles(packages=[_PACKAGE]), name="docs_ui"),
    ]


async def show_docs(_: Request) -> Response:
    """The page."""
    return HTMLResponse(_PAGE, headers=_HEADERS)


async def start_docs(_: Request) -> Response:
    """What starts Swagger UI; a file of its own, since no script may stand in the page."""
    return Response(_START, media_type="text/javascript", headers=_HEADERS)
