"""All kinds of questions."""

from collections.abc import Mapping

from simulator.questions.causes import CAUSE
from simulator.questions.offer import Kind
from simulator.questions.steps import NEXT, ORDER, WHICH
from simulator.questions.tables import BLANK, FALSE
from simulator.questions.values import VALUE

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (VALUE, WHICH, NEXT, ORDER, BLANK, CAUSE, FALSE)
}
"""By name."""
