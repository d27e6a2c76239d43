"""The words of each engine, by its name."""

from collections.abc import Mapping

from simulator.docker.output import docker26, docker29
from simulator.docker.output.words import Words

WORDS: Mapping[str, Words] = {"29": docker29.WORDS, "26": docker26.WORDS}
