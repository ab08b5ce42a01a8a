"""What a business may choose of when it is worked for: in real time, or at set times (FEATURES E6, I10). Pure."""

import re
from datetime import time
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, WithJsonSchema

from app.domain.connections.schedule import MIDNIGHT, Mode, Weekday, is_zone
from app.domain.connections.settings import ConnectionSettings
from app.intake.refusals import Fault
from app.intake.values import Line, refused

_LOCAL_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"


def _check_local_time(text: str) -> str:
    if not re.fullmatch(_LOCAL_TIME, text):
        raise refused("must be a local time as HH:MM, as in 06:15")
    return text


LocalTime = Annotated[
    str,
    StringConstraints(strict=True),
    AfterValidator(_check_local_time),
    WithJsonSchema({"type": "string", "pattern": f"^{_LOCAL_TIME}$"}),
]


class ScheduleChange(BaseModel):
    """The part of a change of settings that this module reads."""

    mode: Mode | None = Field(
        default=None,
        description="`real_time`: everything is worked as it comes. `hourly`, `daily`, `weekly`: it is stored as it "
        "comes, and worked at that time, or at once by `POST .../run`.",
    )
    at: LocalTime | None = Field(
        default=None, description="Local time as HH:MM, of an hourly mode the minute alone; null is 00:00."
    )
    weekday: Weekday | None = Field(default=None, description="The day of a weekly mode; null is monday.")
    time_zone: Line | None = Field(
        default=None,
        description="A zone of the IANA database, as Australia/Perth; null is the one of the organisation's country, "
        "UTC where that has several or none is known.",
    )


class ScheduleSettings(BaseModel):
    """What a business chose of when it is worked for."""

    mode: Mode = Field(description="In real time, or at set times.")
    at: str = Field(description="Local time as HH:MM; of an hourly mode the minute alone.")
    weekday: Weekday = Field(description="The day of a weekly mode.")
    time_zone: str | None = Field(
        description="Null is the zone of the organisation's country. The business's days are of it too, as that of a "
        "payment of which a document says no more than `paid`."
    )


def show_schedule(settings: ConnectionSettings) -> dict[str, Any]:
    """The settings of the schedule as the API names them."""
    return {
        "mode": settings.mode,
        "at": f"{settings.at:%H:%M}",
        "weekday": settings.weekday,
        "time_zone": settings.time_zone,
    }


def choose_schedule(change: ScheduleChange, faults: list[Fault]) -> dict[str, Any]:
    """The settings that the change names, as they are kept; adds a fault for each that cannot be chosen."""
    named, chosen = change.model_fields_set, dict[str, Any]()
    if "mode" in named:
        chosen["mode"] = change.mode
        faults += [Fault("mode", "cannot be null")] if change.mode is None else []
    if "at" in named:
        chosen["at"] = time.fromisoformat(change.at) if change.at else MIDNIGHT
    if "weekday" in named:
        chosen["weekday"] = change.weekday or Weekday.MONDAY
    if "time_zone" in named:
        chosen["time_zone"] = change.time_zone or None
        if change.time_zone and not is_zone(change.time_zone):
            faults.append(Fault("time_zone", "is no zone of the IANA database, as Australia/Perth is"))
    return chosen
