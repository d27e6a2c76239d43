"""What the requests of a learner show: named values by which the coach chooses and proves a hint.

Each is computed from the requests alone. Empty, zero or False means that there is no such thing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from simulator.live.attempts import Attempt, Doing, attempts, is_digest
from simulator.live.clients import Kind as ClientKind
from simulator.live.clients import commands
from simulator.live.seen import Kind, Seen, asked, client_of
from simulator.live.trouble import title_of
from simulator.views.computed import Computed
from simulator.words.i18n import _

RECENT = 600.0
"""Seconds after which a sign is old."""
WAITING = 45.0
"""Seconds without any request after which something seems to be in the way."""
HESITATES = 5.0
"""Seconds after which a client that was challenged does not come back."""
PROBE = 2.0
"""Seconds in which a client that tries TLS first has gone on to plain HTTP."""
TRIES = 3
"""Passwords that are looked at: fewer may be a slip."""
LATEST = 4
"""Requests at the end of a command in which its failure shows: layers come side by side."""


@dataclass(frozen=True)
class Facts:
    """All that the coach looks at. `host` is as the commands on the page spell it, `secure`
    whether the registry is behind TLS, `broken` what the learner has broken just now."""

    name: str
    host: str
    now: float
    begun: float
    seen: tuple[Seen, ...] = ()
    hellos: tuple[float, ...] = ()
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secure: bool = False
    broken: tuple[str, ...] = ()

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

    @cached_property
    def checked(self) -> list[Seen]:
        """Requests whose password the token service looked at."""
        return [
            one for one in self.fresh
            if one.proof and one.status in (200, 401) and asked(one.request).kind is Kind.TOKEN
        ]  # fmt: skip


def requests(facts: Facts) -> int:
    """Requests that ever came."""
    return len(facts.seen)


def hellos(facts: Facts) -> int:
    """How often a client spoke TLS to the port."""
    return len(facts.hellos)


def silent(facts: Facts) -> bool:
    """No request ever came, long after the commands were shown."""
    return not facts.seen and not facts.hellos and facts.now - facts.begun >= WAITING


def name(facts: Facts) -> str:
    """The learner's user name."""
    return facts.name


def host(facts: Facts) -> str:
    """The registry, as the commands on the page spell it."""
    return facts.host


def secure(facts: Facts) -> bool:
    """The registry is behind TLS."""
    return facts.secure


# -- the last command ---------------------------------------------------------------------------


def doing(facts: Facts) -> str:
    """What the last command does: `pull`, `push`, ..."""
    return str(facts.last.doing) if facts.last else ""


def status(facts: Facts) -> int:
    """The last answer's status in the last command."""
    return facts.last.seen[-1].status if facts.last else 0


def user(facts: Facts) -> str:
    """The user name that the last command sent."""
    return facts.last.user() if facts.last else ""


def uploads_accepted(facts: Facts) -> int:
    """Requests of the last command that changed something in the registry."""
    pairs = facts.last.pairs if facts.last else []
    return sum(about.kind is Kind.PUSH and one.status < 300 for one, about in pairs)


def client(facts: Facts) -> ClientKind | None:
    """The client of the last command."""
    return facts.last.client.kind if facts.last else None


# -- the address --------------------------------------------------------------------------------


def gave_up_tls(facts: Facts) -> bool:
    """A client spoke TLS, and no plain request followed: the scheme or a flag is wrong."""
    return any(
        PROBE < facts.now - at < RECENT and not any(at - 0.5 <= one.at for one in facts.seen)
        for at in facts.hellos[-TRIES:]
    )


def requests_since_hello(facts: Facts) -> int:
    """Requests that came after the last client that spoke TLS."""
    return sum(one.at >= facts.hellos[-1] for one in facts.seen) if facts.hellos else 0


def host_sent(facts: Facts) -> str:
    """The Host header of the last request."""
    return facts.fresh[-1].request.host if facts.fresh else ""


def port_missing(facts: Facts) -> bool:
    """The Host header lacks the port that the registry is at."""
    _name, colon, port = facts.host.rpartition(":")
    return bool(host_sent(facts) and colon and port.isdecimal()) and ":" not in host_sent(facts)


def login_and_pull(facts: Facts) -> tuple[Attempt, Attempt] | None:
    """The last successful login and the last pull, where the pull failed without credentials,
    with the same client, under another spelling of the host."""
    pulls = [a for a in facts.recent if a.doing is Doing.PULL]
    logins = [a for a in facts.recent if a.doing is Doing.LOGIN and a.seen[-1].status == 200]
    if not (pulls and logins) or pulls[-1].user() or pulls[-1].seen[-1].status == 200:
        return None
    login, pull = logins[-1], pulls[-1]
    same = login.client.id == pull.client.id and host_of(login) != host_of(pull)
    return (login, pull) if same else None


def host_of(attempt: Attempt) -> str:
    return attempt.seen[0].request.host


def login_host(facts: Facts) -> str:
    """The host of the login that does not serve the pull; see `login_and_pull`."""
    both = login_and_pull(facts)
    return host_of(both[0]) if both else ""


def pull_host(facts: Facts) -> str:
    both = login_and_pull(facts)
    return host_of(both[1]) if both else ""


def pull_status(facts: Facts) -> int:
    both = login_and_pull(facts)
    return both[1].seen[-1].status if both else 0


# -- the password -------------------------------------------------------------------------------


def refusals(facts: Facts) -> int:
    """How many of the last passwords were refused."""
    return sum(one.status == 401 for one in facts.checked[-TRIES:])


