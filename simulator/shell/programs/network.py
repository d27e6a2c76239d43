"""Programs that look at the network of the world: names, ports, routes and certificates."""

import base64
import json
from datetime import UTC, datetime

from simulator.protocol.hosts import address_of, is_loopback
from simulator.protocol.json_text import json_of
from simulator.protocol.network_failure import OF_NAMES, Obstacle
from simulator.shell.values import Ran, Shell
from simulator.sources.world import Site, Tls

DAY = 86_400
GATEWAY = "192.0.2.254"
OWN = "192.0.2.1"
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def site_of(shell: Shell, name: str, port: str = "443") -> Site | None:
    """What listens there; a host that exists refuses connections at its other ports."""
    sites = shell.world.sites
    exact = sites.get(f"{name}:{port}") or (sites.get(name) if port in ("443", "80") else None)
    if exact is not None:
        return exact
    known = next((one for host, one in sites.items() if host.partition(":")[0] == name), None)
    address = known.address if known else "127.0.0.1" if is_loopback(name) else ""
    return Site(obstacle=Obstacle.REFUSED, address=address) if address else None


def resolved(shell: Shell, name: str) -> str:
    """The address of this name; empty where the name is unknown."""
    if address_of(name) is not None:
        return name
    if is_loopback(name):
        return "127.0.0.1"
    site = site_of(shell, name)
    return "" if site is None or site.obstacle in OF_NAMES else site.address


