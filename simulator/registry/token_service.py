"""The token service: the same registry at its realm (distribution docs, "Token authentication")."""

import hmac
import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit

from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request, Response
from simulator.registry import tokens
from simulator.registry.access import may, who
from simulator.registry.model import Auth, Registry, Signer, User
from simulator.registry.replies import error, reply


def is_token_service(request: Request, registry: Registry) -> bool:
    realm = urlsplit(registry.realm)
    return registry.auth is Auth.BEARER and (realm.netloc, realm.path) == (
        request.host, request.path,
    )  # fmt: skip


def token_service(request: Request, registry: Registry) -> Response:
    """GET with Basic or nothing; the OAuth2 POST only where the registry takes it."""
    if request.method == "POST" and (registry.token_post or registry.refresh):
        return token_by_form(request, registry)
    if request.method != "GET":
        return error("UNSUPPORTED", ("Allow", "GET"))
    user = who(request.authorization, registry)
    if request.authorization and user is None:
        return WRONG_PASSWORD
    query = parse_qs(request.query)
    offline = query.get("offline_token") == ["true"] and user is not None
    return token_for(registry, user or "", query.get("scope", []), offline)


WRONG_PASSWORD = reply(401, "application/json", b'{"details": "incorrect username or password"}')
"""Token services answer in the older form, without error codes."""
WRONG_TOKEN = reply(401, "application/json", b'{"details": "invalid refresh token"}')


def token_by_form(request: Request, registry: Registry) -> Response:
    form = dict(parse_qsl(request.body.decode()))
    given = Authorization.basic(form.get("username", ""), form.get("password", ""))
    users = registry.users.items() if registry.refresh else ()
    known = {identity_token(registry.signer, name, user): name for name, user in users}
    name = known.get(form.get("refresh_token", "")) or who(given, registry)
    if name is None:
        return WRONG_TOKEN if form.get("refresh_token") else WRONG_PASSWORD
    return token_for(registry, name, form.get("scope", "").split())


def identity_token(signer: Signer, name: str, user: User) -> str:
    """The token that replaces the user's password, until the password changes."""
    return hmac.new(signer.secret, f"{name}:{user.password}".encode(), "sha256").hexdigest()


def token_for(registry: Registry, user: str, scopes: list[str], offline: bool = False) -> Response:
    now = registry.clock + registry.token_skew
    access = granted(registry, user, scopes)
    if registry.denies and len(access) < len(scopes):
        code = "UNAUTHORIZED" if registry.denies == 401 else "DENIED"
        return error(code, status=registry.denies)
    token = tokens.issue(registry, user, access, now)
    document = {
        "token": token, "access_token": token,
        "expires_in": registry.token_lifetime, "issued_at": stamp(now),
    }  # fmt: skip
    if offline and registry.refresh:
        document["refresh_token"] = identity_token(registry.signer, user, registry.users[user])
    return reply(200, "application/json", json.dumps(document).encode())


def stamp(now: int) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def granted(registry: Registry, user: str, scopes: list[str]) -> tokens.Access:
    """What the user may: a scope that is not granted is left out, silently."""
    if registry.token_access is not None:
        fixed = (scope_parts(scope) for scope in registry.token_access)
        return tuple((kind, name, tuple(actions)) for kind, name, actions in fixed)
    asked = (scope_parts(scope) for scope in scopes)
    found = (
        (
            kind,
            name,
            tuple(
                one for one in ACTIONS if one in actions and may(registry, user, (kind, name, one))
            ),
        )
        for kind, name, actions in asked
    )
    return tuple((kind, name, allowed) for kind, name, allowed in found if allowed)


ACTIONS = ("pull", "push", "delete", "*")


def scope_parts(scope: str) -> tuple[str, str, list[str]]:
    """Type, name (which may have a port) and actions of a scope."""
    kind, _, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    return kind, name, actions.split(",")
