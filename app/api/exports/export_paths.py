"""Addresses below an export: its id as it stands there, and the run that it names."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path

from app.api.authentication import OwnConnection
from app.api.dependencies import Given
from app.db.exports.export_runs import find_export
from app.db.postgres.session import ReadSession
from app.domain.connections.connection import Connection
from app.domain.exports.export import Export
from app.intake.refusals import InputRefused

ExportId = Annotated[UUID, Path(description="The export's id.")]


async def get_kept_export(session: ReadSession, connection: Connection, export_id: UUID) -> Export:
    """An export of the connection; raises `not_found`."""
    export = await find_export(session, export_id, connection.id)
    if export is None:
        raise InputRefused("not_found", "This connection has no export with that id.")
    return export


async def get_export(services: Given, connection: OwnConnection, export_id: ExportId) -> Export:
    """The export that a request names; raises `not_found`."""
    async with services.database.reading() as session:
        return await get_kept_export(session, connection, export_id)


OwnExport = Annotated[Export, Depends(get_export)]
