"""What a file really is, found in its content and never in its name: pdf, ofd, jpg, png, xlsx or docx (REFERENCE 6.12 no. 9).

Nothing is unpacked. Of a package (a zip) only the list of its parts is read, and that only when it is short; of a picture only the
head, until it is known to be of a size that can be shown.
"""

import io
import re
import struct
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from PIL import Image, ImageOps

from engine.errors import Invalid

LARGEST: Final = 20 * 1024 * 1024
LARGEST_MEGABYTES: Final = 20
_PDF, _OFD, _JPG, _PNG = "application/pdf", "application/ofd", "image/jpeg", "image/png"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    _PDF: ("pdf",),
    _OFD: ("ofd",),
    _JPG: ("jpg", "jpeg"),
    _PNG: ("png",),
    _XLSX: ("xlsx",),
    _DOCX: ("docx",),
}
"""Media types that are taken, and the endings that belong to each; the first one is the usual."""
_ALL: Final = "pdf, ofd, jpg, png, xlsx, docx"
_DECLARED_AS_ANYTHING: Final = frozenset(
    {"", "application/octet-stream", "application/zip", "application/x-zip-compressed"}
)
_SAME: Final[Mapping[str, str]] = {"image/jpg": _JPG, "image/pjpeg": _JPG, "application/x-pdf": _PDF}
_MOST_PARTS: Final = 3_000
_LONGEST_LIST: Final = 2 * 1024 * 1024
_LARGEST_UNPACKED: Final = 300 * 1024 * 1024
_MOST_TIMES: Final = 200
_MOST_PIXELS: Final = 80_000_000
_PREVIEW: Final = (480, 480)
_NOT_IN_A_NAME: Final = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_LONGEST_NAME: Final = 150


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is: its media type, for a picture a small JPEG without metadata, and where it was taken (`{lat, lon, at}`)."""

    media_type: str
    preview: bytes | None = None
    place: Mapping[str, Any] = field(default_factory=dict[str, Any])


def check_name(name: str) -> str:
    """The name as it is kept; raises Invalid for one that is empty, too long, or says more than a name."""
    found = name.strip()
    if not found or not found.strip("."):
        raise Invalid("this file has no name; give it one and send it again")
    if _NOT_IN_A_NAME.search(found) or found.startswith("."):
        raise Invalid(
            "the name {name} holds a path or characters that no name has; rename the file", name=_shown(found)
        )
    if len(found) > _LONGEST_NAME:
        raise Invalid("the name {name} is too long; at most {most} characters", name=_shown(found), most=_LONGEST_NAME)
    return found


def look(name: str, declared: str, data: bytes) -> Kind:
    """What the content is; name and declared type must agree with it.

    Raises:
        Invalid: empty, larger than 20 MB, none of the kinds that are taken, not what its name says, or made to burst.
    """
    if not data:
        raise Invalid("{name} is empty; choose the file again", name=_shown(name))
    if len(data) > LARGEST:
        size = f"{len(data) / 1024 / 1024:.1f}"
        raise Invalid(
            "{name} has {size} MB; at most {most} MB fit, scan it with a lower resolution or split it",
            name=_shown(name), size=size, most=LARGEST_MEGABYTES,
        )  # fmt: skip
    found = _found(name, data)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    said = _SAME.get(declared, declared)
    if ending not in NAMES[found]:
        raise Invalid(
            "{name} is named like another kind, but holds {kind}; give it its own ending .{ending}",
            name=_shown(name), kind=NAMES[found][0], ending=NAMES[found][0],
        )  # fmt: skip
    if said not in _DECLARED_AS_ANYTHING and said != found and said in NAMES:
        raise Invalid("{name} was announced as {said}, but holds {kind}", name=_shown(name), said=said, kind=found)
    return _picture(name, found, data) if found in {_JPG, _PNG} else Kind(found)


def _found(name: str, data: bytes) -> str:
    if data[:5] == b"%PDF-":
        return _PDF
    if data[:3] == b"\xff\xd8\xff":
        return _JPG
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return _PNG
    if data[:4] == b"PK\x03\x04":
        return _package(name, data)
    if data[4:12] in {b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"}:
        raise Invalid(
            "{name} is a HEIC picture; set the camera to “most compatible” or send it as jpg", name=_shown(name)
        )
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Invalid("{name} is of an old office program; save it as xlsx, docx or pdf", name=_shown(name))
    raise Invalid("{name} is none of the kinds that are taken: {kinds}", name=_shown(name), kinds=_ALL)


def _package(name: str, data: bytes) -> str:
    """The kind of a zip by its parts. The list is read only where its own head says that it is short."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if end < 0 or len(data) < end + 22:
        raise Invalid("{name} is damaged; save it again and send it", name=_shown(name))
    parts, length = struct.unpack_from("<H", data, end + 10)[0], struct.unpack_from("<I", data, end + 12)[0]
    if parts > _MOST_PARTS or length > _LONGEST_LIST:
        raise _bomb(name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            listed = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError):
        raise Invalid("{name} is damaged; save it again and send it", name=_shown(name)) from None
    unpacked = sum(one.file_size for one in listed)
    bursting = any(
        one.file_size > 1_000_000 and one.file_size > _MOST_TIMES * max(one.compress_size, 1) for one in listed
    )
    if unpacked > _LARGEST_UNPACKED or bursting:
        raise _bomb(name)
    names = {one.filename for one in listed}
    if any(each.lower().endswith("vbaproject.bin") for each in names):
        raise Invalid("{name} holds macros; save it without them", name=_shown(name))
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return _XLSX
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return _DOCX
    if "OFD.xml" in names:
        return _OFD
    raise Invalid("{name} is an archive; send the files one by one ({kinds})", name=_shown(name), kinds=_ALL)


