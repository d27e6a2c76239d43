"""A cache whose keys are texts of others has a bound."""

import ast
from collections.abc import Iterator

from simulator.live.trouble import known
from tests.modules import trees

ENDLESS = ("cache", "functools.cache", "lru_cache(maxsize=None)")
KNOWN_NAMES = {
    "answer_key", "attempted", "catalog", "component", "first_problem", "firsts", "further_runs",
    "keys", "keys_about", "made", "moves_of", "putting", "spoken_of",
}  # fmt: skip
"""Functions whose texts are names or sentences of ours: they look each one up before."""


def endless(tree: ast.Module) -> Iterator[str]:
    """The functions of a module that remember every text that they were given."""
    for one in ast.walk(tree):
        if not isinstance(one, ast.FunctionDef):
            continue
        named = [ast.unparse(decorator) for decorator in one.decorator_list]
        of_pages = any("st.cache_" in name and "max_entries" not in name for name in named)
        kinds = {ast.unparse(given.annotation) for given in one.args.args if given.annotation}
        if (of_pages or set(named) & set(ENDLESS)) and kinds & {"str", "bytes"}:
            yield one.name


def test_no_function_remembers_every_text() -> None:
    """A new one gets a bound, or takes names of ours only."""
    found = {name for tree in trees() for name in endless(tree)}
    assert found == KNOWN_NAMES


def test_digests_that_clients_make_up_are_forgotten() -> None:
    """However many they ask for."""
    for number in range(3_000):
        assert known(f"sha256:{number:064}") is None
    assert known.cache_info().currsize <= 1_000
