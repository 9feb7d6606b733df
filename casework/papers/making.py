"""A paper as PDF or Word: the office's own template where there is one, the one of the house where not or where it fails.

`<kind>.html` and `paper.css` make the PDF, `<kind>.docx` the Word file; a file of the same name in the office's folder (`XIAOHAO_PAPERS`)
takes the place of ours. WeasyPrint needs Pango and Chinese fonts on the machine: where they are missing, Word still works.
"""

import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, cast

import segno

from casework.papers.templating import Papers
from engine.errors import Conflict, Sentence

BUILT_IN: Final = Path(__file__).parent / "templates"
MEDIA_TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
Format = Literal["pdf", "docx"]
_QR_MILLIMETRES: Final = 34
log = logging.getLogger("xiaohao.papers")


@dataclass(frozen=True, slots=True)
class Made:
    """A paper that was made. `remark` says why it is not the office's own template, or is None."""

    data: bytes
    media_type: str
    remark: Sentence | None = None


def make(kind: str, values: Mapping[str, Any], form: Format, *, folder: Path | None = None) -> Made:
    """The paper `kind` (`F12`) of these plain values. A value under `qr` is the address that the QR code holds.

    Raises:
        Conflict: PDF cannot be made on this machine; the sentence says what to install.
    """
    own, remark = folder / f"{kind}.{_ENDINGS[form]}" if folder else None, None
    if own is not None and own.is_file():
        try:
            return Made(_MAKERS[form](own, _style(folder), values), MEDIA_TYPES[form])
        except Conflict:
            raise
        except Exception as error:  # noqa: BLE001 - a clerk's template may fail in any way; the paper is made all the same
            log.warning("the template %s cannot be used: %s", own, error)
            remark = _remark(own, error)
    return Made(
        _MAKERS[form](BUILT_IN / f"{kind}.{_ENDINGS[form]}", BUILT_IN / "paper.css", values), MEDIA_TYPES[form], remark
    )


def problems(kind: str, values: Mapping[str, Any], *, folder: Path | None) -> list[Sentence]:
    """Why the office's own templates of a paper cannot be used; empty where they can, or where there are none."""
    own = [folder / f"{kind}.{ending}" for ending in ("docx", "html")] if folder is not None else []
    found: list[Sentence] = []
    for template in own:
        if not template.is_file():
            continue
        try:
            _word(template, BUILT_IN, values) if template.suffix == ".docx" else filled(template, values)
        except Exception as error:  # noqa: BLE001 - a clerk's template may fail in any way; here it is said how
            found.append(_remark(template, error))
    return found


def why_no_pdf() -> Sentence | None:
    """Why no PDF can be made on this machine, or None."""
    try:
        _weasyprint()
    except Conflict as missing:
        return missing.sentence
    return None


def filled(template: Path, values: Mapping[str, Any]) -> str:
    """The body of a paper as HTML."""
    known = {**values, "qr": _data_url(str(values["qr"])) if values.get("qr") else ""}
    return Papers().fill(template.read_text(encoding="utf-8"), known)


def _pdf(template: Path, style: Path, values: Mapping[str, Any]) -> bytes:
    weasyprint = _weasyprint()
    body = filled(template, values)
    title = str(values.get("title", ""))
    page = f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{_plain(title)}</title></head><body>{body}</body></html>'
    # A paper holds what it shows: pictures stand in it, nothing is fetched, neither from this machine nor from another.
    fetcher = weasyprint.URLFetcher(allowed_protocols=["data"], allow_redirects=False)
    sheet = weasyprint.CSS(string=style.read_text(encoding="utf-8"), url_fetcher=fetcher)
    made: bytes = weasyprint.HTML(string=page, url_fetcher=fetcher).write_pdf(stylesheets=[sheet])
    return made


def _word(template: Path, style: Path, values: Mapping[str, Any]) -> bytes:
    del style
    from docx.shared import Mm
    from docxtpl import DocxTemplate, InlineImage  # pyright: ignore[reportMissingTypeStubs]

    paper = cast(Any, DocxTemplate(template))
    known = dict(values)
    if known.get("qr"):
        known["qr"] = InlineImage(paper, io.BytesIO(_png(str(known["qr"]))), width=Mm(_QR_MILLIMETRES))
    paper.render(known, jinja_env=Papers(), autoescape=True)
    stream = io.BytesIO()
    paper.save(stream)
    return stream.getvalue()


_ENDINGS: Final[Mapping[str, str]] = {"pdf": "html", "docx": "docx"}
_MAKERS: Final = {"pdf": _pdf, "docx": _word}


def _style(folder: Path | None) -> Path:
    own = folder / "paper.css" if folder else None
    return own if own is not None and own.is_file() else BUILT_IN / "paper.css"


def _png(address: str) -> bytes:
    stream = io.BytesIO()
    segno.make(address, error="m", micro=False).save(stream, kind="png", scale=8, border=4)
    return stream.getvalue()


def _data_url(address: str) -> str:
    return str(segno.make(address, error="m", micro=False).png_data_uri(scale=8, border=4))


def _remark(template: Path, error: Exception) -> Sentence:
    return Sentence(
        "the office's own template {name} cannot be used ({reason}); the paper was made from ours",
        {"name": template.name, "reason": str(error)[:200]},
    )


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


@cache
def _weasyprint() -> Any:
    try:
        import weasyprint  # pyright: ignore[reportMissingTypeStubs]
    except OSError as missing:
        log.warning("PDF cannot be made: %s", missing)
        raise Conflict(
            "PDF cannot be made on this machine: Pango is missing (Debian: libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk); "
            "install it and start again, or take the Word file"
        ) from None
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    return cast(Any, weasyprint)


__all__ = ["BUILT_IN", "Format", "Made", "filled", "make", "problems", "why_no_pdf"]
