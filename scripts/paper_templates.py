"""Writes the built-in templates of official papers: from one description of each paper its HTML (for PDF) and its Word file.

`python scripts/paper_templates.py` after a change here; the files are committed, because offices replace them by files of the same name.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, cast

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

FOLDER = Path(__file__).parent.parent / "casework" / "papers" / "templates"
TITLE, BODY, HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"


@dataclass(frozen=True)
class Text:
    """A paragraph; `when` shows it only where that value is there, `each` repeats it for every `one` of a list."""

    text: str
    when: str = ""
    each: str = ""
    style: str = "p"


@dataclass(frozen=True)
class Facts:
    """Labels and values, two pairs in a line; a pair whose label begins with `=` takes the whole line."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Rows:
    """A table over a list: heads, what stands in a cell (of `one`), widths in millimetres."""

    name: str
    title: str
    columns: Sequence[tuple[str, str, int]]


@dataclass(frozen=True)
class Paper:
    """One paper: the number of its form, its title, what stands in it. `red`: with the red head of the issuing office."""

    kind: str
    title: str
    parts: Sequence[Any]
    red: bool = False
    framed: bool = False
    landscape: bool = False
    signs: Sequence[str] = field(default_factory=tuple)


NOTICE = Text("{{ registration }}", style="small")

