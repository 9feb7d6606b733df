"""The doors of official papers: what papers there are of a filing or an institution, and each of them as PDF or Word."""

from io import BytesIO
from typing import Final, cast

from flask import Blueprint, Flask, Response, render_template, request, send_file, url_for

from casework import filing_list, institution_list, order_list
from casework.filing_tables import Filing, RdInstitution
from casework.institution_tables import InstitutionReview
from casework.papers import contexts, making, orders, reviews
from engine.errors import NotFound, Sentence
from web import counter, language
from web.auth import scope

blueprint = Blueprint("papers", __name__)
FORMATS: Final = ("pdf", "docx")


def init_app(app: Flask) -> None:
    """Mount the doors and tell the pages of filings and institutions which papers there are."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(filing_papers=of_filing, papers_of=of_filing, papers_of_institution=of_institution)


def of_filing(filing: Filing) -> list[tuple[str, str]]:
    """The papers of a filing for the person of this request: (name, address of the PDF)."""
    offered = contexts.offered(counter.db(), filing, is_enterprise=scope().is_enterprise)
    links = [
        (
            language.say(one.name),
            url_for("papers.filing", filing_id=filing.id, kind=one.kind, ending="pdf"),
        )
        for one in offered
    ]
    return (
        [*links, (language.say(Sentence("All as Word")), url_for("papers.index", filing_id=filing.id))] if links else []
    )


def of_institution(institution: RdInstitution) -> list[tuple[str, str]]:
    """The papers of an institution: its certificate, and its reviews that were sent."""
    db = counter.db()
    links: list[tuple[str, str]] = []
    filing = db.get(Filing, institution.filing_id) if institution.filing_id is not None else None
    if filing is not None and filing.number is not None:
        address = url_for("papers.filing", filing_id=filing.id, kind="F12", ending="pdf")
        links.append((language.say(contexts.CERTIFICATE.name), address))
    sent = [one for one in institution_list.life(db, institution).reviews if one.submitted_at is not None]
    for one in sent:
        address = url_for("papers.review", institution_id=institution.id, year=one.year, ending="pdf")
        links.append((language.say(Sentence("F13 Review of {year}", {"year": one.year})), address))
    return links


@blueprint.get("/filings/<int:filing_id>/papers")
def index(filing_id: int) -> str:
    """All papers of a filing in both forms, and what is wrong with the office's own templates."""
    db, folder = counter.db(), counter.this().settings.papers
    filing = filing_list.get(db, scope(), filing_id)
    offered = contexts.offered(db, filing, is_enterprise=scope().is_enterprise)
    remarks = [
        language.say(one)
        for paper in (offered if folder is not None and not scope().is_enterprise else [])
        for one in making.problems(paper.kind, _values(filing, paper.kind), folder=folder)
    ]
    no_pdf = making.why_no_pdf()
    return render_template(
        "papers/index.html",
        filing=filing,
        papers=[(one.kind, language.say(one.name)) for one in offered],
        remarks=remarks,
        no_pdf=language.say(no_pdf) if no_pdf else "",
    )


@blueprint.get("/filings/<int:filing_id>/papers/<kind>.<ending>")
def filing(filing_id: int, kind: str, ending: str) -> Response:
    """One paper of a filing."""
    found = filing_list.get(counter.db(), scope(), filing_id)
    return _handed(kind, _values(found, kind), ending, f"{kind}-{found.number or found.ref_no}")


@blueprint.get("/institutions/<int:institution_id>/reviews/<int:year>.<ending>")
def review(institution_id: int, year: int, ending: str) -> Response:
    """The paper of a yearly review (F13)."""
    db = counter.db()
    institution = institution_list.get(db, scope(), institution_id)
    found = [one for one in institution_list.life(db, institution).reviews if one.year == year and one.submitted_at]
    if not found:
        raise NotFound("there is no review of {year} that was sent", year=year)
    one: InstitutionReview = found[0]
    values = reviews.of_review(db, one, is_enterprise=scope().is_enterprise, now=counter.now())
    return _handed(reviews.KIND, values, ending, f"F13-{institution.filing_no}-{year}")


@blueprint.get("/orders/<int:order_id>/paper.<ending>")
def order(order_id: int, ending: str) -> Response:
    """A supervision order with its reply slip (F17)."""
    db = counter.db()
    found = order_list.get(db, scope(), order_id)
    return _handed(orders.KIND, orders.of_order(db, found), ending, f"F17-{found.number or found.id}")


def public_url() -> str:
    """Where strangers reach this house: as the office said, or as this request came."""
    return counter.this().settings.public_url or request.url_root.rstrip("/")


def _values(found: Filing, kind: str) -> dict[str, object]:
    is_enterprise = scope().is_enterprise
    return contexts.of_filing(
        counter.db(), found, kind, is_enterprise=is_enterprise, public_url=public_url(), now=counter.now()
    )


def _handed(kind: str, values: dict[str, object], ending: str, name: str) -> Response:
    if ending not in FORMATS:
        raise NotFound("a paper is there as pdf and docx")
    made = making.make(kind, values, cast(making.Format, ending), folder=counter.this().settings.papers)
    answer = send_file(
        BytesIO(made.data), made.media_type, as_attachment=ending != "pdf", download_name=f"{name}.{ending}", max_age=0
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    if made.remark is not None:
        answer.headers["X-Paper-Template"] = "built-in"
    return answer
