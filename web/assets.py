"""Built files of the page: their names with hashes, icons, and the route that hands them out compressed and for ever."""

import gzip
import json
import mimetypes
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import cast

from flask import Blueprint, Flask, Response, abort, request, url_for
from markupsafe import Markup

DIST = Path(__file__).parent / "static" / "dist"
YEAR = 31_536_000

blueprint = Blueprint("assets", __name__)


def init_app(app: Flask) -> None:
    """Serve `static/dist` under `/assets/` and give templates `asset_url(name)` and `icon(name)`."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(asset_url=asset_url, icon=icon)


@cache
def manifest() -> Mapping[str, str]:
    """Every built file by its plain name: `{"app.js": "app-5F2KQ3ZL.js", …}`."""
    return cast("dict[str, str]", json.loads((DIST / "manifest.json").read_text(encoding="utf-8")))


@cache
def icon_names() -> frozenset[str]:
    """The icons of the sprite; `icon()` refuses any other, so that a wrong name is seen in a test and not by a reader."""
    return frozenset(cast("list[str]", json.loads((DIST / "icons.json").read_text(encoding="utf-8"))))


def asset_url(name: str) -> str:
    """The address of a built file by its plain name, such as `app.js`. Raises KeyError for a file that was not built."""
    return url_for("assets.file", name=manifest()[name])


def icon(name: str, label: str = "", size: str = "") -> Markup:
    """An icon of the sprite as inline SVG; `label` is read aloud (without one the icon is decoration), `size` is sm or lg."""
    if name not in icon_names():
        message = f"expected an icon of the sprite (web/islands/icons.json), but got {name!r}"
        raise KeyError(message)
    kind = f"icon icon-{size}" if size else "icon"
    role = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="{}" {} focusable="false"><use href="{}#{}"></use></svg>').format(
        kind, role, asset_url("icons.svg"), name
    )


@blueprint.get("/assets/<path:name>")
def file(name: str) -> Response:
    """One built file. Its name carries its hash, so a browser may keep it for ever."""
    if name not in manifest().values():
        abort(404)
    plain, packed, kind = _contents(name)
    wants_gzip = "gzip" in request.headers.get("Accept-Encoding", "") and len(packed) < len(plain)
    response = Response(packed if wants_gzip else plain, content_type=kind)
    if wants_gzip:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


@cache
def _contents(name: str) -> tuple[bytes, bytes, str]:
    # Compressed once per file and process; all built files together are smaller than one photo.
    plain = (DIST / name).read_bytes()
    kind = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}.get(Path(name).suffix) or (
        mimetypes.guess_type(name)[0] or "application/octet-stream"
    )
    if kind.startswith("text/") or kind == "image/svg+xml":
        kind += "; charset=utf-8"
    return plain, gzip.compress(plain, 9, mtime=0), kind