PAPERS = [
    Paper(
        "F07",
        "研发机构备案申请表",
        [
            Text("编号：{{ filing.ref }}  第 {{ filing.version }} 版", style="right"),
            Facts(
                [
                    ("=研发机构名称", "{{ institution.name }}"),
                    ("=申请企业", "{{ enterprise.name }}"),
                    ("统一社会信用代码", "{{ enterprise.uscc }}"),
                    ("所在市、县（区）", "{{ enterprise.place }}"),
                    ("申请级别", "{{ filing.level }}"),
                    ("申请类别", "{{ filing.kind }}"),
                    ("机构类型", "{{ institution.type }}"),
                    ("机构类别", "{{ institution.kind }}"),
                    ("成立日期", "{{ institution.founded }}"),
                    ("机构负责人", "{{ institution.director }} {{ institution.director_title }}"),
                    ("场地面积（㎡）", "{{ institution.site_area }}"),
                    ("上年营业收入（万元）", "{{ figures.revenue }}"),
                    ("=场地地址", "{{ institution.site_address }}"),
                    ("设备原值（万元）", "{{ figures.equip_value }}"),
                    ("设备台（套）数", "{{ figures.equip_count }}"),
                    ("上年研发投入（万元）", "{{ figures.rd_input }}"),
                    ("固定资产原值（万元）", "{{ figures.fixed_assets }}"),
                    ("知识产权（件）", "{{ figures.ip_count }}"),
                    ("其中发明专利（件）", "{{ figures.invention_count }}"),
                    ("=已建立的制度", "{{ rules }}"),
                ]
            ),
            Rows(
                "staff",
                "研发人员（全职 {{ figures.staff_fulltime }} 人）",
                [
                    ("姓名", "{{ one.name }}", 26),
                    ("证件后四位", "{{ one.last4 }}", 26),
                    ("职称", "{{ one.title }}", 22),
                    ("学历", "{{ one.education }}", 22),
                    ("全职", "{{ one.full_time }}", 20),
                    ("负责人", "{{ one.director }}", 20),
                ],
            ),
            Rows(
                "equipment",
                "主要研发设备",
                [
                    ("设备名称", "{{ one.name }}", 76),
                    ("台（套）", "{{ one.count }}", 30),
                    ("原值（万元）", "{{ one.value }}", 30),
                ],
            ),
            Rows(
                "projects",
                "研发项目",
                [
                    ("项目名称", "{{ one.name }}", 54),
                    ("起止时间", "{{ one.period }}", 42),
                    ("预算（万元）", "{{ one.budget }}", 20),
                    ("来源", "{{ one.source }}", 20),
                ],
            ),
            Rows(
                "partners",
                "合作共建单位",
                [("单位名称", "{{ one.name }}", 84), ("协议期限", "{{ one.period }}", 52)],
            ),
            Rows(
                "haves",
                "六有自检（{{ verdict }}）",
                [
                    ("项目", "{{ one.name }}", 52),
                    ("申报", "{{ one.declared }}", 30),
                    ("标准", "{{ one.threshold }}", 30),
                    ("结果", "{{ one.result }}", 24),
                ],
            ),
            Rows(
                "files", "佐证材料", [("文件名称", "{{ one.name }}", 76), ("SHA-256（前 16 位）", "{{ one.hash }}", 60)]
            ),
            Text(
                "本企业承诺：以上申报内容和佐证材料真实、准确、完整，研发人员未在其他备案机构重复计算，愿意接受核查并承担相应责任。"
            ),
            Text(
                "另承诺：{{ promise.until }}使“{{ promise.item }}”达到标准，逾期未达到的，由备案机关依规处理。",
                when="promise.item",
            ),
            NOTICE,
        ],
        signs=("企业（盖章）：{{ enterprise.name }}", "填报人：{{ filing.signer }}", "{{ filing.applied }}"),
    ),
    Paper(
        "F08",
        "{{ notice.title }}",
        [
            Text("{{ filing.ref }}", style="centre"),
            Text("{{ enterprise.name }}:", style="plain"),
            Text("{{ notice.opening }}"),
            Text("{{ loop.index }}.{{ one }}", each="notice.list"),
            Text("具体意见：{{ notice.reason }}", when="notice.reason"),
            Text("依据：{{ notice.basis }}"),
            Text("{{ notice.next }}"),
            Text("联系方式：{{ notice.contact }}"),
            NOTICE,
        ],
        red=True,
        signs=("{{ office }}", "{{ notice.day }}"),
    ),
    Paper(
        "F09",
        "研发机构备案现场核查表",
        [
            Text("编号：{{ filing.ref }}  第 {{ onsite.round }} 次", style="right"),
            Facts(
                [
                    ("=企业名称", "{{ enterprise.name }}"),
                    ("=机构名称", "{{ institution.name }}"),
                    ("申请级别", "{{ filing.level }}"),
                    ("核查日期", "{{ onsite.day }}"),
                    ("=核查原因", "{{ onsite.reason }}"),
                    ("=核查组成员", "{{ onsite.team }}"),
                    ("=利害关系", "{{ onsite.conflict }}"),
                    ("=场地地址", "{{ institution.site_address }}"),
                ]
            ),
            Rows(
                "onsite.rows",
                "核查情况",
                [
                    ("项目", "{{ one.name }}", 28),
                    ("申报", "{{ one.declared }}", 24),
                    ("核实", "{{ one.verified }}", 24),
                    ("是否一致", "{{ one.consistent }}", 20),
                    ("说明", "{{ one.note }}", 40),
                ],
            ),
            Rows(
                "photos",
                "现场照片",
                [
                    ("文件名称", "{{ one.name }}", 46),
                    ("拍摄时间与位置", "{{ one.place }}", 50),
                    ("SHA-256（前 16 位）", "{{ one.hash }}", 40),
                ],
            ),
            Text("核查结论：{{ onsite.conclusion }}", style="bold"),
            Text("{{ onsite.note }}", when="onsite.note"),
            NOTICE,
        ],
        signs=(
            "核查组（签字）：{{ onsite.signed }}",
            "企业（签字）：{{ onsite.signed_by_enterprise }}",
            "{{ onsite.day }}",
        ),
    ),
    Paper(
        "F10",
        "研发机构备案审核意见表",
        [
            Text("编号：{{ filing.ref }}", style="right"),
            Facts(
                [
                    ("=企业名称", "{{ enterprise.name }}"),
                    ("=机构名称", "{{ institution.name }}"),
                    ("申请级别", "{{ filing.level }}"),
                    ("申请日期", "{{ filing.applied }}"),
                    ("受理日期", "{{ filing.accepted }}"),
                    ("办结日期", "{{ filing.decided }}"),
                ]
            ),
            Rows(
                "opinions",
                "各环节意见",
                [
                    ("环节", "{{ one.desk }}", 28),
                    ("处理", "{{ one.decision }}", 18),
                    ("意见（理由）", "{{ one.text }}", 44),
                    ("评分", "{{ one.score }}", 12),
                    ("签署人", "{{ one.who }}", 16),
                    ("日期", "{{ one.day }}", 18),
                ],
            ),
            Text("办理结果：{{ filing.result }}", style="bold"),
            NOTICE,
        ],
        signs=("{{ office }}", "{{ today }}"),
    ),
    Paper(
        "F11",
        "研发机构备案公示与异议登记",
        [
            Text("编号：{{ filing.ref }}", style="right"),
            Facts(
                [
                    ("=企业名称", "{{ enterprise.name }}"),
                    ("=机构名称", "{{ institution.name }}"),
                    ("备案级别", "{{ filing.level }}"),
                    ("所在地", "{{ enterprise.place }}"),
                    ("公示开始", "{{ publicity.from }}"),
                    ("公示结束", "{{ publicity.until }}"),
                    ("=公示渠道", "{{ publicity.channel }}"),
                ]
            ),
            Rows(
                "objections",
                "异议登记",
                [
                    ("收到日期", "{{ one.received }}", 22),
                    ("提出人", "{{ one.name }}", 18),
                    ("联系方式", "{{ one.contact }}", 24),
                    ("异议内容", "{{ one.text }}", 34),
                    ("结果", "{{ one.state }}", 14),
                    ("核查情况", "{{ one.finding }}", 24),
                ],
            ),
            Text("公示期内未收到异议。", when="publicity.quiet"),
            Text("异议由未参与本备案办理的人员核查；提出人的姓名和联系方式已作隐去处理。", style="small"),
            NOTICE,
        ],
        signs=("{{ office }}", "{{ today }}"),
    ),
    Paper(
        "F12",
        "企业研发机构备案凭证",
        [
            Text("备案号：{{ filing.number }}", style="number"),
            Text("兹证明以下企业研发机构已按规定办理备案：", style="plain"),
            Facts(
                [
                    ("=企业名称", "{{ enterprise.name }}"),
                    ("=研发机构名称", "{{ institution.name }}"),
                    ("=备案级别", "{{ filing.level }}"),
                    ("=备案日期", "{{ filing.decided }}"),
                    ("=有效期至", "{{ filing.valid_until }}"),
                ]
            ),
            Text("{{ qr }}", style="qr"),
            Text("扫码核验真伪与当前状态：{{ verify }}", style="centre small"),
            NOTICE,
        ],
        framed=True,
        signs=("{{ office }}", "{{ filing.decided }}"),
    ),
    Paper(
        "F13",
        "研发机构年度复核表",
        [
            Text("{{ review.year }} 年度  备案号：{{ institution.number }}", style="right"),
            Facts(
                [
                    ("=企业名称", "{{ enterprise.name }}"),
                    ("=机构名称", "{{ institution.name }}"),
                    ("备案级别", "{{ institution.level }}"),
                    ("有效期至", "{{ institution.valid_until }}"),
                    ("机构负责人", "{{ institution.director }}"),
                    ("报送日期", "{{ review.submitted }}"),
                ]
            ),
            Rows("review.figures", "本年度情况", [("项目", "{{ one.name }}", 76), ("数值", "{{ one.value }}", 60)]),
            Rows(
                "haves",
                "六有复核",
                [
                    ("项目", "{{ one.name }}", 52),
                    ("现状", "{{ one.declared }}", 30),
                    ("标准", "{{ one.threshold }}", 30),
                    ("结果", "{{ one.result }}", 24),
                ],
            ),
            Rows(
                "opinions",
                "复核意见",
                [("环节", "{{ one.desk }}", 30), ("意见", "{{ one.text }}", 70), ("日期", "{{ one.day }}", 36)],
            ),
            Text("复核结论：{{ review.result }}", style="bold"),
            NOTICE,
        ],
        signs=("企业（盖章）：{{ enterprise.name }}", "{{ today }}"),
    ),
    Paper(
        "F17",
        "{{ order.title }}",
        [
            Text("{{ order.number }}", style="centre"),
            Text("{{ order.addressee }}:", style="plain"),
            Text("事由：{{ order.matter }}"),
            Text("依据：{{ order.basis }}", when="order.basis"),
            Text("要求：{{ order.requirement }}"),
            Text("请于 {{ order.due }} 前书面回复。", when="order.due"),
            Facts(
                [
                    ("=回复：进展", "{{ order.progress }}"),
                    ("=原因", "{{ order.reason }}"),
                    ("=措施", "{{ order.measures }}"),
                    ("承诺完成日期", "{{ order.promised }}"),
                    ("回复日期", "{{ order.replied }}"),
                ]
            ),
        ],
        red=True,
        signs=("{{ office }}", "{{ order.issued }}"),
    ),
]

