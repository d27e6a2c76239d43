"""Named values that are computed when they are asked for."""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

Subject = TypeVar("Subject")
Value = TypeVar("Value")


class Computed(Mapping[str, Value], Generic[Subject, Value]):
    """The values of these functions for one subject, by name; each is computed at most once."""

    def __init__(
        self, functions: Mapping[str, Callable[[Subject], Value]], subject: Subject
    ) -> None:
        self.functions = functions
        self.subject = subject
        self.known: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self.known:
            self.known[name] = self.functions[name](self.subject)
        return self.known[name]

    def __contains__(self, name: object) -> bool:
        return name in self.functions

    def __iter__(self) -> Iterator[str]:
        return iter(self.functions)

    def __len__(self) -> int:
        return len(self.functions)
