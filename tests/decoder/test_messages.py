"""Messages are read, not compared: whatever the host, the version and the client."""

import json
import time
from collections import Counter
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from simulator.cli import main
from simulator.decoder import cleaning
from simulator.decoder.answer import as_data
from simulator.decoder.causes import causes, rules
from simulator.decoder.decode import decode
from simulator.decoder.grammar import grammar, segments
from simulator.decoder.scoring import Case, cases, scored
from simulator.decoder.words import known_phrases
from tests.cases import each

HERE = Path(__file__).parent
CASES = cases(HERE / "cases.yaml")
MET = (*CASES, *cases(HERE / "met.yaml"))
VARIANTS = [line.partition("@@")[::2] for line in
            (HERE / "variants.txt").read_text().splitlines() if "@@" in line]  # fmt: skip
OTHERS = (HERE / "other_sentences.txt").read_text().splitlines()


@each("case", MET)
def test_a_message_that_somebody_met_is_explained(case: Case) -> None:
    """The true cause among the first three, nothing that cannot be, and all of it read."""
    score = scored(case)
    assert (score.wrong, score.dishonest, score.unread) == ((), (), ())


def test_there_are_messages_of_every_cause() -> None:
    """Two at least; of causes whose words are always those of another cause, one."""
    count = Counter(cause for case in MET for cause in case.causes)
    assert {cause for cause in causes() if count[cause] < 2} == set()


@each("case", CASES)
def test_nothing_that_may_be_is_excluded(case: Case) -> None:
    """A cause is excluded only where the case says so too."""
    ruled_out = {one.cause.name for one in decode(case.message).verdict.excluded}
    assert ruled_out <= case.cannot_be


@each("wanted, message", VARIANTS)
def test_other_clients_words_lead_to_the_same_causes(wanted: str, message: str) -> None:
    first = [one.cause.name for one in decode(message).verdict.candidates][:3]
    assert set(wanted.split("|")) & set(first)


@each("sentence", OTHERS)
def test_another_programs_words_have_no_cause(sentence: str) -> None:
    answer = as_data(decode(sentence))
    assert answer["summary"] == "This is not from a login, pull or push."
    assert (answer["causes"], answer["excluded"]) == ([], [])


def test_there_are_enough_sentences() -> None:
    assert len(set(OTHERS)) >= 200


@given(st.text(max_size=400))
def test_the_segments_of_any_text_are_the_text(text: str) -> None:
    """No text is lost, and none is taken twice."""
    found = segments(text)
    assert "".join(one.text for one in found) == (text if found else "")


LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=20)
HOSTS = st.builds("{}.{}.example".format, LABEL, LABEL)


@given(st.sampled_from([one for one in CASES if one.says.get("host") == "registry.example.com"]),
       HOSTS, st.booleans())  # fmt: skip
def test_hosts_of_any_length_and_quotes_make_no_difference(
    case: Case, host: str, quotes: bool
) -> None:
    message = case.message.replace("registry.example.com", host)
    if not quotes:
        message = message.replace('"https', "https").replace('": ', ": ")
    before, after = decode(case.message), decode(message)
    assert after.fact("host") == host
    assert names(after) == names(before)


def names(decoded: object) -> list[str]:
    return [one.cause.name for one in decoded.verdict.candidates]  # type: ignore[attr-defined]


WRAPPED = [one for one in CASES if len(one.message) > 90 and "\n" not in one.message]


DRESSES = ("wrapped", "coloured", "log", "journal", "github")


@each("case, dress", product(WRAPPED, DRESSES))
def test_wraps_colours_and_prefixes_make_no_difference(case: Case, dress: str) -> None:
    assert names(decode(dressed(case.message, dress))) == names(decode(case.message))


def dressed(message: str, dress: str) -> str:
    if dress == "wrapped":
        return "\n".join(message[at : at + 80] for at in range(0, len(message), 80))
    if dress == "coloured":
        return f"\x1b[31m{message}\x1b[0m"
    if dress == "journal":
        return f"Nov 25 14:17:02 host dockerd[812]: {message}"
    if dress == "github":
        return f"2026-11-25T14:17:02.1234567Z ##[error]{message}"
    quoted = message.replace("\\", "\\\\").replace('"', '\\"')
    return f'time="2026-11-25T14:17:02Z" level=error msg="{quoted}"'


# -- the data -----------------------------------------------------------------------------------


def test_each_cause_can_be_found_and_each_rule_speaks_of_known_causes() -> None:
    known, table = set(causes()), rules()
    listed = {one for rule in table.rules.values()
              for one in (*rule.certain, *rule.likely, *rule.possible)}  # fmt: skip
    added = {one for change in table.also.values()
             for one in (*change.first, *change.second, *change.last)}  # fmt: skip
    assert listed | added <= known
    assert {one for stage in table.stages.values() for one in stage.open} <= known | {"*"}
    unreached = known - listed - added
    assert unreached <= {"two-entries-for-host"}


