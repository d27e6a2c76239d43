"""`grammar`: how much of the errors that real clients printed the decoder reads."""

import sys

import click

from simulator.cli.common import told_plainly
from simulator.decoder.coverage import coverage, recorded_errors, table


@click.command()
@told_plainly
def grammar() -> None:
    """Count what the decoder's grammar knows, and read every recorded error with it.

    Prints each text without a speaker, and own words from which nothing follows. The exit status
    is 1 when there is a text without a speaker.
    """
    read = coverage(text for _name, text in recorded_errors())
    for line in table(read):
        click.echo(line)
    sys.exit(1 if read.rests else 0)
