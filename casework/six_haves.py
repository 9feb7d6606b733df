"""The self-check of the six haves (六有, DT-5): declared figures beside the thresholds of 2.7, with gap, hint and verdict.

Thresholds, near share and verdict are said by the decision `six-haves`, the further checks by `six-haves-checks`; here their answers
become words. The same check is made while somebody types, at submission, with verified figures at the review, and every year.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from casework import answers, facts, filing_facts
from casework.filing_facts import Beside
from casework.filing_tables import Filing
from casework.tables import Enterprise
from engine import decisions, history
from engine.calendars import local_day
from engine.errors import Sentence
from engine.tables import Instance

FACT: Final = "six_haves_checked"
HAVES: Final = ("site", "staff", "equipment", "input", "projects", "rules", "partner", "ip")
"""有场地, 有人员, 有设备, 有投入, 有项目, 有制度; 共建协议 and 知识产权 where they are asked for as well."""
RESULTS: Final = ("pass", "near", "fail")
FIELDS: Final[Mapping[str, str]] = {
    "site": "siteArea",
    "staff": "staff",
    "equipment": "equipValue",
    "input": "rdInput",
    "projects": "projects",
    "rules": "rules",
    "partner": "partners",
    "ip": "ipCount",
}
"""The field of F07 that a have is declared in."""
_HINTS: Final[Mapping[str, Sentence]] = {
    "site_area": Sentence(
        "{gap} ㎡ of research site are missing ({declared} of {threshold}); add rooms that you own or rent, with the lease"
    ),
    "staff_fulltime": Sentence(
        "{gap} full-time R&D staff are missing ({declared} of {threshold}); one person counts at one institution only"
    ),
    "staff_senior": Sentence(
        "{gap} with a senior title, a master's or a doctor's degree are missing ({declared} of {threshold})"
    ),
    "equip_value": Sentence(
        "R&D equipment worth {gap} 万元 is missing ({declared} of {threshold}, original value); "
        "software and design units need half of it"
    ),
    "rd_input": Sentence(
        "{gap} 万元 of R&D input are missing ({declared} of {threshold}), or {or_gap} % of the revenue ({or_declared} of "
        "{or_threshold})"
    ),
    "rd_percent": Sentence(
        "{gap} % of the revenue are missing in R&D input ({declared} of {threshold}), or {or_gap} 万元 ({or_declared} of "
        "{or_threshold})"
    ),
    "projects": Sentence(
        "{gap} R&D projects are missing ({declared} of {threshold}); only projects that ran in the last months count, "
        "self-initiated ones as well"
    ),
    "joint_projects": Sentence("{gap} joint or government-funded projects are missing ({declared} of {threshold})"),
    "rules_basic": Sentence(
        "{gap} of the four rules are missing: project management, R&D accounting, staff incentive, results and "
        "intellectual property"
    ),
    "rules_more": Sentence("{gap} rules are missing: safety and data management, yearly plan"),
    "ip_count": Sentence("{gap} valid intellectual property rights are missing ({declared} of {threshold})"),
    "invention_count": Sentence("{gap} valid invention patents are missing ({declared} of {threshold})"),
    "joint_months": Sentence(
        "a jointly built institution needs a contract of at least {threshold} months that is running ({declared} now)"
    ),
    "self_built": Sentence("a jointly built institution is filed with the city; with the region only one of your own"),
}
_OTHER: Final = Sentence("{name}: {gap} are missing ({declared} of {threshold})")
_CHECKS: Final[Mapping[str, Sentence]] = {
    "shared_staff": Sentence(
        "{people} are on the staff list of another institution already; one person counts once: take them off this list, or "
        "ask the other one to correct its list"
    ),
    "site_elsewhere": Sentence(
        "the site lies outside the city that is responsible for the enterprise; apply where the site is, or correct the place"
    ),
    "projects_outside": Sentence(
        "{count} projects lie outside the time that counts or have not begun; they are not counted, check their dates"
    ),
    "input_above_revenue": Sentence(
        "R&D input of {input} cannot be above the revenue of {revenue} (万元); check the unit of both"
    ),
    "equipment_above_assets": Sentence(
        "R&D equipment of {equipment} cannot be worth more than the fixed assets (万元, original value); correct one of them"
    ),
    "director_missing": Sentence(
        "{director} leads the institution and must be on the staff list; add the person there"
    ),
    "repeated_staff": Sentence("{count} persons are on the list more than once; name everybody once"),
    "revenue_differs": Sentence(
        "the revenue differs from the annual figure on record ({registered} 万元); the reviewer will compare it with the report"
    ),
    "same_institution": Sentence(
        "an institution of this name at this address is filed or applied for already; go on with that one, or name this one "
        "differently"
    ),
}
_UNKNOWN: Final = Sentence("this is not as it should be ({code}); correct it or ask the county")
_PROMISE: Final = Sentence(
    "One item is nearly met. With a promise to meet it in {days} days the city accepts the application."
)
_CLOUD: Final = Sentence(
    "Not everything is met yet. An institution in the cloud or one built jointly with a university or a larger firm (contract of "
    "two years) can be a first step; your liaison officer helps."
)


@dataclass(frozen=True, slots=True)
class Have:
    """One line of the standard beside what was declared. `result` pass, near or fail; `gap` is what is missing, 0 when nothing.

    `item` is one of `HAVES`, `figure` the fact that is measured, `name` its Chinese name as the table has it. Either the figure reaches
    `threshold`, or `or_figure` (None: there is no other way) reaches `or_threshold`. `hint` says what to do, None when it passes.
    """

    item: str
    figure: str
    name: str
    declared: Decimal | None
    threshold: Decimal
    result: str
    gap: Decimal
    or_figure: str | None = None
    or_name: str = ""
    or_declared: Decimal | None = None
    or_threshold: Decimal | None = None
    or_gap: Decimal = Decimal(0)
    hint: Sentence | None = None

    @property
    def field(self) -> str:
        """The field of F07 to look at."""
        return FIELDS.get(self.item, "name")


@dataclass(frozen=True, slots=True)
class SixHaves:
    """What the check says. `findings` refuse a submission, `flags` are told to the reviewer; both by field of F07.

    `margin`: how near a watched figure comes to its threshold, in per cent (b09). `codes` are the codes of the flags.
    """

    verdict: str
    tier: str
    rows: tuple[Have, ...]
    margin: Decimal | None = None
    findings: Mapping[str, list[Sentence]] = field(default_factory=dict[str, list[Sentence]])
    flags: Mapping[str, list[Sentence]] = field(default_factory=dict[str, list[Sentence]])
    codes: tuple[str, ...] = ()
    advice: tuple[Sentence, ...] = ()

    @property
    def items(self) -> dict[str, str]:
        """The worst result of every have, in the order of `HAVES`."""
        worst: dict[str, str] = {}
        for row in sorted(self.rows, key=lambda row: HAVES.index(row.item) if row.item in HAVES else len(HAVES)):
            worst[row.item] = max(worst.get(row.item, "pass"), row.result, key=RESULTS.index)
        return worst

    @property
    def near(self) -> str:
        """The only have that is near when the verdict is OK_WITH_PROMISE; empty otherwise."""
        found = [item for item, result in self.items.items() if result == "near"]
        return found[0] if self.verdict == "OK_WITH_PROMISE" and found else ""


def check(
    db: Session, about: Filing | Enterprise, declared: Mapping[str, Any], *, now: datetime, level: str = ""
) -> SixHaves:
    """Checks a declaration (F07 without its word) now; nothing is written. `level` where `about` is an enterprise (default city)."""
    values, known = _facts(db, about, declared, level, now)
    answer = decisions.value(db, "six-haves", {"facts": values}, now=now)
    checks = decisions.value(db, "six-haves-checks", {"facts": values}, now=now)
    days = filing_facts.terms(db, values["level"], now=now).get("promise_days")
    return understood(answer, checks, values, known, declared, promise_days=days)


def keep(
    db: Session,
    filing: Filing,
    declared: Mapping[str, Any],
    *,
    instance: Instance | None = None,
    by: str,
    now: datetime,
) -> SixHaves:
    """Checks a declaration and keeps it: facts frozen, explained in history, on the row of the filing (verdict, promise item).

    `instance` is the run whose row the caller has locked; without one the registry's chain takes the entry.
    """
    values, known = _facts(db, filing, declared, "", now)
    frozen = facts.freeze(db, f"filing:{filing.id}", "six-haves", values, by=by, now=now)
    decided = decisions.evaluate(db, "six-haves", {"facts": values}, now=now)
    checks = decisions.value(db, "six-haves-checks", {"facts": values}, now=now)
    days = filing_facts.terms(db, filing.level, now=now).get("promise_days")
    found = understood(decided.value, checks, values, known, declared, promise_days=days)
    version = {name: decided.explanation.get(name) for name in ("decision", "version", "definition")}
    filing.six_haves = {**kept(found), "facts": frozen.id, "version": filing.version, **version}
    filing.verdict, filing.promise_item, filing.updated_at = found.verdict, found.near, now
    history.write(
        db,
        instance=instance,
        chain="" if instance else "registry",
        fact=FACT,
        by=by,
        now=now,
        data={"filing": filing.id, "verdict": found.verdict, "items": found.items, "facts": frozen.id, **version},
        subject=f"enterprise:{filing.enterprise_id}",
    )
    return found


def kept(found: SixHaves) -> dict[str, Any]:
    """A check as plain values, for a row (`Filing.six_haves`, `InstitutionReview.six_haves`)."""
    rows = [
        {
            "item": row.item,
            "figure": row.figure,
            "name": row.name,
            "declared": row.declared,
            "threshold": row.threshold,
            "result": row.result,
            "gap": row.gap,
            "or_figure": row.or_figure,
            "or_name": row.or_name,
            "or_declared": row.or_declared,
            "or_threshold": row.or_threshold,
            "or_gap": row.or_gap,
        }
        for row in found.rows
    ]
    plain: dict[str, Any] = history.plain(
        {
            "verdict": found.verdict,
            "tier": found.tier,
            "margin": found.margin,
            "items": found.items,
            "rows": rows,
            "flags": list(found.codes),
        }
    )
    return plain


def read(values: Mapping[str, Any]) -> SixHaves:
    """A check as it was kept on a row, with its hints; empty values are a check without rows."""
    rows = tuple(_have({**row, "have": row.get("item")}) for row in answers.rows(values.get("rows")))
    return SixHaves(
        verdict=str(values.get("verdict") or ""),
        tier=str(values.get("tier") or ""),
        rows=rows,
        margin=answers.amount(values.get("margin")),
        codes=tuple(str(code) for code in answers.several(values.get("flags"))),
    )


def understood(
    answer: object,
    checks: object,
    values: Mapping[str, Any],
    known: Beside,
    declared: Mapping[str, Any],
    *,
    promise_days: object,
) -> SixHaves:
    """What the two decisions answered, in words."""
    decided = answers.context(answer)
    rows = tuple(_have(row) for row in answers.rows(decided.get("rows")))
    verdict = str(decided.get("verdict") or "NOT_OK")
    params = _params(values, known, declared)
    findings: dict[str, list[Sentence]] = {}
    flags: dict[str, list[Sentence]] = {}
    codes: list[str] = []
    for row in answers.rows(checks):
        code = str(row.get("code"))
        said = Sentence(_CHECKS.get(code, _UNKNOWN).template, {**params, "code": code, "count": row.get("count")})
        if row.get("severity") == "refuse":
            findings.setdefault(str(row.get("field")), []).append(said)
        else:
            flags.setdefault(str(row.get("field")), []).append(said)
            codes.append(code)
    advice = ()
    if verdict == "OK_WITH_PROMISE":
        advice = (Sentence(_PROMISE.template, {"days": promise_days}),)
    elif verdict == "NOT_OK" and values["level"] == "city" and values["type"] == "own":
        advice = (_CLOUD,)
    return SixHaves(
        verdict,
        str(decided.get("tier") or ""),
        rows,
        answers.amount(decided.get("margin")),
        findings,
        flags,
        tuple(codes),
        advice,
    )


def _facts(
    db: Session, about: Filing | Enterprise, declared: Mapping[str, Any], level: str, now: datetime
) -> tuple[dict[str, Any], Beside]:
    day = local_day(now)
    known = filing_facts.beside(db, about, declared, day=day)
    of_filing = isinstance(about, Filing)
    wanted = level or (about.level if of_filing else "city")
    fast = of_filing and about.fast_track
    return filing_facts.declared_facts(declared, known, level=wanted, fast_track=fast, day=day), known


def _have(row: Mapping[str, Any]) -> Have:
    have = Have(
        item=str(row.get("have")),
        figure=str(row.get("figure")),
        name=str(row.get("name")),
        declared=answers.amount(row.get("declared")),
        threshold=answers.amount(row.get("threshold")) or Decimal(0),
        result=str(row.get("result")),
        gap=answers.amount(row.get("gap")) or Decimal(0),
        or_figure=str(row["or_figure"]) if row.get("or_figure") else None,
        or_name=str(row.get("or_name") or ""),
        or_declared=answers.amount(row.get("or_declared")),
        or_threshold=answers.amount(row.get("or_threshold")),
        or_gap=answers.amount(row.get("or_gap")) or Decimal(0),
    )
    if have.result == "pass":
        return have
    said = {
        "name": have.name,
        "gap": shown(have.gap),
        "declared": shown(have.declared),
        "threshold": shown(have.threshold),
        "or_gap": shown(have.or_gap),
        "or_declared": shown(have.or_declared),
        "or_threshold": shown(have.or_threshold),
    }
    hint = Sentence(_HINTS.get(have.figure, _OTHER).template, said)
    return Have(**{name: getattr(have, name) for name in Have.__slots__ if name != "hint"}, hint=hint)


def shown(number: Decimal | None) -> str:
    """A figure as people read it: at most two decimals, none that are zero; nothing where it is not known."""
    if number is None:
        return "0"
    return f"{number.quantize(Decimal('0.01')).normalize():f}"


def _params(values: Mapping[str, Any], known: Beside, declared: Mapping[str, Any]) -> dict[str, object]:
    registered = known.year.revenue if known.year else None
    return {
        "people": "、".join(key.split("|")[0] for key in known.shared),
        "input": shown(values["rd_input"]),
        "revenue": shown(values["revenue_wan"]),
        "equipment": shown(values["equip_value"]),
        "director": str(declared.get("director") or ""),
        "registered": shown(registered),
    }
