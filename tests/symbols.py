"""The icons of the pages: those of Streamlit's font that are drawn, in a font of their own.

    python -m tests.symbols

Writes `simulator/assets/page/symbols.woff2` (12 kB in place of 375). The font is Google's Material
Symbols, under the Apache License 2.0.
"""

import re
from pathlib import Path

import streamlit
from fontTools import subset
from fontTools.ttLib import TTFont

from simulator.assets import FOLDER
from tests.pages import ROOT

STATIC = Path(streamlit.__file__).parent / "static" / "static"
OURS = FOLDER / "page" / "symbols.woff2"
NAME = re.compile(r":material/(\w{1,60})")
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_ "


def names() -> set[str]:
    """What Streamlit's scripts and our modules call an icon, and lessons in their texts."""
    scripts = (STATIC / "js").glob("*.js")
    ours = (ROOT / "simulator").rglob("*.py")
    lessons = (ROOT / "lessons").rglob("*.yaml")
    read = (path.read_text("utf-8") for path in (*scripts, *ours, *lessons))
    return {name for text in read for name in NAME.findall(text)}


def ligatures(font: TTFont) -> dict[str, str]:
    """By the name of an icon, that of its glyph: the font draws it where the name is written."""
    spelled = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    return {
        "".join(spelled[part] for part in (first, *one.Component)): one.LigGlyph
        for lookup in font["GSUB"].table.LookupList.Lookup
        for table in lookup.SubTable
        for first, found in getattr(table, "ExtSubTable", table).ligatures.items()
        for one in found
    }


def streamlits() -> TTFont:
    """The font with all icons. Raises StopIteration where Streamlit has none any more."""
    return TTFont(next((STATIC / "media").glob("MaterialSymbols-Rounded.*.woff2")))


def main() -> None:
    font = streamlits()
    known, letters, wanted = ligatures(font), font.getBestCmap(), names()
    drawn = {glyph for name, glyph in known.items() if name in wanted}
    options = subset.Options(layout_closure=False, layout_features=["*"], flavor="woff2")
    maker = subset.Subsetter(options)
    maker.populate(glyphs=drawn | {letters[ord(one)] for one in LETTERS if ord(one) in letters})
    maker.subset(font)
    font.flavor = "woff2"
    font.save(OURS)


if __name__ == "__main__":
    main()
