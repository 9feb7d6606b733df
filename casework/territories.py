"""The territory tree: region, cities, counties and functional zones, and how the names that offices write are understood.

A zone (功能区) acts like a county but has no code of GB/T 2260: it gets one of its own, `Z` + city + serial. Everything else in
the house knows a territory by its path alone (`45/4508/450803`); whoever holds a path sees what lies under it.
"""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from casework.tables import Territory
from engine.errors import Conflict, Invalid, NotFound, Sentence

REGION: Final = "45"
ZONE_WORDS: Final = (
    "高新区",
    "经开区",
    "新区",
    "片区",
    "园区",
    "工业区",
    "保税区",
    "示范区",
    "合作区",
    "开发区",
    "临空区",
)
_SOURCE: Final = Path(__file__).with_name("guangxi.json")
_CACHE: Final = "casework.territories"
_DASHES: Final = str.maketrans("-–―─", "————")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row belongs: the path, what had to be understood on the way, and the zone to be added when it is new."""

    path: str
    remarks: tuple[Sentence, ...] = ()
    doubtful: bool = False
    new_zone: str = ""


@dataclass(frozen=True)
class Tree:
    """All territories of a session, by path; immutable."""

    nodes: Mapping[str, Territory]
    _by_name: Mapping[str, list[Territory]] = field(default_factory=dict[str, list[Territory]])

    def name(self, path: str) -> str:
        """The name of a territory; its path when nobody knows it any more."""
        node = self.nodes.get(path)
        return node.name if node else path

    def full_name(self, path: str) -> str:
        """City and county: `贵港市港南区`."""
        parts = [self.name(part) for part in lineage(path) if part != REGION]
        return "".join(parts) if parts else self.name(path)

    def kind(self, path: str) -> str:
        """region, city, county or zone.

        Raises:
            NotFound: there is no such territory.
        """
        node = self.nodes.get(path)
        if node is None:
            raise NotFound("there is no territory {path}", path=path)
        return node.kind

    def under(self, path: str, *kinds: str) -> list[Territory]:
        """The territories at or under `path` of the given kinds (all without), in the order of their codes."""
        found = [node for node in self.nodes.values() if covers(path, node.path) and (not kinds or node.kind in kinds)]
        return sorted(found, key=lambda node: node.path)

    def resolve(self, city: str, county: str) -> Place:
        """Understands city and county as an office writes them.

        Raises:
            NotFound: the sentence says which name is unknown, or what has to be added.
        """
        city_name, county_name = _plain(city), _plain(county)
        known_city = self._one(city_name, "city") if city_name else None
        if city_name and known_city is None:
            raise NotFound("{name} is no city of Guangxi", name=city_name)
        if not county_name:
            raise NotFound("the county is missing; write the county, district or zone that is responsible")
        found = [n for n in self._by_name.get(county_name, []) if n.kind in {"county", "zone"}]
        here = [n for n in found if known_city is None or covers(known_city.path, n.path)]
        if len(here) == 1:
            return self._understood(here[0], county_name)
        if len(here) > 1:
            raise NotFound("there are several {name}; write the city beside it", name=county_name)
        counties = [n for n in found if n.kind == "county"]
        if len(counties) == 1 and known_city is not None:
            return self._elsewhere(counties[0], county_name, known_city)
        if county_name.endswith(ZONE_WORDS):
            if known_city is None:
                raise NotFound("write the city that {name} belongs to", name=county_name)
            said = Sentence(
                "{zone} is not in the registry; it is added as a zone of {city}, which has to be confirmed",
                {"zone": county_name, "city": known_city.name},
            )
            return Place(known_city.path, (said,), doubtful=True, new_zone=county_name)
        raise NotFound("{name} is no county, district or zone of Guangxi", name=county_name)

    def _one(self, name: str, kind: str) -> Territory | None:
        found = [n for n in self._by_name.get(name, []) if n.kind == kind]
        return found[0] if len(found) == 1 else None

    def _understood(self, node: Territory, written: str) -> Place:
        if node.kind == "zone":
            said = Sentence("{written} is understood as the zone {name}", {"written": written, "name": node.name})
            return Place(node.path, (said,))
        if written == node.name:
            return Place(node.path)
        return Place(
            node.path, (Sentence("{written} is called {name} today", {"written": written, "name": node.name}),)
        )

    def _elsewhere(self, node: Territory, written: str, city: Territory) -> Place:
        params = {"written": written, "name": self.full_name(node.path), "city": city.name}
        said = Sentence("{written} is {name} today and does not lie in {city}; please confirm", params)
        return Place(node.path, (said,), doubtful=True)


def lineage(path: str) -> list[str]:
    """The paths from the region down to `path` itself."""
    parts = path.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def covers(outer: str, inner: str) -> bool:
    """Whether `inner` lies in `outer` or is it."""
    return inner == outer or inner.startswith(outer + "/")


def under(column: InstrumentedAttribute[str], paths: Iterable[str]) -> ColumnElement[bool]:
    """The criterion that a path column lies at or under one of `paths`; without paths nothing does."""
    return or_(False, *(or_(column == path, column.startswith(path + "/")) for path in paths))


def city_of(path: str) -> str:
    """The path of the city that `path` lies in; the region itself for the region."""
    return "/".join(path.split("/")[:2])


def level(path: str) -> str:
    """region, city or county (zones count as counties), by the depth of the path."""
    return ("region", "city", "county")[min(path.count("/"), 2)]


def path_of_code(code: str) -> str:
    """The path of a six-digit code of GB/T 2260: `450803` → `45/4508/450803`.

    Raises:
        NotFound: it is no code of Guangxi.
    """
    if len(code) != 6 or not code.isdigit() or not code.startswith(REGION):
        raise NotFound("{code} is no division code of Guangxi", code=code)
    if code.endswith("0000"):
        return REGION
    return f"{REGION}/{code[:4]}" if code.endswith("00") else f"{REGION}/{code[:4]}/{code}"


def tree(db: Session) -> Tree:
    """The tree as it stands; read once per session and again when a territory was added."""
    stamp = db.execute(select(func.count(Territory.path))).scalar_one()
    known = cast(tuple[int, Tree] | None, db.info.get(_CACHE))
    if known is not None and known[0] == stamp:
        return known[1]
    rows = db.execute(select(Territory)).scalars().all()
    by_name: dict[str, list[Territory]] = {}
    for row in rows:
        for name in {row.name, *row.former_names}:
            by_name.setdefault(_plain(name), []).append(row)
    made = Tree({row.path: row for row in rows}, by_name)
    db.info[_CACHE] = (stamp, made)
    return made


def get(db: Session, path: str) -> Territory:
    """The territory at `path`.

    Raises:
        NotFound: there is none.
    """
    row = db.get(Territory, path)
    if row is None:
        raise NotFound("there is no territory {path}", path=path)
    return row


def load_guangxi(db: Session) -> int:
    """Enters the region, its 14 cities, 111 counties and the known zones where they are missing; returns how many were new."""
    source = cast(dict[str, Any], json.loads(_SOURCE.read_text(encoding="utf-8")))
    known = set(db.execute(select(Territory.path)).scalars())
    rows: list[Territory] = [Territory(path=REGION, code=source["code"], name=source["name"], kind="region")]
    for city in source["cities"]:
        city_path = path_of_code(city["code"])
        rows.append(Territory(path=city_path, code=city["code"], name=city["name"], kind="city", parent_path=REGION))
        rows.extend(
            Territory(
                path=path_of_code(county["code"]),
                code=county["code"],
                name=county["name"],
                kind="county",
                parent_path=city_path,
                former_names=county.get("former", []),
            )
            for county in city["counties"]
        )
        for number, zone in enumerate(city["zones"], 1):
            code = f"Z{city['code'][:4]}{number:04d}"
            host = path_of_code(zone["host"]) if "host" in zone else None
            rows.append(
                Territory(
                    path=f"{city_path}/{code}",
                    code=code,
                    name=zone["name"],
                    kind="zone",
                    parent_path=city_path,
                    host=host,
                    former_names=zone.get("aliases", []),
                )
            )
    new = [row for row in rows if row.path not in known]
    for row in new:
        row.former_names = row.former_names or []
    for kind in ("region", "city", "county", "zone"):
        db.add_all(row for row in new if row.kind == kind)
        db.flush()
    return len(new)


def add_zone(db: Session, city_path: str, name: str, *, host: str | None = None) -> Territory:
    """Adds a functional zone to a city. Its full name carries the city's where it would not be unique otherwise.

    Raises:
        NotFound: there is no such city.
        Invalid: the name is empty or the host county does not lie in the city.
        Conflict: the city has a territory of that name.
    """
    city = get(db, city_path)
    plain = _plain(name)
    if not plain:
        raise Invalid(fields={"name": [Sentence("a zone needs a name")]})
    if city.kind != "city":
        raise NotFound("{name} is no city of Guangxi", name=city.name)
    if host is not None and not covers(city_path, host):
        raise Invalid(fields={"host": [Sentence("the host county does not lie in {city}", {"city": city.name})]})
    siblings = db.execute(select(Territory).where(Territory.parent_path == city_path)).scalars().all()
    if any(plain in {_plain(n) for n in (row.name, *row.former_names)} for row in siblings):
        raise Conflict("{city} already has a territory called {name}", city=city.name, name=plain)
    serial = 1 + max((int(row.code[5:]) for row in siblings if row.kind == "zone"), default=0)
    code = f"Z{city.code[:4]}{serial:04d}"
    short = city.name.removesuffix("市")
    full = plain if short in plain or len(plain) > 4 else f"{short}{plain}"
    aliases = [plain] if full != plain else []
    row = Territory(
        path=f"{city_path}/{code}",
        code=code,
        name=full,
        kind="zone",
        parent_path=city_path,
        host=host,
        former_names=aliases,
    )
    db.add(row)
    db.flush()
    db.info.pop(_CACHE, None)
    return row


def _plain(name: str) -> str:
    """A name without blanks, in normal width, with one kind of dash."""
    text = unicodedata.normalize("NFKC", name)
    return "".join(text.split()).translate(_DASHES)
