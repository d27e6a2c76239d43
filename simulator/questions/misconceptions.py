"""Mutant machines: each is right but for one misconception, and so wrong for a reason.

A mutant plays the same scenario as the machine. What it then shows is what a learner with this
misconception expects: a wrong answer that comes with its own explanation. A mutant may replace
one of the machine's three functions, the world, the engine, or the order and sight of the steps.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import count

from simulator.docker import events as e
from simulator.docker.cli.commands import Logout, Pull
from simulator.docker.engines import engines
from simulator.docker.events import Event, Failure
from simulator.docker.machine import Phase, State, evolve, interpret, keep, next_move
from simulator.docker.machine.blobs import blob_of
from simulator.docker.machine.manifests import fetch_manifest
from simulator.docker.machine.requests import asked, kind_of, manifest_request, ping, wanted
from simulator.docker.trace import MACHINE, Machine, Step, Trace
from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.errors import standard_message
from simulator.protocol.message import Exchange, Request
from simulator.protocol.network_failure import Obstacle
from simulator.protocol.secrets import MASK
from simulator.registry.model import Auth
from simulator.scenarios import play
from simulator.scenarios.model import Scenario, Setting, scenario
from simulator.sources.world import Role
from simulator.words.i18n import N_

P = Phase
Moves = tuple[Request, ...] | Event


def same(value: str) -> str:
    return value


def same_world(scenario: Scenario) -> Scenario:
    return scenario


def same_trace(trace: Trace) -> Trace:
    return trace


@dataclass(frozen=True)
class Mutant:
    """One misconception. The texts complete "This is what you would see if {belief}. But {truth}".

    `objective` names what somebody who believes this has still to learn.
    """

    name: str
    objective: str
    belief: str
    truth: str
    machine: Machine = MACHINE
    world: Callable[[Scenario], Scenario] = same_world
    engine: Callable[[str], str] = same
    rewrite: Callable[[Trace], Trace] = same_trace
    when: tuple[type[Event], ...] = ()
    """Where none of these happens to the machine, the mutant does the same; empty: it may not."""

    def run(self, name: str, engine: str) -> Trace:
        """The scenario as somebody imagines it who has this misconception."""
        known = scenario(name)
        world, other = self.world(known), self.engine(engine)
        if world == known and (self.machine is MACHINE or not self.matters(name, other)):
            return self.rewrite(play.trace(name, other))
        return self.rewrite(play.run(world, other, self.machine))

    def matters(self, name: str, engine: str) -> bool:
        steps = play.trace(name, engine).steps
        return not self.when or any(isinstance(step.event, self.when) for step in steps)

    @property
    def speaks(self) -> bool:
        """Whether Docker could end a run with other words for this mutant."""
        return self.rewrite is same_trace and self.engine is same


# -- replacing one function -------------------------------------------------------------------


def bent(state: State, event: Event, phase: Phase) -> State:
    """The state after an event that the table sends elsewhere, or does not know."""
    return replace(keep(state, event), phase=phase)


def leading(edges: Mapping[tuple[Phase, type[Event]], Phase]) -> Machine:
    """The machine with these edges in its table; it may fail anywhere."""

    def changed(state: State, event: Event) -> State:
        failed = P.FAILED if isinstance(event, Failure) else None
        phase = edges.get((state.phase, type(event)), failed)
        return evolve(state, event) if phase is None else bent(state, event, phase)

    return Machine(evolve=changed)


def evolving(change: Callable[[State, Event, State], State]) -> Machine:
    """The machine that keeps something else after an event."""
    return Machine(evolve=lambda state, event: change(state, event, evolve(state, event)))


def meaning(change: Callable[[State, Exchange, Event], Event]) -> Machine:
    """The machine that takes an answer for something else."""

    def understood(state: State, exchange: Exchange) -> Event:
        return change(state, exchange, interpret(state, exchange))

    return replace(leading({}), interpret=understood)


def moving(change: Callable[[State], Moves | None]) -> Machine:
    """The machine that does something else next, where `change` says so."""

    def moved(state: State) -> Moves:
        return change(state) or next_move(state)

    return Machine(next_move=moved)


# -- seeing the run otherwise -----------------------------------------------------------------


def each_step(change: Callable[[Step], Step]) -> Callable[[Trace], Trace]:
    return lambda trace: replace(trace, steps=tuple(map(change, trace.steps)))


def each_state(change: Callable[[State], State]) -> Callable[[Trace], Trace]:
    def changed(step: Step) -> Step:
        return replace(step, before=change(step.before), after=change(step.after))

    return each_step(changed)


def in_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(replace(step, number=number) for number, step in enumerate(steps, 1))


def replayed(start: State, steps: tuple[Step, ...]) -> Iterator[Step]:
    """The same events and messages in this order, each evolved from the one before."""
    state = start
    for number, step in zip(count(1), steps, strict=False):
        after = bent(state, step.event, step.after.phase)
        yield replace(step, number=number, before=state, after=after)
        state = after


# -- what is believed about login and what is stored ------------------------------------------


def with_token(state: State) -> State:
    """As if `config.json` held a token in place of the password."""
    store = state.client.store
    kept = tuple((key, replace(one, identity_token=MASK)) for key, one in store.entries)
    return replace(state, client=replace(state.client, store=replace(store, entries=kept)))


def token_after_pull(trace: Trace) -> Trace:
    bought = any(
        isinstance(step.event, e.TokenIssued) and isinstance(step.after.run.command, Pull)
        for step in trace.steps
    )
    return each_state(after_pull)(trace) if bought else trace


def after_pull(state: State) -> State:
    pulled = isinstance(state.run.command, Pull) and state.phase in (P.READY, P.DONE)
    return with_token(state) if pulled else state


LOGIN_UNCHECKED = leading({(P.PROMPTING, e.CredentialsEntered): P.SAVING})


def telling(state: State) -> Moves | None:
    """Logout first asks the registry."""
    tells = state.phase is P.REMOVING and not state.run.attempts
    return (ping(with_host(state), None),) if tells else None


def with_host(state: State) -> State:
    server = state.run.command.server if isinstance(state.run.command, Logout) else ""
    return replace(state, run=replace(state.run, host=state.run.host or server))


def told_of_logout(state: State, exchange: Exchange) -> Event:
    if state.phase is P.REMOVING:
        return e.AccessOpen(200)
    return interpret(state, exchange)


def heard(state: State, event: Event) -> State:
    if state.phase is P.REMOVING and isinstance(event, e.AccessOpen):
        return replace(state, run=state.run.attempted("logout", 200))
    return evolve(state, event)


def one_token(trace: Trace) -> Trace:
    """A pull after a login in this run: without a challenge, with the token of the login."""
    if not any(
        isinstance(step.event, e.LoginAccepted) and scheme_of(step.after) is Scheme.BEARER
        for step in trace.steps
    ):
        return trace
    asking = (e.Challenged, e.TokenPostRefused, e.TokenIssued, e.CredentialAttached)
    kept = tuple(
        step
        for step in trace.steps
        if not (isinstance(step.after.run.command, Pull) and isinstance(step.event, asking))
    )
    return replace(trace, steps=in_order(tuple(map(carrying_token, kept))))


def carrying_token(step: Step) -> Step:
    if not isinstance(step.after.run.command, Pull):
        return step
    sent = Authorization(Scheme.BEARER, MASK)
    return replace(proving(step, Scheme.BEARER), after=authorized(step.after, sent))


def proving(step: Step, scheme: Scheme) -> Step:
    """The step, its request sent with such a proof."""
    if step.exchange is None:
        return step
    request = replace(step.exchange.request, authorization=Authorization(scheme, MASK))
    return replace(step, exchange=replace(step.exchange, request=request))


# -- what is believed about the challenge -----------------------------------------------------


def final(state: State, _: Exchange, event: Event) -> Event:
    """A 401 says that the password is wrong."""
    if not isinstance(event, e.Challenged):
        return event
    if state.phase is P.CHECKING:
        return e.LoginRejected("GET", f"https://{state.run.host}/v2/", 401)
    return e.AccessDenied(*asked(replace(state, phase=P.AUTHORIZING_RESOLVE)), 401, DENIED, SCOPE)


DENIED = (e.RegistryError("DENIED", standard_message("DENIED")),)
SCOPE = "insufficient_scope"
UNKNOWN = (e.RegistryError("MANIFEST_UNKNOWN", "manifest unknown"),)
"""What the mock registry says to those who may not, and of what is not there."""


def at_home(state: State) -> Moves | None:
    """Without stored credentials Docker refuses by itself."""
    move = next_move(state) if state.phase is P.LOOKING_UP else None
    if not isinstance(move, e.CredentialMissing):
        return None
    return e.NoCredentials(*asked(replace(state, phase=P.AUTHORIZING_RESOLVE)))


def password_first(trace: Trace) -> Trace:
    """The first message of every pull carries the password."""
    first: set[str] = set()
    return each_step(lambda step: first_message(step, first))(trace)


def first_message(step: Step, seen: set[str]) -> Step:
    command = step.after.run.command
    knows = isinstance(command, Pull) and step.before.run.credential
    if not (knows and step.exchange and command) or command.text in seen:
        return step
    seen.add(command.text)
    return proving(step, Scheme.BASIC)


def to_storage(step: Step) -> Step:
    """A blob's request that was redirected takes the token along."""
    asked = step.exchange.request if step.exchange else None
    away = asked is not None and asked.host in storage_hosts()
    return proving(step, Scheme.BEARER) if away else step


