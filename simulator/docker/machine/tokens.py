"""The answer to a challenge: Basic sends the credential, Bearer fetches a token first."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from urllib.parse import urlencode

import jwt

from simulator.docker import events as e
from simulator.docker.events import Event
from simulator.docker.go_json import first_value, misfit, not_json
from simulator.docker.machine import mounts
from simulator.docker.machine.answers import errors
from simulator.docker.machine.part import Move, Part
from simulator.docker.machine.redirects import following, keep_move
from simulator.docker.machine.requests import asked, complete, listing, manifest_url, ref, wanted
from simulator.docker.machine.state import Access, Aside, Run, State
from simulator.docker.machine.table import AUTHORIZING, AUTHORIZING_PUSHES, PUSHING, Phase
from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.challenge import Challenge
from simulator.protocol.hosts import split_url
from simulator.protocol.message import Request, Response
from simulator.protocol.network_failure import Obstacle


def authorize(state: State) -> Move:
    """Answer the challenge: Basic attaches the credential, Bearer fetches a token."""
    challenge = state.run.access.challenge
    assert challenge is not None
    if spared(state):
        return e.AuthorizationSpared()
    if state.run.credential and state.run.credential.registry_token:
        return e.CredentialAttached()
    if challenge.scheme is Scheme.BASIC:
        return e.CredentialAttached() if usable(state) else e.NoCredentials(*asked(state))
    if not challenge.realm:
        return e.ChallengeIncomplete(*asked(state))
    request = token_post(state, challenge) if posts(state) else token_get(state, challenge)
    return unsendable(request) or (request,)


def spared(state: State) -> bool:
    """Whether the classic engine, which pings for every pull, asks for nothing afterwards."""
    at_pull = state.phase is Phase.AUTHORIZING_RESOLVE and not listing(state)
    return at_pull and state.profile.pings and bool(ref(state).digest) and complete(
        state, ref(state).digest or ""
    )  # fmt: skip


def usable(state: State) -> bool:
    """Whether there is a user name and a password to send with Basic."""
    credential = state.run.credential
    return bool(credential and credential.username and credential.password)


def unsendable(request: Request) -> Event | None:
    """Why Go's client does not send a request to a realm that is no whole address."""
    parts = split_url(request.url)
    if parts.scheme not in ("http", "https"):
        return e.Unreachable(request.method, request.url, Obstacle.NO_SCHEME, parts.scheme)
    if not parts.netloc:
        return e.Unreachable(request.method, request.url, Obstacle.NO_NAME)
    return None


def secret(state: State) -> str:
    """What proves who asks for a token: the identity token, or else the password."""
    credential = state.run.credential
    return (credential.identity_token or credential.password) if credential else ""


def posts(state: State) -> bool:
    credential = state.run.credential
    login = state.phase is Phase.AUTHORIZING_LOGIN
    if not credential or not secret(state) or state.run.access.post_refused or login:
        return False
    oauth = state.profile.posts_for_tokens and not listing(state)
    return oauth or bool(credential.identity_token)


def token_post(state: State, challenge: Challenge) -> Request:
    """The OAuth2 form (distribution docs, "OAuth2 token authentication")."""
    credential = state.run.credential
    assert credential is not None
    oauth = state.profile.posts_for_tokens and not listing(state)
    client = "containerd-client" if oauth else "docker"
    form = {"client_id": client, "service": challenge.service, "scope": " ".join(scopes(state))}
    if credential.identity_token:
        form |= {"grant_type": "refresh_token", "refresh_token": credential.identity_token}
    else:
        form |= {"grant_type": "password", "username": credential.username,
                 "password": credential.password}  # fmt: skip
    kind = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    return Request("POST", challenge.realm, (kind,), None, tuple(sorted(form.items())))


