"""Two languages: interface strings by gettext, chosen for the page that is being drawn.

`_("text")` is the text in the language of `use`. Catalogs are read from their `.po` files, so
nothing is compiled and nothing can be out of date. A lesson's words have siblings of their own
(`lesson.de.yaml`).
"""

import gettext
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""By code (BCP 47); the first is the language of the sources."""
DEFAULT = next(iter(LANGUAGES))
LOCALE = Path(__file__).with_name("locale")

chosen: ContextVar[str] = ContextVar("language", default=DEFAULT)

P = ParamSpec("P")
R = TypeVar("R")


def use(language: str) -> None:
    """From here on this thread speaks this language. Raises ValueError for an unknown one."""
    if language not in LANGUAGES:
        raise ValueError(f"unknown language {language!r}: choose one of {', '.join(LANGUAGES)}")
    chosen.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """For as long as this lasts, this thread speaks this language."""
    token = chosen.set(language)
    try:
        yield
    finally:
        chosen.reset(token)


def per_language(make: Callable[P, R]) -> Callable[P, R]:
    """What this makes is kept, as by `cache`, for each language that it was made in."""

    @cache
    def made(_language: str, *args: P.args, **kwargs: P.kwargs) -> R:
        return make(*args, **kwargs)

    @wraps(make)
    def kept(*args: P.args, **kwargs: P.kwargs) -> R:
        return made(chosen.get(), *args, **kwargs)  # type: ignore[arg-type]

    return kept


def preferred(accepted: Iterable[str]) -> str:
    """The first of these languages (`de-AT`) that there is, else the default."""
    known = (code.partition("-")[0].lower() for code in accepted)
    return next((code for code in known if code in LANGUAGES), DEFAULT)


@cache
def catalog(language: str) -> gettext.NullTranslations:
    """The messages of this language; of the sources' own, none."""
    if language == DEFAULT:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with (LOCALE / language / "LC_MESSAGES" / "pullscope.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(text: str) -> str:
    """The text in the chosen language; one without a translation stays as it is."""
    return catalog(chosen.get()).gettext(text) if text else text  # "" is the catalog's own head


def ngettext(one: str, many: str, count: int) -> str:
    """The text that fits this count, in the chosen language; `{count}` is not filled in."""
    return catalog(chosen.get()).ngettext(one, many, count)


def decimal(value: float, places: int = 0) -> str:
    """The number as the chosen language writes it, with this many places."""
    figures = f"#,##0.{'0' * places}" if places else "#,##0"
    return str(format_decimal(value, figures, locale=chosen.get()))


def N_(text: str) -> str:
    """Marks a text for translation where it is data; `_` translates it where it is shown."""
    return text
