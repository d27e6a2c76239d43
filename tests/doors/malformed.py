"""Malformed inputs by the door at which they arrive."""

import json

from tests.progress.test_records import GOOD

DEEP = "[" * 100_000
LONG = "a" * 5_000

REAL = ("run", "--source", "real", "--registry", "127.0.0.1:1", "--image")
COMMANDS: dict[str, tuple[str, ...]] = {
    "no such command": ("pul",),
    "no such option": ("run", "--nonsense"),
    "an option without a value": ("run", "--scenario"),
    "a scenario with control characters": ("run", "--scenario", "\x1b[2J"),
    "a long scenario": ("run", "--scenario", LONG),
    "an engine that is none": ("run", "--engine", "-1"),
    "a recording with a long name": ("run", "--source", "recording", "--recording", LONG),
    "a recording that is a device": ("run", "--source", "recording", "--recording", "/dev"),
    "an image that begins with a dash": (*REAL, "-x"),
    "an empty image": (*REAL, ""),
    "an image with a space": (*REAL, "a b"),
    "a short digest": (*REAL, "a@sha256:abc"),
    "an unknown algorithm": (*REAL, "a@md5:" + "0" * 32),
    "a long tag": (*REAL, "a:" + "b" * 129),
    "a surrogate": (*REAL, "a\udce4"),
    "a lesson that is none": ("run", "--lesson", "../../etc"),
    "lessons that are none": ("run", "--lessons", "/proc/x"),
    "a port that is no number": ("registry", "--port", "abc"),
    "a negative port": ("registry", "--port", "-5"),
    "a host that is none": ("registry", "--host", "a..b"),
    "a compared scenario that is none": ("compare", "\u202e"),
    "cases that are none": ("decode", "--cases", "/nonexistent"),
    "recordings that are none": ("fidelity", "/dev/null"),
    "an export into nothing": ("export", "--format", "nonsense"),
    "an option that begins a name": ("app", "--port", "--class"),
    **{f"the public address {url!a}": ("app", "--class", "--public-url", url) for url in (
        "https://", "https://[::1", "https://a b", "https://a:99999", "https://a.example/x?y#z",
        "https://u:p@a.example", "https://a.example\r\nx: y", "ftp://a.example", "https://a..b")},
    **{f"a registry's public address {url!a}": ("registry", "--public-url", url) for url in (
        "https://[::1", "http://a.example", "https://a:99999", "https://a.example/x")},
    "an app whose lessons are nowhere": ("app", "--lessons", "/proc/x"),
    "a fault of no kind": ("registry", "--fault", "manifest"),
    "a cut before the beginning": ("registry", "--fault", "blob:cut=-5"),
    "a long fault": ("registry", "--fault", "blob:" + "9" * 5_000),
    "a user without a name": ("registry", "--user", ":"),
    "an image that is not served": ("registry", "--image", "nonsense"),
    "a recording of nothing": ("record", "--output", "o.json"),
    "a recording of another program": ("record", "--output", "o.json", "--", "rm", "-rf", "x"),
    "a recording of half a command": ("record", "--output", "o.json", "--", "docker", "pull"),
    "a recording of no image": ("record", "--output", "o.json", "--", "docker", "pull", "A B"),
    **{f"a recorded registry {url!a}": (
        "record", "--output", "o.json", "--registry", url, "--", "docker", "pull", "r.example/a")
       for url in ("https://[::1", "ftp://r.example", "r.example")},
    "questions without end": ("questions", "--count", "1000000000"),
    "no questions": ("questions", "--count", "0"),
    "a seed that is none": ("questions", "--seed", "x"),
    "questions about nothing": ("questions", "--objective", "nonsense"),
    "questions of no kind": ("questions", "--kind", "\x1b[2J"),
    "questions of no lesson": ("questions", "--lesson", "../../etc"),
    "questions into a folder": ("questions", "--output", "/"),
    "a narrated scenario that is none": ("narrate", "\x1b[2J"),
    "a narrated lesson that is none": ("narrate", "works", "--lesson", "nonsense"),
    "cases that are a folder": ("decode", "--cases", "/"),
    "questions of an export without end": ("export", "--format", "md", "--count", "1000000000"),
    "an exported scenario that is none": ("export", "--format", "html", "--scenario", "nonsense"),
    "a change that is none": ("compare", "works", "--change", "nonsense"),
    "a change and another run": ("compare", "works", "no-login", "--change", "password"),
    "a new lesson in a place that is none": ("lesson", "new", "/proc/x"),
    "a new lesson without a name": ("lesson", "new", "\x1b[2J"),
    "a proven folder that is none": ("check", "\x01"),
    "a built folder that is none": ("build", "--lessons", "/proc/x"),
}
REGISTRIES = (
    "https://r.example", "r.example/", "r.example:99999", "r.example:0", "r.example:" + "1" * 5_000,
    "a..b", "-a.example", "a-.example", "a" * 80 + ".example", "a." * 150 + "example", "[::1",
    "[::1]:x", "::1", "r.example:", "team", "r.example?x", "r.example#x", "u:p@r.example", "\x00",
    "ü.example", "r.example\n", " ", "../x", "r.example:5000:5000",
)  # fmt: skip
REFERENCES = (
    "", "Team/App", "a b", "-a", "a:", "a@", "a@sha256:", "a@sha256:" + "g" * 64, "a//b", "/a",
    "a/", "a:" + "b" * 129, "a" * 300, "0" * 64, "a@sha512:" + "0" * 64, "a\x00", "ü", "a:b:c",
    "a@md5:" + "0" * 32, "a@sha256:" + "A" * 64, "..", "a\n",
)  # fmt: skip
PROGRESS: dict[str, str | bytes] = {
    "nothing": "", "binary": b"\xff\xfe\x00", "deep": DEEP, "a list": "[]", "null": "null",
    "half": GOOD[: len(GOOD) // 2], "another format": '{"format":"other/1"}',
    "answers that are none": '{"format":"pullscope-progress/1","answers":5}',
    "a far date": GOOD.replace("20", "99", 1).replace("2026", "9999"),
    "an unknown field": GOOD.replace('"answers"', '"grades":[],"answers"'),
    "a surrogate": '{"format":"\\ud800"}', "large numbers": '{"format":' + "9" * 5_000 + "}",
    "too large": GOOD + " " * 5_000_000,
}  # fmt: skip
RECORDINGS: dict[str, str | bytes] = {
    "nothing": "", "binary": b"\xff\xfe\x00", "deep": DEEP, "a list": "[]", "null": "null",
    "empty": "{}", "a number": "5", "another format": '{"schema":"other"}',
    "a surrogate": json.dumps({"schema": "\ud800"}), "no object": '"text"',
    "a deep object": '{"a":' * 50_000, "a NUL": '{"a":"\\u0000"}',
}  # fmt: skip
LESSONS: dict[str, str | bytes] = {
    "nothing": "", "a list": "- a", "a tag of Python": "!!python/object/apply:os.system [ls]",
    "aliases": "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "binary": b"\xff\xfe",
    "deep": "[" * 200_000,
    "nested as lists": "- " * 200_000 + "x", "nested as mappings": "{a: " * 200_000,
    "nested in a column": "".join(" " * level + "a:\n" for level in range(1_500)),
    "a bomb": "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40)),
    "a tab": "title:\n\t- a", "twice": "title: a\ntitle: b\n", "an unknown field": "nonsense: 1\n",
    "an endless alias": "a: &a [*a]\n", "an endless merge": "a: &a {<<: *a, b: 1}\n",
    "merges": "a: &a {" + ", ".join(f"k{n}: 1" for n in range(900)) + "}\nb: {<<: ["
    + "*a, " * 900 + "*a]}\n",
    "a long number": "title: 1" + "0" * 5_000, "a date that is none": "title: 2020-02-30",
    "a key that is a mapping": "? {a: b}\n: c", "large": "# " + "a" * 1_100_000,
}  # fmt: skip
ADDRESSES: tuple[tuple[str, dict[str, str]], ...] = (
    ("", {"scenario": "__proto__"}), ("", {"scenario": "![a](https://evil.example/p.png)"}),
    ("", {"scenario": LONG}), ("", {"scenario": "works", "step": "abc"}),
    ("", {"scenario": "works", "step": "-1"}), ("", {"scenario": "works", "step": "9" * 400}),
    ("", {"engine": "x"}), ("", {"lang": "xx"}), ("", {"lesson": "../../etc"}),
    ("", {"source": "cloud"}), ("", {"recording": "../x"}), ("", {"scenario": ""}),
    ("", {"lesson": "\x00"}), ("", {"nonsense": "<script>"}),
    ("", {"lesson": "pushing-an-image", "scenario": "__class__"}),
    ("", {"lesson": "layers-and-the-store", "challenge": "![a](https://evil.example/p.png)"}),
)  # fmt: skip
ENVIRONMENT: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a language that is none": ("LANGUAGE", "\x01", ("run", "--scenario", "nonsense")),
    "a short secret": ("PULLSCOPE_SECRET", "short", ("registry", "--port", "0")),
    "no folder of lessons": ("PULLSCOPE_LESSONS", "/nowhere", ("check",)),
    "ports that are none": ("PULLSCOPE_REAL_REGISTRIES", "443;5000", ("app", "--port", "0")),
    "a width that is none": ("COLUMNS", "abc", ("run", "--scenario", "nonsense")),
}
MESSAGES: dict[str, str] = {
    "nothing": "", "a NUL": "\x00", "deep JSON": '{"message":' + "[" * 5_000 + "]" * 5_000 + "}",
    "a deep log": '{"msg":' + '{"a":' * 5_000 + "1" + "}" * 5_001,
    "deep errors": 'Error response from daemon: {"errors":' + "[" * 5_000 + "]" * 5_000 + "}",
    "half a pair": "denied: \ud800", "one long word": "a" * 500_000, "brackets": DEEP,
    "a forged place": "\x1b]8;;https://evil.example\x07denied\x1b]8;;\x07",
    "colons": "a: " * 5_000, "quotes": '"' * 5_001, "escapes": "\\" * 5_001,
}  # fmt: skip
TERMINAL: dict[str, str] = {
    "a pattern that never ends": "echo " + "a" * 60 + "! | grep -E '(a+)+$'",
    "a pattern that is none": "grep '(' /etc/hosts", "half a pair": "grep '\ud800' /etc/hosts",
    "a text doubled": "a=xxxxxxxxxx;" + "a=$a$a;" * 400 + "echo $a",
    "a file doubled": "echo x > a;" + "cat a a > b; cat b b > a;" * 120 + "cat a",
    "loops in loops": "for i in 1 2 3 4 5 6 7 8 9 0; do " * 9 + "echo a; " + "done; " * 9,
    "a loop of a long body": f"for i in {'1 ' * 900}; do {'echo a; ' * 200} done",
    "files without end": f"for i in {'1 ' * 90}; do touch $RANDOM$i; touch a$i; done",
    "folders in folders": "mkdir -p " + "a/" * 1_900,
    "values doubled": "echo 1 | jq '" + ".,.|" * 60 + ".'",
    "a value doubled": """echo '"ab"' | jq '""" + ".+.|" * 60 + ".'",
    "deep brackets": "echo 1 | jq '" + "(" * 1_500 + "'",
    "a long filter": "echo 1 | jq '" + ".|" * 1_500 + ".'",
    "a range of characters": "tr '\x00-\U0010ffff' a", "no characters": "tr a ''",
    "an address that is none": "curl 'http://[::1'", "a port that is none": "curl http://h:99999/",
    "a scheme of files": "curl file:///etc/passwd", "a number that is none": "ping -c x host",
    "an age of the world": "sleep " + "9" * 40, "deep substitutions": "echo " + "$(" * 1_300,
    "deep JSON": "echo '" + "[" * 1_500 + "]" * 1_500 + "' | jq .",
    "a deep daemon.json": "echo '" + "[" * 3_000 + "' > /etc/docker/daemon.json; "
    "sudo systemctl restart docker",
    "a certificate that is none": "echo '-----BEGIN CERTIFICATE-----W1tb-----END CERTIFICATE-----' "
    "| openssl x509 -noout -issuer",
    "a long line": "echo " + "a" * 100_000, "control characters": "echo \x1b[2J\x07",
    "an odd template": "docker images --format '{{\"\\\\q\"}}'",
    "a mirror that is none": """echo '{"registry-mirrors":["http://["]}' > /etc/docker/daemon.json;
sudo systemctl restart docker; docker pull ubuntu""",
}  # fmt: skip
