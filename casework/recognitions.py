"""Graded recognition (分级认定): a call, who applied, the examination, the scores, the order, the result. Not part of filing (Q12).

Source: WP-2.3 (普遍备案+分级认定), REFERENCE 4.b *recognition*, 6.11. That a filing comes first in a tie, and only there, is said by
`recognition-order`; here nothing is weighed.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import answers, institution_desks, people, territories
from casework.case_tables import Notice
from casework.filing_tables import FILING_LEVELS, LINES, RdInstitution
from casework.institution_tables import Recognition
from casework.recognition_tables import RecognitionCall
from casework.tables import Enterprise, Territory
from engine import decisions, history, messages, rounds
from engine.calendars import end_of_business, local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.rounds import Round
from engine.tables import Instance

CHAIN: Final = "registry"
RESULTS: Final[Mapping[str, str]] = {
    "applied": "已申报",
    "excluded": "不符合",
    "recognised": "予以认定",
    "reserve": "未入围",
}
_PORTION: Final = 200


def call(
    db: Session,
    *,
    level: str,
    path: str,
    line: str,
    title: str,
    closes_on: date,
    places: int,
    by: str,
    now: datetime,
) -> RecognitionCall:
    """A department calls for applications (`recognition_called`).

    Raises:
        Invalid: a level or line that is none, no title, a day that is not to come, no place.
    """
    wrong: dict[str, list[Sentence]] = {}
    if level not in FILING_LEVELS or line not in LINES:
        wrong["level"] = [Sentence("choose the level and the department that recognises")]
    if not title.strip():
        wrong["title"] = [Sentence("give the call a title")]
    if closes_on <= local_day(now):
        wrong["closes_on"] = [Sentence("applications close on a day to come")]
    if places < 1:
        wrong["places"] = [Sentence("say how many places there are")]
    if wrong:
        raise Invalid(fields=wrong)
    scope = territories.city_of(path) if level == "city" else territories.REGION
    made = RecognitionCall(
        number=_number(db, level, scope, now=now),
        title=title.strip(),
        level=level,
        line=line,
        scope=scope,
        places=places,
        closes_on=closes_on,
        called_by=by,
        called_at=now,
    )
    db.add(made)
    db.flush()
    data = {"call": made.number, "level": level, "line": line, "places": places, "closes_on": closes_on}
    history.write(db, chain=CHAIN, fact="recognition_called", by=by, now=now, data=history.plain(data))
    key = f"recognition_called:{made.id}"
    messages.publish(db, "recognition_called", str(made.id), {"callId": made.id}, key=key, by=by, now=now)
    return made


def get(db: Session, call_id: int) -> RecognitionCall:
    """The call with this id. Raises NotFound."""
    made = db.get(RecognitionCall, call_id)
    if made is None:
        raise NotFound("there is no call for recognition {id}", id=call_id)
    return made


def open_for(db: Session, institution: RdInstitution, *, now: datetime) -> list[RecognitionCall]:
    """The calls that an institution may apply to today, what closes first on top."""
    scope = institution_desks.scope_of(db, institution)
    query = select(RecognitionCall).where(
        RecognitionCall.state == "open",
        RecognitionCall.closes_on >= local_day(now),
        RecognitionCall.scope.in_(territories.lineage(scope)),
    )
    return list(db.scalars(query.order_by(RecognitionCall.closes_on, RecognitionCall.id)))


def apply(db: Session, call_id: int, institution: RdInstitution, *, by: str, now: datetime) -> Recognition:
    """A filed institution applies, of its own will.

    Raises:
        Conflict: its filing is not in force, the call is closed or not for its territory, or it has applied already.
    """
    made = get(db, call_id)
    institution_desks.check_in_force(institution)
    if made.state != "open" or local_day(now) > made.closes_on:
        raise Conflict("the call {number} is closed; look for the next one", number=made.number)
    if not territories.covers(made.scope, institution_desks.scope_of(db, institution)):
        raise Conflict("the call {number} is for another territory", number=made.number)
    if any(row.institution_id == institution.id for row in of_call(db, made)):
        raise Conflict("{number} has applied already", number=institution.filing_no)
    row = Recognition(
        institution_id=institution.id,
        level=made.level,
        batch=made.number,
        priority=_priority(db, made, institution, now=now),
        result="applied",
        day=local_day(now),
        by=by,
        at=now,
    )
    db.add(row)
    db.flush()
    data = {"call": made.number, "priority": row.priority}
    institution_desks.note(db, institution, "recognition_applied", data, by=by, now=now)
    return row


def of_call(db: Session, made: RecognitionCall) -> list[Recognition]:
    """Who applied to a call: by rank where there is one, else in the order of applying."""
    query = select(Recognition).where(Recognition.batch == made.number, Recognition.level == made.level)
    return list(db.scalars(query.order_by(func.coalesce(Recognition.rank, 0), Recognition.id)))


def begin(db: Session, made: RecognitionCall, *, instance: Instance, now: datetime) -> dict[str, object]:
    """Registers the run and tells the filed institutions of the territory: posts, the call for the forms, the moment it closes."""
    instance.scope, instance.business_key = made.scope, made.number
    made.instance_id = instance.id
    letter = "G" if made.line == "industry" else "K"
    rounds.ask(db, "recognition_invite", str(made.id), scope=made.scope, due_at=now, now=now)
    level = "R" if made.level == "region" else "C"
    return {
        "groups": [f"{level}{letter}"],
        "leaderGroups": [f"{level}L"],
        "call": {"title": made.title, "number": made.number, "places": made.places, "level": made.level},
        "closesAt": end_of_business(made.closes_on).isoformat(),
    }


def collect(db: Session, made: RecognitionCall) -> list[dict[str, Any]]:
    """The candidates: who applied and is still in force. Who is not any more is out of it."""
    for row, institution, _enterprise in _rows(db, made):
        if row.result == "applied" and institution.state != "filed":
            row.result, row.note = "excluded", "备案已不在有效状态"
    db.flush()
    return candidates(db, made)


def candidates(db: Session, made: RecognitionCall) -> list[dict[str, Any]]:
    """Who is still in it, as the forms and `recognition-order` take them: id, name, enterprise, number, level, score, priority, filed_on."""
    return [
        {
            "id": row.id,
            "name": institution.name,
            "enterprise": enterprise.name,
            "number": institution.filing_no,
            "level": institution_desks.LEVEL_WORDS.get(institution.level, institution.level),
            "score": row.score or 0,
            "priority": row.priority,
            "rank": row.rank or 0,
            "filed_on": institution.filed_on.isoformat(),
        }
        for row, institution, enterprise in _rows(db, made)
        if row.result != "excluded"
    ]


def admit(db: Session, made: RecognitionCall, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The department examined who applied: whoever does not meet the conditions is excluded, with the reason.

    Raises:
        Invalid: somebody is excluded without a reason.
    """
    admitted = {answers.whole(one) for one in answers.several(answer.get("admitted"))}
    left = [row for row in of_call(db, made) if row.result == "applied" and row.id not in admitted]
    reason = str(answer.get("reasons") or "").strip()
    if left and len(reason) < 2:
        raise Invalid(fields={"examination.reasons": [Sentence("say who does not meet the conditions, and why")]})
    for row in left:
        row.result, row.note, row.by, row.at = "excluded", reason[:400], by, now
    made.state = "examined"
    db.flush()


