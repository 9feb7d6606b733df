"""The ladder of supervision L0–L6 (3.6): which posts stand on which level for a matter, and what papers call them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from casework import cases, territories
from casework.case_tables import Case

OFFICER, COUNTY, COUNTY_LEADER, CITY, CITY_LEADER, REGION, JOINT = range(7)
TITLES: Final[Mapping[str, str]] = {
    "LO": "联络专员", "XK": "县级科技部门", "XG": "县级工信部门", "XS": "县级国资部门", "XL": "县(市、区)分管领导",
    "CK": "市科技局", "CG": "市工信局", "CS": "市国资委", "CL": "市分管领导", "RK": "自治区科技厅", "RG": "自治区工信厅",
    "RS": "自治区国资委", "RL": "自治区部门领导", "JM": "联席机制办公室", "SUP": "督查",
}  # fmt: skip
"""What the official papers call a post; pages have their own words in both languages."""
_LEVELS: Final[Mapping[str, int]] = {
    "LO": OFFICER, "XK": COUNTY, "XG": COUNTY, "XS": COUNTY, "XL": COUNTY_LEADER, "CK": CITY, "CG": CITY, "CS": CITY,
    "CL": CITY_LEADER, "RK": REGION, "RG": REGION, "RS": REGION, "RL": REGION, "SUP": REGION, "JM": JOINT,
}  # fmt: skip
_ANYBODY: Final[Mapping[int, Sequence[str]]] = {
    OFFICER: ("LO",),
    COUNTY: ("XK", "XG", "XS"),
    COUNTY_LEADER: ("XL",),
    CITY: ("CK", "CG", "CS"),
    CITY_LEADER: ("CL",),
    REGION: ("RK", "RG", "RS"),
    JOINT: ("JM",),
}


def level_of(post: str) -> int | None:
    """The level on which a post stands; None for posts that supervise nobody and answer to nobody (ENT, DES, ADM …)."""
    return _LEVELS.get(post)


def posts(level: int, case: Case | None = None) -> list[str]:
    """The posts of a level; for a case the departments of the city and region are those of its leading line."""
    if case is not None and level in {COUNTY, CITY, REGION}:
        return cases.groups(case, {COUNTY: "county", CITY: "city", REGION: "region"}[level])
    return list(_ANYBODY[min(max(level, OFFICER), JOINT)])


def held_at(level: int) -> str:
    """The government level that DT-10 speaks of: `county` (L0–L2), `city` (L3, L4) or `region` (L5, L6)."""
    return "county" if level <= COUNTY_LEADER else "city" if level <= CITY_LEADER else "region"


def seat(level: int, scope: str) -> str:
    """The territory at which a level sits for a matter of `scope`."""
    depth = {"county": 3, "city": 2, "region": 1}[held_at(level)]
    return "/".join(scope.split("/")[:depth])


def lowest(scope: str) -> int:
    """The lowest level there is over a territory: a city has no county departments, the region none of a city."""
    return {"county": OFFICER, "city": CITY, "region": REGION}[territories.level(scope)]


def titles(codes: Iterable[str]) -> str:
    """Posts as the papers call them, one after the other."""
    return "、".join(TITLES.get(code, code) for code in codes)


__all__ = [
    "CITY",
    "CITY_LEADER",
    "COUNTY",
    "COUNTY_LEADER",
    "JOINT",
    "OFFICER",
    "REGION",
    "TITLES",
    "held_at",
    "level_of",
    "lowest",
    "posts",
    "seat",
    "titles",
]
