"""Codes as official papers write them, and how papers write days, amounts and what is hidden of a person."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine.calendars import local_day

REGISTRATION: Final = "备案是对研发机构基本情况的登记，不是行政许可；办理备案不收取任何费用。"
"""What every paper of filing says in one line (1.5 Q12, 2.11 no. 4)."""
LEVELS: Final[Mapping[str, str]] = {"city": "市级", "region": "自治区级"}
TYPES: Final[Mapping[str, str]] = {"own": "自建", "joint": "共建", "cloud": "云上"}
LINES: Final[Mapping[str, str]] = {"industry": "工信", "science": "科技"}
KINDS: Final[Mapping[str, str]] = {"new": "首次备案", "upgrade": "市级升自治区级", "renewal": "到期延续"}
TITLES: Final[Mapping[str, str]] = {"none": "无", "middle": "中级", "senior": "高级"}
EDUCATION: Final[Mapping[str, str]] = {"other": "其他", "bachelor": "本科", "master": "硕士", "doctor": "博士"}
SOURCES: Final[Mapping[str, str]] = {"self": "自立", "joint": "合作", "government": "财政资助"}
RULES: Final[Mapping[str, str]] = {
    "management": "项目管理制度",
    "accounting": "研发投入核算制度",
    "incentive": "人员绩效激励制度",
    "results": "成果与知识产权管理制度",
    "safety": "安全与数据管理制度",
    "plan": "年度计划",
}
HAVES: Final[Mapping[str, str]] = {
    "site": "有场地",
    "staff": "有人员",
    "equipment": "有设备",
    "input": "有投入",
    "projects": "有项目",
    "rules": "有制度",
    "ip": "知识产权",
    "partner": "共建协议",
    "cooperation": "合作共建",
    "institution": "机构基本情况",
    "evidence": "佐证材料",
    "other": "其他",
}
RESULTS: Final[Mapping[str, str]] = {"pass": "达到", "near": "接近（承诺补齐）", "fail": "未达到"}
CONCLUSIONS: Final[Mapping[str, str]] = {
    "consistent": "一致",
    "partly": "部分不一致，限期整改",
    "false": "严重不一致或虚假",
}
REFUSALS: Final[Mapping[str, str]] = {
    "haves": "不具备六有条件",
    "scope": "不属备案范围",
    "false": "材料虚假",
    "duplicate": "重复申报",
    "evidence": "佐证不足",
    "onsite": "现场核查不符",
    "rectify": "逾期或未完成整改",
    "objection": "异议成立",
    "other": "其他",
}
DECISIONS: Final[Mapping[str, str]] = {
    "agree": "同意",
    "accept": "受理",
    "return": "退回补正",
    "refuse": "不同意",
    "forward": "转交",
    "consult": "征求意见",
    "advice": "反馈意见",
    "pass": "通过",
    "fail": "不通过",
}
OBJECTIONS: Final[Mapping[str, str]] = {"open": "核查中", "upheld": "成立", "dismissed": "不成立"}
REVIEWS: Final[Mapping[str, str]] = {
    "qualified": "合格",
    "rectified": "整改后合格",
    "revoked": "撤销备案",
    "": "尚未作出",
}
ORDERS: Final[Mapping[str, str]] = {"blue": "蓝色督办单", "yellow": "黄色督办单", "red": "红色督办单"}
DESKS: Final[Mapping[str, str]] = {
    "county_check": "县（区）形式审查",
    "city_review": "市级审核",
    "city_cosign": "市级会签",
    "city_sign": "市级签批",
    "city_recommend": "市级推荐",
    "region_review": "自治区审核",
    "expert_opinion": "专家意见",
    "advise": "部门意见",
    "region_cosign": "自治区会签",
    "settle_cosign": "会签协商",
    "joint_decide": "联席机制裁定",
    "region_sign": "自治区签批",
}


def day(value: date | datetime | str | None) -> str:
    """`2026年6月30日`; empty for none, the text itself for what is no date."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return value
    if isinstance(value, datetime):
        value = local_day(value)
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def number(value: Any) -> str:
    """`1,234.5`: an amount or a count without zeros behind the point; empty for none."""
    if value is None or value == "" or isinstance(value, bool):
        return ""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not exact.is_finite():
        return ""
    return f"{exact:,.4f}".rstrip("0").rstrip(".")


def word(words: Mapping[str, str], code: Any) -> str:
    """The word of a code; a code nobody knows stands for itself."""
    return words.get(str(code or ""), str(code or ""))


def yes_no(value: Any) -> str:
    """是 or 否; empty where nobody said."""
    return {True: "是", False: "否"}.get(value, "") if isinstance(value, bool) else ""


def masked_name(name: str) -> str:
    """`张**`: of a person's name the first character."""
    return name[:1] + "*" * (len(name) - 1) if name else ""


def masked(contact: str) -> str:
    """`138****5678`; of what is shorter than seven characters nothing."""
    return f"{contact[:3]}****{contact[-4:]}" if len(contact) >= 7 else "*" * len(contact)
