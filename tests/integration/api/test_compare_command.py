"""`compare` at the command line, as far as it lists: every difference, however many there are."""

import io
from uuid import UUID

from rich.console import Console

from app.api.findings.discrepancy_resource import Discrepancy
from app.commands.acts.comparing import PAGE, show_last
from app.commands.shown import Exit, Shown
from tests.integration.api.driver import Plumbline, document

OPEN = 2 * PAGE + 1

FILL = """
INSERT INTO discrepancies (connection_id, link_id, kind, path, message, values, state)
SELECT connection_id, id, 'value_differs', 'field_' || n, 'They differ.', '{"partner": "1", "xero": "2"}', 'open'
FROM invoice_links, generate_series(1, :rows) AS n
"""


def read_words(shown: Shown) -> str:
    """What a person reads, however it was wrapped."""
    console = Console(file=io.StringIO(), width=300, record=True)
    for part in shown.parts:
        console.print(part)
    return " ".join(console.export_text().split())


async def test_every_difference_is_listed_and_a_table_says_how_many_it_leaves_out(
    plumbline: Plumbline,
) -> None:
    """JSON has all of them in order; the table shows the first two hundred, and how to get the rest (N10)."""
    path = await plumbline.open_active()
    (await plumbline.http.put(f"{path}/invoices/inv_1", json=document())).raise_for_status()
    await plumbline.execute(FILL, rows=OPEN)
    services = plumbline.app.state.services
    shown = await show_last(services, UUID(path.rpartition("/")[2]))
    assert (shown.code, isinstance(shown.data, dict)) == (Exit.NOT_WELL, True)
    listed: list[Discrepancy] = shown.data["differences"]
    assert [one.path for one in listed] == [f"field_{n}" for n in range(1, OPEN + 1)]
    words = read_words(shown)
    assert f"{OPEN - 200} more: `--json` prints all" in words
    assert ("field_200 " in words, "field_201 " in words) == (True, False)
