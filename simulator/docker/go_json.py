"""Why Go does not take a text as JSON or base64, in its words: Docker passes them on."""

import base64
import binascii
import json
import re
import string
from collections.abc import Iterable, Mapping
from typing import Any

from simulator.protocol.json_text import TooDeep, json_of


def not_json(text: str, stream: bool = True) -> str:
    """Go's complaint, empty where it takes the text. A decoder of a stream reads one value and
    leaves the rest; without a stream the text is all there is."""
    try:
        json_of(text)
    except TooDeep:
        return "exceeded max depth"
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and stream:
            return ""
        return complaint(error, text, stream)
    except ValueError:  # a number with more digits than Python reads
        return "invalid number"
    return ""


def complaint(error: json.JSONDecodeError, text: str, stream: bool) -> str:
    place = error.pos
    if error.msg.startswith("Illegal trailing comma"):  # Python 3.13 names the comma
        place += 1 + len(text[place + 1 :]) - len(text[place + 1 :].lstrip())
    if place >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        if not stream:
            return "unexpected end of JSON input"
        return "unexpected EOF" if text.strip() else "EOF"
    return f"invalid character {quoted(text[place])} {where(error.msg, text[place])}"


def where(message: str, character: str) -> str:
    """The position of the character."""
    if message.startswith("Illegal trailing comma"):
        key = character == "}"
        return "looking for beginning of " + ("object key string" if key else "value")
    known = {
        "Expecting property name": "looking for beginning of object key string",
        "Expecting value": "looking for beginning of value",
        "Unexpected UTF-8 BOM": "looking for beginning of value",
        "Expecting ':'": "after object key",
        "Expecting ','": "after object key:value pair",
        "Extra data": "after top-level value",
    }
    return next((words for start, words in known.items() if message.startswith(start)),
                "in string literal")  # fmt: skip


def quoted(character: str) -> str:
    """The first byte of the character, since Go looks at bytes, as Go quotes it. A surrogate is
    a byte that is no UTF-8."""
    byte = character.encode(errors="surrogateescape")[0]
    known = {"'": r"'\''", '"': "'\"'", "\\": r"'\\'"} | {
        one: f"'{name}'" for one, name in zip("\a\b\f\n\r\t\v", ESCAPES, strict=True)
    }
    plain = chr(byte) if chr(byte).isprintable() else f"\\{'u00' if byte > 127 else 'x'}{byte:02x}"
    return known.get(chr(byte), f"'{plain}'")


ESCAPES = (r"\a", r"\b", r"\f", r"\n", r"\r", r"\t", r"\v")


def kind(value: object) -> str:
    """What Go calls a JSON value of this type."""
    match value:
        case bool():
            return "bool"
        case str():
            return "string"
        case int() | float():
            return "number"
        case list():
            return "array"
        case _:
            return "object"


def first_value(text: str) -> object:
    """The value that a decoder of a stream reads; None where the text begins with none."""
    try:
        return json.JSONDecoder().raw_decode(text.lstrip())[0]
    except (ValueError, RecursionError):
        return None


def misfit(value: object, package: str, name: str, fields: Mapping[str, str]) -> str:
    """Go's complaint about a value that does not fit this struct; empty where it does. `fields`
    are `string`, `int` or `time`. A `null` fits everything, and unknown fields are left out."""
    if value is None:
        return ""
    if not isinstance(value, dict):
        return f"json: cannot unmarshal {kind(value)} into Go value of type {package}.{name}"
    known = {key.lower(): (key, one) for key, one in value.items() if one is not None}
    wrong = (wrong_field(known[key][1], f"{name}.{key}", fields[key])
             for key in known if key in fields)  # fmt: skip
    return next(filter(None, wrong), "")


def wrong_field(value: object, name: str, wanted: str) -> str:
    if wanted == "time":
        return not_time(value)
    number = isinstance(value, int) and not isinstance(value, bool)
    if number if wanted == "int" else isinstance(value, str):
        return ""
    said = f"number {value}" if isinstance(value, float) and wanted == "int" else kind(value)
    return f"json: cannot unmarshal {said} into Go struct field {name} of type {wanted}"


RFC_3339 = (
    ("2006", r"\d{4}"), ("-", "-"), ("01", r"\d\d"), ("-", "-"), ("02", r"\d\d"), ("T", "T"),
    ("15", r"\d\d"), (":", ":"), ("04", r"\d\d"), (":", ":"), ("05", r"\d\d(?:[.,]\d+)?"),
    ("Z07:00", r"Z|[+-]\d\d:\d\d"),
)  # fmt: skip
"""The parts of Go's layout of a time, and what each of them reads."""


def not_time(value: object) -> str:
    """Go's complaint about a time that is not as RFC 3339 writes it."""
    if not isinstance(value, str):
        return "Time.UnmarshalJSON: input is not a JSON string"
    rest = value
    start = f'parsing time "{value}"'
    layout = "".join(part for part, _ in RFC_3339)
    for part, pattern in RFC_3339:
        found = re.match(pattern, rest)
        if not found:
            return f'{start} as "{layout}": cannot parse "{rest}" as "{part}"'
        rest = rest[found.end() :]
    return f'{start}: extra text: "{rest}"' if rest else ""


