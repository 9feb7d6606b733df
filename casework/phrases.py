"""Standard phrases (常用语): the built-in ones by kind of opinion, and those a person keeps for himself (REFERENCE 8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework.phrase_tables import Phrase
from engine.errors import Invalid, NotFound, Sentence

LONGEST: Final = 300
MOST: Final = 30
BUILT_IN: Final[Mapping[str, tuple[Sentence, ...]]] = {
    "review": (
        Sentence("The documents are complete and in the required form."),
        Sentence("The declared figures agree with the evidence."),
        Sentence("The figures agree with those of last year; the changes are explained."),
        Sentence("The six haves are met; I agree."),
        Sentence("Please supplement the documents named in the list, all at once."),
        Sentence("The evidence does not show what is declared; please explain."),
    ),
    "onsite": (
        Sentence("What was seen on site agrees with the application."),
        Sentence("Some figures differ; they have to be put right."),
        Sentence("The nameplate and the rules are on the wall; the equipment is in use."),
    ),
    "sign": (
        Sentence("I agree with the opinion of the reviewers."),
        Sentence("Agreed; go on as the procedure says."),
        Sentence("Sent back; please check again and add the reasons."),
    ),
    "refusal": (
        Sentence("The conditions are not met yet; you may apply again when they are."),
        Sentence("Nothing that is missing was supplied within the term."),
    ),
}
"""What is offered to everybody, by kind; officials change none of it, they add their own."""


def offered(db: Session, person_id: int, kind: str) -> list[Phrase]:
    """The phrases that a person keeps for this kind of opinion or for every kind, the oldest first."""
    query = select(Phrase).where(Phrase.person_id == person_id, Phrase.kind.in_(("", kind))).order_by(Phrase.id)
    return list(db.scalars(query))


def own(db: Session, person_id: int) -> list[Phrase]:
    """All phrases of a person."""
    return list(db.scalars(select(Phrase).where(Phrase.person_id == person_id).order_by(Phrase.kind, Phrase.id)))


def keep(db: Session, person_id: int, text: str, *, kind: str = "", now: datetime) -> Phrase:
    """Keeps a phrase for a person; one that is kept already is given back.

    Raises:
        Invalid: it is too short or too long, of a kind nobody knows, or the person keeps too many.
    """
    said = " ".join(text.split())
    if not 2 <= len(said) <= LONGEST or kind not in {"", *BUILT_IN}:
        sentence = Sentence("write between 2 and {most} characters", {"most": LONGEST})
        raise Invalid(sentence.template, fields={"text": [sentence]}, **sentence.params)
    known = db.scalars(select(Phrase).where(Phrase.person_id == person_id, Phrase.text == said)).first()
    if known is not None:
        return known
    kept = db.scalar(select(func.count()).select_from(Phrase).where(Phrase.person_id == person_id)) or 0
    if kept >= MOST:
        sentence = Sentence("you keep {most} phrases already; remove one first", {"most": MOST})
        raise Invalid(sentence.template, fields={"text": [sentence]}, **sentence.params)
    row = Phrase(person_id=person_id, kind=kind, text=said, created_at=now)
    db.add(row)
    db.flush()
    return row


def remove(db: Session, person_id: int, phrase_id: int) -> None:
    """Removes a phrase that a person keeps; raises NotFound when he keeps none of this id."""
    row = db.get(Phrase, phrase_id)
    if row is None or row.person_id != person_id:
        raise NotFound("there is no phrase {id} of yours", id=phrase_id)
    db.delete(row)
    db.flush()