def score(db: Session, made: RecognitionCall, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The scores of the committee, one for every candidate.

    Raises:
        Invalid: somebody has no score, or two.
    """
    given = [
        (answers.whole(row.get("candidate")), answers.amount(row.get("score")))
        for row in answers.rows(answer.get("scores"))
    ]
    rows = {row.id: row for row in of_call(db, made) if row.result == "applied"}
    named = [number for number, points in given if number in rows and points is not None]
    if len(named) != len(set(named)) or set(named) != set(rows):
        raise Invalid(fields={"assessment.scores": [Sentence("give every candidate one score, and only one")]})
    for number, points in given:
        if number is not None and number in rows:
            rows[number].score = int((points or Decimal(0)).to_integral_value())
            rows[number].by, rows[number].at = by, now
    made.state, made.members = "assessed", str(answer.get("members") or "")[:400]
    made.note = str(answer.get("opinion") or "")
    db.flush()


def rank(
    db: Session, made: RecognitionCall, ranked: Sequence[object], *, instance: Instance, by: str, now: datetime
) -> None:
    """Keeps the order that `recognition-order` gave."""
    rows = {row.id: row for row in of_call(db, made)}
    order = [answers.whole(answers.context(one).get("id")) for one in ranked]
    for place, number in enumerate(order, start=1):
        if number is not None and number in rows:
            rows[number].rank = place
    db.flush()
    data = {"call": made.number, "order": order}
    history.write(db, instance=instance, fact="recognition_ranked", by=by or people.SYSTEM, now=now, data=data)


def record(db: Session, made: RecognitionCall, *, by: str, now: datetime) -> None:
    """After the publicity: the first `places` are recognised; everybody is told."""
    made.state, made.decided_by, made.decided_at = "done", by, now
    for row, institution, _enterprise in _rows(db, made):
        if row.result != "applied":
            continue
        row.result = "recognised" if row.rank is not None and row.rank <= made.places else "reserve"
        row.day, row.by, row.at = local_day(now), by or people.SYSTEM, now
        data = {"call": made.number, "rank": row.rank, "score": row.score, "result": row.result}
        institution_desks.note(db, institution, "recognition_decided", data, by=by, now=now)
        template = "{name} ({number}) in the call {call}: {result}"
        params = {"call": made.title, "result": RESULTS[row.result]}
        key = f"recognition:{row.id}:done"
        institution_desks.tell(db, institution, ["enterprise"], template, params, key=key, now=now)


def close(db: Session, made: RecognitionCall, *, now: datetime) -> None:
    """Nobody applied, or nobody met the conditions."""
    made.state, made.decided_at = "empty", now


def _rows(db: Session, made: RecognitionCall) -> list[tuple[Recognition, RdInstitution, Enterprise]]:
    query = (
        select(Recognition, RdInstitution, Enterprise)
        .join(RdInstitution, RdInstitution.id == Recognition.institution_id)
        .join(Enterprise, Enterprise.id == RdInstitution.enterprise_id)
        .where(Recognition.batch == made.number, Recognition.level == made.level)
        .order_by(func.coalesce(Recognition.rank, 0), Recognition.id)
    )
    return [(row, institution, enterprise) for row, institution, enterprise in db.execute(query)]


def _priority(db: Session, made: RecognitionCall, institution: RdInstitution, *, now: datetime) -> bool:
    asked = {"call_level": made.level, "filing_level": institution.level}
    found = decisions.value(db, "recognition-priority", {"facts": asked}, now=now)
    return found is True or answers.agrees(answers.context(found).get("priority"))


def invite_next(db: Session, key: str, *, after: int, now: datetime) -> int:
    """Tells the next institutions of the territory of a call, in portions by id; a round. The same number of statements whatever the portion."""
    made = get(db, int(key))
    query = select(RdInstitution).where(
        RdInstitution.id > after, RdInstitution.state == "filed", territories.under(RdInstitution.scope, [made.scope])
    )
    found = list(db.scalars(query.order_by(RdInstitution.id).limit(_PORTION)))
    keys = {one.id: f"recognition:{made.id}:invited:{one.id}:enterprise" for one in found}
    known = set(db.scalars(select(Notice.key).where(Notice.key.in_(keys.values()))))
    template = "{name} ({number}) may apply to the call {call} until {day}; applying is free and not part of the filing"
    said = Sentence(template)
    for institution in found:
        if keys[institution.id] not in known:
            params = {"name": institution.name, "number": institution.filing_no, "call": made.title}
            db.add(
                Notice(
                    key=keys[institution.id],
                    kind="letter",
                    addressee=f"enterprise:{institution.enterprise_id}",
                    level="enterprise",
                    template=said.template,
                    params={**params, "day": made.closes_on.isoformat()},
                    scope=institution.scope,
                    sent_at=now,
                )
            )
    db.flush()
    return found[-1].id if len(found) == _PORTION else 0


ROUNDS: Final[Mapping[str, Round]] = {"recognition_invite": invite_next}
"""The rounds of this room, for the composition root."""


def _number(db: Session, level: str, scope: str, *, now: datetime) -> str:
    seat = scope.rsplit("/", 1)[-1]
    prefix = f"RD-{'R' if level == 'region' else 'C'}-{seat}-{local_day(now).year}-"
    db.execute(select(Territory.path).where(Territory.path == scope).with_for_update())
    last = db.scalars(select(func.max(RecognitionCall.number)).where(RecognitionCall.number.startswith(prefix))).one()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:02d}"
