"""The flow diagram: DOT from the machine's table and the lesson, laid out once, when it is built.

Nothing is laid out when the app runs. The SVG beside a lesson carries the digest of its DOT, so
that a stale one is reported (`stale`), and ids on nodes and edges, so that the stage can light
them.
"""

import json
import subprocess
import sysconfig
from collections.abc import Iterable, Iterator, Set
from shutil import which
from textwrap import wrap
from xml.etree import ElementTree as ET

import graphviz  # type: ignore[import-untyped]

from simulator.docker.machine import TRANSITIONS, Phase
from simulator.lesson.document import SHAPES, Document, Lesson, svg_file
from simulator.protocol.digest import digest_of
from simulator.views.outline import Node

SVG = "http://www.w3.org/2000/svg"
SCHEMA = "lesson.schema.json"


def build(lesson: Lesson) -> None:
    """Lay out the diagrams, and write the schema for editors, in the lesson's folder."""
    for shape in SHAPES:
        svg_file(lesson, shape).write_text(layout(dot(lesson, shape)), "utf-8")
    (lesson.folder / SCHEMA).write_text(schema(), "utf-8")


def schema() -> str:
    """The JSON Schema of `lesson.yaml`, for editors."""
    return json.dumps(Document.model_json_schema(), indent=1) + "\n"


def outdated(lesson: Lesson) -> Iterator[str]:
    """The names of diagrams that were laid out from another lesson, or not at all."""
    for shape in SHAPES:
        path = svg_file(lesson, shape)
        if not path.exists() or stale(path.read_text("utf-8"), dot(lesson, shape)):
            yield path.name


def moves(nodes: Iterable[Node]) -> frozenset[tuple[str, str]]:
    """Every way from box to box that `TRANSITIONS` allows.

    A phase without a box is part of the way, and so is the prompt, where nothing happens.
    """
    home = {phase: node.id for node in nodes for phase in node.phases}
    return frozenset(
        (box, home[end])
        for phase, box in home.items()
        for end in boxed_ends(phase, home.keys() - {Phase.READY}, set())
        if home[end] != box
    )


def boxed_ends(phase: Phase, boxed: Set[Phase], passed: set[Phase]) -> Iterator[Phase]:
    """The first phases of these that a run can come to from this one."""
    for target in TRANSITIONS[phase].values():
        if target in boxed:
            yield target
        elif target not in passed:
            passed.add(target)
            yield from boxed_ends(target, boxed, passed)


def dot(lesson: Lesson, shape: str) -> str:
    """The diagram in DOT."""
    graph = graphviz.Digraph(
        graph_attr={"bgcolor": "transparent", "nodesep": "0.28", "ranksep": "0.3", "pad": "0.05"},
        node_attr={
            "shape": "box", "style": "rounded", "fontname": "Arial", "fontsize": "13",
            "margin": "0.15,0.08", "height": "0.42",
        },
        edge_attr={"arrowsize": "0.7"},
    )  # fmt: skip
    for node in lesson.nodes:
        lines = wrap(node.label, 34 if shape == "wide" else 22)
        graph.node(node.id, "\n".join(lines), id=f"node-{node.id}")
    for edge in lesson.edges:
        free = {"constraint": "false"} if edge.failure or edge.back else {}
        graph.edge(edge.source, edge.target, id=edge.id, **free)
    beside = lesson.document.flow.beside
    for line in beside.wide if shape == "wide" else beside.tall:
        graph.body.append(f"\t{{ rank=same; {'; '.join(line)} }}\n")
    return str(graph.source)


class NoLayout(ValueError):
    """The layout program is not installed; the message says how to get it."""


def layout(source: str) -> str:
    """The SVG of this DOT, fit to be scaled, with the digest of its source.

    Raises NoLayout where the layout program is not installed.
    """
    program = which("graphviz-pure", path=sysconfig.get_path("scripts"))
    if program is None:
        raise NoLayout("diagrams need the program graphviz-pure: pip install graphviz-pure")
    done = subprocess.run(
        [program, "-Tsvg"], input=source.encode(), capture_output=True, check=True
    )
    return scalable(done.stdout.decode(), digest_of(source.encode()))


def scalable(svg: str, digest: str) -> str:
    """Sizes and tooltips away; the view box stays, and the digest of the source is added."""
    ET.register_namespace("", SVG)
    root = ET.fromstring(svg)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}title":
                parent.remove(child)
            elif child.tag == f"{{{SVG}}}g" and (child.get("id") or "").startswith("a_"):
                unwrap(parent, child)
    root.set("data-source", digest)
    return ET.tostring(root, encoding="unicode") + "\n"


def unwrap(parent: "ET.Element", link: "ET.Element") -> None:
    """The layout wraps a box with a tooltip in a link; what is in it stays."""
    place = list(parent).index(link)
    inner = [shape for anchor in link for shape in anchor]
    parent.remove(link)
    for offset, shape in enumerate(inner):
        parent.insert(place + offset, shape)


def stale(svg: str, source: str) -> bool:
    """Whether this SVG was laid out from another DOT."""
    return ET.fromstring(svg).get("data-source") != digest_of(source.encode())