def test_what_a_rule_lists_is_open_at_its_stage() -> None:
    """A certificate has one fault: what a rule does not list of them is excluded."""
    table = rules()
    for name, rule in table.rules.items():
        open_there = table.stages[rule.stage].open
        listed = {*rule.certain, *rule.likely, *rule.possible}
        assert rule.stage in ("certificate", "anything") or listed <= open_there, name


def test_certain_is_said_of_one_cause_alone() -> None:
    for name, rule in rules().rules.items():
        others = (*rule.certain[1:], *rule.likely, *rule.possible)
        assert not (rule.certain and others), name


def test_every_frame_has_a_speaker_and_names_its_source() -> None:
    known = grammar()
    for frame in known.frames.values():
        assert frame.speaker in known.speakers
        assert len(frame.source.split()) >= 2, frame.name


FILLINGS = ["a", " ", ": ", "error: ", "Get https://a/", "(", '"', "x509: "]


@each("filling", FILLINGS)
def test_reading_takes_time_in_proportion(filling: str) -> None:
    """Twice the text takes about twice the time, whatever it is made of."""
    short, long = (filling * (size // len(filling)) for size in (10_000, 20_000))
    assert seconds(long) < 5 * max(seconds(short), 0.02)


def seconds(text: str) -> float:
    best = 9e9
    for _ in range(3):
        began = time.process_time()
        decode(text)
        best = min(best, time.process_time() - began)
    return best


PATTERNS = [(one.frame.name, one.pattern) for one in grammar().beginnings]
PIECES = ["a", "a/", "a.", "1", " ", '"', "(", "a: ", "-", "https://a/"]


@each("name", sorted({name for name, _ in PATTERNS}))
def test_no_pattern_is_quadratic(name: str) -> None:
    """Each pattern, at its own beginning followed by 10,000 and 20,000 characters."""
    for pattern in (one for known, one in PATTERNS if known == name):
        head = "".join(filter(None, pattern.pattern.split("(")[:1])).replace("\\", "")
        for piece in PIECES:
            short, long = (head + piece * (size // len(piece)) for size in (10_000, 20_000))
            took = [process_time(pattern, text) for text in (short, long)]
            assert took[1] < 5 * max(took[0], 0.004), (pattern.pattern, piece)


def process_time(pattern: object, text: str) -> float:
    began = time.process_time()
    pattern.match(text)  # type: ignore[attr-defined]
    return time.process_time() - began


def test_phrases_are_in_small_letters() -> None:
    """They are compared with the words in small letters."""
    for one in known_phrases().values():
        assert all(phrase == phrase.lower() for phrase in (*one.phrases, *one.requires))


def test_prefixes_of_logs_are_taken_off() -> None:
    line, = cleaning.lines("web  | 2026-11-25T10:00:00Z [ERROR] denied: no")
    assert line.text == "denied: no"


# -- on the command line ------------------------------------------------------------------------

BASIC = 'Error response from daemon: Head "https://ghcr.io/v2/a/b/manifests/1": no basic auth credentials'  # noqa: E501


def test_decode_explains() -> None:
    """Status 0, and who says what, and each cause; the same from standard input."""
    told = CliRunner().invoke(main, ["decode", BASIC])
    piped = CliRunner().invoke(main, ["decode"], input=BASIC)
    assert (told.exit_code, piped.exit_code) == (0, 0)
    assert told.stdout == piped.stdout
    for part in ("The docker command", "[likely]", "not-logged-in"):
        assert part in told.stdout


def test_decode_answers_in_json() -> None:
    told = CliRunner().invoke(main, ["decode", "--json", "-"], input=BASIC)
    answer = json.loads(told.stdout)
    assert {"said", "causes", "excluded", "facts"} <= set(answer)
    assert {one["standing"] for one in answer["causes"]} <= {"certain", "likely", "possible"}
    assert {"name": "host", "value": "ghcr.io"} in answer["facts"]


def test_decode_reads_what_powershell_writes() -> None:
    told = CliRunner().invoke(main, ["decode", "--json"], input=BASIC.encode("utf-16"))
    assert json.loads(told.stdout)["docker"]


def test_decode_scores_cases() -> None:
    told = CliRunner().invoke(main, ["decode", "--cases", str(HERE / "cases.yaml")])
    assert told.exit_code == 0
    assert told.stdout.splitlines()[-1].startswith(f"{len(CASES)} of {len(CASES)} pass")


def test_a_file_that_holds_no_cases_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text("a: b")
    told = CliRunner().invoke(main, ["decode", "--cases", str(tmp_path / "cases.yaml")])
    assert told.exit_code == 2 and "cases" in told.output


def test_decode_masks() -> None:
    """A secret on the command line is reported, and not printed."""
    told = CliRunner().invoke(main, ["decode", "-"], input=f"{BASIC}\ndocker login -p hunter2")
    assert "Masked 1 secret." in told.stdout and "hunter2" not in told.output


@pytest.mark.parametrize(("message", "status"), [("hello world", 1), ("", 2)])
def test_decode_says_what_it_cannot(message: str, status: int) -> None:
    """Another program's message is status 1, none is status 2; one sentence each."""
    told = CliRunner().invoke(main, ["decode", message])
    assert told.exit_code == status
    assert ("not from a login, pull or push" in told.output) == (status == 1)
