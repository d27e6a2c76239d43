"""The filters of jq. The answers are those of jq 1.6."""

import pytest

from simulator.shell.programs.jq import jq
from tests.shell.test_shell import opened

DOCUMENT = (
    '{"a": [3, 1, {"b": null}], "auths": {"h.io": {"auth": "YTpi"}, "g.io": {}}, "s": "x y",'
    ' "n": 1.5, "t": true, "layers": [{"size": 10, "digest": "sha256:a"},'
    ' {"size": 5, "digest": "sha256:b"}]}\n'
)
FILTERS = {
    ".a[-1]": '{"b":null}',
    ".a[0:2]": "[3,1]",
    ".a[1,0]": "1\n3",
    "[.a[]]|length": "3",
    ".layers[]|select(.size>5)|.digest": '"sha256:a"',
    '.layers[]|select(.digest=="sha256:b").size': "5",
    ".layers|map(.size)": "[10,5]",
    ".layers|map(.size)|add/length": "7.5",
    "[.layers[].size]|add": "15",
    ".layers|map(select(.size==5))|length": "1",
    '.layers|map(.digest)|join(",")': '"sha256:a,sha256:b"',
    "{n:.n}": '{"n":1.5}',
    '{s,n,"q":2,(.s):1}': '{"s":"x y","n":1.5,"q":2,"x y":1}',
    "{a:(1,2),b:(3,4)}": '{"a":1,"b":3}\n{"a":1,"b":4}\n{"a":2,"b":3}\n{"a":2,"b":4}',
    '"\\(.s): \\(.a)"': '"x y: [3,1,{\\"b\\":null}]"',
    '"\\(.auths["h.io"].auth)"': '"YTpi"',
    '"\\(1,2)-\\(3,4)"': '"1-3"\n"2-3"\n"1-4"\n"2-4"',
    "keys": '["a","auths","layers","n","s","t"]',
    ".auths|keys[]": '"g.io"\n"h.io"',
    ".auths|to_entries|map(.key)": '["h.io","g.io"]',
    '.auths["h.io"].auth|@base64d': '"a:b"',
    'del(.auths["h.io"]).auths': '{"g.io":{}}',
    ".nope[]?": "",
    '.nope//"d"': '"d"',
    ".nope.x": "null",
    "(1,2)+(10,20)": "11\n12\n21\n22",
    ".t and .nope": "false",
    "[..]|length": "20",
    "[1.0, 1e3, 100000000000000000000]": "[1,1000,1e+20]",
    ".a[]|type": '"number"\n"number"\n"object"',
}
ERRORS = {
    ".a.b": 'jq: error (at <stdin>:1): Cannot index array with string "b"',
    ".nope[]": "jq: error (at <stdin>:1): Cannot iterate over null (null)",
    ".s+1": 'jq: error (at <stdin>:1): string ("x y") and number (1) cannot be added',
    ".t|length": "jq: error (at <stdin>:1): boolean (true) has no length",
    ".s|keys": 'jq: error (at <stdin>:1): string ("x y") has no keys',
}
NOT_PLAYED = [". as $x|1", "if .t then 1 else 2 end", ".a|=1", ".a +", "nosuch", "env", "input",
              "repeat(1)", "def f: f; f", '"open']  # fmt: skip


@pytest.mark.parametrize("program", FILTERS)
def test_a_filter_makes_what_jq_makes(program: str) -> None:
    ran = jq(opened(), ["-c", program], DOCUMENT)
    assert (ran.out.rstrip("\n"), ran.error, ran.status) == (FILTERS[program], "", 0)


@pytest.mark.parametrize("program", ERRORS)
def test_an_error_is_in_the_words_of_jq(program: str) -> None:
    ran = jq(opened(), [program], DOCUMENT)
    assert (ran.error, ran.status) == (ERRORS[program], 5)


@pytest.mark.parametrize("program", NOT_PLAYED)
def test_a_filter_that_is_not_played_is_named(program: str) -> None:
    """In a sentence of ours, and not as an error of jq's."""
    ran = jq(opened(), [program], DOCUMENT)
    assert ran.error == f"pullscope: the filter {program} is not played here" and ran.status == 3


OPTIONS = [
    (["-c", ".a"], DOCUMENT, '[3,1,{"b":null}]\n', 0),
    (["-rc", ".s,.a"], DOCUMENT, 'x y\n[3,1,{"b":null}]\n', 0),
    (["--raw-output", ".s"], DOCUMENT, "x y\n", 0),
    ([".s", "-r"], DOCUMENT, "x y\n", 0),
    (["-j", ".s,.s"], DOCUMENT, "x yx y", 0),
    (["-e", ".nope"], DOCUMENT, "null\n", 1),
    (["-e", "empty"], DOCUMENT, "", 4),
    (["-e", ".t"], DOCUMENT, "true\n", 0),
    (["-n", "1"], "", "1\n", 0),
    (["-sc", "."], "1 2\n3", "[1,2,3]\n", 0),
    ([".", "-c"], "1 2\n[3]", "1\n2\n[3]\n", 0),
    (["."], "", "", 0),
    (["-Sc", ".auths"], DOCUMENT, '{"g.io":{},"h.io":{"auth":"YTpi"}}\n', 0),
    (["--tab", ".a[2]"], DOCUMENT, '{\n\t"b": null\n}\n', 0),
    ([".[0],.[1].x"], "[1,2]", "1\n", 5),
    (["--arg", "a", "b", "."], "1", "", 2),
]


@pytest.mark.parametrize(("words", "given", "out", "status"), OPTIONS)
def test_an_option_of_jq_has_its_effect(
    words: list[str], given: str, out: str, status: int
) -> None:
    ran = jq(opened(), words, given)
    assert (ran.out, ran.status) == (out, status)


ENDLESS = ["|".join(["[.,.]"] * 60), "|".join([".+."] * 60), "|".join(["(.,.)"] * 60),
           "[" * 300 + "1" + "]" * 300, "[" + "|".join(["(.,.)"] * 60) + "|empty]",
           "|".join(["{a:.,b:.}"] * 60), "|".join(['"\\(.)\\(.)"'] * 60),
           "(" * 3000 + "1" + ")" * 3000]  # fmt: skip


@pytest.mark.parametrize("program", ENDLESS)
def test_a_filter_that_doubles_is_given_up(program: str) -> None:
    """A program of one line could fill the memory."""
    ran = jq(opened(), ["-c", program], '"x"')
    assert "is not played here" in ran.error or len(ran.out) < 5000
