"""What a file is, by its content; the office's scanner; where references lie in an answer."""

import stat
from pathlib import Path

import pytest

from casework import attachments, file_kinds, scanning
from engine import files
from engine.errors import Conflict, Invalid
from tests.files import PDF, bomb, docx, package, picture, xlsx


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("平面图.pdf", PDF, "application/pdf"),
        ("版式.ofd", package("OFD.xml", "Doc_0/Document.xml"), "application/ofd"),
        ("门牌.JPG", picture(), "image/jpeg"),
        ("门牌.jpeg", picture(), "image/jpeg"),
        ("设备.png", picture("PNG"), "image/png"),
        ("清单.xlsx", xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("制度.docx", docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_what_a_file_is_stands_in_its_content(name: str, data: bytes, found: str) -> None:
    assert file_kinds.look(file_kinds.check_name(name), "application/octet-stream", data).media_type == found


@pytest.mark.parametrize(
    ("name", "declared", "data", "said"),
    [
        ("空.pdf", "", b"", "is empty"),
        ("程序.pdf", "application/pdf", b"MZ\x90\x00 not a paper at all", "none of the kinds"),
        ("页面.pdf", "", b"<html><script>1</script></html>", "none of the kinds"),
        ("门牌.pdf", "", picture(), "named like another kind, but holds jpg"),
        ("门牌", "", picture(), "its own ending .jpg"),
        ("门牌.jpg", "image/png", picture(), "announced as image/png, but holds image/jpeg"),
        ("大.pdf", "", PDF + b"0" * 20 * 1024 * 1024, "20.0 MB; at most 20 MB fit"),
        ("炸.xlsx", "", bomb(), "far too large when opened"),
        ("多.xlsx", "", package(*(f"{number}.xml" for number in range(3_100))), "far too large when opened"),
        ("断.xlsx", "", xlsx()[:-30], "is damaged"),
        ("打包.zip", "", package("a.txt"), "is an archive"),
        ("宏.xlsx", "", package("[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"), "holds macros"),
        ("老.xls", "", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old office program"),
        ("苹果.heic", "", b"\0\0\0\x18ftypheic" + b"\0" * 600, "HEIC"),
        ("半.jpg", "", picture(size=(640, 480))[:400], "damaged picture"),
        ("巨.png", "", picture("PNG", size=(10_000, 8_001)), "10000 × 8001 points"),
    ],
)
def test_what_is_not_taken_is_told_why_and_what_to_do(name: str, declared: str, data: bytes, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        file_kinds.look(name, declared, data)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "C:\\temp\\a.pdf", "a\x00.pdf", "a\n.pdf", "gpj.\u202efdp", ".htaccess"]
)
def test_a_name_that_says_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="holds a path or characters that no name has"):
        file_kinds.check_name(name)


@pytest.mark.parametrize(("name", "said"), [("", "no name"), ("  ", "no name"), ("长" * 200 + ".pdf", "too long")])
def test_a_name_is_there_and_has_an_end(name: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        file_kinds.check_name(name)


def test_a_photograph_says_where_it_was_taken_and_its_preview_does_not() -> None:
    found = file_kinds.look("门牌.jpg", "image/jpeg", picture(place=True))
    assert found.place == {"lat": "23.07000", "lon": "109.60000", "at": "2026-06-30 10:15"}
    assert found.preview is not None
    assert file_kinds.look("小.jpg", "", found.preview).place == {}
    assert file_kinds.look("门牌.jpg", "", picture()).place == {}


def test_the_scanner_of_the_office_has_the_last_word(tmp_path: Path) -> None:
    scanner = tmp_path / "scanner"
    scanner.write_text("#!/bin/sh\ngrep -q EICAR && exit 1\nexit 0\n", encoding="utf-8")
    scanner.chmod(scanner.stat().st_mode | stat.S_IEXEC)
    assert attachments.look_at("好.pdf", "", PDF, scanner=str(scanner)).scanner == "scanner"
    with pytest.raises(Invalid, match=r"does not let 坏\.pdf in"):
        attachments.look_at("坏.pdf", "", PDF + b"EICAR", scanner=str(scanner))


@pytest.mark.parametrize("command", ["/nowhere/scanner", "sh -c 'exit 2'"])
def test_without_an_answer_of_the_scanner_nothing_is_taken(command: str) -> None:
    with pytest.raises(Conflict, match="does not answer"):
        scanning.scan(command, "好.pdf", PDF)


def test_every_reference_is_found_wherever_it_lies() -> None:
    one = {"id": "a", "sha256": "0"}
    value = {"projects": [{"name": "x", "papers": [one]}], "id": "no file", "photos": (one, {"id": "b", "sha256": "1"})}
    assert set(files.found_in(value)) == {"a", "b"}
    assert files.ids_in({"id": 3, "rows": [{"id": "c"}]}) == {"c"}