ALPHABET = frozenset(string.ascii_letters + string.digits + "+/=")


def not_base64(text: str) -> str:
    """Go's complaint, empty where it takes the text."""
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        odd = next((n for n, character in enumerate(text) if character not in ALPHABET), None)
        place = len(text) // 4 * 4 if odd is None else odd
        return f"illegal base64 data at input byte {place}"
    return ""


STRINGS = (
    "psFormat", "imagesFormat", "networksFormat", "pluginsFormat", "volumesFormat", "statsFormat",
    "detachKeys", "credsStore", "serviceInspectFormat", "servicesFormat", "tasksFormat",
    "secretFormat", "configFormat", "nodesFormat", "currentContext", "experimental",
)  # fmt: skip
CONFIG_FIELDS = dict.fromkeys(STRINGS, "string") | {
    "auths": "map[string]types.AuthConfig", "credHelpers": "map[string]string",
    "HttpHeaders": "map[string]string", "aliases": "map[string]string",
    "features": "map[string]string", "plugins": "map[string]map[string]string",
    "proxies": "map[string]configfile.ProxyConfig", "pruneFilters": "[]string",
    "cliPluginsExtraDirs": "[]string",
}  # fmt: skip
"""The fields of Docker's configuration file, with their types (docker/cli, `ConfigFile`)."""
ENTRY_FIELDS = ("username", "password", "auth", "email", "serveraddress", "identitytoken",
                "registrytoken")  # fmt: skip


def config_document(text: str) -> Any:
    """The file as Go reads it: names in capitals are the same, and of a name that is there twice
    the objects are joined. Raises ValueError or RecursionError."""
    decoder = json.JSONDecoder(object_pairs_hook=joined)
    found = spelled(decoder.raw_decode(text.lstrip())[0], CONFIG_FIELDS)
    if isinstance(found, dict) and isinstance(found.get("auths"), dict):
        auths = {host: spelled(one, ENTRY_FIELDS) for host, one in found["auths"].items()}
        return {**found, "auths": auths}
    return found


def joined(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for name, value in pairs:
        before = known.get(name)
        both = isinstance(before, dict) and isinstance(value, dict)
        known[name] = {**before, **value} if both and before else value
    return known


def spelled(document: Any, names: Iterable[str]) -> Any:
    """The object with these names as they are usually spelled."""
    usual = {name.lower(): name for name in names}
    if not isinstance(document, dict):
        return document
    return {usual.get(name.lower(), name): value for name, value in document.items()}


def not_config(text: str) -> str:
    """Why Docker's CLI does not take this as its `config.json`; an empty file is as good as
    none."""
    broken = not_json(text)
    if broken or not text.strip():
        return "" if broken == "EOF" else broken
    document = config_document(text)
    if document is None:
        return ""
    if not isinstance(document, dict):
        return (
            f"json: cannot unmarshal {kind(document)} into Go value of type configfile.ConfigFile"
        )
    wrong = (misplaced(name, one) for name, one in document.items() if name in CONFIG_FIELDS)
    misfits = next(filter(None, wrong), "")
    entries = {} if misfits else document.get("auths") or {}
    return misfits or next(filter(None, map(not_entry, entries.values())), "")


def misplaced(name: str, value: Any) -> str:
    """Go's complaint about the value of this field, or about one inside."""
    wanted = CONFIG_FIELDS[name]
    shape = {"s": str, "m": dict, "[": list}[wanted[0]]
    if value is None:
        return ""
    if not isinstance(value, shape):
        return unfit(value, f"ConfigFile.{name}", wanted)
    inner = "types.AuthConfig" if name == "auths" else "string"
    if name != "auths" and wanted != "map[string]string":
        return ""
    for one in value.values():
        if one is not None and not isinstance(one, dict if name == "auths" else str):
            return unfit(one, f"ConfigFile.{name}", inner)
        for field in ENTRY_FIELDS if isinstance(one, dict) else ():
            if not isinstance(one.get(field, ""), str | None):
                return unfit(one[field], f"AuthConfig.auths.{field}", "string")
    return ""


def unfit(value: object, field: str, wanted: str) -> str:
    return f"json: cannot unmarshal {kind(value)} into Go struct field {field} of type {wanted}"


def not_entry(entry: Any) -> str:
    """One registry's entry: `auth` is base64 of a name, a colon and a password."""
    auth = entry.get("auth") if isinstance(entry, dict) else None
    if not auth or not isinstance(auth, str):
        return ""
    if not_base64(auth):
        return not_base64(auth)
    name, colon, _ = base64.b64decode(auth).decode(errors="replace").partition(":")
    return "" if name and colon else INVALID_AUTH


INVALID_AUTH = "invalid auth configuration file"
"""Also where the name is empty (docker/cli, `decodeAuth`)."""
