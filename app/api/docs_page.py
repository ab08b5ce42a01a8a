"""GET /docs and GET /redoc: the contract as a page to try, and as one to read, on a machine without internet as well.

The files of Swagger UI and of ReDoc come from a package that ships them as their makers publish them. Nothing on the
pages is loaded from anywhere else, no script stands in them, and the browser is told to allow neither. Addresses are
relative, so that they work behind any prefix. An API key that is typed into /docs is forgotten with the page.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

_PACKAGE = ("fastapi_offline", "static")

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plumbline's API</title>
<link rel="icon" href="data:,">{styles}
</head>
<body><div id="contract"><noscript>This page needs scripts; openapi.json is the same without them.</noscript></div>
<script src="docs/ui/{script}"></script>
<script src="{start}"></script>
</body>
</html>
"""

_STYLES = '\n<link rel="stylesheet" href="docs/ui/swagger-ui.css">'

_START_SWAGGER = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#contract",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 3,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
});
"""

_START_REDOC = """Redoc.init("openapi.json", {
  hideDownloadButton: false,
  expandResponses: "200,201,202",
  requiredPropsFirst: true,
  sortEnumValuesAlphabetically: false,
}, document.getElementById("contract"));
"""

_HEADERS = {
    # ReDoc's search runs in a worker that it makes of itself.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; worker-src blob:; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class ContractPage:
    """One way to show the contract: the maker's script, what starts it (a file of its own, since no script may stand in
    the page), and the page around the two.
    """

    path: str
    script: str
    start: str
    styles: str = ""

    def routes(self) -> list[BaseRoute]:
        """The page and the script that starts it."""
        start_path = f"{self.path}/start.js"
        page = _PAGE.format(styles=self.styles, script=self.script, start=start_path.removeprefix("/"))
        return [
            Route(self.path, _answer(page, "text/html")),
            Route(start_path, _answer(self.start, "text/javascript")),
        ]


PAGES = (
    ContractPage("/docs", "swagger-ui-bundle.js", _START_SWAGGER, _STYLES),
    ContractPage("/redoc", "redoc.standalone.js", _START_REDOC),
)


def build_docs_routes() -> list[BaseRoute]:
    """Both pages, the scripts that start them, and their makers' own files."""
    files = Mount("/docs/ui", StaticFiles(packages=[_PACKAGE]), name="docs_ui")
    return [*(route for page in PAGES for route in page.routes()), files]


def _answer(content: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    async def show(_: Request) -> Response:
        return Response(content, media_type=media_type, headers=_HEADERS)

    return show
