"""A token that was issued or refused."""

import json
from collections.abc import Sequence

from simulator.docker import events as e
from simulator.docker.events import Event
from simulator.docker.machine.answers import errors
from simulator.docker.machine.tokens import granted
from simulator.live.observer.story import Story
from simulator.live.seen import Seen
from simulator.protocol.secrets import MASK


def tell_token(story: Story, one: Seen, later: Sequence[Seen]) -> None:
    """Issued, or refused; a refused POST after which the client goes on was only a try."""
    if one.status == 200:
        story.tell(issued(one), one.exchange)
        return
    request, said = one.request, errors(one.answer)
    again = any(next_one.request.path == request.path for next_one in later)
    if again:
        post = request.method == "POST"
        event: Event = e.TokenPostRefused(one.status) if post else e.AskedAgain(
            request.url, one.status
        )  # fmt: skip
    elif one.status in (401, 403):
        event = e.TokenRefused(request.method, request.url, one.status, said, about(story))
    else:
        event = e.ServerFailed(request.method, request.url, one.status, said)
    story.tell(event, one.exchange)


def issued(one: Seen) -> e.TokenIssued:
    document, claims = one.answer.json(), json.loads(one.claims or "{}")
    lifetime = document.get("expires_in") if isinstance(document, dict) else None
    return e.TokenIssued(
        MASK, lifetime if isinstance(lifetime, int) else None, granted(claims), "", one.claims
    )


def about(story: Story) -> tuple[str, str]:
    """The request that needed the token, as Docker names it."""
    state = story.state
    base = f"{'http' if state.run.access.plain_http else 'https'}://{state.run.host}/v2/"
    reference = state.run.reference
    if reference is None:
        return "GET", base
    return "HEAD", f"{base}{reference.repository}/manifests/{reference.identifier}"
