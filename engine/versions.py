"""Deployed files: publish a set of them, find the version in force, hand back what was compiled from it.

Which version is meant: a process starts in its newest version. A form or a called process that is bound by deployment is the one
in force when the calling version was deployed. A decision is the newest one valid on the business date.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any, Final, Literal, TypeVar, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import dmn, forms
from engine.bpmn import parser, reader
from engine.bpmn.model import Binding, ProcessModel
from engine.bpmn.parser import Process
from engine.errors import NotFound
from engine.tables import Definition, Deployment

Kind = Literal["process", "decision", "form"]

_MEMORY: Final = "engine.definitions"
_GENERATION: Final = "engine.generation"
_UNCOMMITTED: Final = "engine.deployed"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Version:
    """What a definition row says, without its source."""

    id: int
    kind: Kind
    key: str
    version: int
    version_tag: str
    name: str
    resource: str
    digest: str
    deployment_id: int
    valid_from: date | None


@dataclass(frozen=True)
class Shelf:
    """All versions of one moment. `generation` is the id of the newest deployment."""

    generation: int
    by_id: Mapping[int, Version]
    by_key: Mapping[tuple[str, str], Sequence[Version]] = field(repr=False)

    def versions(self, kind: Kind, key: str) -> Sequence[Version]:
        """All versions, oldest first."""
        return self.by_key.get((kind, key), ())

    def newest(self, kind: Kind, key: str) -> Version | None:
        """The newest version."""
        known = self.versions(kind, key)
        return known[-1] if known else None

    def bound(
        self, kind: Kind, key: str, *, binding: Binding, version_tag: str | None, deployment_id: int, day: date
    ) -> Version | None:
        """The version that an element of a drawing means: of its deployment, with a tag, or the newest (of a decision: the
        newest valid on `day`, a Shanghai date)."""
        known = self.versions(kind, key)
        if binding == "deployment":
            known = [one for one in known if one.deployment_id <= deployment_id]
        elif binding == "version":
            known = [one for one in known if str(one.version) == version_tag]
        elif binding == "versionTag":
            known = [one for one in known if one.version_tag == (version_tag or "")]
        elif kind == "decision":
            known = [one for one in known if one.valid_from is None or one.valid_from <= day]
        return known[-1] if known else None

    def form_of_file(self, resource: str, *, deployment_id: int) -> Version | None:
        """The newest form that was deployed in a file of this name (folders do not count) until this deployment."""
        name = PurePosixPath(resource).name
        known = [
            one
            for (kind, _), versions in self.by_key.items()
            if kind == "form"
            for one in versions
            if one.deployment_id <= deployment_id and PurePosixPath(one.resource).name == name
        ]
        return max(known, key=lambda one: one.id, default=None)


def shelf(db: Session) -> Shelf:
    """All versions as this session sees them. Read once per deployment and kept in memory."""
    memory = cast(dict[str, Shelf], db.info.setdefault(_MEMORY, {}))
    generation = cast(int | None, db.info.get(_GENERATION))
    if generation is None:
        generation = db.execute(select(func.max(Deployment.id))).scalar() or 0
        db.info[_GENERATION] = generation
    own = cast(Shelf | None, db.info.get(_UNCOMMITTED))
    if own is not None:
        return own
    known = memory.get("shelf")
    if known is None or known.generation != generation:
        known = _read_shelf(db, generation)
        memory["shelf"] = known
    return known


def generation_is(db: Session, generation: int | None) -> None:
    """Tells this session the id of the newest deployment, where a statement has read it in passing."""
    db.info[_GENERATION] = generation or 0


def forget(db: Session, generation: int) -> None:
    """After a deployment in this session: read again, and keep what is not committed yet out of the shared memory."""
    db.info[_GENERATION] = generation
    db.info[_UNCOMMITTED] = _read_shelf(db, generation)


def version(db: Session, definition_id: int) -> Version:
    """What is known of a definition. Raises NotFound."""
    known = shelf(db).by_id.get(definition_id)
    if known is None:
        raise NotFound("expected definition {id}, but there is none", id=definition_id)
    return known


def newest(db: Session, kind: Kind, key: str) -> Version:
    """The newest version of a process, decision or form. Raises NotFound."""
    known = shelf(db).newest(kind, key)
    if known is None:
        raise NotFound("expected a {kind} named {key}, but none is deployed", kind=kind, key=key)
    return known


def source(db: Session, definition_id: int) -> bytes:
    """The file of a definition as it was deployed. Raises NotFound."""
    found = db.execute(select(Definition.source).where(Definition.id == definition_id)).scalar_one_or_none()
    if found is None:
        raise NotFound("expected definition {id}, but there is none", id=definition_id)
    return found


def process(db: Session, definition_id: int) -> Process:
    """The compiled process of a definition."""
    known = version(db, definition_id)
    return _compiled(db, known, lambda text: parser.compile(reader.read(text, resource=known.resource), known.key))


def model(db: Session, definition_id: int) -> ProcessModel:
    """What the drawing of a definition says."""
    return process(db, definition_id).model


def form(db: Session, definition_id: int) -> forms.Form:
    """The form of a definition."""
    known = version(db, definition_id)
    return _compiled(db, known, lambda text: forms.read(text, resource=known.resource))


def decisions(db: Session, definition_id: int) -> "dmn.Decisions":
    """The decisions of the file of a definition."""
    known = version(db, definition_id)
    return _compiled(db, known, lambda text: dmn.read(text, resource=known.resource))


class _Memory:
    """The last compiled files, by content: what has the same digest and key is the same thing in every database."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._items: OrderedDict[tuple[str, str, str], object] = OrderedDict()

    def get(self, key: tuple[str, str, str]) -> object | None:
        with self._lock:
            found = self._items.get(key)
            if found is not None:
                self._items.move_to_end(key)
            return found

    def put(self, key: tuple[str, str, str], value: object) -> None:
        with self._lock:
            self._items[key] = value
            self._items.move_to_end(key)
            while len(self._items) > self._size:
                self._items.popitem(last=False)


