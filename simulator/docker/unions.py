"""How a value of one of several classes is written as JSON: with the name of its class.

Without the name, `{"text": ..., "server": ...}` could be a login or a logout.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, Union

from pydantic import Discriminator, GetCoreSchemaHandler, GetJsonSchemaHandler, Tag
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


def kinds(base: type[T]) -> tuple[type[T], ...]:
    """The classes below this one that have none below them, in the order of their definition."""
    below = base.__subclasses__()
    return tuple(kind for one in below for kind in kinds(one)) if below else (base,)


@dataclass(frozen=True)
class Tagged:
    """Annotation for a field with a base class as its type: `Annotated[Event, Tagged("event")]`.

    The JSON of the value has the name of its class under `key`.
    """

    key: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        members = tuple(
            Annotated[kind, Named(self.key, kind.__name__), Tag(kind.__name__)]
            for kind in kinds(source)
        )
        # a type that is made at run time: mypy cannot see the members
        union: Any = Union[members]  # noqa: UP007
        told = f"{self.key} must be the name of a known {source.__name__}"
        by_name = Discriminator(
            self.name_of, custom_error_type="unknown_name", custom_error_message=told
        )
        return handler.generate_schema(Annotated[union, by_name])

    def name_of(self, value: Any) -> str | None:
        """The name of the class, of a value or of its JSON form."""
        return value.get(self.key) if isinstance(value, dict) else type(value).__name__


@dataclass(frozen=True)
class Named:
    """One class of a union: its JSON form begins with its name."""

    key: str
    name: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        def write(value: Any, inner: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
            return {self.key: self.name, **inner(value)}

        schema = handler(source)
        writer = core_schema.wrap_serializer_function_ser_schema(write)
        return core_schema.no_info_after_validator_function(
            lambda value: value, schema, serialization=writer
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        named = {self.key: {"const": self.name, "type": "string"}}
        return {"allOf": [{"properties": named, "required": [self.key]}, handler(schema)]}
