"""The records of a learner, and figures computed from them. No I/O, no clock.

Review is spaced by objective, not by question (FSRS, by the `fsrs` library): a card is computed
by playing an objective's answers in order, and is stored nowhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fsrs import Card, Rating, Scheduler
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from simulator.words.validation import first_wrong

LIMIT = 5_000_000
"""Bytes of a file that is imported; a year of daily practice is far less."""
MASTERED = 3
"""Right answers in a row, to different questions and without the last hint."""
LAST_HINT = 3
SURE = 2

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
Moment = Annotated[AwareDatetime, Field(ge=FIRST, le=LAST)]
"""When something was done. Bounds keep what is computed from it within the calendar."""
AHEAD = timedelta(days=1)
"""How far a clock of another machine may be ahead of ours."""
LessonId = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
FIRST_LESSON = "pulling-from-private-registries"
"""The lesson of records that name none: once there was no other."""


class InvalidProgress(ValueError):
    """The file is not exported progress; the message says what is wrong with it."""


class TooManyRecords(InvalidProgress):
    """A learner would have more records than one may have; the message says how many."""


class Kept(BaseModel):
    """`key` is the record's own name in its lesson: the same record is kept once, however often it
    arrives."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    lesson: LessonId = FIRST_LESSON
    key: Name
    at: Moment


class Answer(Kept):
    """An answer to a question. `sure` from 0 (guessed) to 2, None where it was not asked; `hints`
    is the number of hints that were opened before it."""

    question: Name
    objective: Name
    chosen: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]
    right: bool
    sure: Annotated[int, Field(ge=0, le=SURE)] | None = None
    hints: Annotated[int, Field(ge=0, le=LAST_HINT)] = 0


class Solution(Kept):
    """A challenge that was solved, with so many commands."""

    challenge: Name
    commands: Annotated[int, Field(ge=0, le=10_000)]


class Place(BaseModel):
    """Where the learner was last in a lesson: a page and its query."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    lesson: LessonId = FIRST_LESSON
    address: Annotated[str, Field(max_length=500, pattern=r"^/[\w./-]*(\?[\w.~%&=+:/-]*)?$")]
    at: Moment


class Progress(BaseModel):
    """All that is kept of one learner, as one file (`pullscope-progress/1`)."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    format: Literal["pullscope-progress/1"] = "pullscope-progress/1"
    answers: tuple[Answer, ...] = ()
    solutions: tuple[Solution, ...] = ()
    places: tuple[Place, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def from_one_place(cls, data: Any) -> Any:
        """Files of the time before there were several lessons hold one place, or none."""
        if not isinstance(data, dict) or "place" not in data or "places" in data:
            return data
        rest = {key: value for key, value in data.items() if key != "place"}
        return rest | {"places": () if data["place"] is None else (data["place"],)}

    @property
    def place(self) -> Place | None:
        """The latest of all lessons."""
        return max(self.places, key=lambda place: place.at, default=None)

    def of(self, lesson: str) -> "Progress":
        """What belongs to this lesson."""
        return Progress(
            answers=tuple(one for one in self.answers if one.lesson == lesson),
            solutions=tuple(one for one in self.solutions if one.lesson == lesson),
            places=tuple(one for one in self.places if one.lesson == lesson),
        )

    def to_json(self) -> str:
        return self.model_dump_json(indent=1)

    def check_times(self, now: datetime) -> None:
        """Raises InvalidProgress if anything was done in the future: it would never be due."""
        done = max((record.at for record in (*self.answers, *self.solutions)), default=now)
        if done > now + AHEAD:
            raise InvalidProgress(f"something in it was done in the future: {done:%Y-%m-%d}")

    @classmethod
    def from_json(cls, text: str | bytes) -> "Progress":
        """Raises InvalidProgress with the first thing that is wrong."""
        if len(text) > LIMIT:
            what = "so it is no Pullscope progress file"
            raise InvalidProgress(f"the file is larger than {LIMIT // 1_000_000} MB, {what}")
        try:
            return Exported.model_validate_json(text)
        except ValidationError as error:
            told = f"not progress that Pullscope exported: {first_wrong(error)}"
            raise InvalidProgress(told) from None


class Exported(Progress):
    """Progress in a file, which has to say what it is."""

    format: Literal["pullscope-progress/1"]


# -- what is due ------------------------------------------------------------------------------

SCHEDULER = Scheduler(enable_fuzzing=False)


def rating(answer: Answer) -> Rating:
    """How well it went, as FSRS counts it. A hint, or a guess, is no recall without help."""
    if not answer.right:
        return Rating.Again
    if answer.hints or answer.sure == 0:
        return Rating.Hard
    return Rating.Easy if answer.sure == SURE else Rating.Good


def in_order(answers: Iterable[Answer]) -> list[Answer]:
    return sorted(answers, key=lambda answer: (answer.at, answer.key))


def by_objective(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    """Each objective's answers, the oldest first."""
    found: dict[str, list[Answer]] = {}
    for answer in in_order(answers):
        found.setdefault(answer.objective, []).append(answer)
    return found


def card(answers: Sequence[Answer]) -> Card:
    """The card of an objective after these answers, the oldest first."""
    made = Card(card_id=0, due=answers[0].at)
    for answer in answers:
        made, _ = SCHEDULER.review_card(made, rating(answer), answer.at.astimezone(UTC))
    return made


@dataclass(frozen=True)
class Review:
    """An objective's turn. `mistaken`: the last answer was sure, and wrong."""

    objective: str
    due: datetime
    mistaken: bool
    new: bool = False


def reviews(answers: Iterable[Answer], objectives: Sequence[str]) -> list[Review]:
    """All objectives in the order in which to review them: what one was sure of and got wrong,
    then what is due the longest, then what is new, in the lesson's order."""
    known = by_objective(answers)
    begun = [
        Review(name, card(known[name]).due, was_mistaken(known[name][-1]))
        for name in objectives
        if name in known
    ]
    first = datetime.min.replace(tzinfo=UTC)
    fresh = [Review(name, first, False, True) for name in objectives if name not in known]
    return sorted(begun, key=lambda review: (not review.mistaken, review.due)) + fresh


def was_mistaken(answer: Answer) -> bool:
    return not answer.right and answer.sure == SURE


def due(all_reviews: Iterable[Review], now: datetime) -> list[Review]:
    """Those whose time has come."""
    return [review for review in all_reviews if review.mistaken or review.due <= now]


def mastered(answers: Iterable[Answer]) -> set[str]:
    """Objectives whose last answers were right, to different questions, without the last hint."""
    return {name for name, known in by_objective(answers).items() if in_a_row(known[-MASTERED:])}


def in_a_row(last: Sequence[Answer]) -> bool:
    different = {answer.question for answer in last}
    good = all(answer.right and answer.hints < LAST_HINT for answer in last)
    return good and len(different) == MASTERED


def best(solutions: Iterable[Solution]) -> Mapping[str, int]:
    """The fewest commands with which each challenge was solved."""
    found: dict[str, int] = {}
    for solution in solutions:
        known = found.get(solution.challenge, solution.commands)
        found[solution.challenge] = min(known, solution.commands)
    return found