def getent(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`getent hosts NAME`: the address, or status 2 where the name is unknown."""
    if len(words) != 2 or words[0] not in ("hosts", "ahosts"):
        return Ran(shell, error="getent: only `getent hosts NAME` is played", status=1)
    address = resolved(shell, words[1])
    if not address:
        return Ran(shell, status=2)
    if words[0] == "hosts":
        return Ran(shell, f"{address:<15} {words[1]}\n")
    kinds = (("STREAM", words[1]), ("DGRAM", ""), ("RAW", ""))
    return Ran(shell, "".join(f"{address:<15} {kind:<6} {name}".rstrip() + "\n"
                              for kind, name in kinds))  # fmt: skip


def nslookup(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`nslookup NAME [SERVER]`; every server knows the same names."""
    if not words:
        return Ran(shell, error="nslookup: give a name", status=1)
    server = words[1] if words[1:] else "127.0.0.53"
    site = site_of(shell, words[0])
    if site is not None and site.obstacle is Obstacle.DNS_SILENT:
        return Ran(shell, f";; communications error to {server}#53: timed out\n"
                          ";; no servers could be reached\n\n", status=1)  # fmt: skip
    head, address = f"Server:\t\t{server}\nAddress:\t{server}#53\n\n", resolved(shell, words[0])
    if not address:
        return Ran(shell, f"{head}** server can't find {words[0]}: NXDOMAIN\n\n", status=1)
    return Ran(shell, f"{head}Name:\t{words[0]}\nAddress: {address}\n\n")


FAILS = {
    Obstacle.REFUSED: "Connection refused", Obstacle.NO_NETWORK: "Network is unreachable",
    Obstacle.NO_ROUTE: "No route to host", Obstacle.DROPPED: "Connection timed out",
}  # fmt: skip
"""Why no connection comes about, in the words of the C library."""


def nc(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`nc -vz [-w SECONDS] HOST PORT`."""
    rest = [w for w, before in zip(words, ["", *words], strict=False)
            if not w.startswith("-") and before != "-w"]  # fmt: skip
    if len(rest) != 2:
        return Ran(shell, error="nc: only `nc -vz HOST PORT` is played", status=1)
    name, port = rest
    address, site = resolved(shell, name), site_of(shell, name, port)
    if not address or site is None:
        said = f"nc: getaddrinfo for host \"{name}\" port {port}: Name or service not known"
        return Ran(shell, error=said, status=1)
    where = f"{name} ({address}) {port} port [tcp/*]"
    wrong = FAILS.get(site.obstacle) if site.obstacle else None
    if wrong:
        said = f"nc: connect to {name} ({address}) port {port} (tcp) failed: {wrong}"
        return Ran(shell, error=said, status=1)
    return Ran(shell, error=f"Connection to {where.removesuffix('/*]')}/https] succeeded!")


def ping(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`ping -c N [-M do -s SIZE] HOST`: every host that has a route answers."""
    name = words[-1] if words else ""
    count = int(words[words.index("-c") + 1]) if "-c" in words[:-1] else 4
    size = int(words[words.index("-s") + 1]) if "-s" in words[:-1] else 56
    address, site = resolved(shell, name), site_of(shell, name)
    if not address:
        return Ran(shell, error=f"ping: {name}: Name or service not known", status=2)
    if site is not None and site.obstacle in (Obstacle.NO_NETWORK, Obstacle.NO_ROUTE):
        return Ran(shell, error="ping: connect: Network is unreachable", status=2)
    lines = [f"{size + 8} bytes from {address}: icmp_seq={n} ttl=64 time=0.5 ms"
             for n in range(1, count + 1)]  # fmt: skip
    told = f"{count} packets transmitted, {count} received, 0% packet loss"
    head = f"PING {name} ({address}) {size}({size + 28}) bytes of data."
    return Ran(shell, "\n".join([head, *lines, "", f"--- {name} ping statistics ---", told, ""]))


def ip(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`ip route get ADDRESS`, and `ip -6 route`, where this machine has none."""
    if words[:1] == ["-6"]:
        return Ran(shell)
    if words[:2] != ["route", "get"] or len(words) != 3:
        return Ran(shell, error="ip: only `ip route get ADDRESS` is played", status=1)
    known = (one for one in shell.world.sites.values() if one.address == words[2])
    site = next(known, None)
    if site is not None and site.obstacle is Obstacle.NO_NETWORK:
        return Ran(shell, error="RTNETLINK answers: Network is unreachable", status=2)
    return Ran(shell, f"{words[2]} via {GATEWAY} dev eth0 src {OWN} uid 1000\n    cache\n")


# -- openssl ----------------------------------------------------------------------------------


def openssl(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`openssl s_client -connect HOST:PORT`, and `openssl x509` of what that prints."""
    match words[:1]:
        case ["s_client"]:
            return s_client(shell, words[1:])
        case ["x509"]:
            return x509(shell, words[1:], given or "")
        case _:
            return Ran(shell, error="openssl: only s_client and x509 are played", status=1)


def s_client(shell: Shell, words: list[str]) -> Ran:
    where = words[words.index("-connect") + 1] if "-connect" in words[:-1] else ""
    name, _, port = where.rpartition(":")
    site = site_of(shell, name, port)
    if not resolved(shell, name) or site is None:
        said = f"BIO_lookup_ex:system lib:Name or service not known\nconnect:errno=22 {where}"
        return Ran(shell, error=said, status=1)
    if site.obstacle in FAILS:
        return Ran(shell, error=f"{FAILS[site.obstacle]}\nconnect:errno=111", status=1)
    why = no_handshake(site, words)
    if why:
        return Ran(shell, "CONNECTED(00000003)\n---\nno peer certificate available\n---\n",
                   f"error:{why}", 1)  # fmt: skip
    shown = base64.encodebytes(json.dumps(fields(shell, site, name)).encode()).decode()
    code = "18 (self-signed certificate)" if site.tls is Tls.UNTRUSTED else "0 (ok)"
    return Ran(shell, f"CONNECTED(00000003)\n---\nServer certificate\n{BEGIN}\n{shown}{END}\n"
                      f"---\nNew, {version(words)}, Cipher is {CIPHER}\n"
                      f"    Cipher    : {CIPHER}\nVerify return code: {code}\n---\nDONE\n",
               CERTIFICATE if site.wants_certificate else "")  # fmt: skip


CIPHER = "ECDHE-RSA-AES256-GCM-SHA384"
CERTIFICATE = "error:0A00045C:SSL routines::tlsv13 alert certificate required:SSL alert number 116"
OLD = {"-tls1", "-tls1_1"}
ALERTS = {
    "protocol version not supported":
        "0A00042E:SSL routines::tlsv1 alert protocol version:SSL alert number 70",
    "handshake failure": "0A000410:SSL routines::sslv3 alert handshake failure:SSL alert number 40",
}  # fmt: skip
"""Go's words for an alert, and OpenSSL's."""


def no_handshake(site: Site, words: list[str]) -> str:
    """Why TLS does not come about, in OpenSSL's words; empty where it does."""
    if site.tls is Tls.PLAIN:
        return "0A00010B:SSL routines::wrong version number"
    if OLD & {*words}:
        return "0A0000BF:SSL routines:tls_setup_handshake:no protocols available"
    if site.alert:
        return ALERTS.get(site.alert, f"0A000126:SSL routines::alert {site.alert}")
    return "0A000126:SSL routines::unexpected eof while reading" if site.obstacle else ""


def version(words: list[str]) -> str:
    return "TLSv1.2" if "-tls1_2" in words else "TLSv1.3"


def fields(shell: Shell, site: Site, name: str) -> dict[str, object]:
    """What of the certificate is looked at."""
    known, now = site.certificate, shell.client.now
    names = [name] if known.names is None else list(known.names)
    subject = known.common_name or (names[0] if names else name)
    return {
        "issuer": subject if site.tls is Tls.UNTRUSTED else "Public Authority",
        "subject": subject, "names": names,
        "starts": known.starts if known.starts is not None else now - 30 * DAY,
        "ends": known.ends if known.ends is not None else now + 60 * DAY,
    }  # fmt: skip


def x509(shell: Shell, words: list[str], given: str) -> Ran:
    """Issuer, subject, validity and names of the certificate on standard input."""
    block = given.partition(BEGIN)[2].partition(END)[0]
    try:
        shown = json_of(base64.b64decode(block)) if block else None
    except ValueError:
        shown = None
    if not isinstance(shown, dict):
        return Ran(shell, error="Could not read certificate from <stdin>\n"
                                "Unable to load certificate", status=1)  # fmt: skip
    told = {
        "-issuer": f"issuer=CN = {shown['issuer']}", "-subject": f"subject=CN = {shown['subject']}",
        "-dates": f"notBefore={day(shown['starts'])}\nnotAfter={day(shown['ends'])}",
        "-ext": alternative(shown["names"]),
    }  # fmt: skip
    return Ran(shell, "".join(f"{text}\n" for option, text in told.items() if option in words))


def day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%b %e %H:%M:%S %Y GMT")


def alternative(names: list[str]) -> str:
    if not names:
        return "No extensions matched"
    kinds = ("DNS" if address_of(name) is None else "IP Address" for name in names)
    listed = ", ".join(f"{kind}:{name}" for kind, name in zip(kinds, names, strict=True))
    return f"X509v3 Subject Alternative Name: \n    {listed}"
