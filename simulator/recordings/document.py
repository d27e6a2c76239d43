"""Recordings of real Docker, read from their files.

A recording says its world as data (`simulator.recordings.lab_world`), what was typed in it, and
what each engine then did.
"""

import gzip
from collections.abc import Mapping
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from simulator.protocol.platform import Platform
from simulator.recordings.lab_notation import LabWorld
from simulator.words import i18n
from simulator.words.translation import Words, sibling, translations
from simulator.words.validation import first_wrong

RECORDED = Path(__file__).with_name("recorded")
"""The first laboratory's recordings, without what nothing here reads."""
SECOND = Path(__file__).with_name("second_lab.jsonl.gz")
"""The second laboratory's, one a line: more situations, other clients."""
HEADINGS = Path(__file__).with_name("recordings.yaml")
"""Its siblings translate the headings of recordings, which are in the recordings themselves."""
Engine = Literal["29", "26"]
ENGINES: tuple[Engine, ...] = ("29", "26")
"""Docker's engines, of all that recordings have. Other clients are shown, and not played."""


class InvalidRecording(ValueError):
    """The file is not a recording, or has something that Pullscope does not know."""


LONGEST_COMMAND = 4096
LONGEST_OUTPUT = 500_000
"""Characters that a command printed."""
MOST_EXCHANGES = 2000
Line = Annotated[str, Field(max_length=1000)]
"""A line of a setup, or a version. Patterns are looked for in it."""
Header = Annotated[str, Field(max_length=8192)]
"""A header's value, as long as a real run takes."""


def known_platform(text: str) -> str:
    """The same, if it is empty or one that Docker takes. Raises InvalidPlatform."""
    if text:
        Platform.parse(text)
    return text


class Exchanged(BaseModel):
    """One line of a registry's log: a request with its answer, or an `event` without one."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)
    url: str = ""
    method: str = ""
    path: str = ""
    request_headers: dict[str, Header | list[Header]] = {}
    request_body: str = ""
    status: int = 0
    response_headers: dict[str, Header | list[Header]] = {}
    response_body: str | None = None
    response_bytes: int | None = None
    response_digest: str = ""
    event: str = ""


class HeldManifest(BaseModel):
    """A manifest that the engine had from an earlier pull, so that the log does not show it."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)
    digest: str
    media_type: str = ""
    data: str


class CommandOutput(BaseModel):
    """What one command printed and asked. `tty_raw` is there if it ran on a terminal."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)
    stdout: Annotated[str, Field(max_length=LONGEST_OUTPUT)]
    stderr: Annotated[str, Field(max_length=LONGEST_OUTPUT)]
    exit_code: int | str
    http: Annotated[tuple[Exchanged, ...], Field(max_length=MOST_EXCHANGES)]
    tty_raw: str | None = None


class Told(CommandOutput):
    """What one engine did. `engine` and `client` are its versions, `platform` its host's.

    Of a situation with several commands, `commands` has each, and the other fields all of them.
    """

    engine: str = ""
    client: Line = ""
    platform: Annotated[Line, AfterValidator(known_platform)] = ""
    manifests_held: tuple[HeldManifest, ...] = ()
    config_json_text_after: str | None = None
    images_after: tuple[dict[str, Any], ...] = ()
    commands: tuple[CommandOutput, ...] = ()
    seen_by: Literal["client", "registry"] = "client"
    """A registry saw the requests only: not what was printed, nor the exit status and files."""

    @model_validator(mode="before")
    @classmethod
    def joined(cls, data: Any) -> Any:
        """What all commands did, where the file has only what each did."""
        parts = data.get("commands") if isinstance(data, dict) else None
        if not parts or "stdout" in data:
            return data
        try:
            text = {name: "".join(one[name] for one in parts) for name in ("stdout", "stderr")}
            http = [line for one in parts for line in one["http"]]
            return {**data, **text, "http": http, "exit_code": parts[-1]["exit_code"]}
        except (KeyError, TypeError):  # the fault is reported when the part is read
            return data

    @property
    def outputs(self) -> tuple[CommandOutput, ...]:
        """Each command's."""
        return self.commands or (self,)


