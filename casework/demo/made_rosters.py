"""The rosters of the demonstration: chosen from those that the import shows, and made by a recipe where more are asked for.

The recipe is REFERENCE 2.10.3: cities and industries by their weight, revenue lognormal, R&D by size. The roster of the first year
leaves some enterprises out that came into the roster later, and has the figures of the year before.
"""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from casework import credit_codes, rosters, sheets
from engine.errors import Invalid

HEADERS: Final = (
    "市", "县(区)", "企业名称", "统一社会信用代码", "行业代码", "规上入库时间", "营业收入(万元)", "研发费用(万元)",
    "有无研发活动", "有无研发机构", "是否国有", "高企证书编号", "从业人员",
)  # fmt: skip
_ROSTER: Final = "规上工业企业名册.xlsx"
_OUTSIDE: Final = "天河区"
"""A county outside the region, which the roster names to be refused."""
_ZONES: Final = ("高新", "经开", "新区", "片区", "开发", "产业园")
_SHARES: Final = (0.06, 0.05, 0.05)
"""Of the enterprises chosen: with a gap and large or state-owned; with a gap and some R&D; without a gap."""
_SHARE_OF_NEWCOMERS: Final = 0.06
_CITIES: Final[Mapping[str, tuple[int, tuple[str, ...]]]] = {
    "南宁市": (1600, ("江南区", "西乡塘区", "良庆区", "武鸣区", "横州市", "宾阳县")),
    "柳州市": (1400, ("柳北区", "鱼峰区", "柳南区", "柳江区", "鹿寨县")),
    "桂林市": (960, ("七星区", "临桂区", "灵川县", "全州县")),
    "梧州市": (700, ("万秀区", "长洲区", "苍梧县", "岑溪市")),
    "北海市": (420, ("海城区", "银海区", "合浦县")),
    "防城港市": (330, ("港口区", "防城区", "东兴市")),
    "钦州市": (580, ("钦南区", "钦北区", "灵山县")),
    "贵港市": (1250, ("港北区", "港南区", "覃塘区", "平南县", "桂平市")),
    "玉林市": (1050, ("玉州区", "福绵区", "北流市", "博白县", "陆川县")),
    "百色市": (720, ("右江区", "田阳区", "平果市", "靖西市")),
    "贺州市": (480, ("八步区", "平桂区", "钟山县")),
    "河池市": (420, ("宜州区", "金城江区", "南丹县")),
    "来宾市": (500, ("兴宾区", "象州县", "武宣县")),
    "崇左市": (590, ("江州区", "扶绥县", "宁明县")),
}
_INDUSTRIES: Final = {
    "C2021": 16, "C3011": 12, "C1340": 8.5, "C3990": 6, "C2614": 6, "C3670": 5, "D4411": 5, "C3360": 4.5, "C3825": 4,
    "C3240": 3.5, "C1011": 3.5, "C1453": 3.5, "C2922": 3.5, "C3525": 3, "C3463": 2.5, "C2221": 2.5, "C2740": 2.2,
}  # fmt: skip
_ACTIVE: Final = ((5_000, 0.135), (10_000, 0.19), (50_000, 0.27), (200_000, 0.50), (math.inf, 0.68))
_INSTITUTION: Final = ((5_000, 0.45), (10_000, 0.50), (50_000, 0.55), (200_000, 0.62), (math.inf, 0.75))
_STATE_OWNED: Final = ((5_000, 0.05), (10_000, 0.07), (50_000, 0.11), (200_000, 0.20), (math.inf, 0.35))


