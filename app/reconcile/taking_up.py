"""From links to the works of a round, with the codes that the accounts of their lines have now (`account_codes`)."""

from collections.abc import Sequence

from app.domain.invoices.account_codes import Moved, list_moved, said_anew
from app.domain.invoices.link import InvoiceLink
from app.domain.xero.organisation import Organisation
from app.reconcile.round import Round
from app.reconcile.work import Work


def take_up(current: Round, links: Sequence[InvoiceLink]) -> list[Work]:
    """Works of the round, one for each of the links."""
    works = [take_up_one(link, current.organisation) for link in links]
    current.works += works
    return works


def take_up_one(link: InvoiceLink, organisation: Organisation) -> Work:
    """The work of one link by these facts, for a look that no round makes."""
    moved = list_moved(link, organisation)
    return Work(said_anew(link, moved), moved_codes=moved)


def follow_codes(current: Round, moved: Moved) -> None:
    """Give the round's works the codes that were learned since they were taken up."""
    for work in current.works if moved else ():
        work.link, work.before = said_anew(work.link, moved), said_anew(work.before, moved)
        work.moved_codes = moved
