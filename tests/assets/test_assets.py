"""What a component is given: one script that a browser accepts, from modules that need no
others."""

import subprocess

from simulator.assets import COMPONENTS, FOLDER, component, modules
from tests.cases import each
from tests.need import need


@each("name", list(COMPONENTS))
def test_a_joined_script_is_one_module(name: str) -> None:
    """It imports nothing, exports its function alone, and no name is defined twice."""
    need("node")
    script = component(name).js
    exports = [line for line in script.splitlines() if line.startswith(("import ", "export "))]
    assert len(exports) == 1 and exports[0].startswith("export default function")
    command = ["node", "--input-type=module", "--check"]
    checked = subprocess.run(command, input=script, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_a_module_is_joined_once_and_after_its_imports() -> None:
    """Also one that several others import."""
    names = modules("stage/player.js", ())
    assert len(names) == len(set(names)) and names[-1] == "stage/player.js"
    assert names.index("shared/dom.js") < names.index("stage/flow.js")


ON_THEIR_OWN = ("page/focus.js", "page/later.js", "room/room.js")
"""Scripts without styles of their own: the focus of the search, what is further down, and the page
of a seat."""


def test_every_script_belongs_to_a_component() -> None:
    """A module that no component, and no page of its own, imports is never sent to anyone."""
    mains = {*(main for _, _, main in COMPONENTS.values()), *ON_THEIR_OWN}
    sent = {name for main in mains for name in modules(main, ())}
    assert {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.js")} == sent