STYLE = """@page { size: A4; margin: 37mm 26mm 35mm 28mm;
  @bottom-center { content: "— " counter(page) " —"; font: 14pt "宋体", "SimSun", "Noto Serif CJK SC", serif; } }
@page framed { margin: 20mm; @bottom-center { content: none; } }
body { font: 16pt/28pt "仿宋_GB2312", "FangSong", "仿宋", "Noto Serif CJK SC", serif; margin: 0; color: #000; }
h1 { font: 22pt/32pt "方正小标宋简体", "FZXiaoBiaoSong-B05S", "Noto Serif CJK SC", serif; font-weight: 700; text-align: center; margin: 0 0 14pt; }
.red { color: #d7000f; text-align: center; font: 32pt/44pt "方正小标宋简体", "FZXiaoBiaoSong-B05S", "Noto Serif CJK SC", serif;
  font-weight: 700; border-bottom: 2.2pt solid #d7000f; padding-bottom: 8pt; margin: 0 0 22pt; letter-spacing: .06em; }
p { margin: 0; text-indent: 2em; text-align: justify; overflow-wrap: anywhere; }
p.plain, p.right, p.centre, p.number, p.qr { text-indent: 0; }
p.right { text-align: right; font-size: 12pt; line-height: 20pt; }
p.centre, p.qr { text-align: center; }
p.number { text-align: center; font-size: 18pt; margin: 4pt 0 16pt; }
p.bold { font-weight: 700; margin-top: 8pt; }
p.small { font-size: 12pt; line-height: 18pt; text-indent: 0; margin-top: 10pt; color: #333; }
p.qr img { width: 36mm; height: 36mm; margin-top: 12pt; }
h2 { font: 14pt/22pt "黑体", "SimHei", "Noto Sans CJK SC", sans-serif; font-weight: 700; margin: 12pt 0 4pt; break-after: avoid; }
table { border-collapse: collapse; width: 100%; font-size: 11pt; line-height: 16pt; margin: 0 0 6pt; table-layout: fixed; }
th, td { box-sizing: border-box; border: .6pt solid #000; padding: 2.5pt 4pt; vertical-align: middle; overflow-wrap: anywhere; text-align: left; }
th { font-weight: 700; text-align: center; background: #f4f4f4; }
thead { display: table-header-group; } tr { break-inside: avoid; }
table.facts th { width: 24%; text-align: left; }
.signs { margin-top: 22pt; break-inside: avoid; break-before: avoid; } .signs p { text-align: right; text-indent: 0; padding-right: 2em; }
.framed { page: framed; border: 2.4pt solid #9c1b1b; outline: .8pt solid #9c1b1b; outline-offset: -5pt; padding: 26mm 16mm 14mm; min-height: 215mm; }
.framed h1 { color: #9c1b1b; font-size: 30pt; line-height: 42pt; margin-bottom: 12pt; letter-spacing: .12em; }
.framed table.facts { font-size: 14pt; line-height: 24pt; margin: 8pt 0; } .framed table.facts th { width: 30%; }
"""


