"""Facts that a run meets, in the past tense. Failures are facts like any other.

Every failure ends the run in `Phase.FAILED`. A class that is defined here is an event: nothing
else lists them.
"""

from simulator.docker.events.attestations import *  # noqa: F403
from simulator.docker.events.base import *  # noqa: F403
from simulator.docker.events.containers import *  # noqa: F403
from simulator.docker.events.failures import *  # noqa: F403
from simulator.docker.events.images import *  # noqa: F403
from simulator.docker.events.inspection import *  # noqa: F403
from simulator.docker.events.login import *  # noqa: F403
from simulator.docker.events.pull import *  # noqa: F403
from simulator.docker.events.push import *  # noqa: F403
from simulator.docker.events.search import *  # noqa: F403
from simulator.docker.events.typed import *  # noqa: F403
