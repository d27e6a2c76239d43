"""Who may do what: the registry's check before it answers."""

import hmac
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.message import Request, Response
from simulator.protocol.target import Kind, Target
from simulator.registry import tokens
from simulator.registry.model import Auth, Registry
from simulator.registry.replies import error


def refuse(request: Request, registry: Registry) -> Response | None:
    """None where the request may pass; else 401 with a challenge, or 403."""
    match registry.auth:
        case Auth.NONE:
            return None
        case Auth.BASIC:
            return refuse_basic(request, registry)
        case Auth.BEARER:
            return refuse_bearer(request, registry)


def refuse_basic(request: Request, registry: Registry) -> Response | None:
    user, name = who(request.authorization, registry), request.target.repository
    detail = access_detail(resource(request.target, request.method))
    if user is None:
        return unauthorized(
            f'Basic realm="{registry.realm}"', resource(request.target, request.method)
        )
    wanted = resource(request.target, request.method)
    if not wanted or not name or may(registry, user, wanted):
        return None
    return error("DENIED", detail=detail)


def refuse_bearer(request: Request, registry: Registry) -> Response | None:
    wanted = resource(request.target, request.method)
    challenge = f'Bearer realm="{registry.realm}",service="{registry.service}"'
    if wanted:
        challenge += f',scope="{":".join(wanted)}"'
    given = request.authorization
    if given is None or given.scheme is not Scheme.BEARER:
        return unauthorized(challenge, wanted)
    claims = tokens.verify(given.secret, registry, registry.clock)
    if claims is None:
        return unauthorized(challenge + ',error="invalid_token"', wanted)
    if wanted and not allows(claims, wanted):
        return unauthorized(challenge + ',error="insufficient_scope"', wanted)
    return None


Resource = tuple[str, str, str]
"""Type, name and actions: a scope, before it is written with colons."""
CATALOG: Resource = ("registry", "catalog", "*")


def resource(target: Target, method: str = "GET") -> Resource | None:
    """What the request wants access to; None for the version check."""
    if target.repository:
        return ("repository", target.repository, ACTIONS.get(method, "pull,push"))
    return CATALOG if target.kind is Kind.CATALOG else None


ACTIONS = {"GET": "pull", "HEAD": "pull", "DELETE": "delete"}
"""What a method needs; all others need the rights to pull and to push."""


def allows(claims: Mapping[str, Any], wanted: Resource) -> bool:
    kind, name, actions = wanted
    granted = {
        action
        for entry in claims["access"]
        if (entry["type"], entry["name"]) == (kind, name)
        for action in entry["actions"]
    }
    return granted >= set(actions.split(","))


def unauthorized(challenge: str, wanted: Resource | None) -> Response:
    said = ("Www-Authenticate", challenge)
    return error("UNAUTHORIZED", said, detail=access_detail(wanted))


def access_detail(wanted: Resource | None) -> list[dict[str, str]] | None:
    if wanted is None:
        return None
    kind, name, actions = wanted
    return [
        {"Type": kind, "Class": "", "Name": name, "Action": action} for action in actions.split(",")
    ]


def who(authorization: Authorization | None, registry: Registry) -> str | None:
    """The user whose name and password these are; None if there is none."""
    pair = authorization.pair() if authorization else None
    user = registry.users.get(pair[0]) if pair else None
    right = pair and user and hmac.compare_digest(user.password.encode(), pair[1].encode())
    return pair[0] if pair and right else None


def subject(authorization: Authorization | None, registry: Registry) -> str | None:
    """The user whose password or whose valid token of ours this is; None if there is none."""
    if authorization is None or authorization.scheme is not Scheme.BEARER:
        return who(authorization, registry)
    claims = tokens.verify(authorization.secret, registry, registry.clock)
    return str(claims["sub"]) if claims and claims.get("sub") else None


def is_public(registry: Registry, name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in registry.public)


def may(registry: Registry, user: str, wanted: Resource) -> bool:
    """Pull what is theirs or public, push and delete where they may push. A known user may list the
    catalog: it names only what is theirs."""
    known = registry.users.get(user)
    if wanted == CATALOG:
        return known is not None
    kind, name, actions = wanted
    return kind == "repository" and all(
        (action == "pull" and is_public(registry, name))
        or (action in ("pull", "push", "delete") and known is not None and known.may(name, action))
        for action in actions.split(",")
    )
