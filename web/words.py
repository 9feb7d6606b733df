"""Codes that the house keeps in English or as the documents write them, as words for a reader."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from flask import Flask, flash

from casework import light_words
from casework.casefile import Entry
from engine.errors import Sentence
from web import filing_words, filters, issue_words, language, order_words, status_words

STAGES: Final[Mapping[str, Sentence]] = {
    "monitor": Sentence("Monitor"),
    "warn": Sentence("Warn"),
    "coach": Sentence("Coach"),
    "improve": Sentence("Improve"),
    "close": Sentence("Strike off"),
}
LISTS: Final[Mapping[str, Sentence]] = {
    "L1": Sentence("L1 Revenue of 500 million yuan and more without R&D activity or institution"),
    "L2": Sentence("L2 State-owned industry above scale"),
    "L3": Sentence("L3 Dual uplift of industry above scale"),
    "L4": Sentence("L4 High-tech enterprises growing to scale"),
    "L5": Sentence("L5 Industry above scale becoming high-tech"),
    "RENEW": Sentence("Renewal of the high-tech certificate"),
}
LIST_NAMES: Final[Mapping[str, Sentence]] = {
    "L1": Sentence("L1 dual zero"),
    "L2": Sentence("L2 state-owned"),
    "L3": Sentence("L3 dual uplift"),
    "L4": Sentence("L4 small to scale"),
    "L5": Sentence("L5 to high-tech"),
    "RENEW": Sentence("Renewal"),
}
CASE_STATES: Final[Mapping[str, Sentence]] = {
    "open": Sentence("in work"),
    "observing": Sentence("under observation"),
    "suspended": Sentence("suspended"),
    "archived": Sentence("archived"),
    "removed": Sentence("taken off the lists"),
    "terminated": Sentence("terminated"),
}
ITEM_STATES: Final[Mapping[str, Sentence]] = {
    "open": Sentence("in work"),
    "pending_closure": Sentence("striking off asked for"),
    "pending_removal": Sentence("removal asked for"),
    "relapsed": Sentence("relapsed"),
    "suspended": Sentence("suspended"),
    "closed_awaiting_statistics": Sentence("struck off, statistics to confirm"),
    "closed": Sentence("struck off"),
    "removed": Sentence("taken off the list"),
    "reopened": Sentence("fell back, goes on in a later case"),
}
MEASURE_STATES: Final[Mapping[str, Sentence]] = {
    "not_started": Sentence("not started"),
    "ongoing": Sentence("under way"),
    "done": Sentence("done"),
    "cancelled": Sentence("cancelled"),
}
MEASURES: Final[Mapping[str, Sentence]] = {
    "AUX_LEDGER": Sentence("R&D auxiliary ledger"),
    "PROJECT": Sentence("R&D project"),
    "INSTITUTION": Sentence("R&D institution"),
    "DIAGNOSIS": Sentence("Innovation diagnosis"),
    "POLICY": Sentence("Policy matching"),
    "POOL": Sentence("Cultivation pool"),
    "HITECH_APPLY": Sentence("High-tech application"),
    "SXG": Sentence("Service package for growing to scale"),
    "STAT_FILL": Sentence("Filling in R&D statistics"),
    "TALENT": Sentence("Talent and science envoys"),
    "KTP": Sentence("Talent and science envoys"),
    "COOP": Sentence("Cooperation with universities"),
    "FINANCE": Sentence("Finance"),
    "OTHER": Sentence("Other"),
}
STUCK: Final[Mapping[str, Sentence]] = {
    "failed": Sentence("failed"),
    "silent": Sentence("waits for nothing"),
    "unstaffed": Sentence("nobody there"),
    "returned": Sentence("returned three times"),
    "closure_late": Sentence("striking off is late"),
    "joint_open": Sentence("joint confirmation open"),
    "officer_away": Sentence("officer away"),
    "no_officer": Sentence("no officer"),
    "visit_refused": Sentence("visit refused"),
    "filing_number": Sentence("filing published, no number"),
    "filing_cosign": Sentence("co-signature of a filing missing"),
    "filing_late": Sentence("filing far behind in an office"),
    "filing_onsite": Sentence("no check on site planned"),
    "filing_returned": Sentence("filing sent back again and again"),
    "warning": Sentence("order not answered"),
    "request": Sentence("request not answered"),
    "red_firm": Sentence("red for three quarters"),
    "plan_missing": Sentence("no plan"),
    "unreported": Sentence("not reported"),
    "eligible": Sentence("could be struck off"),
    "external": Sentence("waits for the enterprise"),
    "overdue": Sentence("overdue"),
    "idle": Sentence("no progress"),
    "untouched": Sentence("not touched"),
}
PROOFS: Final[Mapping[str, Sentence]] = {
    "filing": Sentence("Filing of the R&D institution"),
    "aux_ledger": Sentence("R&D auxiliary ledger"),
    "project": Sentence("R&D project"),
    "annual_table": Sentence("Annual R&D table 107-2"),
    "certificate": Sentence("High-tech certificate"),
    "roster": Sentence("Statistical roster"),
    "group_agreement": Sentence("Agreement with the group"),
    "soe_sheet": Sentence("Figures of state enterprises (F24)"),
    "forecast": Sentence("Revenue forecast"),
    "note": Sentence("Note"),
}
MISSING: Final[Mapping[str, Sentence]] = {
    "activity": Sentence("two quarters in a row with R&D expense"),
    "project": Sentence("an R&D project under way"),
    "aux_ledger": Sentence("an R&D auxiliary ledger that was looked at"),
    "institution": Sentence("an R&D institution that is filed or recognised"),
    "stat_fill": Sentence("R&D statistics filled in"),
    "soe_figures": Sentence("figures of state-owned enterprises that agree and are confirmed"),
    "roster": Sentence("a place in the roster of enterprises above scale"),
    "certificate": Sentence("a high-tech certificate"),
    "red_notice": Sentence("a red notice that is not lifted yet"),
    "objection": Sentence("an objection that is not settled yet"),
    "operating": Sentence("normal operation"),
    "evidence": Sentence("proofs"),
    "exception": Sentence("reasons for the exception"),
}
LEVELS: Final[Mapping[str, Sentence]] = {
    "city": Sentence("filed at city level"),
    "region": Sentence("filed at region level"),
}
EDITIONS: Final[Mapping[str, Sentence]] = {
    "草案": Sentence("draft, being checked"),
    "会签": Sentence("being checked and signed"),
    "冻结": Sentence("in force"),
}
ENTRIES: Final[Mapping[str, Sentence]] = {
    "候选": Sentence("candidate"),
    "确立": Sentence("confirmed"),
    "暂缓": Sentence("held back"),
    "剔除": Sentence("dropped"),
}
CHANGES: Final[Mapping[str, Sentence]] = {
    "新增": Sentence("new"),
    "保留": Sentence("kept"),
    "调出": Sentence("leaves"),
}
REMOVALS: Final[Mapping[str, Sentence]] = {
    "halted": Sentence("halted"),
    "cancelled": Sentence("deregistered"),
    "moved": Sentence("moved away"),
    "below_scale": Sentence("left the roster"),
    "wrong_data": Sentence("wrong data"),
    "duplicate": Sentence("twice on the list"),
    "merged": Sentence("merged"),
}
REVIEWS: Final[Mapping[str, Sentence]] = {
    "已核": Sentence("checked"),
    "县未核": Sentence("county did not check in time"),
    "市未核": Sentence("city did not check in time"),
}
GROUPS: Final[Mapping[str, Sentence]] = {
    "overdue": Sentence("Overdue"),
    "today": Sentence("Today"),
    "week": Sentence("This week"),
    "later": Sentence("Later"),
}
CLOSURE_STEPS: Final[Mapping[str, Sentence]] = {
    "promise": Sentence("promise of the enterprise"),
    "county_check": Sentence("check of the county"),
    "city_check": Sentence("verification of the city"),
    "accept_lead": Sentence("acceptance by the leading department"),
    "joint_science": Sentence("signature of the science department"),
    "joint_industry": Sentence("signature of the industry department"),
    "joint_state": Sentence("signature of the state assets department"),
    "leader_science": Sentence("signature of the science leader"),
    "leader_industry": Sentence("signature of the industry leader"),
    "leader_state": Sentence("signature of the state assets leader"),
    "settle": Sentence("settlement"),
    "investigate": Sentence("investigation"),
}
OPINIONS: Final[Mapping[str, Sentence]] = {
    "agree": Sentence("agreed"),
    "return": Sentence("sent back"),
    "refuse": Sentence("refused"),
}
RELAPSE_SIGNS: Final[Mapping[str, Sentence]] = {
    "rd_zero": Sentence("no R&D expense in two quarters in a row"),
    "filing": Sentence("the filing of the institution was revoked or has expired"),
    "certificate": Sentence("the high-tech certificate is no longer valid"),
    "roster": Sentence("it left the roster of enterprises above scale"),
    "statistics": Sentence("the official figures say no"),
    "integrity": Sentence("false data were found"),
}
LOOKBACK_STATES: Final[Mapping[str, Sentence]] = {
    "planned": Sentence("being checked"),
    "done": Sentence("no relapse"),
    "relapsed": Sentence("relapse confirmed"),
    "dropped": Sentence("no longer needed"),
}
STATISTICS: Final[Mapping[str, Sentence]] = {
    "waiting": Sentence("waits for the statistics"),
    "yes": Sentence("confirmed by the statistics"),
    "no": Sentence("denied by the statistics"),
    "missing": Sentence("never confirmed by the statistics"),
}
OBJECTIONS: Final[Mapping[str, Sentence]] = {
    "open": Sentence("being investigated"),
    "upheld": Sentence("upheld"),
    "dismissed": Sentence("dismissed"),
}
POSTS: Final[Mapping[str, Sentence]] = {
    "LO": Sentence("liaison officer"),
    "XK": Sentence("county science"),
    "XG": Sentence("county industry"),
    "XS": Sentence("county state assets"),
    "XL": Sentence("county leader"),
    "CK": Sentence("city science bureau"),
    "CG": Sentence("city industry bureau"),
    "CS": Sentence("city state assets commission"),
    "CL": Sentence("city leader"),
    "RK": Sentence("regional science department"),
    "RG": Sentence("regional industry department"),
    "RS": Sentence("regional state assets commission"),
    "RL": Sentence("department leader"),
    "JM": Sentence("joint office"),
    "SW": Sentence("tax"),
    "JR": Sentence("finance office"),
    "SJ": Sentence("market supervision"),
    "CZ": Sentence("treasury"),
    "RH": Sentence("human resources"),
    "ZZ": Sentence("organisation department"),
    "EX": Sentence("expert"),
    "ENT": Sentence("enterprise"),
    "SUP": Sentence("supervisor"),
    "DES": Sentence("process designer"),
    "ADM": Sentence("administrator"),
}
_ALL: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "stage": STAGES,
    "list": LIST_NAMES,
    "list_long": LISTS,
    "case": CASE_STATES,
    "item": ITEM_STATES,
    "measure": MEASURES,
    "measure_state": MEASURE_STATES,
    "missing": MISSING,
    "stuck": STUCK,
    "group": GROUPS,
    "post": POSTS,
    "proof": PROOFS,
    "edition": EDITIONS,
    "entry": ENTRIES,
    "change": CHANGES,
    "removal": REMOVALS,
    "review": REVIEWS,
    **filing_words.ALL,
    **issue_words.ALL,
    **order_words.ALL,
    **status_words.ALL,
    "closure_step": CLOSURE_STEPS,
    "opinion": OPINIONS,
    "relapse_sign": RELAPSE_SIGNS,
    "lookback": LOOKBACK_STATES,
    "statistics": STATISTICS,
    "objection": OBJECTIONS,
}


def init_app(app: Flask) -> None:
    """Give templates the filters `word`, `listed`, `pairs`, `proof`, `events`: `{{ case.stage | word("stage") }}`."""
    app.jinja_env.filters.update(
        word=word, listed=listed, pairs=pairs, proof=proof, events=events, reason=reason, figures=figures
    )
    app.jinja_env.globals.update(columns=columns)


def word(code: object, kind: str) -> str:
    """What a code of this kind is called; a code nobody named stays as it is."""
    known = _ALL[kind].get(str(code))
    return language.say(known) if known else str(code)


def posts(codes: str) -> str:
    """Several posts, separated by commas, as words."""
    return "、".join(word(code.strip(), "post") for code in codes.split(",") if code.strip())


def pairs(codes: Iterable[str], kind: str) -> list[tuple[str, str]]:
    """The options of a select: [(code, word)]."""
    return [(code, word(code, kind)) for code in codes]


def listed(codes: Iterable[str], kind: str) -> str:
    """Codes as words, one after the other."""
    return "、".join(word(code, kind) for code in codes)


def columns(codes: Iterable[str], kind: str) -> list[dict[str, str]]:
    """Codes as the number columns of a table."""
    return [{"label": word(code, kind), "kind": "number"} for code in codes]


def proof(data: Mapping[str, object]) -> str:
    """The figures of a proof in one line."""
    return " · ".join(
        language.say(LEVELS.get(str(value), str(value)))
        for value in data.values()
        if value not in (None, "", [], {}, True, False)
    )


def events(entries: Iterable[Entry]) -> list[dict[str, str]]:
    """The timeline of a case as the macro reads it."""
    return [
        {
            "at": filters.moment(entry.at),
            "title": language.say(entry.what) + (f"：{reason(entry)}" if entry.rule else ""),
            "who": entry.who + (f"（{entry.on_behalf_of}）" if entry.on_behalf_of else ""),
            "text": " · ".join(
                [*(language.say(figure) for figure in entry.figures), *([entry.detail] if entry.detail else [])]
            ),
            "icon": f"light-{entry.light}" if entry.light else "check",
            "tone": entry.light,
        }
        for entry in entries
    ]


def reason(light: Any) -> str:
    """Why something shows the light it shows: the words of its `rule` or `rule_en` in the reader's language; empty for green."""
    return light.rule_en if language.locale_name() == "en" and light.rule_en else light.rule


def figures(light: Any) -> str:
    """The figures behind a light (a `LightLog`), as words in one line."""
    return " · ".join(language.say(one) for one in light_words.said(light.number, light.figures))


def tell(template: str, category: str = "success", **params: object) -> None:
    """Say a sentence at the head of the next page."""
    flash(language.say(Sentence(template, params)), category)