@cache
def storage_hosts() -> tuple[str, ...]:
    """The storage hosts of the ordinary world."""
    return Setting().world().hosts(Role.STORAGE)


def issued(**changed: object) -> Callable[[Trace], Trace]:
    """Every token is issued with this."""

    def change(step: Step) -> Step:
        if not isinstance(step.event, e.TokenIssued):
            return step
        return replace(step, event=replace(step.event, **changed))  # type: ignore[arg-type]

    return each_step(change)


def still_authorized(before: State, event: Event, after: State) -> State:
    """The resolver's token also serves the fetcher."""
    if not isinstance(event, e.Resolved) or scheme_of(before) is not Scheme.BEARER:
        return after
    return authorized(after, before.run.access.authorization)


def authorized(state: State, sent: Authorization | None) -> State:
    access = replace(state.run.access, authorization=sent)
    return replace(state, run=replace(state.run, access=access))


def scheme_of(state: State) -> Scheme | None:
    return state.run.access.authorization.scheme if state.run.access.authorization else None


def other_engine(name: str) -> str:
    return next(other for other in engines() if other != name)


# -- what is believed about rights and refusals -----------------------------------------------


def never_stale(scenario: Scenario) -> Scenario:
    """What is stored is right for ever."""
    if scenario.stored is None:
        return scenario
    return scenario.model_copy(update={"password": scenario.stored.partition(":")[2]})


