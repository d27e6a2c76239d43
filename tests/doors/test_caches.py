"""A cache whose keys are texts of others has a bound."""

import ast
import asyncio
from collections.abc import Iterator

import httpx
import pytest
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from simulator.live.trouble import known
from simulator.web.document import Document
from tests.modules import nodes, trees
from tests.registry.in_process import answered
from tests.registry.odd_requests import Asked

parsed_once = pytest.mark.xdist_group("sources")
ENDLESS = ("cache", "functools.cache", "lru_cache(maxsize=None)")
KNOWN_NAMES = {
    "answer_key", "attempted", "catalog", "component", "first_problem", "firsts", "further_runs",
    "keys", "keys_about", "made", "moves_of", "putting", "spoken_of",
}  # fmt: skip
"""Functions whose texts are names or sentences of ours: they look each one up before."""


def endless(tree: ast.Module) -> Iterator[str]:
    """The functions of a module that remember every text that they were given."""
    for one in nodes(tree):
        if not isinstance(one, ast.FunctionDef):
            continue
        named = [ast.unparse(decorator) for decorator in one.decorator_list]
        of_pages = any("st.cache_" in name and "max_entries" not in name for name in named)
        kinds = {ast.unparse(given.annotation) for given in one.args.args if given.annotation}
        if (of_pages or set(named) & set(ENDLESS)) and kinds & {"str", "bytes"}:
            yield one.name


KEPT_BY_NAME = {
    "by_id", "by_name", "versions", "noted",  # accounts, of which there are at most 400
    "known", "codes", "watchers", "listeners", "watching", "streams",  # rooms, and who is connected
    "kept",  # drawings (`DRAWN`), and Streamlit's own files
    "failed", "asides",  # reading and keeping; steps of a run
}  # fmt: skip
"""What objects of the servers keep by a name, and what bounds it."""
SERVERS = ("live", "progress", "registry", "room", "web")


def mappings(tree: ast.Module) -> Iterator[str]:
    """The attributes of objects that begin as an empty mapping."""
    for one in nodes(tree):
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Attribute):
            kind = ast.unparse(one.annotation).partition("[")[0]
            if kind in ("dict", "defaultdict", "OrderedDict", "Counter"):
                yield one.target.attr


@parsed_once
def test_each_mapping_of_a_server_has_a_bound() -> None:
    """A new one is looked at: who can add to it, and what takes entries out again."""
    found = {name for tree in trees(*SERVERS) for name in mappings(tree)}
    assert found == KEPT_BY_NAME


@parsed_once
def test_no_function_remembers_every_text() -> None:
    """A new one gets a bound, or takes names of ours only."""
    found = {name for tree in trees() for name in endless(tree)}
    assert found == KNOWN_NAMES


def test_digests_that_clients_make_up_are_forgotten() -> None:
    """However many they ask for."""
    for number in range(3_000):
        assert known(f"sha256:{number:064}") is None
    assert known.cache_info().currsize <= 1_000


# -- files of pages -------------------------------------------------------------------------------

SCRIPT = "/static/js/a.js"


async def like_streamlit(scope: Scope, receive: Receive, send: Send) -> None:
    """One script, by each of its names; its document for any other."""
    there = scope["path"].replace("./", "").replace("//", "/") == SCRIPT
    answer = Response("a", media_type="text/javascript") if there else HTMLResponse("<body>")
    await answer(scope, receive, send)


def test_no_path_that_clients_make_up_is_remembered() -> None:
    """Neither a name that there is not, nor another way to write one: there is no end of them."""
    document = Document(like_streamlit)
    paths = [f"/static{'/' * n}js/{'./' * n}a.js" for n in range(1, 50)]
    paths += [f"/static/js/{number}.js" for number in range(50)]

    async def all_of_them() -> None:
        for path in (*paths, SCRIPT):
            await answered(document, Asked("GET", path, "", [("accept-encoding", "gzip")]))

    asyncio.run(all_of_them())
    assert list(document.kept) == [SCRIPT]


def test_streamlit_sends_its_document_for_a_script_that_there_is_not(address: str) -> None:
    got = httpx.get(f"{address}/static/js/nothing.js")
    assert got.status_code == 404 or got.headers["content-type"].startswith("text/html")


def test_metrics_are_closed(address: str) -> None:
    """However the path is written: sessions and memory are the host's business."""
    for path in ("/_stcore/metrics", "/_stcore/metrics/", "/_stcore/%6detrics"):
        assert httpx.get(address + path, follow_redirects=True).status_code == 404