class Recording(BaseModel):
    """One situation, as recorded with each engine.

    `recorder` is the program that made it on a user's machine; empty for a laboratory's own.
    `setup` describes the world for people. Of several commands, `stdin` has an entry for each.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)
    name: str
    title: str = ""
    group: str = ""
    recorder: str = ""
    setup: Annotated[tuple[Line, ...], Field(max_length=200)] = ()
    world: LabWorld | None = None
    command: Annotated[str, Field(max_length=LONGEST_COMMAND)] = ""
    commands: tuple[str, ...] = ()
    env: dict[str, str] = {}
    stdin: str | tuple[str | None, ...] | None = None
    interactive_input: tuple[str | tuple[str, str], ...] | None = None
    engines: dict[str, Told] = Field(min_length=1)

    @property
    def typed(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each command line, with the answers to its prompts or its standard input."""
        lines = self.commands or (self.command,)
        given = self.stdin if isinstance(self.stdin, tuple) else (self.stdin,) * len(lines)
        pairs = zip_longest(lines, given[: len(lines)])
        return tuple((line, self.answers(line, text)) for line, text in pairs)

    def answers(self, line: str, stdin: str | None) -> tuple[str, ...]:
        if self.interactive_input is not None:
            texts = (one if isinstance(one, str) else one[1] for one in self.interactive_input)
            return tuple(text.rstrip("\r\n") for text in texts)
        return (stdin,) if stdin and "--password-stdin" in line else ()

    def heading(self) -> str:
        """The title, or the name in words; in the chosen language, if it has one there."""
        english = self.title or self.name.replace("_", " ").capitalize()
        return headings().get(("", english), english)


def read(path: Path) -> Recording:
    """Raises InvalidRecording with the first thing that is wrong."""
    try:
        return parsed(path.read_bytes(), path.name)
    except OSError as error:
        raise InvalidRecording(f"{path}: cannot be read: {error.strerror}") from None


def parsed(data: bytes, name: str) -> Recording:
    """The recording in this text. Raises InvalidRecording with the first thing that is wrong."""
    try:
        return Recording.model_validate_json(data)
    except ValidationError as error:
        raise InvalidRecording(f"{name}: {first_wrong(error)}") from None


@cache
def recorded() -> Mapping[str, Recording]:
    """The recordings that are offered in the app, by name."""
    return {one.name: one for one in situations(RECORDED)}


@cache
def second_lab() -> Mapping[str, Recording]:
    """The second laboratory's recordings, by name; those of other clients, too."""
    with gzip.open(SECOND, "rb") as lines:
        known = [parsed(line, SECOND.name) for line in lines]
    return {one.name: one for one in known}


@i18n.per_language
def headings() -> Words:
    """Translations of the headings of the recordings that come with Pullscope."""
    path = sibling(HEADINGS, i18n.chosen.get())
    return translations(path) if path.exists() else {}


def engine_of(recording: Recording, wanted: str) -> Engine:
    """The wanted engine, or the one that was recorded. Raises InvalidRecording without any."""
    known = [name for name in ENGINES if name in recording.engines]
    if not known:
        names = ", ".join(recording.engines)
        raise InvalidRecording(f"{recording.name}: recorded with {names}, not with Docker's engine")
    return next((name for name in known if name == wanted), known[0])


def situations(directory: str | Path) -> list[Recording]:
    """All recordings in this directory, or in its `recordings`, by name.

    Raises InvalidRecording for a directory without any, or a file that is none.
    """
    root = Path(directory)
    inner = root / "recordings"
    paths = sorted((inner if inner.is_dir() else root).glob("*.json"))
    paths = [path for path in paths if path.name not in BESIDE]
    if not paths:
        raise InvalidRecording(f"no recordings in {directory}: give a directory of *.json files")
    return [read(path) for path in paths]


BESIDE = frozenset({"images_extra.json"})
"""Files beside recordings that are none."""