def token_get(state: State, challenge: Challenge) -> Request:
    """GET with the credential as Basic, or anonymous (distribution docs, "Token")."""
    credential, login = state.run.credential, state.phase is Phase.AUTHORIZING_LOGIN
    query = [("service", challenge.service)] if challenge.service else []
    if login:
        query += [("client_id", "docker"), ("offline_token", "true")]
    else:
        query += [("scope", one) for one in scopes(state)]
    classic = login or listing(state) or not state.profile.posts_for_tokens
    sent = None
    if credential and (usable(state) if classic else secret(state)):
        query += [("account", credential.username)] if classic else []
        name = "" if credential.identity_token and not classic else credential.username
        sent = Authorization.basic(name, credential.password if classic else secret(state))
    joint = "&" if split_url(challenge.realm).query else "?"
    url = f"{challenge.realm}{joint}{urlencode(sorted(query, key=itemgetter(0)))}"
    return Request("GET", url, (), sent)


def scopes(state: State) -> tuple[str, ...]:
    """The access that is asked for; containerd adds what the challenge names."""
    own = (f"repository:{ref(state).repository}:{actions(state)}", *source_scopes(state))
    challenge = state.run.access.challenge
    if listing(state) or not state.profile.adds_scopes or not (challenge and challenge.scope):
        return own
    return tuple(sorted({*own, *challenge.scope.split(" ")}))


def source_scopes(state: State) -> tuple[str, ...]:
    """The right to pull from the repository that a blob is to be mounted from."""
    mounting = state.run.outgoing.mounting
    return (f"repository:{mounting[1]}:pull",) if mounting else ()


def actions(state: State) -> str:
    """Pull, or pull and push: each engine names these two in its own order."""
    if state.phase not in AUTHORIZING_PUSHES:
        return "pull"
    return "push,pull" if state.profile.repacks else "pull,push"


POST_UNSUPPORTED = frozenset({400, 401, 404, 405})
"""Answers to a token POST after which GET is tried: services without the OAuth2 POST."""


def token_answer(state: State, request: Request, answer: Response) -> Event:
    if 200 <= answer.status < 400:
        return token_body(state, request, answer)
    if posts(state) and get_is_next(state, answer.status):
        return e.TokenPostRefused(answer.status)
    if answer.status in (401, 403):
        return e.TokenRefused(
            request.method, request.url, answer.status, errors(answer), asked(state)
        )
    return e.ServerFailed(request.method, request.url, answer.status, errors(answer))


def token_body(state: State, request: Request, answer: Response) -> Event:
    """The token, `access_token` first; a form is answered with that alone (RFC 6749)."""
    text = answer.body.decode(errors="replace")
    known = first_value(text)
    why = not_json(text) or misfit(known, *answer_type(state))
    if why:
        return e.TokenMissing(
            request.method, request.url, f"unable to decode token response: {why}"
        )
    document = known if isinstance(known, dict) else {}
    token = document.get("access_token") or (not posts(state) and document.get("token"))
    if not token:
        return e.TokenMissing(request.method, request.url, NO_TOKEN)
    both = answers_all(state) and state.run.access.challenge
    if both and both.beside_basic and not usable(state):
        return e.NoCredentials(*asked(state))
    return issued(str(token), document)


def answers_all(state: State) -> bool:
    """Whether each scheme of a challenge is answered: a login does so on every engine."""
    login = state.phase is Phase.AUTHORIZING_LOGIN
    return login or listing(state) or state.profile.answers_all_schemes


def answer_type(state: State) -> tuple[str, str, Mapping[str, str]]:
    """The Go type into which the answer is read: package, name, and fields with their kinds."""
    fields = dict.fromkeys(("access_token", "refresh_token"), "string")
    fields |= {"expires_in": "int", "issued_at": "time"}
    fields |= {"scope": "string"} if posts(state) else {"token": "string"}
    classic = state.phase is Phase.AUTHORIZING_LOGIN or not state.profile.posts_for_tokens
    if classic or listing(state):
        return "auth", "postTokenResponse" if posts(state) else "getTokenResponse", fields
    return "auth", "OAuthTokenResponse" if posts(state) else "FetchTokenResponse", fields


NO_TOKEN = "authorization server did not include a token in the response"


def get_is_next(state: State, status: int) -> bool:
    """GET after a POST that failed: containerd's rule; an identity token needs more than 405."""
    identity = state.run.credential is not None and state.run.credential.identity_token
    return state.profile.posts_for_tokens and status in POST_UNSUPPORTED - (
        {405} if identity else set()
    )


