"""How a union of dataclasses is written as JSON: each value carries its type's name.

Without the name, `{"text": ..., "server": ...}` could be a login or a logout.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True)
class Tagged:
    """Annotation for a union's field: `Annotated[Event, Tagged("event")]`."""

    key: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        members = {member.__name__: member for member in get_args(source)}
        inner = core_schema.any_schema()
        writer = core_schema.wrap_serializer_function_ser_schema(self._write(members))
        return core_schema.no_info_before_validator_function(
            self._read(members), inner, serialization=writer
        )

    def _write(self, members: dict[str, Any]) -> Callable[[Any, Any], Any]:
        def write(value: Any, _: Any) -> Any:
            if value is None:
                return None
            document = TypeAdapter(members[type(value).__name__]).dump_python(value, mode="json")
            return {self.key: type(value).__name__, **document}

        return write

    def _read(self, members: dict[str, Any]) -> Callable[[Any], Any]:
        def read(value: Any) -> Any:
            if value is None or type(value) in members.values():
                return value
            if not isinstance(value, dict) or value.get(self.key) not in members:
                raise ValueError(f"{self.key} must name one of {', '.join(members)}")
            rest = {name: part for name, part in value.items() if name != self.key}
            return TypeAdapter(members[value[self.key]]).validate_python(rest)

        return read
