"""What the columns of a roster may be called: three kinds of rosters, their fields, and the mapping guessed from the headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from casework.sheets import plain
from engine.errors import Invalid, Sentence

Kind = Literal["enterprises", "quarter", "officers"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a column may hold. `label` is its name in zh-CN, `names` what else offices call it."""

    key: str
    label: str
    names: tuple[str, ...] = ()
    required: bool = False
    money: bool = False


_CODE: Final = Field(
    "uscc", "统一社会信用代码", ("社会信用代码", "信用代码", "统一信用代码", "机构代码"), required=True
)
_NAME: Final = ("单位名称", "单位详细名称", "企业详细名称", "名称", "企业全称")

FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "enterprises": (
        Field("city", "市", ("设区市", "地市", "所属市", "所在市", "城市")),
        Field(
            "county", "县(区)", ("县区", "区县", "县(市、区)", "县(市区)", "县市区", "所属县区", "属地"), required=True
        ),
        Field("name", "企业名称", _NAME, required=True),
        _CODE,
        Field("industry_code", "行业代码", ("国民经济行业代码", "行业小类代码"), required=True),
        Field("industry_name", "行业名称", ("所属行业", "国民经济行业")),
        Field("scale_since", "规上入库时间", ("入库时间", "入库年月", "纳统时间", "入统时间")),
        Field("revenue", "营业收入", ("上年营业收入", "全年营业收入"), required=True, money=True),
        Field("rd_expense", "研发费用", ("研发费用合计", "研发投入", "研发费用/合计"), money=True),
        Field("has_activity", "有无研发活动", ("是否有研发活动", "研发活动")),
        Field("has_inst", "有无研发机构", ("是否有研发机构", "是否建有研发机构", "研发机构")),
        Field("is_soe", "是否国有", ("是否国有及国有控股", "国有控股", "国有及国有控股")),
        Field("supervisor_level", "监管层级", ("国资监管层级", "监管级别")),
        Field("group_name", "所属集团", ("集团名称",)),
        Field("hitech_no", "高企证书编号", ("高新技术企业证书编号", "高企编号", "证书编号")),
        Field("hitech_from", "高企发证日期", ("发证日期", "发证时间")),
        Field("staff_total", "从业人员", ("职工人数", "从业人数", "员工人数", "期末从业人数")),
        Field("staff_rd", "研发人员", ("研发人员数",)),
        Field("staff_tech", "科技人员", ("科技人员数",)),
        Field("patents_invention_valid", "有效发明专利", ("有效发明专利数", "发明专利")),
        Field("reg_date", "成立日期", ("成立时间", "注册日期")),
        Field("status", "经营状态", ("企业状态", "生产经营状态")),
        Field("legal_rep", "法人", ("法定代表人", "法人代表")),
        Field("contact", "联系人"),
        Field("phone", "联系电话", ("电话", "手机", "联系方式")),
        Field("biz_address", "经营地址", ("地址", "详细地址", "生产经营地址")),
    ),
    "quarter": (
        Field("name", "企业名称", _NAME),
        _CODE,
        Field("rd_expense_ytd", "研发费用", ("研发费用/合计", "研发费用合计", "研发投入/合计", "研发投入"), True, True),
        Field("rd_basic", "基础研究", ("研发费用/基础研究", "基础性研究"), money=True),
        Field("rd_applied", "应用研究", ("研发费用/应用研究", "应用性研究"), money=True),
        Field("rd_experimental", "试验发展", ("研发费用/试验发展", "试验性开发"), money=True),
        Field("revenue_ytd", "营业收入", ("累计营业收入",), money=True),
        Field("projects_ongoing", "研发项目数", ("在研项目数", "项目数")),
        Field("remark", "备注", ("说明",)),
    ),
    "officers": (
        Field("name", "姓名", ("专员姓名", "联络专员", "联络员"), required=True),
        Field("unit", "单位", ("工作单位", "所在单位"), required=True),
        Field("title", "职务", ("职称", "岗位")),
        Field("area", "负责区域", ("区域", "负责县区", "服务区域", "责任区域"), required=True),
        Field("phone", "手机", ("联系电话", "电话", "手机号")),
        Field("lines", "条线", ("业务条线", "线条")),
        Field("capacity", "承载上限", ("上限", "最多户数")),
    ),
}
"""The fields of each kind of roster, in the order in which a page shows them."""


def labels() -> set[str]:
    """Every column name that is known, to find the header of a table."""
    return {
        word
        for fields in FIELDS.values()
        for known in fields
        for name in (known.label, *known.names)
        for word in name.split("/")
    }


def guess_kind(headers: Sequence[str]) -> Kind:
    """Which kind of roster these headers belong to.

    Raises:
        Invalid: none of the kinds has its required columns here.
    """
    order: tuple[Kind, ...] = ("quarter", "enterprises", "officers")

    def fit(kind: Kind) -> tuple[bool, int]:
        mapping = guess_mapping(kind, headers)
        whole = all(known.key in mapping for known in FIELDS[kind] if known.required)
        distinct = kind != "quarter" or "rd_basic" in mapping or "projects_ongoing" in mapping
        return whole and distinct, len(mapping)

    best = max(order, key=fit)
    if not fit(best)[0]:
        missing = {kind: missing_columns(kind, guess_mapping(kind, headers)) for kind in order}
        nearest = min(order, key=lambda kind: len(missing[kind]))
        raise Invalid("these columns are missing: {names}", names="、".join(known.label for known in missing[nearest]))
    return best


def guess_mapping(kind: str, headers: Sequence[str]) -> dict[str, int]:
    """Field key → column number (from 1), by the names in the headers. A column is used once, an exact name comes first."""
    names = [plain(header) for header in headers]
    taken: dict[str, int] = {}
    for exact in (True, False):
        for known in FIELDS[kind]:
            if known.key in taken:
                continue
            wanted = {plain(name) for name in (known.label, *known.names)}
            for column, name in enumerate(names, 1):
                if column in taken.values() or not name:
                    continue
                hit = name in wanted if exact else bool({*name.split("/")} & wanted)
                if hit:
                    taken[known.key] = column
                    break
    return taken


def missing_columns(kind: str, mapping: Mapping[str, int]) -> list[Field]:
    """The required fields that no column is mapped to."""
    return [known for known in FIELDS[kind] if known.required and not mapping.get(known.key)]


def check_mapping(kind: str, mapping: Mapping[str, int], headers: Sequence[str]) -> dict[str, int]:
    """A mapping as a person edited it: only known fields, columns that exist, no column twice.

    Raises:
        Invalid: `fields` names each field that is wrong.
    """
    keys = {known.key: known for known in FIELDS[kind]}
    wrong: dict[str, list[Sentence]] = {}
    chosen = {key: column for key, column in mapping.items() if column}
    for key, column in chosen.items():
        if key not in keys:
            wrong.setdefault(key, []).append(Sentence("there is no field {field}", {"field": key}))
        elif not 1 <= column <= len(headers):
            wrong.setdefault(key, []).append(Sentence("there is no column {column}", {"column": column}))
        elif list(chosen.values()).count(column) > 1:
            said = Sentence("column {column} is used for two fields", {"column": column})
            wrong.setdefault(key, []).append(said)
    for known in missing_columns(kind, chosen):
        wrong.setdefault(known.key, []).append(Sentence("a column has to be chosen for {name}", {"name": known.label}))
    if wrong:
        raise Invalid("the columns need another look", fields=wrong)
    return chosen
