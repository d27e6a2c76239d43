"""Where a learner is stuck, from what their requests show. Each hint is one function: it finds its
sign in the facts, or returns None. The first of `HINTS` that speaks is shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from simulator.live.attempts import Attempt, Doing, attempts
from simulator.live.seen import Seen
from simulator.live.trouble import SWITCHES, Trouble
from simulator.words.i18n import N_, _

RECENT = 600.0
"""Seconds after which a sign is old."""
WAITING = 45.0
"""Seconds without any request after which something seems to be in the way."""
PROBE = 2.0
"""Seconds in which a client that tries TLS first has gone on to plain HTTP."""


@dataclass(frozen=True)
class Facts:
    """All that the coach looks at. `host` is as the commands on the page spell it."""

    name: str
    host: str
    now: float
    begun: float
    seen: tuple[Seen, ...] = ()
    hellos: tuple[float, ...] = ()
    trouble: Trouble = Trouble()
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def recent(self) -> list[Attempt]:
        return attempts([s for s in self.seen if self.now - s.at < RECENT], self.now)


def advice(facts: Facts) -> str:
    """One or two sentences for the learner; empty while all goes well."""
    found = (hint(facts) for hint in HINTS)
    return next((text for text in found if text), "")


def says(text: str, **words: object) -> str:
    return _(text).format(**words)


def pushes(facts: Facts) -> str | None:
    """The last command tried to push."""
    last = facts.recent[-1:]
    if not (last and last[0].doing is Doing.PUSH):
        return None
    return says(PUSHES)


PUSHES = N_("That was a push. This registry is for pulling only, and refuses it, whoever you are.")


def tls(facts: Facts) -> str | None:
    """Somebody spoke TLS, and no plain request followed: the scheme or a flag is wrong."""
    lonely = [
        at for at in facts.hellos[-3:]
        if facts.now - at < RECENT and facts.now - at > PROBE
        and not any(at - 0.5 <= one.at for one in facts.seen)
    ]  # fmt: skip
    return says(TLS, host=facts.host) if lonely else None


TLS = N_(
    "Something spoke HTTPS to this port, which speaks plain HTTP, and then gave up. Write {host} "
    "without https://, and give podman or skopeo --tls-verify=false."
)


def wrong_password(facts: Facts) -> str | None:
    """The last three proofs were one and the same wrong password, or three different ones."""
    tried = [one for one in facts.seen if one.proof and facts.now - one.at < RECENT]
    last = tried[-3:]
    if len(last) < 3 or any(one.status != 401 or one.user != facts.name for one in last):
        return None
    if facts.trouble.revoked:
        return None
    same = len({one.proof for one in last}) == 1
    return says(SAME_PASSWORD if same else OTHER_PASSWORDS)


SAME_PASSWORD = N_(
    "The same wrong password came three times. Is it stored? Log out, then log in again with the "
    "password from this page."
)
OTHER_PASSWORDS = N_(
    "Three passwords were wrong. Copy the one on this page, or make a new one; it has two dashes."
)


def wrong_user(facts: Facts) -> str | None:
    """The last proof was for a name that is not this learner's."""
    tried = [one for one in facts.seen if one.proof and facts.now - one.at < RECENT]
    if not tried or tried[-1].status != 401 or tried[-1].user == facts.name:
        return None
    return says(WRONG_USER, user=tried[-1].user, name=facts.name)


WRONG_USER = N_("You logged in as {user}. Here you are {name}.")


def portless(facts: Facts) -> str | None:
    """The Host header lacks the port that the registry is at."""
    last = facts.seen[-1:]
    _name, colon, port = facts.host.rpartition(":")
    if not (last and colon and port.isdecimal()) or ":" in last[0].request.host:
        return None
    return says(PORTLESS, host=facts.host, said=last[0].request.host)


PORTLESS = N_("Your client says {said}, without the port. Write {host}, port included, everywhere.")


def other_host(facts: Facts) -> str | None:
    """Logged in under one spelling of the host, pulled without credentials under another."""
    pulls = [a for a in facts.recent if a.doing is Doing.PULL]
    logins = [a for a in facts.recent if a.doing is Doing.LOGIN and a.seen[-1].status == 200]
    if not (pulls and logins) or pulls[-1].user() or pulls[-1].seen[-1].status == 200:
        return None
    there, here = (one.seen[0].request.host for one in (logins[-1], pulls[-1]))
    return says(OTHER_HOST, there=there, here=here) if there != here else None


OTHER_HOST = N_(
    "You logged in to {there} and pulled from {here}. It is the same machine, but credentials are "
    "kept by the host's spelling: use one of them for both."
)


def no_login(facts: Facts) -> str | None:
    """The last pull came without credentials, and was refused."""
    last = facts.recent[-1:]
    if not last or last[0].doing not in (Doing.PULL, Doing.UNKNOWN) or last[0].user():
        return None
    if not last[0].over or last[0].seen[-1].status not in (401, 403):
        return None
    return says(NO_LOGIN, host=facts.host)


NO_LOGIN = N_(
    "This pull brought no credentials. Log in first: docker login {host}. With sudo, log in with "
    "sudo too: each user has a config.json of their own."
)


def wrong_name(facts: Facts) -> str | None:
    """The last manifest asked for does not exist: the repository is not one of theirs, or has
    no such tag."""
    last = facts.recent[-1:]
    if not last or last[0].doing is not Doing.PULL or last[0].seen[-1].status == 200:
        return None
    wanted, tag = last[0].repository, last[0].tag()
    if wanted not in facts.tags:
        near = get_close_matches(f"{facts.name}/{wanted.rpartition('/')[2]}", facts.tags, 1, 0.5)
        return says(WRONG_REPOSITORY, wanted=wanted, near=(near or sorted(facts.tags))[0])
    if tag and not tag.startswith("sha256:") and tag not in facts.tags[wanted]:
        return says(WRONG_TAG, wanted=wanted, tag=tag, tags=", ".join(facts.tags[wanted]))
    return None


WRONG_REPOSITORY = N_("There is no {wanted} for you here. Did you mean {near}?")
WRONG_TAG = N_("{wanted} has no tag {tag}. It has: {tags}.")


def broken(facts: Facts) -> str | None:
    """The last command failed while something is switched to broken."""
    last = facts.recent[-1:]
    on = [_(title) for name, (title, _what) in SWITCHES.items() if getattr(facts.trouble, name)]
    damaged = last and any(bad(one) for one in last[0].seen[-4:])
    if not (last and on and damaged):
        return None
    return says(BROKEN, switches=", ".join(on))


def bad(one: Seen) -> bool:
    """Refused despite a proof, in error, or damaged on its way."""
    if one.status >= 400:
        return not (one.anonymous and not one.proof and one.status == 401)
    content = one.answer.content
    return content is not None and not one.request.path.endswith(content.digest)


BROKEN = N_("You broke this yourself: {switches}. See what your client says, then put it right.")


def nothing_yet(facts: Facts) -> str | None:
    """No request ever came, long after the commands were shown."""
    if facts.seen or facts.hellos or facts.now - facts.begun < WAITING:
        return None
    return says(NOTHING_YET, host=facts.host)


NOTHING_YET = N_(
    "Nothing has reached the registry yet. Is {host} spelled with its port in your command? A "
    "docker that runs on another machine, or in a virtual one, cannot reach this one's 127.0.0.1."
)


Hint = Callable[[Facts], str | None]
HINTS: tuple[Hint, ...] = (
    pushes, tls, portless, broken, wrong_password, wrong_user, other_host, wrong_name, no_login,
    nothing_yet,
)  # fmt: skip