def html(paper: Paper) -> str:
    """The body of a paper for WeasyPrint."""
    lines: list[str] = []
    if paper.framed:
        lines.append('<div class="framed">')
    if paper.red:
        lines.append('<p class="red plain">{{ office }}</p>')
    lines.append(f"<h1>{paper.title}</h1>")
    for part in paper.parts:
        lines += _html_part(part)
    lines.append('<div class="signs">' + "".join(f"<p>{line}</p>" for line in paper.signs) + "</div>")
    if paper.framed:
        lines.append("</div>")
    return "\n".join(lines) + "\n"


def _html_part(part: Any) -> list[str]:
    if isinstance(part, Text):
        text = '{% if qr %}<img alt="二维码" src="{{ qr }}">{% endif %}' if part.style == "qr" else part.text
        line = f'<p class="{part.style}">{text}</p>'
        if part.each:
            return [f"{{% for one in {part.each} %}}{line}{{% endfor %}}"]
        return [f"{{% if {part.when} %}}{line}{{% endif %}}"] if part.when else [line]
    if isinstance(part, Facts):
        rows, waiting = list[str](), list[str]()
        for label, value in part.pairs:
            if label.startswith("="):
                rows.append(f'<tr><th>{escape(label[1:])}</th><td colspan="3">{value}</td></tr>')
                continue
            waiting.append(f"<th>{escape(label)}</th><td>{value}</td>")
            if len(waiting) == 2:
                rows.append(f"<tr>{''.join(waiting)}</tr>")
                waiting = []
        return ['<table class="facts">', *rows, "</table>"]
    assert isinstance(part, Rows)
    whole = sum(width for _head, _cell, width in part.columns)
    heads = "".join(f'<th style="width:{100 * width / whole:.0f}%">{head}</th>' for head, _cell, width in part.columns)
    cells = "".join(f"<td>{cell}</td>" for _head, cell, _width in part.columns)
    return [
        f"{{% if {part.name} %}}",
        f"<h2>{part.title}</h2>",
        f"<table><thead><tr>{heads}</tr></thead><tbody>",
        f"{{% for one in {part.name} %}}<tr>{cells}</tr>{{% endfor %}}",
        "</tbody></table>",
        "{% endif %}",
    ]


