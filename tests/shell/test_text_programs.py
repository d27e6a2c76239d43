"""Programs of text and files. The answers are those of GNU's programs and of bash."""

import pytest

from simulator.shell.programs import ELSEWHERE, PROGRAMS
from tests.shell.test_shell import opened, typed

FILES = ("printf 'a:b\\nc:d\\nx\\n' > f", "cp f g", "mkdir d", "touch d/one d/two .hidden")
HASH = "32937a788b4dd9708a87369901a353ba630b1161f9d25ea6a884a0b6480371a5"

ANSWERS: dict[str, str] = {
    # tr
    "printf 'a  b   c\\n' | tr -s ' '": "a b c",
    "echo aabb | tr -s a-b x-y": "xy",
    "echo Hi | tr '[:lower:]' '[:upper:]'": "HI",
    "echo a1b2 | tr -cd '0-9\\n'": "12",
    "echo abc | tr abc x": "xxx",
    "tr": "tr: missing operand",
    # cut
    "cut -d: -f1 f": "a\nc\nx",
    "cut -s -d : -f 2 f g": "b\nd\nb\nd",
    "cut -c1,3 f": "ab\ncd\nx",
    "echo a:b:c:d | cut -d: -f2-3,4": "b:c:d",
    "cut -f1 no": "cut: no: No such file or directory",
    "cut f": "cut: you must specify a list of bytes, characters, or fields",
    # sha256sum
    "sha256sum f g": f"{HASH}  f\n{HASH}  g",
    "sha256sum missing": "sha256sum: missing: No such file or directory",
    "sha256sum missing 2>/dev/null; echo $?": "1",
    "sha256sum d": "sha256sum: d: Is a directory",
    "sha256sum f > sums; echo >> f; sha256sum -c sums 2>&1":
        "f: FAILED\nsha256sum: WARNING: 1 computed checksum did NOT match",
    # echo and printf
    "echo -e 'a\\tb\\x41\\\\n'": "a\tbA\\n",
    "echo -e 'one\\ctwo'": "one",
    "echo -E 'a\\tb'; echo -x": "a\\tb\n-x",
    "printf '%-4s|%03d|%x\\n' a 7 255": "a   |007|ff",
    # test
    "test 1 -eq 1 && echo yes": "yes",
    "[ 2 -gt 10 ] || echo no": "no",
    "[ 3 -le 3 -a ! -f nothing ] && echo both": "both",
    "[ a -eq 1 ]": "bash: [: a: integer expression expected",
    "[ 1 -eq": "bash: [: missing `]'",
    "test a b c": "bash: test: b: binary operator expected",
    # grep
    "grep -n c f": "2:c:d",
    "grep -c : f g": "f:2\ng:2",
    "grep -l a f g": "f\ng",
    "grep -m1 : f": "a:b",
    "grep -v : f": "x",
    "grep -on b f g": "f:1:b\ng:1:b",
    "grep -n -C1 c f": "1-a:b\n2:c:d\n3-x",
    "grep -E 'a|c' f": "a:b\nc:d",
    "grep 'a\\|c' f": "a:b\nc:d",
    "grep 'a|c' f; echo $?": "1",
    "grep 'b\\+' f": "a:b",
    "grep -i A f": "a:b",
    "grep -q a f && echo found": "found",
    "echo 'a.b' | grep -F a.b": "a.b",
    "grep -e a -e x f": "a:b\nx",
    "grep a d": "grep: d: Is a directory",
    "grep -r a": "pullscope: grep -r is not played here",
    # date
    "date +%Y-%m-%d": "2026-01-01",
    "date -u -d @0": "Thu Jan  1 00:00:00 UTC 1970",
    "date -d @86399 '+%F %T %%'": "1970-01-01 23:59:59 %",
    "date -I": "2026-01-01",
    "date -Iseconds": "2026-01-01T00:00:00+00:00",
    "date +%Q": "%Q",
    "date foo": "date: invalid date 'foo'",
    # names of files
    "echo *": "d f g",
    "echo no* '*' \"f*\" \\*": "no* * f* *",
    "echo d/* */one": "d/one d/two d/one",
    "echo .h* [fg] [^f] ?": ".hidden f g d g d f g",
    "X='*'; echo $X \"$X\"": "d f g *",
    "rm d/*; ls d | wc -l": "0",
    "echo /etc/*": "/etc/docker",
    # directories
    "ls /": "etc  home  root  tmp",
    "ls / | head -1": "etc",
    "ls | wc -l": "3",
    "cat d": "cat: d: Is a directory",
    "cat d f 2>/dev/null | wc -l": "3",
    "head d": "head: error reading 'd': Is a directory",
    # others
    "head -1 f g": "==> f <==\na:b\n\n==> g <==\na:b",
    "head -n -1 f": "a:b\nc:d",
    "tail -n +2 f": "c:d\nx",
    "wc f g": " 3  3 10 f\n 3  3 10 g\n 6  6 20 total",
    "wc -l f": "3 f",
    "wc < f": "      3       3      10",
    "sort no": "sort: cannot read: no: No such file or directory",
    "printf '10\\n9\\n9\\n' | sort -nu": "9\n10",
    "sort -k2 f": "pullscope: sort -k is not played here",
    "base64 -w0 f": "YTpiCmM6ZAp4Cg==",
    # programs that are not here
    "awk '{print}' f": "pullscope: awk exists, but is not played here; type help to see what this "
                       "terminal knows",
    "command sed s/a/b/ f": "pullscope: sed exists, but is not played here; type help to see what "
                            "this terminal knows",
    "nosuch": "bash: nosuch: command not found",
}  # fmt: skip


@pytest.mark.parametrize("line", ANSWERS)
def test_the_answer_is_that_of_the_program(line: str) -> None:
    shell = typed(opened(), *FILES)
    after = typed(shell, line)
    told = "\n".join(one.text for one in after.lines[len(shell.lines) + 1 :])
    assert told == ANSWERS[line]


def test_a_program_is_here_or_elsewhere() -> None:
    """None that is played is said to be missing."""
    assert not ELSEWHERE & PROGRAMS.keys()


def test_a_file_that_is_named_often_is_read_to_the_size_of_the_disk() -> None:
    """So a line of names does not take a gigabyte."""
    shell = typed(opened(), "printf '%0999d' 1 > f", *["cat f f f f > g; mv g f"] * 3)
    assert typed(shell, f"cat {'f ' * 1500} | wc -c").lines[-1].text == "1000000"
