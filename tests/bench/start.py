"""How light a command starts: processor time of a whole process, beside `import click` alone.

python -m tests.bench.start
"""

import os
import subprocess
import sys
from statistics import median

ROUNDS = 5
PULLSCOPE = ("-m", "simulator")
COMMANDS = {
    "python -c 'import click'": (("-c", "import click"), None),
    "pullscope --help": ((*PULLSCOPE, "--help"), 0.35),
    "pullscope run": ((*PULLSCOPE, "run"), 0.7),
    "pullscope decode": ((*PULLSCOPE, "decode", "denied: requested access is denied"), 0.7),
}
"""The commands, with the most seconds of processor time that it may take."""


def processor_time(words: tuple[str, ...]) -> float:
    """Seconds in user and system mode of one process, from its start to its end."""
    before = os.times()
    subprocess.run([sys.executable, *words], env=compiling(), capture_output=True, check=False)
    after = os.times()
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system


def compiling() -> dict[str, str]:
    """The environment, in which Python keeps what it compiles, as for any user."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def main() -> None:
    for words, _aim in COMMANDS.values():
        processor_time(words)  # its modules are compiled and in the file system's cache
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _round in range(ROUNDS):
        for name, (words, _aim) in COMMANDS.items():
            taken[name].append(processor_time(words))
    for name, (_words, aim) in COMMANDS.items():
        print(f"{name:26} {median(taken[name]):6.2f} s" + (f", aim {aim:.2f} s" if aim else ""))


if __name__ == "__main__":
    main()