def word(paper: Paper) -> bytes:
    """The same paper as a Word file with docxtpl's tags, in the measures of official papers."""
    made = Document()
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        Mm(37),
        Mm(35),
        Mm(28),
        Mm(26),
    )
    normal = cast(Any, made.styles["Normal"])
    normal.font.size = Pt(16)
    _fonts(normal.element.get_or_add_rPr(), BODY)
    made.core_properties.title, made.core_properties.author, made.core_properties.comments = paper.kind, "", ""
    if paper.red:
        _paragraph(
            made,
            "{{ office }}",
            font=TITLE,
            size=32,
            bold=True,
            align="centre",
            colour=RGBColor(0xD7, 0, 0x0F),
            rule=True,
        )
    colour = RGBColor(0x9C, 0x1B, 0x1B) if paper.framed else None
    _paragraph(
        made,
        paper.title,
        font=TITLE,
        size=30 if paper.framed else 22,
        bold=True,
        align="centre",
        colour=colour,
        after=12,
    )
    for part in paper.parts:
        _word_part(made, part)
    made.add_paragraph()
    for line in paper.signs:
        _paragraph(made, line, align="right")
    stream = io.BytesIO()
    made.save(stream)
    return _always_the_same(stream.getvalue())


def _word_part(made: Any, part: Any) -> None:
    if isinstance(part, Text):
        style = part.style.split()
        size = 12 if {"small", "right"} & set(style) else 18 if "number" in style else 16
        align = "right" if "right" in style else "centre" if {"centre", "number", "qr"} & set(style) else "both"
        indent = 2 if style in (["p"], ["bold"]) else 0
        if part.each:
            _paragraph(made, f"{{%p for one in {part.each} %}}")
        if part.when:
            _paragraph(made, f"{{%p if {part.when} %}}")
        _paragraph(made, part.text, size=size, align=align, indent=indent, bold="bold" in style)
        if part.when:
            _paragraph(made, "{%p endif %}")
        if part.each:
            _paragraph(made, "{%p endfor %}")
        return
    if isinstance(part, Facts):
        _facts(made, part)
        return
    assert isinstance(part, Rows)
    _paragraph(made, f"{{%p if {part.name} %}}")
    _paragraph(made, part.title, font=HEAD, size=14, bold=True)
    table = made.add_table(rows=0, cols=len(part.columns))
    _grid(table, [width for _head, _cell, width in part.columns])
    for cell, (head, _cell, _width) in zip(table.add_row().cells, part.columns, strict=True):
        _cell_text(cell, head, bold=True, align="centre")
    _cell_text(table.add_row().cells[0], f"{{%tr for one in {part.name} %}}")
    for cell, (_head, text, _width) in zip(table.add_row().cells, part.columns, strict=True):
        _cell_text(cell, text)
    _cell_text(table.add_row().cells[0], "{%tr endfor %}")
    _repeat_head(table)
    _paragraph(made, "{%p endif %}")