@dataclass(frozen=True, slots=True)
class File:
    """A file as an office would send it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Book:
    """The rosters of two years. `home` names city and county with the most enterprises, `newcomers` the codes that the first leaves out."""

    first: File
    second: File
    home: tuple[str, str]
    newcomers: frozenset[str]


def make(folder: Path, number: int) -> Book:
    """The rosters of `number` enterprises; the same for the same number."""
    known = _known_rows(folder)
    home = _home(known)
    neighbours = _neighbours(home)
    rows = _choose(known, home, number - len(neighbours)) + neighbours
    rows += _made(number - len(rows))
    newcomers = _newcomers(rows, home)
    first = [_year_before(row) for row in rows if row["统一社会信用代码"] not in newcomers]
    return Book(_file("2024年规上工业企业名册.csv", first), _file("2025年规上工业企业名册.csv", rows), home, newcomers)


def _home(rows: Sequence[Mapping[str, str]]) -> tuple[str, str]:
    """City and name of the county (no zone) with the most enterprises that the lists look at."""
    counties: dict[tuple[str, str], int] = {}
    for row in rows:
        if _kind(row) < 2 and not any(word in row["县(区)"] for word in _ZONES):
            counties[_place(row)] = counties.get(_place(row), 0) + 1
    return max(sorted(counties), key=lambda place: counties[place])


def _known_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of the roster in the repository that no importer would doubt."""
    path = folder / _ROSTER
    sheet = sheets.read(path.name, path.read_bytes(), rosters.labels())
    places = {header: place for place, header in enumerate(sheet.headers)}
    found: list[dict[str, str]] = []
    seen: set[str] = set()
    for _number, cells in sheet.rows:
        row = {header: _text(cells[places[header]]) if header in places else "" for header in HEADERS}
        code = row["统一社会信用代码"]
        if code not in seen and _is_plain(row):
            seen.add(code)
            found.append(row)
    return found


def _is_plain(row: Mapping[str, str]) -> bool:
    try:
        if credit_codes.read(row["统一社会信用代码"]).tidied:
            return False
        revenue, expense = float(row["营业收入(万元)"]), float(row["研发费用(万元)"] or 0)
    except (ValueError, Invalid):
        return False
    believable = 500 < revenue < 5_000_000 and 0 <= expense < revenue and (expense > 0) == (row["有无研发活动"] == "是")
    code, place = row["行业代码"], row["县(区)"]
    listed = len(code) == 5 and code[0] in "BCD" and code[1:].isdigit() and place not in {"", _OUTSIDE}
    return listed and row["市"].endswith("市") and believable


def _kind(row: Mapping[str, str]) -> int:
    """0: a gap, and large or state-owned; 1: a gap and some R&D; 2: no gap; 3: small and without R&D."""
    gap = row["有无研发活动"] != "是" or row["有无研发机构"] != "是"
    large, owned = float(row["营业收入(万元)"]) >= 50_000, row["是否国有"] == "是"
    return 0 if gap and (large or owned) else 1 if gap and row["有无研发活动"] == "是" else 2 if not gap else 3


def _place(row: Mapping[str, str]) -> tuple[str, str]:
    return row["市"], row["县(区)"]


def _choose(rows: list[dict[str, str]], home: tuple[str, str], number: int) -> list[dict[str, str]]:
    """Of every kind a share, as lists look in a real province; of the county that waits for the visitor all that lists look at."""
    ordered = sorted(rows, key=lambda row: (_place(row) != home, row["统一社会信用代码"]))
    chosen: list[dict[str, str]] = []
    for wanted, share in enumerate(_SHARES):
        chosen += [row for row in ordered if _kind(row) == wanted][: round(number * share)]
    known = {row["统一社会信用代码"] for row in chosen}
    rest = [row for row in ordered if row["统一社会信用代码"] not in known]
    return (chosen + sorted(rest, key=_kind, reverse=True))[:number]


def _newcomers(rows: Sequence[Mapping[str, str]], home: tuple[str, str]) -> frozenset[str]:
    """Who came into the roster in the second year: some everywhere, and three with a gap in the county that waits for the visitor."""
    dice = Random("newcomers")  # noqa: S311 - fictional
    found = {row["统一社会信用代码"] for row in rows if dice.random() < _SHARE_OF_NEWCOMERS}
    at_home = [row for row in rows if _place(row) == home and _kind(row) < 2]
    found -= {row["统一社会信用代码"] for row in at_home}
    return frozenset(found | {row["统一社会信用代码"] for row in at_home[:3]})


def _year_before(row: Mapping[str, str]) -> dict[str, str]:
    """The row as it was a year earlier: other figures, and now and then a gap that was closed since."""
    dice = Random(f"{row['统一社会信用代码']}:before")  # noqa: S311 - fictional
    factor = dice.uniform(0.82, 1.12)
    revenue = float(row["营业收入(万元)"]) * factor
    active, has_institution = row["有无研发活动"] == "是", row["有无研发机构"] == "是"
    if active and has_institution and dice.random() < 0.45:
        active, has_institution = dice.random() < 0.5, False
    expense = float(row["研发费用(万元)"] or 0) * factor if active else 0.0
    return {
        **row,
        "营业收入(万元)": f"{revenue:.2f}",
        "研发费用(万元)": f"{expense:.2f}",
        "有无研发活动": "是" if active else "否",
        "有无研发机构": "是" if has_institution else "否",
    }


