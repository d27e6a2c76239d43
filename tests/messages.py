"""The texts of a module that need a translation: Babel's own extractor does not look into f-strings
before Python 3.12, so this one reads the syntax tree.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

Found = tuple[int, str, str | tuple[str, ...], list[str]]


def extract(
    file: IO[bytes], keywords: Iterable[str], tags: Iterable[str], options: Mapping[str, Any]
) -> Iterator[Found]:
    """Each call of a keyword with its line and its texts, as Babel wants it."""
    calls = (node for node in ast.walk(ast.parse(file.read())) if isinstance(node, ast.Call))
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        texts = tuple(str(one.value) for one in call.args
                      if isinstance(one, ast.Constant) and isinstance(one.value, str))  # fmt: skip
        if isinstance(call.func, ast.Name) and call.func.id in keywords and texts:
            yield call.lineno, call.func.id, texts[0] if len(texts) == 1 else texts, []
