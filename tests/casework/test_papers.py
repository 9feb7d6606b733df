"""Papers as PDF and Word: Chinese fonts embedded, templates that can be replaced and can do no harm, a QR code that a telephone reads."""

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
import zxingcpp
from docx import Document
from PIL import Image

from casework.papers import making, templating, words
from casework.papers.making import BUILT_IN
from scripts import paper_templates
from tests import paper_values

KINDS = tuple(paper_values.BY_KIND)
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:docxtpl", "ignore::DeprecationWarning:fontTools")


@cache
def made_of(kind: str, form: making.Format) -> bytes:
    """A paper from the templates of the house."""
    return making.make(kind, paper_values.values(kind), form).data


def pages(data: bytes, *, scale: int = 2) -> Iterator[Image.Image]:
    """The pages of a PDF as a reader sees them."""
    document = pypdfium2.PdfDocument(data)
    try:
        for number in range(len(document)):
            page = document[number]
            yield page.render(scale=scale).to_pil()
            page.close()
    finally:
        document.close()


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return "".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    finally:
        document.close()


def words_of(data: bytes) -> str:
    """Everything that stands in a Word file, tables included."""
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def texts(value: Any) -> Iterator[str]:
    """Every text within values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pdf_embeds_what_it_uses_of_its_chinese_fonts(kind: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(made_of(kind, "pdf")))
    fonts: dict[str, bool] = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():  # pyright: ignore[reportIndexIssue]
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            described = inner["/FontDescriptor"].get_object()
            fonts[str(inner["/BaseFont"])] = "/FontFile3" in described or "/FontFile2" in described
    assert fonts
    assert all(fonts.values()), "a font that is not in the file looks different elsewhere"
    assert all("+" in name for name in fonts), "only the characters that are used are embedded"
    assert any("CJK" in name for name in fonts)
    assert reader.pages[0].mediabox.width == pytest.approx(595.3, abs=0.5), "A4"


@pytest.mark.parametrize("kind", KINDS)
def test_word_and_pdf_say_the_same_and_nothing_of_the_template_is_left(kind: str) -> None:
    word, pdf = words_of(made_of(kind, "docx")), text_of(made_of(kind, "pdf"))
    own = set(texts({**paper_values.BY_KIND[kind], "qr": "", "verify": ""})) - {""}
    squeezed = "".join(pdf.split())
    for said in own:
        assert said in word, f"{said!r} is missing in the Word file"
        assert "".join(said.split()) in squeezed, f"{said!r} is missing in the PDF"
    for left in ("{{", "{%", "}}", "%}"):
        assert left not in word + pdf


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "F17"])
def test_every_paper_of_filing_says_that_it_is_a_registration_and_no_licence(kind: str) -> None:
    word, pdf = words_of(made_of(kind, "docx")), text_of(made_of(kind, "pdf"))
    assert words.REGISTRATION in word
    assert words.REGISTRATION in "".join(pdf.split())
    for paper in (word, pdf):
        for wrong in ("许可证", "批准", "审批通过", "发证"):
            assert wrong not in paper


def test_the_qr_code_of_the_certificate_is_read_as_a_telephone_reads_it() -> None:
    [page] = pages(made_of("F12", "pdf"))
    [code] = zxingcpp.read_barcodes(page)
    assert code.text == paper_values.VERIFY
    word = Document(io.BytesIO(made_of("F12", "docx")))
    [picture] = [one.blob for name, one in _parts(word) if name.endswith(".png")]
    [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert code.text == paper_values.VERIFY


def _parts(document: Any) -> Iterator[tuple[str, Any]]:
    for related in document.part.rels.values():
        if not related.is_external:
            yield str(related.target_part.partname), related.target_part


def test_what_people_typed_is_text_and_never_markup() -> None:
    values = paper_values.values("F08")
    values["notice"] = {**values["notice"], "reason": "<b>粗</b> & {{ office }} <script>"}
    assert "<b>粗</b> & {{ office }} <script>" in words_of(making.make("F08", values, "docx").data)
    assert "<b>粗</b>&{{office}}<script>" in "".join(text_of(making.make("F08", values, "pdf").data).split())


def test_a_paper_without_values_is_an_empty_paper() -> None:
    for kind in KINDS:
        assert "<h1>" in making.filled(BUILT_IN / f"{kind}.html", {})
        assert making.make(kind, {}, "docx").data


def test_the_built_in_templates_are_those_that_are_described() -> None:
    for paper in paper_templates.PAPERS:
        assert (BUILT_IN / f"{paper.kind}.html").read_text(encoding="utf-8") == paper_templates.html(paper)
        assert words_of((BUILT_IN / f"{paper.kind}.docx").read_bytes()) == words_of(paper_templates.word(paper))
    assert (BUILT_IN / "paper.css").read_text(encoding="utf-8") == paper_templates.STYLE


def test_an_office_replaces_a_template_by_a_file_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "F12.html").write_text("<h1>贵港市凭证</h1><p>{{ filing.number }}</p>", encoding="utf-8")
    (tmp_path / "paper.css").write_text(
        "@page { size: A5 } body { font-family: 'Noto Serif CJK SC' }", encoding="utf-8"
    )
    made = making.make("F12", paper_values.values("F12"), "pdf", folder=tmp_path)
    assert "贵港市凭证" in text_of(made.data)
    assert made.remark is None
    assert pypdf.PdfReader(io.BytesIO(made.data)).pages[0].mediabox.width < 450
    own = Document()
    own.add_paragraph("贵港市 {{ filing.number }}")
    own.save(str(tmp_path / "F12.docx"))
    word = making.make("F12", paper_values.values("F12"), "docx", folder=tmp_path)
    assert words_of(word.data) == "贵港市 GXYF-S-4508-2026-00001"


@pytest.mark.parametrize(
    "template",
    [
        "{{ filing.number",
        "{{ ''.__class__.__mro__ }}{% for one in registration %}{% endfor %}",
        "{{ registration.upper() }}",
        "{% macro a() %}{% endmacro %}",
        "{% include 'F07.html' %}",
        "{{ 'a' * 100000000 }}",
        "{% for one in haves %}" * 10 + "{% endfor %}" * 10,
        "{{ nobody | nothing }}",
    ],
)
def test_a_template_that_fails_or_wants_too_much_is_told_by_name(template: str, tmp_path: Path) -> None:
    spoil(tmp_path, template)
    found = making.problems("F12", paper_values.values("F12"), folder=tmp_path)
    assert {one.params["name"] for one in found} == {"F12.html", "F12.docx"}
    assert all(one.params["reason"] for one in found)


def test_a_paper_comes_from_the_template_of_the_house_where_the_offices_own_fails(tmp_path: Path) -> None:
    spoil(tmp_path, "{{ filing.number")
    for form in ("pdf", "docx"):
        made = making.make("F12", paper_values.values("F12"), form, folder=tmp_path)
        assert made.remark is not None
        assert made.remark.params["name"] == {"pdf": "F12.html", "docx": "F12.docx"}[form]
        said = text_of(made.data) if form == "pdf" else words_of(made.data)
        assert "eigen" not in said
        assert "GXYF-S-4508-2026-00001" in said


def spoil(folder: Path, template: str) -> None:
    """An office's own certificate with this in it, as HTML and as Word."""
    (folder / "F12.html").write_text(f"<p>eigen</p>{template}", encoding="utf-8")
    own = Document()
    own.add_paragraph(f"eigen {template}")
    own.save(str(folder / "F12.docx"))


