"""`app` serves the pages, and the registry on the same port."""

import os

import click

from simulator.cli.choices import named_lessons
from simulator.cli.common import HOST, told_plainly
from simulator.progress.store import default_url, engine
from simulator.protocol.hosts import is_loopback, is_site
from simulator.web import serve
from simulator.web.real_runs import VARIABLE, class_policy
from simulator.web.workers import Counts, serve_workers


@click.command()
@HOST
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True)
@click.option("--class", "for_class", is_flag=True,
              help="Let others in, each with an account. Needs --public-url.")  # fmt: skip
@click.option("--public-url", metavar="URL", default="",
              help="With --class: the https:// address of the proxy in front.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 64), metavar="N",
              help="With --class: N processes for pages, others for rooms and docker.")  # fmt: skip
@click.option("--rooms", type=click.IntRange(1, 64), default=1, metavar="N", show_default=True,
              help="With --workers: processes for rooms.")  # fmt: skip
@named_lessons
@told_plainly
def app(
    host: str, port: int, for_class: bool, public_url: str, workers: int | None, rooms: int
) -> None:
    """Serve the pages, and on the same port the registry for your own docker.

    Only this machine can reach it. For a class, put a proxy with TLS in front, and say so with
    --class and --public-url. With --workers, the processes listen at ports that follow each other,
    and the proxy sends each request to the right one.
    """
    hosting(host, for_class, public_url)
    class_policy(os.environ.get(VARIABLE, ""))
    engine(default_url()).dispose()  # so a wrong address ends it here
    if workers is None:
        serve.serve_app(host, port, public_url, log=click.echo)
        return
    if not for_class:
        raise click.UsageError("--workers is for --class: one person needs one process")
    serve_workers(host, port, public_url, Counts(workers, rooms), log=click.echo)


def hosting(host: str, for_class: bool, public_url: str) -> None:
    """Raises UsageError unless what is opened to others was asked for, and is behind TLS."""
    if not is_loopback(host) and not for_class:
        raise click.UsageError(f"--host {host} lets others in: add --class and --public-url")
    if for_class and not is_site(public_url):
        raise click.UsageError(
            "--class needs --public-url https://NAME, the address of the proxy with TLS in front: "
            "passwords must not travel in the clear"
        )
    if public_url and not for_class:
        raise click.UsageError("--public-url is for --class: add it, or leave the option out")