def all_rights(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"may_pull": ("*",)})


def protected(was: Auth, by: Auth) -> Callable[[Scenario], Scenario]:
    """The registry protects itself in another way."""

    def change(scenario: Scenario) -> Scenario:
        return scenario.model_copy(update={"auth": by}) if scenario.auth is was else scenario

    return change


def absent(_: State, __: Exchange, event: Event) -> Event:
    """`denied` is what is said of what does not exist, and the other way about."""
    match event:
        case e.AccessDenied(method, url):
            return e.ManifestUnknown(method, url, 404, UNKNOWN)
        case e.ManifestUnknown(method, url):
            return e.AccessDenied(method, url, 401, DENIED, SCOPE)
        case _:
            return event


OTHER_TROUBLE = (e.Unreachable, e.ServerFailed, e.RateLimited, e.BlobUnknown, e.DigestMismatch)


def denied(_: State, exchange: Exchange, event: Event) -> Event:
    """Whatever fails, it is a matter of credentials."""
    if not isinstance(event, OTHER_TROUBLE):
        return event
    return e.AccessDenied(exchange.request.method, exchange.request.url, 401, DENIED, SCOPE)


# -- what is believed about manifest, layers and store ----------------------------------------


def layers_first(trace: Trace) -> Trace:
    """The blobs arrive before anybody has a manifest."""
    content = (e.Redirected, e.DownloadCut)
    told = (e.ManifestReceived, e.ManifestHeld, e.IndexReceived, e.PlatformSelected)
    place = next((i for i, step in enumerate(trace.steps) if isinstance(step.event, told)), None)
    if place is None:
        return trace
    head, tail = trace.steps[:place], trace.steps[place:]
    arrived = (e.BlobReceived, e.BlobsVerified)
    blobs = tuple(step for step in tail if isinstance(step.event, arrived))
    rest = tuple(step for step in tail if not isinstance(step.event, (*content, *arrived)))
    return replace(trace, steps=tuple(replayed(trace.steps[0].before, (*head, *blobs, *rest))))


UNRESOLVED = leading(
    {
        (P.PINGING, e.PingSkipped): P.FETCHING_MANIFEST,
        (P.PINGING, e.AccessOpen): P.FETCHING_MANIFEST,
        (P.AUTHORIZING_RESOLVE, e.TokenIssued): P.FETCHING_MANIFEST,
        (P.AUTHORIZING_RESOLVE, e.CredentialAttached): P.FETCHING_MANIFEST,
    }
)


