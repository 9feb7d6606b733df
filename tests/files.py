"""Files as people send them, made here byte by byte: good ones, and those that pretend."""

import io
import zipfile
from functools import cache

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@cache
def picture(
    kind: str = "JPEG", *, size: tuple[int, int] = (64, 48), colour: str = "green", place: bool = False
) -> bytes:
    """A picture; with `place` taken in Gangnan on 30 June 2026, as a telephone notes it."""
    made, stream = Image.new("RGB", size, colour), io.BytesIO()
    exif = Image.Exif()
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: (23.0, 4.0, 12.0), 3: "E", 4: (109.0, 36.0, 0.0)})
        exif[306] = "2026:06:30 10:15:00"
    made.save(stream, kind, exif=exif)
    return stream.getvalue()


def package(*parts: str, content: bytes = b"<x/>") -> bytes:
    """A zip with these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for part in parts:
            made.writestr(part, content)
    return stream.getvalue()


def xlsx() -> bytes:
    return package("[Content_Types].xml", "xl/workbook.xml")


def docx() -> bytes:
    return package("[Content_Types].xml", "word/document.xml")


def bomb() -> bytes:
    """A workbook of forty megabytes of nothing in forty thousand bytes."""
    return package("[Content_Types].xml", "xl/workbook.xml", content=b"\0" * 40_000_000)
