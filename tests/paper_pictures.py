"""`python -m tests.paper_pictures`: every official paper rendered from made-up values into docs/papers, as a reader sees it."""

import sys
from pathlib import Path

import pypdfium2
from PIL import Image

from casework.papers import making
from tests import paper_values

FOLDER = Path(__file__).parent.parent / "docs" / "papers"
_WIDTH = 700


def pictures(kind: str) -> list[Image.Image]:
    """The pages of one paper as small pictures of few colours."""
    document = pypdfium2.PdfDocument(making.make(kind, paper_values.values(kind), "pdf").data)
    try:
        found: list[Image.Image] = []
        for number in range(len(document)):
            page = document[number]
            picture = page.render(scale=_WIDTH / page.get_width()).to_pil()
            found.append(picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=24))
            page.close()
        return found
    finally:
        document.close()


def main() -> None:
    """Renders all papers."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    lines = [
        "# Papers",
        "",
        "Every official paper as a reader sees it, with made-up values. `make papers` renders them again.",
        "",
    ]
    for kind in paper_values.BY_KIND:
        title = paper_values.BY_KIND[kind]["title"]
        for number, picture in enumerate(pictures(kind), 1):
            name = f"{kind}-{number}.png"
            picture.save(FOLDER / name, optimize=True)
            sys.stdout.write(f"{name} {(FOLDER / name).stat().st_size // 1024} KB\n")
            lines += [f"## {kind} {title}", ""] if number == 1 else []
            lines += [f"![{kind} {title}]({name})", ""]
    (FOLDER / "README.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