def wrong_passwords(facts: Facts) -> int:
    """How many different passwords the last three were, where all were wrong for this learner's
    name while the right one was not revoked."""
    last = facts.checked[-TRIES:]
    if len(last) < TRIES or any(one.status != 401 or one.user != facts.name for one in last):
        return 0
    revoked = any("revoked" in one.broken for one in last)
    return 0 if revoked else len({one.proof for one in last})


def keeps_credentials(facts: Facts) -> bool:
    """The client that sent the last password keeps credentials."""
    return bool(facts.checked and client_of(facts.checked[-1].request).kind.credentials)


def user_checked(facts: Facts) -> str:
    """The user name that came with the last password."""
    return facts.checked[-1].user if facts.checked else ""


def own_user(facts: Facts) -> bool:
    """The last password came with this learner's name."""
    return user_checked(facts) == facts.name


def user_status(facts: Facts) -> int:
    """The token service's answer to the last password."""
    return facts.checked[-1].status if facts.checked else 0


# -- what was broken ----------------------------------------------------------------------------


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


def causes(facts: Facts) -> list[str]:
    """The switches that were broken, and show in the last command's last answers."""
    latest = facts.last.seen[-LATEST:] if facts.last else []
    found = (n for one in latest for n in one.broken if n in SYMPTOMS and SYMPTOMS[n](one))
    return list(dict.fromkeys(found))


def switches(facts: Facts) -> str:
    """What these switches are called on the page."""
    return ", ".join(_(title_of(one)) for one in causes(facts))


def still_broken(facts: Facts) -> bool:
    """One of these switches is on."""
    return bool(set(causes(facts)) & set(facts.broken))


def failures(facts: Facts) -> int:
    """How many of the last command's last answers failed, or had other content than named."""
    latest = facts.last.seen[-LATEST:] if facts.last else []
    return sum(one.status >= 400 or damaged(one) for one in latest)


# -- the name of the image ----------------------------------------------------------------------


def repository(facts: Facts) -> str:
    """The repository whose manifest the last command asked for in vain."""
    last = facts.last
    failed = last and last.doing is Doing.PULL and last.seen[-1].status in (401, 403, 404)
    return last.repository if last and failed else ""


def repository_known(facts: Facts) -> bool:
    """This learner may pull from it."""
    wanted = repository(facts)
    return wanted in facts.tags or wanted.startswith("public/")


def tails(facts: Facts) -> Mapping[str, str]:
    """The learner's repositories by the last part of their names."""
    return {one.rpartition("/")[2]: one for one in sorted(facts.tags)}


def near(facts: Facts) -> str:
    """The repository whose name is most like the wanted one."""
    known = tails(facts)
    found = get_close_matches(repository(facts).rpartition("/")[2], known, 1, 0.6)
    return known[found[0]] if found else ""


def repositories(facts: Facts) -> str:
    return ", ".join(tails(facts).values())


def unknown_tag(facts: Facts) -> str:
    """The tag that a repository of this learner does not have, where the answer was 404."""
    tag = facts.last.tag() if facts.last and status(facts) == 404 else ""
    known = facts.tags.get(repository(facts))
    return tag if known and not is_digest(tag) and tag not in known else ""


def tags(facts: Facts) -> str:
    """The tags of the wanted repository."""
    return ", ".join(facts.tags.get(repository(facts), ()))


# -- without credentials ------------------------------------------------------------------------


def without_login(facts: Facts) -> bool:
    """The last command came without credentials and was refused, and does not come back."""
    last = facts.last
    if not last or last.doing not in (Doing.PULL, Doing.UNKNOWN, Doing.TAGS) or last.user():
        return False
    ended = last.seen[-1]
    waits = ended.anonymous and facts.now - last.last < HESITATES
    return last.over and ended.status in (401, 403) and not waits


def to_type(facts: Facts) -> tuple[str, str]:
    """The login and the pull of the last command's client; a login that there is none of, or that
    is not kept, is empty."""
    kind, last = client(facts), facts.last
    if kind is None or last is None:
        return "", ""
    image = f"{last.repository or facts.name + '/app'}:1.0".removeprefix(f"{facts.name}/")
    login, pull = commands(kind, facts.host, facts.name, image, facts.secure)
    return login if kind.credentials else "", pull


def login(facts: Facts) -> str:
    return to_type(facts)[0]


def pull(facts: Facts) -> str:
    return to_type(facts)[1]


def docker(facts: Facts) -> bool:
    """The last command's client is Docker."""
    kind = client(facts)
    return bool(kind and kind.prints)


def credential_file(facts: Facts) -> str:
    """Where the last command's client keeps credentials."""
    kind = client(facts)
    return kind.credentials if kind else ""


Value = bool | int | str
VALUES: Mapping[str, Callable[[Facts], Value]] = {
    value.__name__: value
    for value in (
        requests, hellos, silent, name, host, secure, doing, status, user, uploads_accepted,
        gave_up_tls, requests_since_hello, host_sent, port_missing, login_host, pull_host,
        pull_status, refusals, wrong_passwords, keeps_credentials, user_checked, own_user,
        user_status, switches, still_broken, failures, repository, repository_known, near,
        repositories, unknown_tag, tags, without_login, login, pull, docker, credential_file,
    )
}  # fmt: skip
"""By name: `facts.NAME` in a condition or a claim, `{NAME}` in a text."""


def values_of(facts: Facts) -> Mapping[str, Value]:
    """The values of these facts."""
    return Computed(VALUES, facts)
