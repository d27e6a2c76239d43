"""The flow diagram: DOT from the machine's table and the lesson, laid out once, when it is built.

Nothing is laid out when the app runs. The SVG beside a lesson carries the digest of its DOT, so
that a stale one is told (`stale`), and ids on nodes and edges, so that the stage can light them.
"""

import subprocess
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any
from xml.etree import ElementTree as ET

import graphviz  # type: ignore[import-untyped]

from simulator.docker.machine import TRANSITIONS, Phase
from simulator.protocol.digest import digest_of

SHAPES = ("wide", "tall")
"""`wide` ends in a row from left to right, for screens; `tall` runs top-down, for phones."""
SVG = "http://www.w3.org/2000/svg"


@dataclass(frozen=True)
class Node:
    """A box of the diagram. `phases` are the machine's phases that it stands for; a refusal in
    one of the phases `refuses` happens here."""

    id: str
    label: str
    phases: tuple[Phase, ...]
    refuses: tuple[Phase, ...] = ()
    failure: bool = False


@dataclass(frozen=True)
class Edge:
    """An arrow. `failure` leads to the branch; `back` returns to an earlier box."""

    source: str
    target: str
    failure: bool = False
    back: bool = False

    @property
    def id(self) -> str:
        return f"edge-{self.source}-{self.target}"


def moves(nodes: Iterable[Node]) -> frozenset[tuple[str, str]]:
    """Every way from box to box that `TRANSITIONS` allows.

    At the prompt nothing happens, so a way through `READY` joins what was before and after it.
    """
    home = {phase: node.id for node in nodes for phase in node.phases}
    found = set()
    for phase, edges in TRANSITIONS.items():
        for target in edges.values():
            ends = TRANSITIONS[Phase.READY].values() if target is Phase.READY else (target,)
            found |= {(home[phase], home[end]) for end in ends}
    return frozenset((source, target) for source, target in found if source != target)


def dot(nodes: tuple[Node, ...], edges: tuple[Edge, ...], shape: str) -> str:
    """The diagram in DOT. The failure box stands beside the box whose failure is drawn first."""
    graph = graphviz.Digraph(
        graph_attr={"bgcolor": "transparent", "nodesep": "0.28", "ranksep": "0.3", "pad": "0.05"},
        node_attr={
            "shape": "box", "style": "rounded", "fontname": "Arial", "fontsize": "13",
            "margin": "0.15,0.08", "height": "0.42",
        },
        edge_attr={"arrowsize": "0.7"},
    )  # fmt: skip
    for node in nodes:
        lines = wrap(node.label, 34 if shape == "wide" else 22)
        graph.node(node.id, "\n".join(lines), id=f"node-{node.id}")
    for edge in edges:
        free = {"constraint": "false"} if edge.failure or edge.back else {}
        graph.edge(edge.source, edge.target, id=edge.id, **free)
    for row in rows(nodes, shape):
        graph.body.append(f"\t{{ rank=same; {'; '.join(row)} }}\n")
    return str(graph.source)


def rows(nodes: tuple[Node, ...], shape: str) -> list[list[str]]:
    """Boxes that stand beside each other: the branch at its box, and on a screen the last three."""
    path = [node.id for node in nodes if not node.failure]
    branch = [node.id for node in nodes if node.failure]
    beside = [path[len(path) // 2], *branch]
    return [beside, path[-3:]] if shape == "wide" else [beside]


def layout(source: str) -> str:
    """The SVG of this DOT, fit to be scaled, with the digest of its source.

    Raises FileNotFoundError where the layout program is not installed.
    """
    program = Path(sysconfig.get_path("scripts")) / "graphviz-pure"
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


def payload(
    nodes: tuple[Node, ...], edges: tuple[Edge, ...], svgs: Mapping[str, str]
) -> dict[str, Any]:
    """What the stage is told of the diagram."""
    return {
        **svgs,
        "nodes": [{"id": n.id, "label": n.label, "failure": n.failure} for n in nodes],
        "edges": [
            {"id": e.id, "from": e.source, "to": e.target, "failure": e.failure} for e in edges
        ],
    }
