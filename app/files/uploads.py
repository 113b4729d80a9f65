"""A file in a request, for an endpoint: examined and scanned before the request's transaction begins."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from app.core.reading.files import Uploaded
from app.core.reading.foreign import off_loop
from app.core.settings import Settings
from app.files.content import Received, examine
from app.files.scanning import scan


class UploadedFile(Uploaded[Received]):
    def __init__(self) -> None:
        """Nothing of `Uploaded`: the file is not read whole."""

    async def received(self, request: Request, upload: UploadFile) -> Received:
        """Refusals: those of `examine` and `scan`."""
        found = await off_loop(examine, upload.filename or "", upload.file)
        settings: Settings = request.app.state.settings
        if settings.clamd:
            await scan(upload, settings.clamd)
        return found


AttachedFile = Annotated[Received, Depends(UploadedFile())]
