"""The words of the seat's and the projector's pages."""

from collections.abc import Mapping

from simulator.room.step import Why
from simulator.room.table import Phase
from simulator.words.i18n import N_, _

P = Phase
WORDS: Mapping[str, str] = {
    "join title": N_("Join a room"),
    "join": N_("Join"),
    "code": N_("Code of the room"),
    "code hint": N_("Six letters, as on the screen in front."),
    "anonymous": N_(
        "You need no account and no name. Your phone gets a seat number. The teacher sees how many "
        "chose each answer, and cannot see who chose which. Who runs this server could find out "
        "what a seat number chose. All of it is deleted a day after the last activity in the room."
    ),
    "removed": N_(
        "This seat was removed: by the teacher, or because it had not voted and the room was full. "
        "You can join again, with a new seat number."
    ),
    "seat": N_("Seat {seat}"),
    "room": N_("Room {code}"),
    "sure": N_("I am sure"),
    "vote": N_("Vote"),
    "change": N_("Change my vote"),
    "mine": N_("Your vote: {option}"),
    "changeable": N_("You can change it until the vote closes."),
    "none": N_("You did not vote."),
    "closes": N_("Closes in {seconds} s"),
    "late": N_("The seconds are over. Votes that are on their way still count."),
    "right": N_("right"),
    "yours": N_("your vote"),
    "first": N_("first vote"),
    "second": N_("second vote"),
    "run": N_("See the run that settles it"),
    "situation": N_("Situation"),
    "compared": N_("See both runs"),
    "sides": N_("Where the two runs part"),
    "ours": N_("Docker's run"),
    "theirs": N_("As answer {option} expects"),
    "voted": N_("{votes} of {seats} voted"),
    "seats": N_("{seats} seats taken"),
    "address": N_("Address"),
    "qr": N_("QR code of {address}"),
    "moved": N_("From the first vote to the second"),
    "moved line": N_("{count} from {before} to {after}"),
    "stayed": N_("{count} kept their answer."),
    "stage": N_("On the teacher's stage"),
    "follow": N_("Follow the teacher's stage"),
    "on stage": N_("See this step on the stage"),
    "docker": N_("Show the step of my own docker"),
    "docker name": N_("User name on the page “Your own docker”"),
    "docker hint": N_("The teacher sees it beside your seat number. Empty: no longer."),
    "show": N_("Show it"),
    "reload": N_("Show the newest state"),
    "offline": N_("No connection. Your vote is sent when it is back."),
    "lost": N_("No connection. This page catches up when it is back."),
    "sent": N_("Your vote was received."),
    "no room": N_("There is no room with this code. Check the code on the screen in front."),
    "busy": N_("The server could not keep this just now. Please try again."),
    "too often": N_("Too many requests. Please wait a moment."),
    "refused": N_("This request came from another site, so it was refused."),
    "too slow": N_("The request took too long."),
    "full": N_("The room is full."),
    "too large": N_("This request is too large."),
}
"""By a name for templates and script."""
HEADINGS: Mapping[Phase, str] = {
    P.LOBBY: N_("The next question comes soon"),
    P.READING: N_("Read the question"),
    P.VOTE_1: N_("Vote, alone and in silence"),
    P.CLOSING_1: N_("The vote is closing"),
    P.CLOSED_1: N_("The vote is closed"),
    P.DISCUSSING: N_("Discuss with your neighbour"),
    P.VOTE_2: N_("Vote again"),
    P.CLOSING_2: N_("The second vote is closing"),
    P.CLOSED_2: N_("The second vote is closed"),
    P.REVEALED: N_("The answer"),
    P.ENDED: N_("The room has ended"),
}
"""What seats and projector show in each phase."""
REFUSALS: Mapping[Why, str] = {
    Why.PHASE: N_("The vote is closed: this one was not counted."),
    Why.EARLY: N_("The seconds are not over."),
    Why.EMPTY: N_("Choose an answer first."),
    Why.ELSEWHERE: N_("Another question or vote is open now: this one was not counted."),
    Why.SEAT: N_("This seat is not in the room any more. Please join again."),
    Why.FULL: N_("The room is full."),
}


def say(name: str, **values: object) -> str:
    """The words of this name in the chosen language."""
    return _(WORDS[name]).format(**values)


def letter(place: int) -> str:
    """How an option is called: A, B, ..."""
    return chr(ord("A") + place)
