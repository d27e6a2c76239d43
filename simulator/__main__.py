"""`python -m simulator` is `pullscope`."""

from simulator.cli import main

main(prog_name="pullscope")
