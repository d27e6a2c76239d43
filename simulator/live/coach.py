"""Where a learner is stuck, from what their requests show. Each hint is one function: it finds its
sign in the facts, or returns None. The first of `HINTS` that speaks is shown. A hint asserts only
what the requests prove; where they prove nothing, none speaks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from simulator.live.attempts import Attempt, Doing, attempts, is_digest
from simulator.live.clients import commands
from simulator.live.seen import Kind, Seen, asked, client_of
from simulator.live.trouble import title_of
from simulator.words.i18n import N_, _

RECENT = 600.0
"""Seconds after which a sign is old."""
WAITING = 45.0
"""Seconds without any request after which something seems to be in the way."""
HESITATES = 5.0
"""Seconds after which a client that was challenged does not come back."""
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
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secure: bool = False
    """Whether the registry is behind TLS."""

    @cached_property
    def fresh(self) -> list[Seen]:
        """What came not too long ago."""
        return [one for one in self.seen if self.now - one.at < RECENT]

    @cached_property
    def recent(self) -> list[Attempt]:
        """The commands, in the order in which they began."""
        return attempts(self.fresh, self.now)

    @property
    def last(self) -> Attempt | None:
        return self.recent[-1] if self.recent else None

    @property
    def checked(self) -> list[Seen]:
        """Requests whose password the token service looked at."""
        return [
            one for one in self.fresh
            if one.proof and one.status in (200, 401) and asked(one.request).kind is Kind.TOKEN
        ]  # fmt: skip


def advice(facts: Facts) -> str:
    """One or two sentences for the learner; empty while all goes well."""
    return spoken(facts)[1]


def spoken(facts: Facts) -> tuple[str, str]:
    """The name of the hint that speaks, and its sentences; both empty while all goes well."""
    found = ((hint.__name__, hint(facts)) for hint in HINTS)
    return next(((name, text) for name, text in found if text), ("", ""))


def says(text: str, **words: object) -> str:
    return _(text).format(**words)


def pushes(facts: Facts) -> str | None:
    """The last command tried to push."""
    last = facts.last
    return says(PUSHES) if last and last.doing is Doing.PUSH else None


PUSHES = N_("That was a push. This registry refuses pushes from every account.")


def tls(facts: Facts) -> str | None:
    """A client spoke TLS, and no plain request followed: the scheme or a flag is wrong."""
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
    last = facts.checked[-3:]
    if len(last) < 3 or any(one.status != 401 or one.user != facts.name for one in last):
        return None
    if any("revoked" in one.broken for one in last):
        return None
    same = len({one.proof for one in last}) == 1
    if not same:
        return says(OTHER_PASSWORDS)
    kept = client_of(last[-1].request).kind.credentials
    return f"{says(SAME_PASSWORD)} {says(STORED if kept else TYPE_IT)}"


SAME_PASSWORD = N_("The same wrong password came three times.")
STORED = N_("Is it stored? Log out, then log in again with the password from this page.")
TYPE_IT = N_("Use the one on this page.")
OTHER_PASSWORDS = N_(
    "Three passwords were wrong. Copy the one on this page, or make a new one; it has two dashes."
)


def wrong_user(facts: Facts) -> str | None:
    """The last proof was for a name that is not this learner's."""
    tried = facts.checked[-1:]
    if not tried or not tried[0].user or tried[0].user == facts.name:
        return None
    return says(WRONG_USER, user=tried[0].user, name=facts.name)


WRONG_USER = N_("You logged in as {user}. Here you are {name}.")


def portless(facts: Facts) -> str | None:
    """The Host header lacks the port that the registry is at."""
    last = facts.fresh[-1:]
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
    if logins[-1].client.id != pulls[-1].client.id:
        return None
    there, here = (one.seen[0].request.host for one in (logins[-1], pulls[-1]))
    return says(OTHER_HOST, there=there, here=here) if there != here else None


OTHER_HOST = N_(
    "You logged in to {there} and pulled from {here}. It is the same machine, but credentials are "
    "kept by the host's spelling: use one of them for both."
)


