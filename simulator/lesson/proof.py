"""What `pullscope build` has proven: the digest of a lesson's files, kept beside them.

The app proves a lesson when it is opened, unless its files are those that were proven, with this
version of Pullscope. The digest saves time and is no signature: `pullscope check`, and the tests
for the lessons that come with Pullscope, prove every lesson whatever the digest says.
"""

from hashlib import sha256
from pathlib import Path

from simulator import __version__

FILE = "proof.txt"
CARDS = "cards.json"
"""What the home says of the lesson: made from its files, and proven with them."""
PROVEN = frozenset({".yaml", ".svg"})
"""Suffixes of the files that a lesson consists of."""


def is_part(path: Path) -> bool:
    return path.suffix in PROVEN or path.name == CARDS


def proof(folder: Path) -> str:
    """The line that says that these files are proven with this version of Pullscope."""
    digest = sha256()
    for path in sorted(one for one in folder.iterdir() if is_part(one)):
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return f"{__version__} sha256:{digest.hexdigest()}\n"


def is_proven(folder: Path) -> bool:
    """Whether the files in this folder are those that were proven."""
    kept = folder / FILE
    return kept.is_file() and kept.read_text("utf-8", errors="replace") == proof(folder)


def keep_proof(folder: Path) -> None:
    """Say that the files in this folder are proven. Raises OSError where it cannot be written."""
    (folder / FILE).write_text(proof(folder), "utf-8")
