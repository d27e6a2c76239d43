"""A hostile registry: every run ends in time, with an event, and tells no secret."""

import hashlib
import http.server
import json
import time

import pytest

from simulator.scenarios.real_run import run_real
from simulator.sources.dialer import Policy
from tests.sources.servers import listening

ENDS = {
    "ok": "SessionEnded",
    "realm_bad": "Unreachable",
    "realm_port": "Unreachable",
    "head_long": "Unreachable",
    "twice": "SessionEnded",
    "many": "ManifestUnreadable",
    "deep": "ManifestUnreadable",
    "os5": "ManifestUnreadable",
    "latin": "ServerFailed",
    "drip": "Unreachable",
    "loc6": "ServerFailed",
    "locport": "ServerFailed",
    "locloop": "Unreachable",
    "negative": "Unreachable",
    "endless": "DigestMismatch",
}


@pytest.mark.parametrize("engine", ["29", "26"])
@pytest.mark.parametrize("case", ENDS)
def test_every_run_ends_with_an_event(case: str, engine: str) -> None:
    """Within its seconds and bytes, whatever the registry answers."""
    H.case = case
    policy = Policy(seconds=30, most=50_000_000)
    with listening(H) as host:
        trace = run_real(host, "alice", "s3cret", "case/x:1", engine=engine, policy=policy)
    assert trace.steps[-1].name == ENDS[case]
    assert "s3cret" not in trace.to_json()


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


L = b"x" * 1000
CFG, CFG2 = (
    json.dumps(
        {"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": [digest_of(L)] * count}}
    ).encode()
    for count in (1, 2)
)


def man(layers, cfg=CFG):
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": digest_of(cfg),
                "size": len(cfg),
            },
            "layers": layers,
        }
    ).encode()


one = {
    "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
    "digest": digest_of(L),
    "size": len(L),
}


class H(http.server.BaseHTTPRequestHandler):
    case = ""
    protocol_version = "HTTP/1.1"

    def log_message(self, *a):
        pass

    def out(self, st, body=b"", **h):
        self.send_response(st)
        for k, v in h.items():
            self.send_header(k.replace("_", "-"), v)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        c = H.case
        if self.path == "/v2/":
            if c == "realm_bad":
                return self.out(401, WWW_Authenticate='Bearer realm="http://[::1",service="x"')
            if c == "realm_port":
                return self.out(401, WWW_Authenticate='Bearer realm="http://127.0.0.1:99999/t"')
            if c == "head_long":
                return self.out(401, WWW_Authenticate="Bearer " + "a" * 30000)
            return self.out(200)
        if "/manifests/" in self.path:
            m = man([one])
            if c == "twice":
                m = man([one, {**one, "size": 5}], CFG2)
            if c == "many":
                m = man([{**one, "digest": digest_of(str(i).encode())} for i in range(600)])
            if c == "deep":
                m = b"[" * 100000
            if c == "os5":
                m = json.dumps({"manifests": [{**one, "platform": {"os": 5}}]}).encode()
            if c == "latin":
                return self.out(500, "é".encode("latin-1"))
            if c == "drip":
                self.send_response(200)
                self.send_header("Content-Length", "100000")
                self.end_headers()
                try:
                    while True:
                        self.wfile.write(b" ")
                        self.wfile.flush()
                        time.sleep(0.3)
                except OSError:
                    self.close_connection = True
                return
            return self.out(
                200,
                m,
                Content_Type="application/vnd.oci.image.manifest.v1+json",
                Docker_Content_Digest=digest_of(m),
            )
        if "/blobs/" in self.path:
            d = self.path.rpartition("/")[2]
            for config in (CFG, CFG2):
                if d == digest_of(config):
                    return self.out(200, config)
            if c == "loc6":
                return self.out(307, Location="http://[::1")
            if c == "locport":
                return self.out(307, Location="http://127.0.0.1:99999/x")
            if c == "locloop":
                return self.out(307, Location=self.path)
            if c == "negative":
                self.send_response(200)
                self.send_header("Content-Length", "-5")
                self.end_headers()
                self.close_connection = True
                return
            if c == "endless":
                self.send_response(200)
                self.end_headers()
                self.close_connection = True
                try:
                    while True:
                        self.wfile.write(b"z" * 65536)
                except OSError:
                    return
            return self.out(200, L)
        self.out(404)