def test_a_file_that_is_no_word_file_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "F12.docx").write_bytes(b"not a package")
    made = making.make("F12", paper_values.values("F12"), "docx", folder=tmp_path)
    assert made.remark is not None
    assert "GXYF-S-4508-2026-00001" in words_of(made.data)


def test_a_template_reads_no_attribute_of_what_it_is_given() -> None:
    secret = Path("/etc/hostname")
    filled = templating.Papers().fill("{{ x.__class__ }}|{{ x._secret }}|{{ x.y.z }}|", {"x": {"y": ""}, "p": secret})
    assert filled == "|||"


def test_a_paper_fetches_nothing_from_elsewhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (600, 600), "red").save(secret)
    (tmp_path / "F12.html").write_text(
        f'<p>凭证</p><img src="{secret.as_uri()}" style="width:100mm">', encoding="utf-8"
    )
    made = making.make("F12", paper_values.values("F12"), "pdf", folder=tmp_path)
    [page] = pages(made.data, scale=1)
    assert (255, 0, 0) not in {colour for _count, colour in page.convert("RGB").getcolors(1_000_000) or []}


def test_days_amounts_and_people_are_written_as_papers_write_them() -> None:
    assert words.day("2026-06-30") == "2026年6月30日"
    assert (words.day(None), words.day("很久以前")) == ("", "很久以前")
    assert (words.number("1234.50"), words.number(0), words.number(None), words.number("NaN")) == (
        "1,234.5",
        "0",
        "",
        "",
    )
    assert (words.masked_name("张三丰"), words.masked("13812345678"), words.masked("123")) == (
        "张**",
        "138****5678",
        "***",
    )
