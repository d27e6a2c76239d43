"""The answer to a challenge: Basic sends the credential, Bearer fetches a token first."""

import json
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

import jwt

from simulator.docker import events as e
from simulator.docker.events import Event
from simulator.docker.go_json import kind as kind_of_json
from simulator.docker.go_json import not_json
from simulator.docker.machine.answers import errors
from simulator.docker.machine.part import Move, Part
from simulator.docker.machine.requests import asked, listing, manifest_url, ref, wanted
from simulator.docker.machine.state import Run, State
from simulator.docker.machine.table import Phase
from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.challenge import Challenge
from simulator.protocol.hosts import split_url
from simulator.protocol.message import Request, Response


def authorize(state: State) -> Move:
    """Answer the challenge: Basic attaches the credential, Bearer fetches a token."""
    challenge, credential = state.run.access.challenge, state.run.credential
    assert challenge is not None
    if challenge.scheme is Scheme.BASIC:
        usable = credential and credential.username and credential.password
        return e.CredentialAttached() if usable else e.NoCredentials(*asked(state))
    if posts(state):
        return (token_post(state, challenge),)
    return (token_get(state, challenge),)


def posts(state: State) -> bool:
    credential = state.run.credential
    login = state.phase is Phase.AUTHORIZING_LOGIN
    if not credential or state.run.access.post_refused or login:
        return False
    oauth = state.profile.posts_for_tokens and not listing(state)
    return oauth or bool(credential.identity_token)


def token_post(state: State, challenge: Challenge) -> Request:
    """The OAuth2 form (distribution docs, "OAuth2 token authentication")."""
    credential = state.run.credential
    assert credential is not None
    oauth = state.profile.posts_for_tokens and not listing(state)
    client = "containerd-client" if oauth else "docker"
    form = {"client_id": client, "scope": scope(state), "service": challenge.service}
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
    query = {"service": challenge.service}
    if login:
        query |= {"client_id": "docker", "offline_token": "true"}
    else:
        query |= {"scope": scope(state)}
    if credential and (login or listing(state) or not state.profile.posts_for_tokens):
        query |= {"account": credential.username}
    sent = None
    if credential:
        secret = credential.identity_token or credential.password
        name = "" if credential.identity_token else credential.username
        sent = Authorization.basic(name, secret)
    joint = "&" if split_url(challenge.realm).query else "?"
    url = f"{challenge.realm}{joint}{urlencode(sorted(query.items()))}"
    return Request("GET", url, (), sent)


def scope(state: State) -> str:
    return f"repository:{ref(state).repository}:pull"


POST_UNSUPPORTED = frozenset({400, 401, 404, 405})
"""Answers to a token POST after which GET is tried: services without the OAuth2 POST."""


def token_answer(state: State, request: Request, answer: Response) -> Event:
    if 200 <= answer.status < 400:
        return token_body(request, answer)
    if request.method == "POST" and get_is_next(state, answer.status):
        return e.TokenPostRefused(answer.status)
    if answer.status in (401, 403):
        return e.TokenRefused(
            request.method, request.url, answer.status, errors(answer), asked(state)
        )
    return e.ServerFailed(request.method, request.url, answer.status, errors(answer))


def token_body(request: Request, answer: Response) -> Event:
    """The token, `access_token` first; a form is answered with that alone (RFC 6749)."""
    text = answer.body.decode(errors="replace")
    broken = not_json(text)
    document = answer.json()
    if broken or not isinstance(document, dict):
        why = broken or f"json: cannot unmarshal {kind_of_json(document)}"
        return e.TokenMissing(
            request.method, request.url, f"unable to decode token response: {why}"
        )
    token = document.get("access_token") or (request.method == "GET" and document.get("token"))
    if not (token and isinstance(token, str)):
        return e.TokenMissing(request.method, request.url, NO_TOKEN)
    return issued(token, document)


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
    challenged = replace(state.run, access=replace(state.run.access, challenge=event.challenge))
    if state.phase not in (Phase.RESOLVING, Phase.FETCHING_MANIFEST):
        return challenged
    resolving = state.phase is Phase.RESOLVING
    identifier = ref(state).identifier if resolving else wanted(state)
    return challenged.attempted(manifest_url(state, identifier), 401)


def keep_basic(state: State, event: e.CredentialAttached) -> Run:
    assert state.run.credential is not None
    sent = Authorization.basic(state.run.credential.username, state.run.credential.password)
    return replace(state.run, access=replace(state.run.access, authorization=sent))


def keep_post_refused(state: State, event: e.TokenPostRefused) -> Run:
    return replace(state.run, access=replace(state.run.access, post_refused=True))


def keep_token(state: State, event: e.TokenIssued) -> Run:
    access = replace(
        state.run.access,
        authorization=Authorization.bearer(event.token),
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


AUTHORIZING = (Phase.AUTHORIZING_LOGIN, Phase.AUTHORIZING_RESOLVE, Phase.AUTHORIZING_FETCH)
PART = Part(
    moves=dict.fromkeys(AUTHORIZING, authorize),
    meanings=dict.fromkeys(AUTHORIZING, token_answer),
    keeps={
        e.Challenged: keep_challenge,
        e.CredentialAttached: keep_basic,
        e.TokenPostRefused: keep_post_refused,
        e.TokenIssued: keep_token,
    },
)
