"""The request of a `curl`: its options, and what it sends."""

from itertools import pairwise
from urllib.parse import parse_qsl, quote, urlsplit

from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request, Trust
from simulator.shell.files import absolute, read
from simulator.shell.programs.options import Options, Refused, not_played
from simulator.shell.values import AUTHORITY, HOME, Shell

OPTIONS = """
-i --include
-I --head
-v --verbose
-s --silent
-S --show-error
-f --fail
--fail-with-body
-k --insecure
-L --location
-n --netrc
-G --get
-O --remote-name
-g --globoff
-N --no-buffer
-4 --ipv4
-# --progress-bar
--no-progress-meter
--compressed
--http1.1
--tlsv1.2
--tlsv1.3
-u --user=
-X --request=
-o --output=
-H --header=
-d --data= --data-raw= --data-ascii=
--data-urlencode=
-A --user-agent=
-m --max-time=
--connect-timeout=
--cacert=
-w --write-out=
-D --dump-header=
--oauth2-bearer=
--url=
"""
"""Those from -g on to the first with a value change nothing here: there is no time, no
compression and one address. The others do as curl's."""
NETRC = f"{HOME}/.netrc"
AGENT = "curl/7.88.1"


def with_scheme(url: str) -> str:
    return url if "://" in url else f"http://{url}"


def url_of(options: Options) -> str:
    """The one URL. Raises Refused."""
    urls = [*options.every("url"), *options.names]
    if not urls:
        raise Refused("curl: (2) no URL specified")
    if len(urls) > 1:
        raise Refused(not_played("curl with more than one URL"))
    url = with_scheme(urls[0])
    url = url if urlsplit(url).path else f"{url}/"
    fields = urlencoded(options)
    if "G" not in options or not fields:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{fields}"


def urlencoded(options: Options) -> str:
    """All data in its order, as it is sent. Raises Refused."""
    plain, raw = options.every("d"), options.every("data-urlencode")
    if any(one.startswith("@") for one in plain) or any("@" in one.split("=")[0] for one in raw):
        raise Refused(not_played("curl -d @FILE"))
    return "&".join([*plain, *map(field_encoded, raw)])


def field_encoded(text: str) -> str:
    """`name=content`, `=content` or `content` of `--data-urlencode`: the content is encoded."""
    name, equals, content = text.partition("=")
    if not equals:
        return quote(name, safe="")
    return f"{name}={quote(content, safe='')}" if name else quote(content, safe="")


def curl_request(shell: Shell, options: Options) -> Request:
    """The request; with -n, the user and password that `.netrc` has for its host."""
    url, data = url_of(options), "" if "G" in options else urlencoded(options)
    given = [divided(header, ":") for header in options.every("H")]
    named = {name.lower() for name, _ in given}
    usual = [("User-Agent", options.value("A", AGENT)), ("Accept", "*/*")]
    headers = [one for one in usual if one[0].lower() not in named]
    headers += [one for one in given if one[1] and one[0].lower() != "authorization"]
    usual_method = "HEAD" if "I" in options else "POST" if data else "GET"
    method = options.value("X", usual_method)
    uploads = method in ("PUT", "PATCH")
    return Request(
        method,
        url,
        tuple(headers),
        authorization(shell, options, given, urlsplit(url).netloc),
        form=() if uploads else tuple(parse_qsl(data)),
        payload=data.encode() if uploads else b"",
        trust=Trust("k" not in options, authority=has_authority(shell, options)),
    )


def authorization(
    shell: Shell, options: Options, headers: list[tuple[str, str]], host: str
) -> Authorization | None:
    """The credentials: of -u, of a header, of `--oauth2-bearer`, or of `.netrc`."""
    if "u" in options:
        return Authorization.basic(*divided(options.value("u"), ":"))
    sent = [Authorization.parse(text) for name, text in headers if name.lower() == "authorization"]
    if "oauth2-bearer" in options:
        sent.append(Authorization.bearer(options.value("oauth2-bearer")))
    if "n" in options:
        sent += netrc_entry(read(shell, NETRC) or "", host)
    return sent[0] if sent else None


def netrc_entry(text: str, host: str) -> list[Authorization]:
    """The credentials that a line `machine HOST login USER password PASSWORD` has."""
    lines = (dict(pairwise(line.split())) for line in text.splitlines())
    found = [one for one in lines if one.get("machine") == host]
    return [Authorization.basic(one.get("login", ""), one.get("password", "")) for one in found[:1]]


def divided(text: str, at: str) -> tuple[str, str]:
    name, _, value = text.partition(at)
    return name.strip(), value.strip()


def has_authority(shell: Shell, options: Options) -> bool:
    """Whether `--cacert` names the certificate of the registry's authority. Raises Refused where
    there is no such file."""
    if "cacert" not in options:
        return False
    name = options.value("cacert")
    text = read(shell, absolute(shell, name))
    if text is None:
        raise Refused(f"curl: (77) error setting certificate file: {name}", 77)
    return text == shell.files.get(AUTHORITY)
