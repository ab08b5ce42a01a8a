"""A very small browser: opens a page, fills in its form as offered, sends it, and keeps cookies on the way.

It is what gives Xero's consent.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

from app.demo.failures import StepFailed

PATIENCE_SECONDS = 30


@dataclass
class Form:
    """Where a form goes, and what it sends when it is left as it stands and its first button is pressed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class FormReader(HTMLParser):
    """Finds the first form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None
        self._is_open = False
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what the form offers, the first of every name."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and self.form is None:
            self.form = Form(said.get("action", ""), said.get("method", "get").upper())
            self._is_open = True
        elif tag == "select":
            self._select = said.get("name")
        elif tag == "option" and self._select:
            self._take(self._select, said.get("value", ""))
        elif tag in ("input", "button") and "name" in said:
            self._take(said["name"], said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """What comes after the form is not the form's."""
        self._is_open = self._is_open and tag != "form"
        if tag == "select":
            self._select = None

    def _take(self, name: str, value: str) -> None:
        if self.form is not None and self._is_open:
            self.form.fields.setdefault(name, value)


def give_consent(authorise_url: str) -> httpx.Response:
    """Open the address that leads to the consent page, agree, and follow on; the page at the end. Raises StepFailed."""
    with httpx.Client(follow_redirects=True, timeout=PATIENCE_SECONDS, trust_env=False) as browser:
        page = browser.get(authorise_url)
        reader = FormReader()
        reader.feed(page.text)
        if page.is_error or reader.form is None:
            raise StepFailed(f"no consent page at {page.url}: {page.status_code} {page.text[:300]}")
        form = reader.form
        answer = browser.request(form.method, urljoin(str(page.url), form.action), data=form.fields)
        if answer.is_error:
            raise StepFailed(f"the consent ended at {answer.url}: {answer.status_code} {answer.text[:300]}")
        return answer
