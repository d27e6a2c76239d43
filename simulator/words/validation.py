"""The fault in data that an author wrote, in one sentence."""

from pydantic import ValidationError


def first_wrong(error: ValidationError) -> str:
    """Where the first mistake is, and what it is: `steps.0.title: Field required`."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"])) or "the document"
    return f"{where}: {first['msg']}"
