"""The export that a request names: the partner's own connection's, or none."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path

from app.api.authentication import OwnConnection
from app.api.dependencies import Given
from app.db.exports.export_runs import find_export
from app.domain.exports.export import Export
from app.intake.refusals import InputRefused

ExportId = Annotated[UUID, Path(description="The export's id.")]


async def get_export(services: Given, connection: OwnConnection, export_id: ExportId) -> Export:
    """The connection's own export; raises `not_found`."""
    async with services.database.reading() as session:
        return known(await find_export(session, export_id, connection.id))


def known(export: Export | None) -> Export:
    """The export; raises `not_found` where there is none."""
    if export is None:
        raise InputRefused("not_found", "This connection has no export with that id.")
    return export


OwnExport = Annotated[Export, Depends(get_export)]