def issued(token: str, document: dict[str, object]) -> e.TokenIssued:
    lifetime = document.get("expires_in")
    identity = document.get("refresh_token")
    claims = claimed(token)
    return e.TokenIssued(
        token,
        lifetime if isinstance(lifetime, int) else None,
        granted(claims),
        identity if isinstance(identity, str) else "",
        json.dumps(claims) if claims else "",
        moment(document.get("issued_at")),
    )


def moment(text: object) -> int | None:
    """A time as the token service writes it (RFC 3339)."""
    try:
        return int(datetime.fromisoformat(str(text)).timestamp())
    except ValueError:
        return None


def claimed(token: str) -> dict[str, object]:
    """A JWT's payload, unverified: the registry verifies it. Empty for an opaque token."""
    try:
        return dict(jwt.decode(token, options={"verify_signature": False}))
    except jwt.InvalidTokenError:
        return {}


def granted(claims: dict[str, object]) -> tuple[str, ...]:
    """The access that is claimed, as scopes."""
    access = claims.get("access")
    try:
        return tuple(
            f"{entry['type']}:{entry['name']}:{','.join(entry['actions'])}"
            for entry in (access if isinstance(access, list) else ())
        )
    except (KeyError, TypeError):
        return ()


def keep_challenge(state: State, event: e.Challenged) -> Run:
    """The challenge, and the answer to the request that it interrupted."""
    if event.mirror:  # it gets no credentials
        aside = Aside(event.mirror, state.run.access, state.run.credential)
        access = Access(challenge=event.challenge)
        return replace(state.run, access=access, credential=None, aside=aside)
    challenged = replace(state.run, access=replace(state.run.access, challenge=event.challenge))
    if state.phase in (Phase.PINGING_PUSH, *PUSHING):
        return replace(challenged, outgoing=replace(state.run.outgoing, challenged=True))
    if state.phase not in (Phase.RESOLVING, Phase.FETCHING_MANIFEST):
        return challenged
    resolving = state.phase is Phase.RESOLVING
    identifier = ref(state).identifier if resolving else wanted(state)
    return challenged.attempted(manifest_url(state, identifier), 401)


def keep_basic(state: State, event: e.CredentialAttached) -> Run:
    """A registry token answers a demand for a token, and no other."""
    credential, challenge = state.run.credential, state.run.access.challenge
    assert credential is not None
    sent: Authorization | None = Authorization.basic(credential.username, credential.password)
    if credential.registry_token:
        wanted = challenge and challenge.scheme is Scheme.BEARER
        sent = Authorization.bearer(credential.registry_token) if wanted else None
    return replace(state.run, access=replace(state.run.access, authorization=sent))


def keep_post_refused(state: State, event: e.TokenPostRefused) -> Run:
    return replace(state.run, access=replace(state.run.access, post_refused=True))


def keep_token(state: State, event: e.TokenIssued) -> Run:
    challenge, credential = state.run.access.challenge, state.run.credential
    sent = Authorization.bearer(event.token)
    if state.run.aside:
        granted = (*state.run.granted, (state.run.aside.mirror, sent))
        return replace(state.run.resumed(), granted=granted)
    if state.run.outgoing.mounting:
        return mounts.keep_token(state, state.run.outgoing.mounting, sent)
    if challenge and challenge.beside_basic and answers_all(state) and credential:
        sent = Authorization.basic(credential.username, credential.password)  # the last one counts
    access = replace(
        state.run.access,
        authorization=sent,
        identity_token=event.identity_token,
        expires=expiry(event),
        outdated=False,
    )
    return replace(state.run, access=access)


SHORTEST_LIFE = 60
"""Seconds that the classic client gives every token, whatever the service says."""


def expiry(issued: e.TokenIssued) -> int | None:
    """Reckoned from the service's clock: where that is wrong, so is the moment."""
    if issued.issued is None:
        return None
    return issued.issued + max(issued.lifetime or 0, SHORTEST_LIFE)


PART = Part(
    moves=dict.fromkeys(AUTHORIZING, authorize),
    meanings=dict.fromkeys(AUTHORIZING, following(token_answer)),
    keeps={
        e.RequestMoved: keep_move,
        e.Challenged: keep_challenge,
        e.CredentialAttached: keep_basic,
        e.TokenPostRefused: keep_post_refused,
        e.TokenIssued: keep_token,
    },
)