def _neighbours(home: tuple[str, str]) -> list[dict[str, str]]:
    """More enterprises with a gap in the county that waits for the visitor, so that there is a day's work in it."""
    found: list[dict[str, str]] = []
    for serial, words in enumerate(("木业", "铝材", "化工", "电子", "机械", "食品", "建材")):
        dice = Random(f"neighbour {serial}")  # noqa: S311 - fictional
        revenue = dice.choice((9_000, 26_000, 64_000, 130_000)) * dice.uniform(0.9, 1.1)
        active = serial % 3 != 0
        found.append(
            {
                **dict.fromkeys(HEADERS, ""),
                "市": home[0],
                "县(区)": home[1],
                "企业名称": f"桂示{'瑞昌裕盛恒达泰'[serial]}丰{words}有限公司",
                "统一社会信用代码": credit_codes.make("450000", f"MADMU{serial:03d}"),
                "行业代码": ("C2021", "C3252", "C2614", "C3990", "C3463", "C1340", "C3011")[serial],
                "规上入库时间": f"{dice.randint(2011, 2023)}-{dice.randint(1, 12):02d}",
                "营业收入(万元)": f"{revenue:.2f}",
                "研发费用(万元)": f"{revenue * 0.012 if active else 0:.2f}",
                "有无研发活动": "是" if active else "否",
                "有无研发机构": "否",
                "是否国有": "是" if serial % 2 else "否",
                "从业人员": str(dice.randint(80, 900)),
            }
        )
    return found


def _made(number: int) -> list[dict[str, str]]:
    """Enterprises by the recipe (2.10.3)."""
    found: list[dict[str, str]] = []
    for serial in range(max(0, number)):
        dice = Random(f"made {serial}")  # noqa: S311 - fictional
        city = dice.choices(list(_CITIES), [weight for weight, _counties in _CITIES.values()])[0]
        county = dice.choice(_CITIES[city][1])
        industry = dice.choices(list(_INDUSTRIES), list(_INDUSTRIES.values()))[0]
        revenue = 10_000 * dice.lognormvariate(math.log(0.45), 1.5)
        while revenue < 2_000 and dice.random() < 0.92:
            revenue = 10_000 * dice.lognormvariate(math.log(0.45), 1.5)
        revenue = min(revenue, 3_000_000)
        active = dice.random() < _by_size(_ACTIVE, revenue)
        intensity = min(15.0, max(0.1, dice.lognormvariate(math.log(1.8), 0.7))) if active else 0.0
        institution = dice.random() < (_by_size(_INSTITUTION, revenue) if active else 0.04)
        words = "".join(dice.choice("宏瑞远昌裕和盛达兴泰恒润") for _ in range(2))
        found.append(
            {
                "市": city,
                "县(区)": county,
                "企业名称": f"桂示{words}{serial:05d}有限公司",
                "统一社会信用代码": credit_codes.make("450000", f"MADM{_base31(serial)}"),
                "行业代码": industry,
                "规上入库时间": f"{dice.randint(2011, 2024)}-{dice.randint(1, 12):02d}",
                "营业收入(万元)": f"{revenue:.2f}",
                "研发费用(万元)": f"{revenue * intensity / 100:.2f}",
                "有无研发活动": "是" if active else "否",
                "有无研发机构": "是" if institution else "否",
                "是否国有": "是" if dice.random() < _by_size(_STATE_OWNED, revenue) else "否",
                "高企证书编号": "",
                "从业人员": str(int(40 + revenue / 60)),
            }
        )
    return found


def _base31(serial: int) -> str:
    """Four letters or digits for a number, beginning with a letter that no other enterprise of the demo has."""
    signs, letters = "0123456789ABCDEFGHJKLMNPQRTUWXY", "TABCDEFGHJKLMNPQRWXY"
    text = ""
    for _ in range(3):
        serial, place = divmod(serial, len(signs))
        text = signs[place] + text
    return letters[serial] + text


def _by_size(bands: Sequence[tuple[float, float]], revenue: float) -> float:
    return next(share for limit, share in bands if revenue < limit)


def _file(name: str, rows: Sequence[Mapping[str, str]]) -> File:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADERS)
    writer.writerows([row[header] for header in HEADERS] for row in rows)
    return File(name, text.getvalue().encode("utf-8-sig"))


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    return str(cell or "").strip()
