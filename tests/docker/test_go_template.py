"""`--format`: the parts of Go's text/template that people use with Docker."""

import pytest

from simulator.docker.go_faults import NotPlayed, TemplateError
from simulator.docker.go_template import filled
from tests.cases import each

IMAGE = {"Id": "sha256:1", "Tags": ["a:1", "b:2"], "Config": {"Cmd": ["/app"], "Env": None},
         "Size": 42, "Manifests": None}  # fmt: skip
FILLED = (
    ("{{.Id}}", "sha256:1"),
    ("{{ .Config.Cmd }} of {{.Size}}", "[/app] of 42"),
    ("{{json .Tags}}", '["a:1","b:2"]'),
    ("{{json .Manifests}}", "null"),
    ("{{index .Tags 1}}", "b:2"),
    ("{{len .Tags}}", "2"),
    ('{{join .Tags ", "}}', "a:1, b:2"),
    ("{{range .Tags}}<{{.}}>{{end}}", "<a:1><b:2>"),
    ("{{if .Manifests}}yes{{else}}no{{end}}", "no"),
    ("{{with .Config}}{{.Cmd}}{{end}}", "[/app]"),
    ("{{.Id | upper}}", "SHA256:1"),
    ("{{json (index .Tags 0)}}", '"a:1"'),
    ("a {{- .Size -}} b", "a42b"),
    ('{{printf "%.6s|%5d|%q" .Id .Size .Id}}', 'sha256|   42|"sha256:1"'),
    ('{{split .Id ":"}}', "[sha256 1]"),
    ('{{index (split .Id ":") 1}}', "1"),
    ("{{slice .Id 0 6}}", "sha256"),
    ("{{slice .Tags 1}}", "[b:2]"),
    ("{{truncate .Id 3}}", "sha"),
    ("{{pad .Id 1 2}}|", " sha256:1  |"),
    ("{{range $i, $tag := .Tags}}{{$i}}={{$tag}} {{end}}", "0=a:1 1=b:2 "),
    ("{{$id := .Id}}{{with .Config}}{{$id}}{{$.Size}}{{end}}", "sha256:142"),
    ("{{if eq .Size 1}}one{{else if gt .Size 5}}many{{end}}", "many"),
    ("{{/* nothing */}}{{.Size}}", "42"),
    ("{{range .Manifests}}x{{else}}none{{end}}", "none"),
)
REFUSED = (
    ("{{.Nothing}}", 'map has no entry for key "Nothing"'),
    ("{{.Id", "unclosed action"),
    ("{{nothing .Id}}", 'function "nothing" not defined'),
    ("{{if .Id}}x", "unexpected EOF"),
    ("{{end}}", "unexpected {{end}}"),
    ("{{}}", "template: :1: missing value for command"),
    ("{{(.Id}}", "template: :1: unclosed left paren"),
    ("{{$nothing}}", 'undefined variable "$nothing"'),
    ("{{.Config.Foo}}", 'template: :1:9: executing "" at <.Config.Foo>: map has no entry'),
    ("{{.Id.Foo}}", "can't evaluate field Foo in type interface {}"),
    ("{{slice .Id 1 99}}", "at <slice .Id 1 99>: error calling slice: index out of range: 99"),
    ("{{join .Tags}}", "at <join>: wrong number of args for join: want 2 got 1"),
    ("{{range .Id}}x{{end}}", "at <.Id>: range can't iterate over sha256:1"),
    ("{{html .Id}}", "pullscope: of Go's templates, `html` is not played here"),
    ("{{upper .Tags}}", "pullscope: of Go's templates, this use of `upper` is not played here"),
    ("{{.Config}}", "pullscope: of Go's templates, the text of `.Config` without `json`"),
    ('{{printf "%999999999d" 1}}', "pullscope: of Go's templates"),
    ('{{"open}}', "unterminated quoted string"),
    (
        "{{index .Tags 9}}",
        ':1:2: executing "" at <index .Tags 9>: error calling index: index out of range: 9',
    ),
)


@each("template,text", FILLED)
def test_a_template_is_filled_as_go_does(template: str, text: str) -> None:
    assert filled(template, IMAGE) == text


@each("template,why", REFUSED)
def test_what_go_refuses_is_refused(template: str, why: str) -> None:
    with pytest.raises(TemplateError) as refused:
        filled(template, IMAGE)
    assert why in str(refused.value)


HOSTILE = {
    "a text that doubles": '{{$a0 := printf "%s%s" .Id .Id}}' + "".join(
        f'{{{{$a{n + 1} := printf "%s%s" $a{n} $a{n}}}}}' for n in range(30)) + "{{len $a30}}",
    "loops in loops": "{{range $.Layers}}" * 18 + "x" + "{{end}}" * 18,
    "a loop that prints much": "{{range $.Layers}}" * 8 + "{{json $}}" + "{{end}}" * 8,
    "parentheses": "{{" + "(" * 5000 + ".Id" + ")" * 5000 + "}}",
    "blocks": "{{if .Id}}" * 5000 + "{{end}}" * 5000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_template_cannot_take_the_memory_or_the_time_of_all(name: str) -> None:
    with pytest.raises(NotPlayed):
        filled(HOSTILE[name], {"Id": "sha256:" + "a" * 64, "Layers": ["a", "b", "c"]})
