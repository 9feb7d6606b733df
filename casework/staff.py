"""Who could act today, read at once for many tasks: the holders of posts by territory, and who stands for each enterprise's officer.

Questions about a single person go to `people` and `officers`; this is the same knowledge in a fixed number of statements.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from casework import people, territories
from casework.tables import Assignment, Officer, Person, Post

COUNTY: Final = frozenset({"XK", "XG", "XS"})
"""Who acts where an enterprise has no officer who could."""
_MANY: Final = 500


@dataclass(frozen=True, slots=True)
class Staff:
    """`posts` maps a post to (path, user name); `acting` an enterprise to who acts as its officer, empty: the county does.

    `involved` are the officer and the acting officer of an enterprise, who check nothing of their own.
    """

    posts: Mapping[str, tuple[tuple[str, str], ...]]
    acting: Mapping[int, str]
    involved: Mapping[int, tuple[str, ...]]

    def holders(self, posts: Iterable[str], scope: str) -> set[str]:
        """Who holds one of these posts over a territory that contains `scope`."""
        return {name for post in posts for path, name in self.posts.get(post, ()) if territories.covers(path, scope)}

    def officers(self, enterprise_id: int | None, scope: str) -> set[str]:
        """Who acts as the liaison officer of an enterprise: the officer, who acts for him, else the county officers."""
        if enterprise_id is None:
            return set()
        acting = self.acting.get(enterprise_id, "")
        return {acting} if acting else self.holders(COUNTY, scope)


_OTHER, _OTHER_PERSON = aliased(Officer), aliased(Person)
# Built once: these two run whenever anybody's tasks are looked at.
_HOLDERS: Final = (
    select(Post.post, Post.path, Person.username)
    .join(Person, Person.id == Post.person_id)
    .where(Person.active, Post.post.not_in(("ENT", "LO")), people.running(bindparam("day")))
    .order_by(Person.id)
)
_HOLDERS_OVER: Final = _HOLDERS.where(Post.path.in_(bindparam("paths", expanding=True)))
_OFFICERS: Final = (
    select(
        Assignment.enterprise_id,
        Officer.state,
        Person.username,
        Person.active,
        _OTHER.state,
        _OTHER_PERSON.username,
        _OTHER_PERSON.active,
    )
    .outerjoin(Officer, Officer.id == Assignment.officer_id)
    .outerjoin(Person, Person.id == Officer.person_id)
    .outerjoin(_OTHER, _OTHER.id == Officer.acting_officer_id)
    .outerjoin(_OTHER_PERSON, _OTHER_PERSON.id == _OTHER.person_id)
    .where(Assignment.enterprise_id.in_(bindparam("enterprises", expanding=True)), Assignment.until.is_(None))
    .order_by(Assignment.id)
)


def of(db: Session, scopes: Iterable[str], enterprise_ids: Iterable[int], day: date) -> Staff:
    """The staff for tasks of these territories and enterprises on a day. People of enterprises are left out."""
    paths = sorted({path for scope in set(scopes) for path in territories.lineage(scope)})
    known = (_HOLDERS_OVER, {"day": day, "paths": paths}) if len(paths) <= _MANY else (_HOLDERS, {"day": day})
    posts: dict[str, list[tuple[str, str]]] = {}
    for post, path, username in db.execute(*known):
        posts.setdefault(post, []).append((path, username))
    acting: dict[int, str] = {}
    involved: dict[int, tuple[str, ...]] = {}
    wanted = sorted(set(enterprise_ids))
    for start in range(0, len(wanted), _MANY):
        _read_officers(db, wanted[start : start + _MANY], acting, involved)
    return Staff({post: tuple(held) for post, held in posts.items()}, acting, involved)


def _read_officers(
    db: Session, enterprise_ids: list[int], acting: dict[int, str], involved: dict[int, tuple[str, ...]]
) -> None:
    for enterprise_id, state, name, active, other_state, other_name, other_active in db.execute(
        _OFFICERS, {"enterprises": enterprise_ids}
    ):
        names = [name] if name else []
        if state == "请假" and other_name:
            names.append(other_name)
        involved[enterprise_id] = (*involved.get(enterprise_id, ()), *names)
        acting[enterprise_id] = ""
        if state == "在岗" and active:
            acting[enterprise_id] = name
        elif state not in (None, "在岗") and other_state == "在岗" and other_active:
            acting[enterprise_id] = other_name
