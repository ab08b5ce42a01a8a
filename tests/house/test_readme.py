"""The README and its pages keep up with the code: what they list is what there is, no more and no less."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.api.settings.check import SettingsChange
from app.domain.connections.connection import ConnectionState
from app.domain.contacts.contact_legality import CONTACT_CODES
from app.domain.holds import refusals
from app.domain.invoices import credit_refusals
from app.domain.invoices.link import State
from app.domain.record.direction import Direction
from app.errors import Retryable, Terminal
from app.sandbox.troubles import FAULTS
from app.settings import Settings
from app.xero.scopes import PURPOSE_OF_SCOPE
from tests.house import house

README = "README.md"
STATES = "docs/states.md"
SETTINGS = "docs/settings.md"
CONFIGURATION = "docs/operations/configuration.md"
UNMAPPED = {"category_unmapped", "tax_unmapped"}
"""The one code that is put together from a word (see `plan`)."""
Coded = Retryable | Terminal


def read_section(page: str, title: str) -> str:
    """What stands on a page under a heading, up to the next one."""
    text = (house.ROOT / page).read_text()
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,6}} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no section {title}"
    return found[2]


def list_rows(page: str, title: str) -> list[str]:
    """What the first cells of a section's table name in code, one or several."""
    cells = re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", read_section(page, title), re.MULTILINE)
    return [code for cell in cells for code in re.findall(r"`([^`]+)`", cell)]


def list_codes(kind: str) -> set[str]:
    """Every code with which the domain or the loop makes such a value."""
    modules = house.list_modules("app/domain", "app/reconcile")
    return {code for path in modules for code in _codes_in(path, kind)}


def _codes_in(path: Path, kind: str) -> Iterator[str]:
    for node in ast.walk(house.parse(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == kind:
            yield from _read_code(path, node.args[0])


def _read_code(path: Path, code: ast.expr) -> set[str]:
    if isinstance(code, ast.Constant):
        assert isinstance(code.value, str), path
        return {code.value}
    if isinstance(code, ast.JoinedStr):
        assert ast.unparse(code).endswith("_unmapped'"), f"{path}: a code nobody told this test of"
        return UNMAPPED
    if not isinstance(code, ast.Name):
        return {meaning.code for meaning in refusals.MEANINGS}
    module = importlib.import_module(".".join(path.relative_to(house.ROOT).with_suffix("").parts))
    named = getattr(module, code.id, None)
    return {named} if named else {meaning.code for meaning in refusals.MEANINGS}


def list_classes(base: type[Coded]) -> Iterator[type[Coded]]:
    """A class and all that derive from it."""
    yield base
    for child in base.__subclasses__():
        yield from list_classes(child)


def test_every_reason_to_hold_an_invoice_is_explained() -> None:
    """Whoever meets a code looks it up here; one that the code no longer knows would mislead."""
    rows = list_rows(STATES, "Held, and why")
    assert sorted(rows) == sorted(set(rows))
    of_credits = {code for _, code, _, _ in credit_refusals._MEANINGS}
    assert set(rows) == list_codes("Hold") | CONTACT_CODES | of_credits


def test_every_reason_to_stay_home_is_explained() -> None:
    """Settled with a reason is no fault, and the page says so."""
    assert set(list_rows(STATES, "Settled, and yet not in Xero")) == list_codes("StaysHome") - {
        # Asked of invoices that were born in Xero: those that stay there have no link that could show it.
        "not_a_sales_invoice", "not_approved_in_xero", "import_off", "not_sent_in_xero",
            "test_transaction",
    }  # fmt: skip


def test_every_reason_to_wait_is_explained() -> None:
    """What puts a connection's work off, by the codes of the error tree and the loop's own."""
    codes = {kind.code for base in (Retryable, Terminal) for kind in list_classes(base)}
    assert set(list_rows(STATES, "Behind, and why")) >= codes - {"disconnected", "refused"}


@pytest.mark.parametrize(
    ("title", "states"), [("Connections", ConnectionState), ("Links", State)], ids=["connections", "links"]
)
def test_every_state_has_a_row(title: str, states: type[ConnectionState] | type[State]) -> None:
    """Each state, and what to do in it."""
    assert set(list_rows(STATES, title)) == {state.value for state in states}


def test_every_setting_is_listed() -> None:
    """By its name in the environment; no setting that is gone."""
    names = {
        str(field.validation_alias or f"PLUMBLINE_{name.upper()}")
        for name, field in Settings.model_fields.items()
    }
    assert set(list_rows(CONFIGURATION, "Configuration")) == names


def test_every_choice_of_a_business_is_listed() -> None:
    """By its name in the API; and every direction, in the order of the code."""
    assert set(list_rows(SETTINGS, "What a business chooses")) == SettingsChange.model_fields.keys()
    assert list_rows(SETTINGS, "Directions") == list(Direction)


def test_every_fault_of_the_sandbox_is_listed() -> None:
    """Each that can be ordered, and no other."""
    assert list_rows(README, "A Xero that misbehaves") == list(FAULTS)


def test_every_scope_is_listed_with_its_purpose() -> None:
    """What a person is asked for, in the very words of the code."""
    section = read_section(README, "With a real Xero app")
    assert [scope for scope, why in PURPOSE_OF_SCOPE.items() if f"| `{scope}` | {why} |" not in section] == []


PAGES = [README, *sorted(path.relative_to(house.ROOT).as_posix() for path in house.ROOT.glob("docs/**/*.md"))]


@pytest.mark.parametrize("page", PAGES)
def test_what_is_named_exists(page: str) -> None:
    """Commands of make, files and folders: a newcomer copies them."""
    text, makefile = (house.ROOT / page).read_text(), (house.ROOT / "Makefile").read_text()
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    assert [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []
    paths = set(re.findall(r"`((?:app|tests|migrations|\.ci)/[\w./-]*)`", text))
    assert [path for path in paths if not (house.ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    """To a file that is there, and in it to a heading that is there."""
    here = house.ROOT / page
    links = [link for link in re.findall(r"\]\(([^)]+)\)", here.read_text()) if "://" not in link]
    assert [link for link in links if not _is_there(here, link)] == []


def _is_there(page: Path, link: str) -> bool:
    named, _, anchor = link.partition("#")
    target = page.parent / named if named else page
    return target.is_file() and (not anchor or anchor in _list_anchors(target.read_text()))


def _list_anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