def _bomb(name: str) -> Invalid:
    return Invalid("{name} would become far too large when opened; it is not taken", name=_shown(name))


def _picture(name: str, found: str, data: bytes) -> Kind:
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as picture:
            # A picture that is too large is told by its head; what Pillow says about it is no news then.
            warnings.simplefilter("ignore")
            width, height = picture.size
            if width * height > _MOST_PIXELS:
                raise Invalid(
                    "{name} has {width} × {height} points; take it with a lower resolution",
                    name=_shown(name), width=width, height=height,
                )  # fmt: skip
            place = _place(picture)
            picture.draft("RGB", _PREVIEW)
            small = ImageOps.exif_transpose(picture).convert("RGB")
    except Invalid:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, struct.error):
        raise Invalid("{name} is a damaged picture; take it or save it again", name=_shown(name)) from None
    small.thumbnail(_PREVIEW)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=75)
    return Kind(found, stream.getvalue(), place)


def _place(picture: Image.Image) -> dict[str, Any]:
    """Where and when a photograph was taken, by its EXIF; empty where it does not say."""
    try:
        exif = picture.getexif()
        gps, taken = exif.get_ifd(0x8825), exif.get_ifd(0x8769).get(36867) or exif.get(306)
        place: dict[str, Any] = {}
        if 2 in gps and 4 in gps:
            latitude, longitude = _degrees(gps[2], str(gps.get(1, "N"))), _degrees(gps[4], str(gps.get(3, "E")))
            if -90 <= latitude <= 90 and -180 <= longitude <= 180:
                place = {"lat": f"{latitude:.5f}", "lon": f"{longitude:.5f}"}
        if isinstance(taken, str) and re.fullmatch(r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d", taken.strip("\0 ")):
            place["at"] = taken[:10].replace(":", "-") + taken[10:16]
    except (ArithmeticError, OSError, ValueError, SyntaxError, TypeError, LookupError, struct.error):
        return {}
    return place


def _degrees(parts: Any, side: str) -> float:
    degrees, minutes, seconds = (float(each) for each in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if side.strip("\0 ").upper() in {"S", "W"} else value


def _shown(name: str) -> str:
    """A name that can be put into a sentence."""
    return _NOT_IN_A_NAME.sub("_", name)[:60]