def unchecked(state: State, exchange: Exchange, event: Event) -> Event:
    """What arrives is what was asked for."""
    if not isinstance(event, e.DigestMismatch) or state.phase is not P.FETCHING_BLOBS:
        return event
    blob = blob_of(state, exchange.request)
    return e.BlobReceived(blob, kind_of(state, blob))


def all_again(state: State) -> Moves | None:
    """What is here already is downloaded all the same."""
    if state.phase is P.COMPARING:
        return e.UpdateNeeded()
    if state.phase is P.FETCHING_MANIFEST and not isinstance(fetch_manifest(state), tuple):
        return (manifest_request(state, "GET", wanted(state)),)
    return own_layers(state)


def own_layers(state: State) -> Moves | None:
    """Each image has its own layers."""
    if state.phase is not P.PLANNING or state.run.image.manifest is None:
        return None
    return e.LayersPlanned(tuple(dict.fromkeys(state.run.image.manifest.layers)), ())


def named(state: State, digest: str) -> State:
    if state.run.reference is None:
        return state
    images = state.client.images.with_image(state.run.reference.canonical, digest, ())
    return replace(state, client=replace(state.client, images=images))


def named_at_once(_: State, event: Event, after: State) -> State:
    arrived = isinstance(event, e.BlobReceived) and event.kind == "layer"
    return named(after, after.run.image.resolved or "") if arrived else after


def left_behind(_: State, event: Event, after: State) -> State:
    return named(after, "") if isinstance(event, Failure) else after


def cut_off(_: State, exchange: Exchange, event: Event) -> Event:
    if not isinstance(event, e.DownloadCut):
        return event
    return e.Unreachable(exchange.request.method, exchange.request.url, Obstacle.RESET)


# -- all of them ------------------------------------------------------------------------------