_COMPILED: Final = _Memory(512)


def _compiled(db: Session, known: Version, compile_: Callable[[bytes], _T]) -> _T:
    key = (known.kind, known.digest, known.key)
    found = _COMPILED.get(key)
    if found is None:
        found = compile_(source(db, known.id))
        _COMPILED.put(key, found)
    return cast(_T, found)


def _read_shelf(db: Session, generation: int) -> Shelf:
    columns: tuple[Any, ...] = (
        Definition.id,
        Definition.kind,
        Definition.key,
        Definition.version,
        Definition.version_tag,
        Definition.name,
        Definition.resource,
        Definition.digest,
        Definition.deployment_id,
        Definition.valid_from,
    )
    versions = [Version(*row) for row in db.execute(select(*columns).order_by(Definition.kind, Definition.version))]
    by_key: dict[tuple[str, str], list[Version]] = {}
    for one in versions:
        by_key.setdefault((one.kind, one.key), []).append(one)
    return Shelf(generation, {one.id: one for one in versions}, by_key)


def digest_of(*parts: bytes | str) -> str:
    """The SHA-256 of a source and of the digests of what it is bound to."""
    found = hashlib.sha256()
    for part in parts:
        found.update(part if isinstance(part, bytes) else f"\n{part}".encode())
    return found.hexdigest()


def bound_keys(drawing: ProcessModel) -> Iterable[tuple[Kind, str]]:
    """What a drawing is bound to by deployment, as far as it is named and not computed."""
    for form_ in drawing.forms.values():
        if form_.binding == "deployment" and form_.form_id and not form_.form_id.startswith("="):
            yield "form", form_.form_id
    for called in drawing.called_elements.values():
        if called.binding == "deployment" and not called.process_id.startswith("="):
            yield "process", called.process_id
    for decision in drawing.decisions.values():
        if decision.binding == "deployment" and not decision.decision_id.startswith("="):
            yield "decision", decision.decision_id
