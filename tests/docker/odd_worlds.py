"""Worlds that are no lesson, for edges that are rare in practice."""

from dataclasses import replace

from simulator.protocol.digest import digest_of
from simulator.protocol.media_types import DOCKER_MANIFEST, OCI_MANIFEST
from simulator.protocol.network_failure import Obstacle
from simulator.registry.fixtures import dumps, pointer, repositories
from simulator.registry.model import Auth, Blob, Fault, Part, Repository, StoredManifest
from simulator.scenarios.model import Scenario, Typed, scenario
from simulator.sources.world import World

APP = "myprivateregistry.com/team/app"
MULTI = "myprivateregistry.com/team/multi"
AGAIN = (Typed(run="docker login myprivateregistry.com"),)
PULL = (Typed(run="docker pull myprivateregistry.com/myimage:latest"),)
LOGIN = (Typed(run="docker login myprivateregistry.com", typed=("alice", "s3cret")),)


def artifact() -> World:
    """The lesson's world, with something under `myimage:latest` that is no image."""
    config, layer = b"{}", b"hello"
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": pointer("application/vnd.oci.empty.v1+json", config),
        "layers": [pointer("text/plain", layer)],
    }
    manifest = StoredManifest(OCI_MANIFEST, dumps(document))
    digest = digest_of(manifest.data)
    blobs = {digest_of(data): Blob(digest_of(data), data) for data in (config, layer)}
    held = {"myimage": Repository({"latest": digest}, {digest: manifest}, blobs)}
    world = scenario("basic").world()
    site = world.sites["myprivateregistry.com"]
    assert site.registry is not None
    registry = replace(site.registry, repositories=held)
    return World({**world.sites, "myprivateregistry.com": replace(site, registry=registry)})


def odd(commands: tuple[Typed, ...] = PULL, **world: object) -> Scenario:
    """A world that is no lesson, for an edge that is rare in practice."""
    return Scenario.model_validate(
        {"name": "odd", "title": "", "commands": commands, "stored": "alice:s3cret", **world}
    )


def at_front(does: dict[str, object]) -> Scenario:
    """The lesson's registry, with something before it that does this to its answers."""
    return odd(auth=Auth.BASIC, sites={"myprivateregistry.com": {"front": [does]}})


def replied(path: str, media_type: str, body: str) -> dict[str, object]:
    """This body in place of the registry's."""
    return {"path": path, "reply": {"status": 200, "body": body,
                                    "headers": [("Content-Type", media_type)]}}  # fmt: skip


SIGNED = '{"schemaVersion": 1, "signatures": []}'


def mirrored(**world: object) -> Scenario:
    """Docker Hub is out of reach, and its mirror is the lesson's registry."""
    there = {"mirrors": ["https://myprivateregistry.com/"]}
    return odd((Typed(run="docker pull public/hello"),), stored=None, client=there, **world)


