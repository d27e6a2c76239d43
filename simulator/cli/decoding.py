"""`decode`: from a message of Docker to its causes."""

import sys

import click

from simulator.cli.common import first_lesson, piped, told_plainly
from simulator.decoder import index as decoder


@click.command()
@click.argument("message", default="-")
@told_plainly
def decode(message: str) -> None:
    """Tell which situations print MESSAGE (`-`: standard input), and how to tell which it is.

    The exit status is 1 when no situation prints it. Nothing is stored; secrets are masked.
    """
    decoded = decoder.decode(pasted(message))
    if not decoded.text:
        raise click.UsageError("no message: give one in quotes, or pipe what Docker printed in")
    print_decoded(decoded)
    sys.exit(0 if decoded.prints else 1)


def pasted(message: str) -> str:
    if message != "-":
        return message
    at_keyboard = sys.stdin and sys.stdin.isatty()
    return "" if at_keyboard else piped().decode("utf-8", errors="replace")


def print_decoded(decoded: decoder.Decoded) -> None:
    """The causes, one after the other; in plain words, for a message may look like markup."""
    if decoded.masked:
        click.echo(decoder.masked_words(decoded.masked))
    if not decoded.prints:
        click.echo(decoder.unknown(decoded))
    for near in decoded.nearest:
        click.echo(f"   {near}")
    for number, card in enumerate(decoder.cards(decoded, first_lesson()), 1):
        print_card(number, card)


def print_card(number: int, card: decoder.Card) -> None:
    click.secho(f"{number}. {card.title}", bold=True)
    click.echo(f"   {card.step}. {card.meaning}")
    click.echo(f"   {'; '.join(card.engines)}")
    for line in (*card.facts, *card.apart):
        click.echo(f"   - {line}")
    for check in card.checks:
        click.echo("   $ " + check.command.replace("\n", "\n   "))
        click.echo(f"     {check.tells}")
    if card.address:
        click.echo(f"   In the player: {card.address}")
    click.echo()
