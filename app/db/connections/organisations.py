"""What is kept of a connection's organisation: its facts as JSON, and when they were read.

JSON that an older version kept is read too: what it lacks has its default until the facts are read again, and what this
version does not know is passed over.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import and_, case, literal, or_, update

from app.db.postgres.session import WriteSession
from app.db.tables import ConnectionRow
from app.domain.xero.organisation import (
    Account,
    BrandingTheme,
    Organisation,
    PaymentTerms,
    TaxRate,
    TrackingCategory,
    TrackingOption,
    Unread,
)

Kept = TypeVar("Kept")

_DATES = ("period_lock_on", "year_lock_on")
_KEPT = {each.name for each in fields(Organisation) if each.init}


async def save_organisation(
    session: WriteSession,
    connection_id: UUID,
    organisation: Organisation,
    at: datetime,
    *,
    is_whole: bool = True,
    seen: int | None = None,
) -> None:
    """Keep what was read of the organisation at that time; `is_whole` says that every fact was read anew.

    Whoever asked for facts after the `seen` first ones is not answered by it: they stay due. None: all are.
    """
    row = ConnectionRow
    is_answer = literal(True) if seen is None else row.facts_asked == seen
    kept: dict[str, Any] = {
        "organisation": organisation_to_json(organisation),
        "facts_checked_at": at,
        "facts_due": and_(row.facts_due, ~is_answer),
    }
    if is_whole:
        is_news = or_(is_answer, row.organisation_fetched_at.is_not(None))
        kept["organisation_fetched_at"] = case((is_news, at), else_=None)
    await session.execute(update(row).where(row.id == connection_id).values(**kept))


def organisation_to_json(organisation: Organisation) -> dict[str, Any]:
    """The organisation as it is kept: decimals as text, dates as ISO text."""
    # A copy has no index of its accounts yet, which would be written out too.
    kept = {name: value for name, value in asdict(replace(organisation)).items() if name in _KEPT}
    for name in _DATES:
        kept[name] = kept[name].isoformat() if kept[name] else None
    kept["tax_rates"] = [rate | {"rate": str(rate["rate"])} for rate in kept["tax_rates"]]
    kept["actions"] = dict(organisation.actions)
    kept["unread"] = {
        part: {"since": each.since.isoformat(), "reason": each.reason}
        for part, each in organisation.unread.items()
    }
    return kept


def organisation_from_json(kept: Mapping[str, Any]) -> Organisation:
    """The organisation that `organisation_to_json` kept, now or in an older version."""
    # The one lock date of older versions is believed to bind everybody, which can only hold something too long.
    locks = {"year_lock_on": kept.get("lock_on")} | {name: kept[name] for name in _DATES if name in kept}
    terms = kept.get("sales_terms")
    return _read(
        Organisation,
        {**kept}
        | {name: date.fromisoformat(lock) if lock else None for name, lock in locks.items()}
        | {
            "currencies": tuple(kept["currencies"]),
            "accounts": tuple(_read(Account, account) for account in kept["accounts"]),
            "tax_rates": tuple(_read_rate(rate) for rate in kept["tax_rates"]),
            "tracking_categories": tuple(map(_read_category, kept.get("tracking_categories", ()))),
            "branding_themes": tuple(
                _read(BrandingTheme, theme) for theme in kept.get("branding_themes", ())
            ),
            "sales_terms": _read(PaymentTerms, terms) if terms else None,
            "unread": {part: _read_unread(each) for part, each in kept.get("unread", {}).items()},
        },
    )


def _read_rate(rate: Mapping[str, Any]) -> TaxRate:
    classes = rate.get("classes")
    return _read(
        TaxRate,
        {**rate, "rate": Decimal(rate["rate"]), "classes": None if classes is None else tuple(classes)},
    )


def _read_category(category: Mapping[str, Any]) -> TrackingCategory:
    options = tuple(_read(TrackingOption, _with_names(option)) for option in category.get("options", ()))
    return _read(TrackingCategory, {**_with_names(category), "options": options})


def _read_unread(kept: Mapping[str, Any]) -> Unread:
    return Unread(datetime.fromisoformat(kept["since"]), kept["reason"])


def _with_names(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {**kept, "former_names": tuple(kept.get("former_names", ()))}


def _read(kind: type[Kept], values: Mapping[str, Any]) -> Kept:
    """The value of the fields that this version knows."""
    known = {field.name for field in fields(kind) if field.init}  # type: ignore[arg-type]  # only dataclasses are read
    return kind(**{name: value for name, value in values.items() if name in known})
