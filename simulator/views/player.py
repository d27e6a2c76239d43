"""What the player on the stage is given: a run, the questions it asks, and every word it shows.

`views.stage` says what happened. The stage has no words of its own: they are here, so that they can
be translated, and reach it by name.
"""

import gzip
import json
from base64 import b64decode, b64encode
from typing import Any

from simulator.docker.trace import Trace
from simulator.protocol.digest import digest_of
from simulator.scenarios.model import titled
from simulator.views import predictions as predict
from simulator.views import stage as views
from simulator.views.outline import Outline
from simulator.words import i18n
from simulator.words.i18n import N_, _

STRINGS = {
    "player": N_("Player"),
    "sample": N_("Execution sample"),
    "terminal": N_("Terminal"),
    "flow": N_("Process flow"),
    "flowNow": N_("Process flow, now at: {box}"),
    "boxNow": N_("{box}: now"),
    "boxDone": N_("{box}: done"),
    "boxFailed": N_("{box}: the run ended here"),
    "boxAhead": N_("{box}: not reached"),
    "told": N_("What happens"),
    "parts": N_("Parts of the stage"),
    "lanes": N_("Who talks to whom"),
    "lanesBrief": N_("Who talks"),
    "machine": N_("Your machine"),
    "network": N_("Over the network"),
    "notInRun": N_("not in this run"),
    "steps": N_("Steps so far"),
    "whole": N_("Whole message {number} of {count}"),
    "tableBrief": N_("Table"),
    "tracker": N_("Status tracker"),
    "variable": N_("Variable"),
    "now": N_("Now"),
    "was": N_("was"),
    "is": N_("now is"),
    "layers": N_("Layers"),
    "table": N_("Process table"),
    "endedHere": N_("The run ended here."),
    "notTaken": N_("not taken in this run"),
    "messages": N_("Messages of this row"),
    "earlier": N_("{count} messages before these"),
    "wire": N_("On the wire"),
    "exchange": N_("On the wire · exchange {number} of {count}"),
    "local": N_("No message: this step happens on this machine alone."),
    "says": N_("What it says"),
    "what": N_("What"),
    "value": N_("Value"),
    "meaning": N_("Meaning"),
    "body": N_("Body of the answer"),
    "curl": N_("The same with curl"),
    "recompute": N_("Recompute the digest"),
    "asPromised": N_("✓ as promised"),
    "notAsPromised": N_("✗ not as promised"),
    "controls": N_("Controls"),
    "tools": N_("Tools"),
    "first": N_("First step"),
    "back": N_("Back"),
    "play": N_("Play"),
    "pause": N_("Pause"),
    "next": N_("Next"),
    "last": N_("Last step"),
    "step": N_("Step"),
    "stepOf": N_("Step {number} of {count}: {title}"),
    "speed": N_("Speed"),
    "questions": N_("Questions"),
    "questionsOn": N_("Questions are asked before the steps that matter"),
    "questionsOff": N_("No questions are asked"),
    "until": N_("Run until …"),
    "untilHow": N_(
        "Type a status (401, 4xx), a party, a header, a variable, a value (auth_token = token), "
        "or any text of a step. A click on a party or a variable does the same."
    ),
    "untilWhat": N_("What to run until"),
    "untilOn": N_("Run forward"),
    "untilBack": N_("Run back"),
    "untilNone": N_("No other step in this direction has “{text}”."),
    "untilFound": N_("Ran to “{text}”."),
    "untilParty": N_("Run until {name} takes part; with Shift, back"),
    "untilVariable": N_("Run until {name} changes; with Shift, back"),
    "share": N_("Share"),
    "present": N_("Present"),
    "page": N_("Exit"),
    "notes": N_("Notes"),
    "keys": N_("Keys"),
    "close": N_("Close"),
    "predict": N_("Predict first"),
    "prediction": N_("Your prediction"),
    "commit": N_("Commit"),
    "showMe": N_("Show me"),
    "choose": N_("Choose one first, or let it be shown."),
    "answerFirst": N_("Answer the question first, or let it be shown."),
    "youSaid": N_("You said"),
    "youSaidNothing": N_("nothing, it was shown"),
    "itWas": N_("It was"),
    "right": N_("right"),
    "wrong": N_("not right"),
    "whyNot": N_("Why not the others"),
    "summary": N_("{right} of {all} predicted"),
    "again": N_("Ask again"),
    "explain": N_("Explain this message"),
    "address": N_("Address"),
    "copyLink": N_("Copy link to this step"),
    "copyText": N_("Copy this step as text"),
    "copyEmbed": N_("Copy HTML to embed"),
    "copied": N_("Copied."),
    "notCopied": N_("The browser does not let us copy. Select the text and copy it:"),
    "diagram": N_("Diagram"),
    "downloadSvg": N_("Diagram as SVG"),
    "downloadPng": N_("Diagram as PNG"),
    "tableCsv": N_("Table as CSV"),
    "tableMd": N_("Table as Markdown"),
    "trackerCsv": N_("Tracker as CSV"),
    "trackerMd": N_("Tracker as Markdown"),
    "saved": N_("Saved {file}."),
    "start": N_("Start"),
    "command": N_("Command"),
    "message": N_("Message"),
    "variables": N_("Variables"),
    "then": N_("Next"),
    "theEnd": N_("That was the last step."),
    "answer": N_("Answer"),
    "elapsed": N_("Time"),
    "row": N_("Row {number}"),
    "waiting": N_("Open the stage in another window of this browser: these notes follow it."),
    "keyStep": N_("next step, step back"),
    "keyEnds": N_("first step, last step"),
    "keyPlay": N_("play, pause"),
    "keyRow": N_("jump to that row of the table; while a question is asked, choose an option"),
    "keyPresent": N_("present: only the stage, in large type; Esc ends it"),
    "keyFocus": N_("while presenting: sample, lanes, tracker, table or wire alone; 0 all again"),
    "keyUntil": N_("run until a value, party, header or status; with Shift and Enter, back"),
    "keyWhole": N_("the whole message, the process table"),
    "keyRemote": N_("while presenting: a presenter's remote steps"),
    "keyNotes": N_("speaker notes in a second window"),
    "keyHelp": N_("this help"),
}
"""By the name that the stage's files use (`data-say`, `data-label`, `say(...)`)."""


def payload(
    lesson: Outline, trace: Trace, identity: str = "", asks: bool = True
) -> dict[str, Any]:
    """All that the stage needs, once: it steps in the browser without asking again.

    `identity` names a run that grows, else it is what is shown; `asks`: questions come before
    the steps that matter.
    """
    asked = predict.questions(lesson, trace) if asks else ()
    shown = views.stage(lesson, trace) | {
        "language": i18n.chosen.get(),
        "situation": titled(trace.scenario),
        "questions": [predict.view(one) for one in asked],
        "strings": {name: _(text) for name, text in STRINGS.items()},
    }
    return shown | {"id": identity or digest_of(json.dumps(shown).encode())}


def packed(payload: dict[str, Any]) -> str:
    """The payload as JSON, gzip and base64: a long run says the same headers hundreds of times.
    The stage unpacks it."""
    return b64encode(gzip.compress(json.dumps(payload).encode(), mtime=0)).decode()


def unpacked(text: str) -> dict[str, Any]:
    """The payload that was packed."""
    return dict(json.loads(gzip.decompress(b64decode(text))))
