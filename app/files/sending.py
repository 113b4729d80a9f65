"""A file of the store as an answer."""

from fastapi.responses import FileResponse

from app.files.models import StoredFile
from app.files.rules import MEDIA, SHOWN, FileLost
from app.files.store import place_of

# A file runs nothing and loads nothing, wherever it is opened.
SEALED = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; sandbox"


def sent(file: StoredFile, name: str) -> FileResponse:
    """In place where a browser can show it, else to be saved. Refusal: FileLost."""
    place = place_of(file.sha256)
    if not place.exists():
        raise FileLost(name=name)
    return FileResponse(
        place,
        headers={"Content-Security-Policy": SEALED},
        media_type=MEDIA[file.kind],
        filename=name,
        content_disposition_type="inline" if file.kind in SHOWN else "attachment",
    )
