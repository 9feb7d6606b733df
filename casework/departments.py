"""The departments that deal with problems of enterprises, and the posts that act for them at each level.

Source: REFERENCE 4.0, DT-12. K, G and S are the three lines with a post of their own at every level (XK, CK, RK …); tax, finance,
market supervision, treasury, human resources and organisation have one post each, held over whatever territory they serve.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import people, territories
from casework.tables import Person, Post

LINES = ("K", "G", "S")
OTHERS = people.DEPARTMENTS
CODES = (*LINES, *OTHERS)
_LETTER = {"county": "X", "city": "C", "region": "R"}
_LEADERS = {"county": "XL", "city": "CL", "region": "RL", "joint": "RL"}


def post(code: str, level: str) -> str:
    """The post that acts for a department at `county`, `city` or `region`: K at the city is CK, SW is SW everywhere."""
    return f"{_LETTER[level]}{code}" if code in LINES and level in _LETTER else code


def groups(db: Session, codes: Iterable[str], level: str, scope: str, *, day: date) -> list[str]:
    """The posts that take a matter of these departments at a level, those of the first department first.

    Where nobody holds any of them in the territory, the officers of the three lines are named as well.
    """
    if level == "joint":
        return ["JM"]
    own = list(dict.fromkeys(post(code, level) for code in codes))
    held = (
        select(Post.id)
        .join(Person, Person.id == Post.person_id)
        .where(Person.active, Post.post.in_(own), Post.path.in_(_seats(level, scope)), people.running(day))
    )
    if db.execute(held.limit(1)).first() is not None:
        return own
    return list(dict.fromkeys([*own, *(post(line, level) for line in LINES)]))


def leaders(level: str) -> list[str]:
    """Who signs for a level: the leader of the county, of the city, of the regional departments."""
    return [_LEADERS[level]]


def known(codes: Iterable[object]) -> list[str]:
    """These codes of departments without repetition; what is none is left out."""
    return [code for code in dict.fromkeys(str(one) for one in codes) if code in CODES]


def _seats(level: str, scope: str) -> Sequence[str]:
    depth = {"region": 1, "city": 2}.get(level)
    line = territories.lineage(scope)
    return [path for path in line if (path.count("/") + 1 == depth if depth else path.count("/") >= 2)]
