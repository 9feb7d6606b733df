"""Codes of filings and institutions as words for a reader. 备案 is a registration, never a licence: no word here says "approve" (2.11)."""

from collections.abc import Mapping
from typing import Final

from engine.errors import Sentence

STATES: Final[Mapping[str, Sentence]] = {
    "preregistered": Sentence("noted in advance"),
    "draft": Sentence("being filled in"),
    "county": Sentence("with the county, to be accepted"),
    "correction": Sentence("back with the enterprise, to be corrected"),
    "city": Sentence("with the city, being reviewed"),
    "onsite": Sentence("being looked at on site"),
    "rectify": Sentence("back with the enterprise, to be put right"),
    "city_sign": Sentence("with the city, to be signed"),
    "region": Sentence("with the region, being reviewed"),
    "cosign": Sentence("being co-signed"),
    "region_sign": Sentence("with the region, to be signed"),
    "publicity": Sentence("published"),
    "objection": Sentence("objection being investigated"),
    "filed": Sentence("on file"),
    "refused": Sentence("not put on file"),
    "withdrawn": Sentence("application given up"),
    "revoked": Sentence("filing revoked"),
    "cancelled": Sentence("filing given back"),
    "expired": Sentence("filing expired"),
    "out_of_scope": Sentence("out of scope"),
}
DESKS: Final[Mapping[str, Sentence]] = {
    "county": Sentence("County: acceptance"),
    "city": Sentence("City: review"),
    "onsite": Sentence("Look on site"),
    "city_cosign": Sentence("City: co-signature"),
    "city_sign": Sentence("City: signature"),
    "region": Sentence("Region: review"),
    "experts": Sentence("Experts"),
    "cosign": Sentence("Region: co-signature"),
    "region_sign": Sentence("Region: signature"),
    "objection": Sentence("Investigation of objections"),
    "refusal": Sentence("Reasons of a refusal"),
}
K10: Final[Mapping[str, Sentence]] = {
    "decided": Sentence("decided"),
    "filed": Sentence("put on file"),
    "city": Sentence("put on file by cities"),
    "region": Sentence("put on file by the region"),
    "refused": Sentence("not put on file"),
    "withdrawn": Sentence("application given up"),
    "returned": Sentence("corrected at least once"),
    "first_pass": Sentence("filed in one go"),
    "overdue": Sentence("a term was missed"),
}
LEVELS: Final[Mapping[str, Sentence]] = {"city": Sentence("city level"), "region": Sentence("region level")}
ONSITE: Final[Mapping[str, Sentence]] = {
    "region": Sentence("region level: in every case"),
    "close": Sentence("a figure is close to its threshold"),
    "risk": Sentence("a reviewer has doubts"),
    "promise": Sentence("filed for the first time, with a promise"),
    "random": Sentence("drawn at random"),
    "none": Sentence("not asked for"),
    "platform": Sentence("not asked for: recognised already"),
}
LINES: Final[Mapping[str, Sentence]] = {"industry": Sentence("industry"), "science": Sentence("science")}
KINDS: Final[Mapping[str, Sentence]] = {
    "new": Sentence("new filing"),
    "upgrade": Sentence("from city to region level"),
    "renewal": Sentence("renewal"),
}
SOURCES: Final[Mapping[str, Sentence]] = {
    "self": Sentence("by the enterprise itself"),
    "measure": Sentence("from a measure of its case"),
    "invitation": Sentence("by invitation"),
}
TYPES: Final[Mapping[str, Sentence]] = {
    "own": Sentence("run by the enterprise"),
    "joint": Sentence("run jointly"),
    "cloud": Sentence("in the cloud"),
}
ONLY: Final[Mapping[str, Sentence]] = {
    "mine": Sentence("my turn"),
    "late": Sentence("overdue"),
    "corrected": Sentence("corrected at least once"),
    "objection": Sentence("with an objection"),
    "promise": Sentence("with an open promise"),
    "fast": Sentence("on the fast track"),
    "first": Sentence("decided in one go"),
}
HAVES: Final[Mapping[str, Sentence]] = {
    "site": Sentence("Site"),
    "staff": Sentence("Staff"),
    "equipment": Sentence("Equipment"),
    "input": Sentence("R&D input"),
    "projects": Sentence("R&D projects"),
    "rules": Sentence("Rules of the institution"),
    "ip": Sentence("Intellectual property"),
    "partner": Sentence("Cooperation contract"),
}
RESULTS: Final[Mapping[str, Sentence]] = {
    "pass": Sentence("met"),
    "near": Sentence("nearly met"),
    "fail": Sentence("not met"),
}
VERDICTS: Final[Mapping[str, Sentence]] = {
    "OK": Sentence("the six haves are met"),
    "OK_WITH_PROMISE": Sentence("one have is nearly met; a promise makes up for it"),
    "NOT_OK": Sentence("the six haves are not met yet"),
}
PROMISES: Final[Mapping[str, Sentence]] = {
    "open": Sentence("promise to be kept"),
    "kept": Sentence("promise kept"),
    "broken": Sentence("promise broken"),
}
DECISIONS: Final[Mapping[str, Sentence]] = {
    "agree": Sentence("agreed"),
    "accept": Sentence("accepted"),
    "return": Sentence("sent back"),
    "correct": Sentence("sent back to be corrected"),
    "refuse": Sentence("not agreed"),
    "reject": Sentence("not accepted"),
    "forward": Sentence("passed on to another office"),
    "consult": Sentence("asked for an opinion"),
    "advice": Sentence("gave an opinion"),
    "experts": Sentence("asked experts for their opinion"),
    "opinion": Sentence("agreed, with remarks"),
    "unsettled": Sentence("could not agree; the joint office decides"),
    "pass": Sentence("in favour"),
    "fail": Sentence("against"),
    "consistent": Sentence("agrees with the application"),
    "partly": Sentence("agrees in part"),
    "false": Sentence("does not agree"),
    "upheld": Sentence("upheld"),
    "dismissed": Sentence("dismissed"),
}
INSTITUTIONS: Final[Mapping[str, Sentence]] = {
    "filed": Sentence("filing in force"),
    "revoked": Sentence("filing revoked"),
    "expired": Sentence("filing expired"),
    "cancelled": Sentence("filing given back"),
}
VALIDITY: Final[Mapping[str, Sentence]] = {
    "in_force": Sentence("valid"),
    "expiring": Sentence("ends within three months"),
    "ended": Sentence("no longer in force"),
}
REVIEW_STATES: Final[Mapping[str, Sentence]] = {
    "asked": Sentence("waits for the enterprise"),
    "submitted": Sentence("handed in"),
    "city": Sentence("with the city"),
    "region": Sentence("with the region"),
    "rectify": Sentence("to be put right"),
    "passed": Sentence("passed"),
    "failed": Sentence("not passed"),
    "revoking": Sentence("revocation under way"),
}
CHANGE_KINDS: Final[Mapping[str, Sentence]] = {
    "name": Sentence("name"),
    "director": Sentence("director"),
    "address": Sentence("address"),
    "merger": Sentence("merger"),
    "split": Sentence("split"),
}
CHANGE_STATES: Final[Mapping[str, Sentence]] = {
    "draft": Sentence("being filled in"),
    "county": Sentence("with the county"),
    "city": Sentence("with the city"),
    "done": Sentence("entered"),
    "refused": Sentence("not entered"),
    "withdrawn": Sentence("given up"),
}
TRIGGERS: Final[Mapping[str, Sentence]] = {
    "request": Sentence("the enterprise asks for it"),
    "merged": Sentence("merged into another institution"),
    "enterprise_cancelled": Sentence("the enterprise was deregistered"),
    "rectification": Sentence("what was wrong was not put right"),
    "false_data": Sentence("false data"),
    "inactive": Sentence("no activity for two years"),
    "promise": Sentence("the promise was not kept"),
    "review": Sentence("no yearly review"),
    "expiry": Sentence("expired without renewal"),
}
REVOCATIONS: Final[Mapping[str, Sentence]] = {
    "proposed": Sentence("proposed inside"),
    "noticed": Sentence("notice given"),
    "revoked": Sentence("revoked"),
    "kept": Sentence("stays in force"),
    "withdrawn": Sentence("notice taken back"),
}
WHITELIST: Final[Mapping[str, Sentence]] = {
    "candidate": Sentence("candidate"),
    "listed": Sentence("on the white list"),
    "removed": Sentence("taken off the white list"),
}
FLAGS: Final[Mapping[str, Sentence]] = {
    "resource_preference": Sentence("preference for resources"),
    "priority_city_platform": Sentence("priority for city platforms"),
    "priority_region_platform": Sentence("priority for regional platforms"),
    "whitelist_candidate": Sentence("candidate for the white list"),
    "talent_channel": Sentence("channel for talent"),
}
WAY: Final[Mapping[str, Sentence]] = {
    "apply": Sentence("Fill in the application"),
    "county": Sentence("County: acceptance"),
    "city": Sentence("City: review"),
    "onsite": Sentence("Look on site"),
    "city_sign": Sentence("City: signature"),
    "recommend": Sentence("City: recommendation"),
    "region": Sentence("Region: review"),
    "region_sign": Sentence("Region: signature"),
    "publicity": Sentence("Publicity, five working days"),
    "filed": Sentence("Number and certificate"),
}
CALL_STATES: Final[Mapping[str, Sentence]] = {
    "open": Sentence("open for applications"),
    "examined": Sentence("examined"),
    "assessed": Sentence("assessed"),
    "decided": Sentence("decided"),
    "published": Sentence("published"),
    "done": Sentence("recognised"),
    "empty": Sentence("nothing to recognise"),
}
RECOGNITIONS: Final[Mapping[str, Sentence]] = {
    "applied": Sentence("applied"),
    "excluded": Sentence("excluded"),
    "recognised": Sentence("recognised"),
    "reserve": Sentence("in reserve"),
}
PHRASE_KINDS: Final[Mapping[str, Sentence]] = {
    "review": Sentence("opinions of reviewers"),
    "onsite": Sentence("looks on site"),
    "sign": Sentence("signatures"),
    "refusal": Sentence("refusals"),
}
ALL: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "filing_state": STATES,
    "filing_desk": DESKS,
    "onsite_reason": ONSITE,
    "k10": K10,
    "filing_level": LEVELS,
    "filing_line": LINES,
    "filing_kind": KINDS,
    "filing_source": SOURCES,
    "filing_only": ONLY,
    "institution_type": TYPES,
    "have": HAVES,
    "have_result": RESULTS,
    "verdict": VERDICTS,
    "promise": PROMISES,
    "filing_decision": DECISIONS,
    "institution_state": INSTITUTIONS,
    "validity": VALIDITY,
    "institution_review": REVIEW_STATES,
    "institution_change": CHANGE_KINDS,
    "change_state": CHANGE_STATES,
    "revocation": REVOCATIONS,
    "trigger": TRIGGERS,
    "whitelist": WHITELIST,
    "filing_flag": FLAGS,
    "filing_way": WAY,
    "phrase_kind": PHRASE_KINDS,
    "recognition_call": CALL_STATES,
    "recognition": RECOGNITIONS,
}