def no_login(facts: Facts) -> str | None:
    """The last pull came without credentials, and was refused."""
    last = facts.last
    if not last or last.doing not in (Doing.PULL, Doing.UNKNOWN, Doing.TAGS) or last.user():
        return None
    ended = last.seen[-1]
    if not last.over or ended.status not in (401, 403):
        return None
    if ended.anonymous and facts.now - last.last < HESITATES:
        return None  # it was just challenged, and may come back
    return no_login_words(facts, last)


def no_login_words(facts: Facts, last: Attempt) -> str | None:
    """How this client is given credentials."""
    kind = last.client.kind
    image = f"{last.repository or facts.name + '/app'}:1.0".removeprefix(f"{facts.name}/")
    login, pull = commands(kind, facts.host, facts.name, image, facts.secure)
    if login and kind.credentials:
        told = says(NO_LOGIN, login=login)
        return f"{told} {says(SUDO, file=kind.credentials)}" if kind.prints else told
    return says(NO_PASSWORD, pull=pull) if pull else says(NOT_GIVEN, name=facts.name)


NO_LOGIN = N_("This pull brought no credentials. Log in first: {login}.")
SUDO = N_("With sudo, log in with sudo too: each user has a {file} of their own.")
NO_PASSWORD = N_("This pull brought no credentials. Give them with the command: {pull}")
NOT_GIVEN = N_("This request brought no credentials. Give the user name {name} and your password.")


def wrong_name(facts: Facts) -> str | None:
    """The last manifest asked for does not exist: the repository is not one of theirs, or has
    no such tag."""
    last = facts.last
    if not last or last.doing is not Doing.PULL or last.seen[-1].status not in (401, 403, 404):
        return None
    wanted, tag = last.repository, last.tag()
    if wanted and wanted not in facts.tags and not wanted.startswith("public/"):
        return wrong_repository(facts, wanted)
    if last.seen[-1].status != 404 or not tag or is_digest(tag) or tag in facts.tags[wanted]:
        return None
    return says(WRONG_TAG, wanted=wanted, tag=tag, tags=", ".join(facts.tags[wanted]))


def wrong_repository(facts: Facts, wanted: str) -> str | None:
    """The one that was probably meant, or all that there are."""
    tails = {name.rpartition("/")[2]: name for name in sorted(facts.tags)}
    near = get_close_matches(wanted.rpartition("/")[2], tails, 1, 0.6)
    if near:
        return says(WRONG_REPOSITORY, wanted=wanted, near=tails[near[0]])
    return says(NO_REPOSITORY, wanted=wanted, all=", ".join(tails.values())) if tails else None


WRONG_REPOSITORY = N_("There is no {wanted} for you here. Did you mean {near}?")
NO_REPOSITORY = N_("There is no {wanted} for you here. There are: {all}.")
WRONG_TAG = N_("{wanted} has no tag {tag}. It has: {tags}.")


def broken(facts: Facts) -> str | None:
    """The last command failed of what was switched to broken then."""
    last = facts.last
    found = [name for one in last.seen[-LATEST:] for name in causes(one)] if last else []
    if not found:
        return None
    return says(BROKEN, switches=", ".join(_(title_of(name)) for name in dict.fromkeys(found)))


LATEST = 4
"""Requests at the end of a command in which its failure shows: layers come side by side."""


def causes(one: Seen) -> list[str]:
    """The switches that were broken, and show in this answer."""
    return [name for name in one.broken if name in SYMPTOMS and SYMPTOMS[name](one)]


def refused(one: Seen) -> bool:
    return one.status in (401, 403) and not one.anonymous


def damaged(one: Seen) -> bool:
    content = one.answer.content
    return content is not None and not one.request.path.endswith(content.digest)


SYMPTOMS: Mapping[str, Callable[[Seen], bool]] = {
    "revoked": lambda one: one.status == 401 and bool(one.proof),
    "expired": refused,
    "denied": refused,
    "corrupt": damaged,
    "limited": lambda one: one.status == 429,
    "withheld": lambda one: one.status == 403,
    "unavailable": lambda one: one.status == 503,
}
"""By field of `Trouble`: whether an answer shows it."""

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
