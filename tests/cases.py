"""One test a rule: a rule that holds for many cases is one test, which names each that fails."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import pytest

Test = Callable[..., None]


def each(names: str | tuple[str, ...], cases: Iterable[Any]) -> Callable[[Test], Test]:
    """Run the test for every case, as `pytest.mark.parametrize` would, within one test.

    All cases are tried; it fails with an ExceptionGroup of those that failed, each with a note that
    names its case. Fixtures are made once, for all cases. No case at all fails, too.
    """
    arguments = tuple(names.replace(",", " ").split()) if isinstance(names, str) else names
    rows = [case if len(arguments) > 1 else (case,) for case in cases]

    def decorated(test: Test) -> Test:
        @wraps(test)
        def tried(**fixtures: Any) -> None:
            assert rows, f"no case of {', '.join(arguments)}"
            failures = [
                failure
                for row in rows
                if (failure := attempt(test, fixtures, dict(zip(arguments, row, strict=True))))
            ]
            if failures:
                raise BaseExceptionGroup(f"{len(failures)} of {len(rows)} cases fail", failures)

        known = inspect.signature(test)
        kept = [known.parameters[name] for name in known.parameters if name not in arguments]
        tried.__signature__ = known.replace(parameters=kept)  # type: ignore[attr-defined]
        return tried

    return decorated


def attempt(test: Test, fixtures: dict[str, Any], case: dict[str, Any]) -> BaseException | None:
    """How the test fails in this case; None if it does not."""
    try:
        test(**fixtures, **case)
    except (Exception, pytest.fail.Exception) as failure:
        if str(failure).startswith("Timeout"):
            raise  # the time of the whole test is over
        told = ", ".join(f"{name} = {value!r:.200}" for name, value in case.items())
        failure.add_note(f"case: {told}")
        return failure
    return None
