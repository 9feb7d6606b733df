"""Files of a form: one is sent as soon as it is chosen, and shown to whoever may read the matter."""

from io import BytesIO
from typing import Final

from flask import Blueprint, Flask, Response, jsonify, request, send_file

from casework import attachments, permissions
from engine import user_tasks
from engine.errors import Invalid, NotFound
from web import counter
from web.auth import person, scope

blueprint = Blueprint("files", __name__)
SHOWN_IN_PLACE: Final = frozenset({"image/jpeg", "image/png", "application/pdf"})
"""What a browser shows by itself without running anything of it; everything else is handed over as a file."""


def init_app(app: Flask) -> None:
    """Mount the two doors of files."""
    app.register_blueprint(blueprint)


@blueprint.post("/tasks/<int:task_id>/files")
@counter.outside
def bring(task_id: int) -> Response:
    """Takes one file (part `file`) for an open task; answers the reference that the form holds.

    It is looked at before any transaction begins: a scanner may take its time.
    """
    db, task = counter.db(), user_tasks.get(counter.db(), task_id)
    on_behalf_of = permissions.check_complete_task(db, scope(), task) if task.status == "open" else ""
    sent = request.files.get("file")
    if sent is None:
        raise Invalid("no file arrived; choose it again")
    data = sent.stream.read(attachments.LARGEST + 1)
    settings = counter.this().settings
    looked = attachments.look_at(sent.filename or "", sent.mimetype, data, scanner=settings.scanner)
    with counter.this().database.transaction() as writing:
        kept = attachments.keep(
            writing,
            looked,
            user_task_id=task_id,
            by=person().username,
            on_behalf_of=on_behalf_of,
            now=counter.now(),
        )
    return jsonify(kept)


@blueprint.get("/files/<key>")
def show(key: str) -> Response:
    """A file: pictures and PDF in place unless `?download`, everything else as a file; `?small` the preview of a picture.

    A picture stands in a sandbox where nothing runs. Browsers refuse their PDF viewer there, so a PDF has none; it may load nothing else.
    """
    db = counter.db()
    row = attachments.get(db, key, scope())
    if "small" in request.args:
        small = attachments.preview(db, row)
        if small is None:
            raise NotFound("there is no picture of this file")
        return _sealed(send_file(BytesIO(small), "image/jpeg", max_age=0), is_picture=True)
    in_place = row.media_type in SHOWN_IN_PLACE and "download" not in request.args
    answer = send_file(
        BytesIO(attachments.content(db, row)),
        row.media_type,
        as_attachment=not in_place,
        download_name=row.name,
        max_age=0,
    )
    return _sealed(answer, is_picture=row.media_type.startswith("image/"))


def _sealed(answer: Response, *, is_picture: bool) -> Response:
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'; base-uri 'none'"
    answer.headers["Content-Security-Policy"] = f"{policy}; sandbox" if is_picture else policy
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
