"""A message, painted in segments that open: who speaks, what it says, where it is from."""

from collections.abc import Iterator
from html import escape

from simulator.decoder.decode import Decoded
from simulator.decoder.grammar import Segment, grammar
from simulator.decoder.logs import Asked
from simulator.decoder.reading import Message
from simulator.words.i18n import _

LAYERS = {
    "cli": "#5b6b7f", "kubernetes": "#5b6b7f", "engine": "#0b6f8f", "credential-store": "#8a5a00",
    "network": "#7a3fb0", "tls": "#a3326b", "proxy": "#a04a12", "registry": "#1f7a3d",
    "image-store": "#0f6f66",
}  # fmt: skip
"""By layer: the colour of its segments, dark enough for white and light enough for dark."""

STYLE = """<style>
.anatomy { display: grid; gap: 2px; font-size: 0.92rem; }
.anatomy details { border-left: 5px solid var(--layer); border-radius: 4px;
  background: color-mix(in srgb, var(--layer) 9%, transparent); }
.anatomy summary { display: grid; grid-template-columns: minmax(0, 1fr) 12rem; gap: 0.2rem 1rem;
  padding: 0.3rem 0.6rem; cursor: pointer; min-height: 1.9rem; align-items: baseline; }
.anatomy summary::-webkit-details-marker { display: none; }
.anatomy summary code { font: 0.86rem/1.45 ui-monospace, monospace; overflow-wrap: anywhere;
  white-space: pre-wrap; background: none; color: inherit; padding: 0; }
.anatomy summary .who { font-size: 0.8rem; text-align: right; }
.anatomy summary .who::after { content: " ▸"; }
.anatomy details[open] summary .who::after { content: " ▾"; }
.anatomy details > div { padding: 0.1rem 0.6rem 0.6rem 0.6rem; }
.anatomy p { margin: 0 0 0.35rem; }
.anatomy dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.1rem 0.8rem;
  margin: 0 0 0.35rem; font-size: 0.86rem; }
.anatomy dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace; }
.anatomy .from { font-size: 0.8rem; opacity: 0.85; margin: 0; overflow-wrap: anywhere; }
.asked { margin: 0.2rem 0 0; padding-left: 1.4rem; font: 0.82rem/1.5 ui-monospace, monospace; }
.asked li { overflow-wrap: anywhere; }
@media (max-width: 640px) { .anatomy summary { grid-template-columns: minmax(0, 1fr); }
  .anatomy summary .who { text-align: left; } }
</style>"""


def painted(decoded: Decoded) -> str:
    """The warnings and the failure, segment by segment."""
    messages = (*decoded.warnings, decoded.main) if decoded.main else ()
    rows = "".join(row for message in messages for row in of_message(message))
    return f'{STYLE}<div class="anatomy">{rows}</div>'


def of_message(message: Message) -> Iterator[str]:
    for segment in message.segments:
        if segment.text.strip():
            yield of_segment(segment)


def of_segment(segment: Segment) -> str:
    frame = segment.frame
    speaker = grammar().speakers[frame.speaker] if frame else None
    colour = LAYERS.get(speaker.layer, LAYERS["cli"]) if speaker else LAYERS["cli"]
    who = speaker.title if speaker else _("Speaker unknown")
    return (
        f'<details style="--layer: {colour}"><summary><code>{escape(segment.text.strip())}</code>'
        f'<span class="who">{escape(who)}</span></summary><div>{inside(segment)}</div></details>'
    )


def inside(segment: Segment) -> str:
    """What opens: the meaning, the names in it, and the source."""
    if segment.frame is None:
        return f"<p>{escape(_('No speaker is known for these words.'))}</p>"
    names = "".join(f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(value)}</dd>"
                    for name, value in segment.named.items())  # fmt: skip
    told = f"<dl>{names}</dl>" if names else ""
    return f"<p>{escape(segment.frame.text)}</p>{told}{origin(segment.frame.source)}"


def origin(source: str) -> str:
    """Where the words come from, as a link into the repository where that is one."""
    where, path, *_rest = source.split(" ")
    label = escape(_("From: {source}").format(source=source))
    if "/" not in where or "." not in path:
        return f'<p class="from">{label}</p>'
    url = f"https://github.com/{where}/blob/HEAD/{path}"
    return f'<p class="from"><a href="{escape(url)}" target="_blank" rel="noopener">{label}</a></p>'


def listed(asked: tuple[Asked, ...]) -> str:
    """The requests of a log, in order."""
    items = "".join(
        f"<li>{escape(one.method)} {escape(one.url)} {escape(one.status or '')}</li>"
        for one in asked
    )
    return f'{STYLE}<ol class="asked">{items}</ol>'
