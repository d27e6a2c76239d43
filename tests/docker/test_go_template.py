"""`--format`: the parts of Go's text/template that people use with Docker."""

import pytest

from simulator.docker.output.go_template import TemplateError, filled
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
)
REFUSED = (
    ("{{.Nothing}}", 'map has no entry for key "Nothing"'),
    ("{{.Id", "unclosed action"),
    ("{{nothing .Id}}", 'function "nothing" not defined'),
    ("{{if .Id}}x", "unexpected EOF"),
    ("{{end}}", "unexpected {{end}}"),
    ("{{index .Tags 9}}", "slice index out of range"),
)


@each("template,text", FILLED)
def test_a_template_is_filled_as_go_does(template: str, text: str) -> None:
    assert filled(template, IMAGE) == text


@each("template,why", REFUSED)
def test_what_go_refuses_is_refused(template: str, why: str) -> None:
    with pytest.raises(TemplateError) as refused:
        filled(template, IMAGE)
    assert why in str(refused.value)