MIRRORED = (
    mirrored(), mirrored(auth=Auth.NONE),
    mirrored(faults=(Fault(Part.MANIFEST, status=404, code="MANIFEST_UNKNOWN"),)),
)  # fmt: skip
WITHOUT_BLOBS = odd(
    sites={"mirror.lan": {"auth": "none", "images": "lesson",
                          "front": [{"path": "/blobs/", "reply": {"status": 404}}]}},
    client={"hosts_files": {"myprivateregistry.com": '[host."https://mirror.lan"]'}},
)  # fmt: skip
"""Manifests are at a mirror: the registry is asked for blobs first of all, and wants a token."""
MULTI_LATEST = (Typed(run=f"docker manifest inspect {MULTI}:latest"),)
HALF = {"certs": ["myprivateregistry.com/client.cert"]}
INSPECTED = (
    odd((Typed(run=f"docker manifest inspect {APP}:1.0"),)), odd(MULTI_LATEST),
    odd((Typed(run="docker manifest inspect https://x"),)), odd(MULTI_LATEST, client=HALF),
    odd(MULTI_LATEST, faults=(Fault(Part.BLOB, status=404, code="BLOB_UNKNOWN"),)),
    odd(MULTI_LATEST, faults=(Fault(Part.BLOB, corrupt=True),)),
    odd(MULTI_LATEST, auth=Auth.BASIC), odd(MULTI_LATEST, auth=Auth.BASIC, stored=None),
    odd((Typed(run="docker manifest inspect localhost:5000/team/app:1.0"),), stored=None,
        sites={"localhost:5000": {"auth": "none", "images": "lesson", "tls": "plain"}}),
)  # fmt: skip
"""`docker manifest inspect`, of an image and of an index."""
ODD = {
    "HEAD failed, GET did not": odd(faults=(Fault(Part.MANIFEST, status=500, times=1),)),
    "an index behind that": odd(
        (Typed(run="docker pull myprivateregistry.com/team/multi:latest"),),
        faults=(Fault(Part.MANIFEST, status=500, times=1),),
    ),
    "a web page for a manifest": odd(
        faults=(Fault(Part.MANIFEST, status=200, body="<html>", media_type="text/html"),),
        auth=Auth.BASIC,
    ),
    "blob busy once": odd(faults=(Fault(Part.BLOB, status=503, times=1),)),
    "blob busy": odd(faults=(Fault(Part.BLOB, status=503),)),
    "blob denied": odd(faults=(Fault(Part.BLOB, status=403, code="DENIED"),)),
    "blob limited": odd(faults=(Fault(Part.BLOB, status=429, code="TOOMANYREQUESTS"),)),
    "blob cut for ever": odd(faults=(Fault(Part.BLOB, cut_after=0),)),
    "token service fails at login": odd(LOGIN, faults=(Fault(Part.TOKEN, status=503),)),
    "only the manifest is protected": odd(
        auth=Auth.NONE,
        stored=None,
        sites={
            "myprivateregistry.com": {
                "front": [{"path": "/manifests/sha256:", "challenge": 'Basic realm="registry"'}],
            }
        },
    ),
    "images that nothing needs": odd((Typed(run="docker image prune -f"),)),
    "what images take": odd((Typed(run="docker system df -v"),)),
    "no credentials for a digest": odd(
        (Typed(run=f"docker pull {APP}@sha256:{'0' * 64}"),), stored=None, auth=Auth.BASIC
    ),
    "half of a client certificate": odd(client={"certs": ["myprivateregistry.com/client.cert"]}),
    "half of a client certificate at login": odd(
        LOGIN, client={"certs": ["myprivateregistry.com/client.cert"]}
    ),
    "basic login": odd(LOGIN, auth=Auth.BASIC),
    "Ctrl-C at a prompt": odd((Typed(run=AGAIN[0].run, typed=("\x03",)),), stored=None),
    "Ctrl-D at a prompt": odd((Typed(run=AGAIN[0].run, typed=("alice", "\x04")),), stored=None),
    "stored for a helper": odd(helper_missing=True, auth=Auth.BASIC),
    "stored and stale at login": odd(AGAIN, stored="alice:oldpass"),
    "stored and stale at login, Basic": odd(AGAIN, stored="alice:oldpass", auth=Auth.BASIC),
    "stored, and the registry is down": odd(AGAIN, obstacle=Obstacle.REFUSED),
    "a login in a browser": odd((Typed(run="docker login", typed=("alice", "s3cret")),)),
    "all tags": odd((Typed(run=f"docker pull -a {APP}"),)),
    "another tag of the same image": odd(
        (Typed(run=f"docker pull {APP}:1.0"), Typed(run=f"docker pull {APP}:latest"))
    ),
    "another tag of the same index": odd(
        (
            Typed(run=f"docker pull {MULTI}:latest"),
            Typed(run=f"docker pull {MULTI}@{repositories()['team/multi'].tags['latest']}"),
            Typed(run=f"docker pull --platform linux/arm64 {MULTI}:latest"),
        )
    ),
    "a digest that the registry lacks": odd((Typed(run=f"docker pull {APP}@sha256:{'0' * 64}"),)),
    "a lone image for another platform": odd(
        (Typed(run="docker pull --platform linux/arm64 myprivateregistry.com/myimage"),)
    ),
    "one image of two cannot be removed": odd(
        (Typed(run=f"docker rmi {APP}:1.0 {APP}:9.9"),), held=f"{APP}:1.0"
    ),
    "a digest that the registry forgot": at_front(
        {"path": "/manifests/", "edit": {"set": {"Docker-Content-Digest": [f"sha256:{'0' * 64}"]}}}
    ),
    "two media types": at_front(
        {"path": "/manifests/", "edit": {"set": {"Content-Type": [OCI_MANIFEST]}}}
    ),
    "a manifest of schema 1": at_front(replied("/manifests/", "application/json", SIGNED)),
    "a manifest of a type that means schema 1": at_front(
        {"path": "/manifests/", "edit": {"set": {"Content-Type": ["text/plain"]}}}
    ),
    "a manifest that is not of its type": at_front(replied("/manifests/", DOCKER_MANIFEST, "{}")),
    "a web page for the tags": odd(
        (Typed(run=f"docker pull -a {APP}"),),
        auth=Auth.BASIC,
        sites={"myprivateregistry.com": {"front": [replied("/tags/", "text/html", "<html>")]}},
    ),
    "a manifest that wants more than its tag": odd(
        auth=Auth.NONE,
        stored=None,
        sites={
            "myprivateregistry.com": {
                "front": [{"path": "/manifests/sha256", "challenge": 'Basic realm="registry"'}]
            }
        },
    ),
    "half a certificate": odd(client={"certs": ["myprivateregistry.com/client.cert"]}),
    "half a certificate at login": odd(
        LOGIN, client={"certs": ["myprivateregistry.com/client.key"]}
    ),
    "an image that is not there is inspected": odd((Typed(run=f"docker inspect {APP}"),)),
}


def slow_clock() -> World:
    """The lesson's world; the token service's clock is an hour behind, and its tokens are old."""
    world = scenario("works").world()
    late = {
        host: replace(site, registry=site.registry and replace(site.registry, token_skew=-3600))
        for host, site in world.sites.items()
    }
    return World(late)


ODD_WORLDS = {"an artifact": artifact()}
"""Worlds that no scenario can say."""
