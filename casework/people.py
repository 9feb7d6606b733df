"""People and the posts they hold: who somebody is, over which territory or for which enterprise, from when to when."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from casework import territories
from casework.tables import Person, Post
from engine import history
from engine.errors import Conflict, Invalid, NotFound, Sentence

CHAIN: Final = "registry"
SYSTEM: Final = "system"
"""The `by` of what happens without a person: a timer, the import at the first start."""

POSTS: Final = {
    "LO": "county", "XK": "county", "XG": "county", "XS": "county", "XL": "county",
    "CK": "city", "CG": "city", "CS": "city", "CL": "city",
    "RK": "region", "RG": "region", "RS": "region", "RL": "region", "JM": "region",
    "ENT": "enterprise", "SUP": "any", "DES": "any", "ADM": "any",
    "SW": "any", "JR": "any", "SJ": "any", "CZ": "any", "RH": "any", "ZZ": "any",
    "EX": "any",
}  # fmt: skip
"""The posts (lanes) of REFERENCE 4.0 and the level at which each is held."""
DEPARTMENTS: Final = ("SW", "JR", "SJ", "CZ", "RH", "ZZ")
"""税务, 金融办, 市场监管, 财政, 人社, 组织: co-departments that take problems of enterprises; they see nothing else."""


def add(
    db: Session, username: str, name: str, *, unit: str = "", phone: str = "", email: str = "", by: str, now: datetime
) -> Person:
    """Adds a person, who may do nothing until a post is given.

    Raises:
        Invalid: the user name or the name is missing.
        Conflict: the user name is taken.
    """
    wrong: dict[str, list[Sentence]] = {}
    if not username.strip() or username in {SYSTEM, "everybody"}:
        wrong["username"] = [Sentence("this user name cannot be used")]
    if not name.strip():
        wrong["name"] = [Sentence("a person needs a name")]
    if wrong:
        raise Invalid(fields=wrong)
    if db.execute(select(Person.id).where(Person.username == username)).first() is not None:
        raise Conflict("the user name {username} is taken", username=username)
    person = Person(username=username, name=name, unit=unit, phone=phone, email=email, created_at=now)
    db.add(person)
    db.flush()
    history.write(db, chain=CHAIN, fact="person_added", by=by, now=now, data={"person": username, "name": name})
    return person


def get(db: Session, username: str) -> Person:
    """The person with this user name; raises NotFound."""
    person = find(db, username)
    if person is None:
        raise NotFound("nobody is called {username}", username=username)
    return person


def find(db: Session, username: str) -> Person | None:
    """The person with this user name, or None for the system and for names that nobody has."""
    return db.execute(select(Person).where(Person.username == username)).scalar_one_or_none()


def name_of(db: Session, username: str) -> str:
    """What to call the actor of an act; the user name itself where it is no person."""
    person = find(db, username)
    return person.name if person else username


def appoint(
    db: Session,
    person: Person,
    post: str,
    path: str,
    *,
    enterprise_id: int | None = None,
    since: date,
    by: str,
    now: datetime,
) -> Post:
    """Gives a person a post over a territory. Giving the same post again answers the running one.

    Raises:
        Invalid: there is no such post, or it is not held at this level of the tree.
        NotFound: there is no such territory.
    """
    level = POSTS.get(post)
    if level is None:
        raise Invalid("there is no post {post}", post=post)
    territories.get(db, path)
    if level in {"county", "city", "region"} and territories.level(path) != level:
        raise Invalid("the post {post} is not held at this level", post=post)
    if (level == "enterprise") != (enterprise_id is not None):
        raise Invalid("only the post ENT belongs to an enterprise, and it needs one")
    for running in of(db, person, since):
        if (running.post, running.path, running.enterprise_id) == (post, path, enterprise_id):
            return running
    row = Post(person_id=person.id, post=post, path=path, enterprise_id=enterprise_id, since=since, until=None)
    db.add(row)
    db.flush()
    data = {"person": person.username, "post": post, "path": path, "enterprise": enterprise_id, "since": since}
    history.write(db, chain=CHAIN, fact="appointed", by=by, now=now, data=data)
    return row


def dismiss(db: Session, post: Post, until: date, *, by: str, now: datetime) -> None:
    """Ends a post; `until` is the first day without it."""
    post.until = until
    data = {"person": post.person.username, "post": post.post, "path": post.path, "until": until}
    history.write(db, chain=CHAIN, fact="dismissed", by=by, now=now, data=data)


def deactivate(db: Session, person: Person, *, by: str, now: datetime) -> None:
    """Shuts a person out; what that person did stays."""
    person.active = False
    history.write(db, chain=CHAIN, fact="person_deactivated", by=by, now=now, data={"person": person.username})


def running(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """The criterion that a post is held on `day`, or on the day that a statement is given."""
    return and_(Post.since <= day, or_(Post.until.is_(None), Post.until > day))


def of(db: Session, person: Person, day: date) -> list[Post]:
    """The posts that a person holds on a day."""
    query = select(Post).where(Post.person_id == person.id, running(day)).order_by(Post.id)
    return list(db.execute(query).scalars())


def holders(db: Session, posts: Iterable[str], scope: str, day: date) -> list[Person]:
    """The active people who hold one of `posts` over a territory that contains `scope`, in the order of their ids."""
    query = (
        select(Person)
        .join(Post)
        .where(Person.active, Post.post.in_(list(posts)), Post.path.in_(territories.lineage(scope)), running(day))
        .distinct()
        .order_by(Person.id)
    )
    return list(db.execute(query).scalars())