KNOWN = (
    Mutant(
        "login-keeps-a-token",
        "what-is-stored",
        N_("docker login kept a token on this machine"),
        N_("what it keeps is the user name and the password; the token of the login is forgotten."),
        rewrite=each_state(with_token),
    ),
    Mutant(
        "pull-keeps-its-token",
        "token-is-short-lived",
        N_("the token of a pull were kept for the next one"),
        N_("a token is held in memory only; the next pull buys a new one."),
        rewrite=token_after_pull,
    ),
    Mutant(
        "login-is-not-checked",
        "credentials-are-checked-at-login",
        N_("docker login only wrote the credentials down, and the pull found out"),
        N_("docker login asks the registry first, and stores only what was accepted."),
        machine=LOGIN_UNCHECKED,
        when=(e.CredentialsEntered,),
    ),
    Mutant(
        "logout-tells-the-registry",
        "what-is-stored",
        N_("docker logout told the registry"),
        N_("logout is local: it removes the entry from config.json and sends nothing."),
        machine=Machine(moving(telling).next_move, told_of_logout, heard),
        when=(e.LogoutTyped,),
    ),
    Mutant(
        "login-token-opens-the-pull",
        "challenge-and-scope",
        N_("the token of the login also served for the pull"),
        N_("that token gives no right to any repository, and it is not kept; a pull buys its own."),
        rewrite=one_token,
    ),
    Mutant(
        "401-is-final",
        "challenge-and-scope",
        N_("a 401 meant that the password is wrong"),
        N_("the first 401 is a question: it names how, and where, to prove who you are."),
        machine=meaning(final),
        when=(e.Challenged,),
    ),
    Mutant(
        "refused-at-home",
        "challenge-and-scope",
        N_("Docker itself refused to pull without a login"),
        N_("it asks all the same, as a stranger: the registry decides what strangers may have."),
        machine=replace(leading({}), next_move=moving(at_home).next_move),
        when=(e.CredentialMissing,),
    ),
    Mutant(
        "password-goes-first",
        "challenge-and-scope",
        N_("the first message of a pull carried the password"),
        N_("Docker sends no proof before the registry has said which kind it wants."),
        rewrite=password_first,
    ),
    Mutant(
        "proof-follows-redirect",
        "challenge-and-scope",
        N_("the proof followed a redirect to another host"),
        N_("that host must not learn it; the address alone opens the blob there."),
        rewrite=each_step(to_storage),
    ),
    Mutant(
        "token-is-for-ever",
        "token-is-short-lived",
        N_("a token lasted until logout"),
        N_("the token service says how long it is good for, and that is minutes."),
        rewrite=issued(lifetime=None),
    ),
    Mutant(
        "token-opens-all",
        "challenge-and-scope",
        N_("a token opened every repository"),
        N_("it names what was asked for, and gives a right to no more than that."),
        rewrite=issued(access=("repository:*:pull",)),
    ),
    Mutant(
        "fetcher-has-the-token",
        "engines-differ",
        N_("one token served the whole pull"),
        N_("this engine forgets it once the tag is resolved: the download starts as a stranger."),
        machine=evolving(still_authorized),
        when=(e.Resolved,),
    ),
    Mutant(
        "engines-are-alike",
        "engines-differ",
        N_("this engine went the way of the other one"),
        N_("engines ask in different orders and say different things."),
        engine=other_engine,
    ),
    Mutant(
        "registry-takes-the-password",
        "basic-vs-bearer",
        N_("the registry took the password itself"),
        N_("this registry wants a token; only its token service sees the password."),
        world=protected(Auth.BEARER, Auth.BASIC),
    ),
    Mutant(
        "tokens-everywhere",
        "basic-vs-bearer",
        N_("every registry worked with tokens"),
        N_("with Basic authentication there is no token: the password goes along each time."),
        world=protected(Auth.BASIC, Auth.BEARER),
    ),
    Mutant(
        "never-stale",
        "credentials-are-checked-at-login",
        N_("credentials that were right at login stayed right"),
        N_("what is stored is a copy; when the password changes, the copy is wrong."),
        world=never_stale,
    ),
    Mutant(
        "login-opens-all",
        "not-found-vs-denied",
        N_("whoever can log in could pull everything"),
        N_("a login proves who you are; what you may pull is another question."),
        world=all_rights,
    ),
    Mutant(
        "denied-means-absent",
        "not-found-vs-denied",
        N_("“denied” meant that the image does not exist"),
        N_("somebody who may pull is told “not found”; “denied” is for those who may not."),
        machine=meaning(absent),
        when=(e.AccessDenied, e.ManifestUnknown),
    ),
    Mutant(
        "always-the-password",
        "one-message-many-causes",
        N_("every failure were a matter of credentials"),
        N_("here nobody has refused the credentials: the trouble is another."),
        machine=meaning(denied),
        when=OTHER_TROUBLE,
    ),
    Mutant(
        "layers-before-manifest",
        "manifest-before-layers",
        N_("the layers came before the manifest"),
        N_("only the manifest says which layers there are; nobody can ask for them before."),
        rewrite=layers_first,
    ),
    Mutant(
        "tag-is-enough",
        "digest-verification",
        N_("the tag itself were downloaded"),
        N_("the tag is first resolved to a digest; from there on everything goes by digest."),
        machine=UNRESOLVED,
    ),
    Mutant(
        "digests-are-not-checked",
        "digest-verification",
        N_("what arrives were taken as it comes"),
        N_("each blob is hashed, and one whose digest is wrong ends the pull."),
        machine=meaning(unchecked),
        when=(e.DigestMismatch,),
    ),
    Mutant(
        "downloads-again",
        "layers-are-shared",
        N_("a pull always downloaded the whole image"),
        N_("what the image store holds, by digest, is not downloaded again."),
        machine=moving(all_again),
        when=(e.LayersPlanned, e.AlreadyUpToDate),
    ),
    Mutant(
        "layers-of-its-own",
        "layers-are-shared",
        N_("each image had layers of its own"),
        N_("a layer is known by its digest: images that share a base share its layers."),
        machine=moving(own_layers),
        when=(e.LayersPlanned,),
    ),
    Mutant(
        "image-by-layer",
        "image-comes-last",
        N_("the image appeared with its first layer"),
        N_("blobs wait without a name; the image gets its name when all of them are right."),
        machine=evolving(named_at_once),
        when=(e.BlobReceived,),
    ),
    Mutant(
        "failure-leaves-an-image",
        "image-comes-last",
        N_("a failed pull left an image behind"),
        N_("an image is named only once all of it is here; a failed pull names none."),
        machine=evolving(left_behind),
        when=(Failure,),
    ),
    Mutant(
        "cut-is-the-end",
        "digest-verification",
        N_("a broken connection ended the pull"),
        N_("the engine asks for the rest by range; the digest tells whether the whole is right."),
        machine=meaning(cut_off),
        when=(e.DownloadCut,),
    ),
)
MUTANTS: Mapping[str, Mutant] = {mutant.name: mutant for mutant in KNOWN}
"""By name."""


@cache
def imagined(mutant: str, scenario: str, engine: str) -> Trace:
    """What this mutant makes of a scenario."""
    return MUTANTS[mutant].run(scenario, engine)