def _facts(made: Any, part: Facts) -> None:
    table = made.add_table(rows=0, cols=4)
    widths = [34, 44, 34, 44]
    _grid(table, widths)
    cells: list[_Cell] = []
    for label, value in part.pairs:
        if label.startswith("="):
            row = table.add_row().cells
            _cell_text(row[0], label[1:], bold=True)
            _cell_text(row[1].merge(row[3]), value)
            continue
        if not cells:
            cells = list(table.add_row().cells)
        _cell_text(cells.pop(0), label, bold=True)
        _cell_text(cells.pop(0), value)


def _paragraph(
    made: Any, text: str, *, font: str = BODY, size: int = 16, bold: bool = False, align: str = "both", indent: int = 0,
    colour: RGBColor | None = None, rule: bool = False, after: int = 0,
) -> None:  # fmt: skip
    paragraph = made.add_paragraph()
    _dress(paragraph, text, font=font, size=size, bold=bold, align=align, colour=colour)
    kept = paragraph.paragraph_format
    kept.line_spacing_rule, kept.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(max(28, size + 10) if size > 12 else 18)
    kept.space_after, kept.first_line_indent = Pt(after), Pt(size * indent) if indent else None
    if rule:
        border = OxmlElement("w:pBdr")
        line = OxmlElement("w:bottom")
        for name, value in (("val", "single"), ("sz", "18"), ("space", "8"), ("color", "D7000F")):
            line.set(qn(f"w:{name}"), value)
        border.append(line)
        paragraph._p.get_or_add_pPr().append(border)


def _dress(
    paragraph: Paragraph,
    text: str,
    *,
    font: str = BODY,
    size: int,
    bold: bool,
    align: str,
    colour: RGBColor | None = None,
) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = Pt(size), bold
    if colour is not None:
        run.font.color.rgb = colour
    _fonts(run._r.get_or_add_rPr(), font)
    paragraph.alignment = {
        "both": WD_ALIGN_PARAGRAPH.JUSTIFY, "centre": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT,
        "left": WD_ALIGN_PARAGRAPH.LEFT,
    }[align]  # fmt: skip


def _fonts(properties: Any, name: str) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for place in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{place}"), name)


def _cell_text(cell: _Cell, text: str, *, bold: bool = False, align: str = "left") -> None:
    paragraph = cell.paragraphs[0]
    _dress(paragraph, text, size=11, bold=bold, align=align)
    paragraph.paragraph_format.space_after = Pt(0)


def _grid(table: Any, widths: Sequence[int]) -> None:
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    whole = sum(widths)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(156 * width / whole)


def _repeat_head(table: Any) -> None:
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(mark)


def _always_the_same(data: bytes) -> bytes:
    """The same package without the time at which it was made, so that nothing changes where nothing has changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(given.namelist()):
            content = given.read(name)
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def main() -> None:
    """Writes all templates."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "paper.css").write_text(STYLE, encoding="utf-8")
    for paper in PAPERS:
        (FOLDER / f"{paper.kind}.html").write_text(html(paper), encoding="utf-8")
        (FOLDER / f"{paper.kind}.docx").write_bytes(word(paper))


if __name__ == "__main__":
    main()
