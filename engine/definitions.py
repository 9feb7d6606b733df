"""Publishing a set of files: read, lint, compare with what is in force, write the new versions, listen for their start events."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any, cast

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import dmn, feel, forms, services, versions
from engine.bpmn import parser, reader, timers
from engine.bpmn.model import Model, ProcessModel
from engine.errors import Conflict, Finding, Sentence, Undeployable
from engine.lint import checking
from engine.lint.beside import named
from engine.lint.rules import Known
from engine.tables import Definition, Deployment, Job, Subscription
from engine.versions import Kind, Shelf


@dataclass(frozen=True, slots=True)
class Placed:
    """One process, decision or form of a deployment with its version; `is_new` when this deployment made that version."""

    definition_id: int
    kind: Kind
    key: str
    version: int
    resource: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deployment led to. `deployment_id` is None when every file was in force already; `findings` are warnings."""

    deployment_id: int | None
    definitions: tuple[Placed, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Part:
    kind: Kind
    key: str
    name: str
    resource: str
    source: bytes
    digest: str = ""
    version_tag: str = ""
    model: ProcessModel | None = None


def deploy(
    db: Session,
    files: Mapping[str, bytes],
    *,
    name: str,
    source: str,
    valid_from: date | None = None,
    by: str,
    now: datetime,
) -> Deployed:
    """Publishes `files` (name → content; .bpmn, .dmn, .form) together.

    What has not changed keeps its version. `valid_from` is the Shanghai date from which new versions of decisions are valid
    (None: at once). Running instances keep their version; new ones start in the newest.

    Raises:
        Undeployable: something would be misread; `findings` names every element. Nothing was published.
        Conflict: somebody else is publishing at this moment.
    """
    parts, findings = _read_all(db, files)
    known = versions.shelf(db)
    digests = _digests(parts, known)
    fresh = [part for part in parts if not _is_current(known, part, digests)]
    if not fresh:
        return Deployed(None, _placed(parts, known, set()), tuple(findings))
    deployment = Deployment(name=name, source=source, deployed_by=by, deployed_at=now)
    db.add(deployment)
    db.flush()
    rows: list[Definition] = []
    for part in fresh:
        before = known.newest(part.kind, part.key)
        rows.append(
            Definition(
                deployment_id=deployment.id,
                kind=part.kind,
                key=part.key,
                version=before.version + 1 if before else 1,
                version_tag=part.version_tag,
                name=part.name,
                resource=part.resource,
                source=part.source,
                digest=digests[part.kind, part.key],
                valid_from=valid_from if part.kind == "decision" else None,
            )
        )
    db.add_all(rows)
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict("somebody else is deploying at this moment; please try again") from error
    versions.forget(db, deployment.id)
    for part, row in zip(fresh, rows, strict=True):
        if part.model is not None:
            _listen(db, part.model, row, known, now=now)
    db.flush()
    return Deployed(
        deployment.id, _placed(parts, versions.shelf(db), {(part.kind, part.key) for part in fresh}), tuple(findings)
    )


def remarks(db: Session, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """What there is to say today about files that were deployed, errors included; nothing is published."""
    try:
        return tuple(_read_all(db, files)[1])
    except Undeployable as refused:
        return tuple(refused.findings)


def deployed(db: Session) -> Known:
    """What a drawing may name today: every form, decision and process that was deployed, and the services of the house."""
    shelf = versions.shelf(db)

    def keys(kind: Kind) -> frozenset[str]:
        return frozenset(key for k, key in shelf.by_key if k == kind)

    files = {
        PurePosixPath(one.resource).name for (kind, _), known in shelf.by_key.items() if kind == "form" for one in known
    }
    return Known(keys("form") | files, keys("decision"), keys("process"), frozenset(services.of(db)))


def look(resource: str, content: bytes) -> None:
    """Reads and compiles one file without a database. Raises `Undeployable`."""
    _read(resource, content, [], [])


def inspect(files: Mapping[str, bytes], known: Known, beside: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """All there is to say about files without a database, what tables of decisions leave open included; errors first.

    `known` is what exists beside these files, and so is what the files `beside` them hold, as far as they can be read.
    """
    parts, models, errors, warnings = _read_files(files)
    near = named(beside)
    known = Known(
        {*known.forms, *near.forms},
        {*known.decisions, *near.decisions},
        {*known.processes, *near.processes},
        known.job_types,
    )
    errors, warnings = _linted(models, _beside(known, parts), errors, warnings)
    for resource, content in sorted(files.items()):
        if PurePosixPath(resource).suffix.lower() == ".dmn" and not any(one.resource == resource for one in errors):
            warnings += dmn.findings(dmn.read(content, resource=resource))
    return (*errors, *warnings)


def _read_all(db: Session, files: Mapping[str, bytes]) -> tuple[list[_Part], list[Finding]]:
    """Every part of every file, and the warnings. Raises Undeployable with all errors of all files at once."""
    parts, models, errors, warnings = _read_files(files)
    errors, warnings = _linted(models, _beside(deployed(db), parts), errors, warnings)
    if errors:
        raise Undeployable(errors)
    return parts, warnings


_Read = tuple[list[_Part], list[Model], list[Finding], list[Finding]]


def _read_files(files: Mapping[str, bytes]) -> _Read:
    """Every part and model of every file, errors and warnings."""
    parts: list[_Part] = []
    models: list[Model] = []
    errors: list[Finding] = []
    warnings: list[Finding] = []
    for resource, content in sorted(files.items()):
        try:
            parts += _read(resource, content, models, warnings)
        except Undeployable as refused:
            errors += refused.findings
    seen: dict[tuple[str, str], str] = {}
    for part in parts:
        first = seen.setdefault((part.kind, part.key), part.resource)
        if first != part.resource:
            sentence = Sentence(
                "{kind} {key} is in {first} as well", {"kind": part.kind, "key": part.key, "first": first}
            )
            errors.append(Finding("defined-twice", part.key, sentence, resource=part.resource))
    return parts, models, errors, warnings


def _linted(
    models: list[Model], known: Known, errors: list[Finding], warnings: list[Finding]
) -> tuple[list[Finding], list[Finding]]:
    """Errors and warnings, those of the models and of the rules added."""
    errors, warnings = list(errors), list(warnings)
    for model in models:
        (errors if any(one.severity == "error" for one in model.findings) else warnings).extend(model.findings)
    for one in checking.check(models, known):
        (errors if one.severity == "error" else warnings).append(one)
    return errors, warnings


def _read(resource: str, content: bytes, models: list[Model], warnings: list[Finding]) -> list[_Part]:
    """The parts of one file. Its models, and what there is to remark about its decisions, are added to the lists."""
    suffix = PurePosixPath(resource).suffix.lower()
    if suffix == ".bpmn":
        model = reader.read(content, resource=resource)
        models.append(model)
        parts: list[_Part] = []
        for process in model.processes:
            if process.is_executable:
                parser.compile(model, process.id)
                parts.append(
                    _Part(
                        "process",
                        process.id,
                        process.name,
                        resource,
                        content,
                        version_tag=process.version_tag or "",
                        model=process,
                    )
                )
                parts += _drawn_forms(process, resource)
        return parts
    if suffix == ".dmn":
        decisions = dmn.read(content, resource=resource)
        warnings += decisions.findings
        return [_Part("decision", one.id, one.name or "", resource, content) for one in decisions.decisions.values()]
    if suffix == ".form":
        form = forms.read(content, resource=resource)
        return [_Part("form", form.id, str(form.schema.get("name", "")), resource, content)]
    sentence = Sentence("expected a .bpmn, .dmn or .form file, but found {resource}", {"resource": resource})
    raise Undeployable([Finding("unknown-file", "", sentence, resource=resource)])


def _drawn_forms(process: ProcessModel, resource: str) -> list[_Part]:
    """The forms that a drawing asks field by field: deployed with it, each as a form of its own."""
    parts: list[_Part] = []
    for element_id, form in process.forms.items():
        if form.schema is not None and form.form_id is not None:
            content = form.schema.encode()
            forms.read(content, resource=resource)
            parts.append(_Part("form", form.form_id, process.elements[element_id].name, resource, content))
    return parts


def _beside(known: Known, parts: list[_Part]) -> Known:
    """What is known, and what the files bring themselves."""

    def keys(kind: Kind, before: Collection[str]) -> frozenset[str]:
        return frozenset(before) | {part.key for part in parts if part.kind == kind}

    files = {PurePosixPath(part.resource).name for part in parts if part.kind == "form"}
    return Known(
        keys("form", known.forms) | files,
        keys("decision", known.decisions),
        keys("process", known.processes),
        known.job_types,
    )


def _digests(parts: list[_Part], known: Shelf) -> dict[tuple[str, str], str]:
    """The digest of every part; that of a process covers what it is bound to by deployment."""
    digests: dict[tuple[str, str], str] = {}
    by_key = {(part.kind, part.key): part for part in parts}

    def of(kind: Kind, key: str, above: tuple[tuple[str, str], ...]) -> str:
        found = digests.get((kind, key))
        if found is not None:
            return found
        part = by_key.get((kind, key))
        if part is None:
            current = known.newest(kind, key)
            return current.digest if current else ""
        if (kind, key) in above:
            return versions.digest_of(part.source)
        bound = (
            sorted({*versions.bound_keys(part.model), *_forms_by_file(part.model, parts, known)}) if part.model else []
        )
        digest = versions.digest_of(part.source, *(of(k, n, (*above, (kind, key))) for k, n in bound))
        if not above:
            digests[kind, key] = digest
        return digest

    for part in parts:
        of(part.kind, part.key, ())
    return digests


def _forms_by_file(model: ProcessModel, parts: list[_Part], known: Shelf) -> Iterator[tuple[Kind, str]]:
    """The forms that a drawing names by their files, among these parts or deployed already."""
    beside = {PurePosixPath(part.resource).name: part.key for part in parts if part.kind == "form"}
    for form in model.forms.values():
        if form.resource is not None:
            current = known.form_of_file(form.resource, deployment_id=known.generation)
            key = beside.get(PurePosixPath(form.resource).name) or (current.key if current else None)
            if key is not None:
                yield "form", key


def _is_current(known: Shelf, part: _Part, digests: Mapping[tuple[str, str], str]) -> bool:
    current = known.newest(part.kind, part.key)
    return current is not None and current.digest == digests[part.kind, part.key]


def _placed(parts: list[_Part], shelf: Shelf, fresh: set[tuple[Kind, str]]) -> tuple[Placed, ...]:
    found: list[Placed] = []
    for part in parts:
        current = shelf.newest(part.kind, part.key)
        assert current is not None
        is_new = (part.kind, part.key) in fresh
        found.append(Placed(current.id, part.kind, part.key, current.version, part.resource, is_new))
    return tuple(found)


def _listen(db: Session, model: ProcessModel, row: Definition, before: Shelf, *, now: datetime) -> None:
    """Start events listen for the newest version alone."""
    old = [one.id for one in before.versions("process", row.key)]
    if old:
        db.execute(delete(Subscription).where(Subscription.definition_id.in_(old), Subscription.instance_id.is_(None)))
        starts = [f"start:{one}:" for one in old]
        for prefix in starts:
            db.execute(
                update(Job)
                .where(Job.key.startswith(prefix, autoescape=True), Job.status == "waiting")
                .values(status="withdrawn", ended_at=now)
            )
    for message in model.message_starts:
        db.add(_subscription("message", message.message_name, message.element_id, row, now))
    for signal in model.signal_starts:
        db.add(_subscription("signal", signal.signal_name, signal.element_id, row, now))
    for start in model.timer_starts:
        text = _text(start.timer.expression, now)
        armed = timers.arm(start.timer.kind, text, now=now)
        db.add(start_timer(row.id, start.element_id, armed, now=now))


def start_timer(definition_id: int, element_id: str, armed: timers.Armed, *, now: datetime) -> Job:
    """The job that starts a run when a timer start event falls due."""
    stored = {
        "due_at": armed.due_at.isoformat(),
        "remaining": armed.remaining,
        "anchor": armed.anchor.isoformat() if armed.anchor else None,
        "period": armed.period,
        "number": armed.number,
    }
    return Job(
        key=f"start:{definition_id}:{element_id}:{armed.number}",
        kind="timer",
        element_id=element_id,
        payload={"definition": definition_id, "start": element_id, "armed": stored},
        due_at=armed.due_at,
        created_at=now,
    )


def armed_of(job: Job) -> timers.Armed:
    """How the timer start event stood when `start_timer` made this job."""
    stored = cast(dict[str, Any], job.payload["armed"])
    moments: dict[str, Any] = {
        name: datetime.fromisoformat(stored[name]) for name in ("due_at", "anchor") if stored[name]
    }
    return timers.Armed(**{**stored, **moments})


def _subscription(kind: str, name: str, element_id: str, row: Definition, now: datetime) -> Subscription:
    return Subscription(kind=kind, name=_text(name, now), definition_id=row.id, element_id=element_id, created_at=now)


def _text(expression: str, now: datetime) -> str:
    """Static text, or FEEL without variables after a leading `=`."""
    if not expression.startswith("="):
        return expression
    return str(feel.to_json(feel.evaluate(expression[1:], {}, now=now)))
