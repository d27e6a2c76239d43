"""All kinds of questions."""

from collections.abc import Mapping

from simulator.questions.causes import CAUSE
from simulator.questions.meanings import MEANING
from simulator.questions.offer import Kind
from simulator.questions.parties import WHO
from simulator.questions.remedies import REMEDY
from simulator.questions.requests import WHICH
from simulator.questions.sequence import NEXT, ORDER
from simulator.questions.tables import BLANK, FALSE
from simulator.questions.values import VALUE

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (VALUE, MEANING, NEXT, WHO, WHICH, REMEDY, ORDER, BLANK, CAUSE, FALSE)
}
"""By name."""
