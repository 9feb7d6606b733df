"""Whether a certificate is genuine and in force: the page behind its QR code, for anybody, without a person's name."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Flask, render_template, request

from casework import vouchers
from engine.calendars import local_day
from engine.errors import Sentence
from web import counter
from web.auth import open_to_all
from web.throttle import Throttle

blueprint = Blueprint("verifying", __name__)
OFTEN: Final = (30, 60.0)
"""How often one address may ask: so many times within so many seconds; a code cannot be found by trying."""
STATES: Final[Mapping[str, tuple[Sentence, Sentence, str]]] = {
    "valid": (
        Sentence("Genuine and in force"),
        Sentence("This filing is on record and in force."),
        "success",
    ),
    "expired": (
        Sentence("Genuine, but past its term"),
        Sentence("The filing was made, but its term is over and it was not renewed."),
        "warning",
    ),
    "revoked": (
        Sentence("Revoked"),
        Sentence("The filing was made and has been revoked; this certificate is no longer valid."),
        "danger",
    ),
    "cancelled": (
        Sentence("Given back"),
        Sentence("The filing was made and has been given back; this certificate is no longer valid."),
        "warning",
    ),
    "replaced": (
        Sentence("Replaced by a newer certificate"),
        Sentence("The institution is filed under a newer number now; ask for the newer certificate."),
        "info",
    ),
    "forged": (
        Sentence("Not genuine"),
        Sentence(
            "The number is not that of this code. The certificate may be forged: do not accept it, and tell the department of industry or "
            "science of the city."
        ),
        "danger",
    ),
    "unknown": (
        Sentence("Not on record"),
        Sentence(
            "No certificate with this code was issued here. Look whether it was typed without a mistake; if so the certificate may be "
            "forged: do not accept it, and tell the department of industry or science of the city."
        ),
        "danger",
    ),
}


def init_app(app: Flask) -> None:
    """Mount the page; every application counts visits of its own."""
    app.register_blueprint(blueprint)
    app.extensions["verifying"] = Throttle(*OFTEN)


@blueprint.get("/verify")
@open_to_all
def index() -> str | tuple[str, int]:
    """A field for number and code, for a certificate on paper whose QR code cannot be read."""
    code = request.args.get("code", "").strip()
    return _page(code, request.args.get("number", "")) if code else _show("", "", None)


@blueprint.get("/verify/<code>")
@open_to_all
def verify(code: str) -> str | tuple[str, int]:
    """What the QR code of a certificate leads to."""
    return _page(code, request.args.get("number", ""))


def _page(code: str, number: str) -> str | tuple[str, int]:
    throttle: Throttle = counter.this().extensions["verifying"]
    throttle.check()
    found = vouchers.verify(counter.db(), code, number, day=local_day(counter.now()))
    page = _show(code, number, found)
    return (page, 404) if found.state == "unknown" else page


def _show(code: str, number: str, found: vouchers.Voucher | None) -> str:
    title, text, tone = STATES[found.state] if found is not None else (None, None, "")
    return render_template(
        "papers/verify.html",
        found=found,
        title=title,
        text=text,
        tone=tone,
        code=code[:60],
        number=number[:60],
        day=local_day(counter.now()),
    )
