"""The models of a definition as pydantic knows them, made from ``models``: it tells all that is wrong with a value,
where msgspec tells the first mistake alone, and writes their JSON Schema.

A file without a mistake does without: to import pydantic takes as long as to check a small file.
"""

from __future__ import annotations

from functools import cache, reduce
from operator import or_
from types import GenericAlias, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from msgspec import NODEFAULT, Meta
from msgspec.structs import FieldInfo, fields
from pydantic import BaseModel, Field, StrictBool, ValidationError, create_model

from kustui.definition.models import Part

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def errors_of(model: type[Part], value: object) -> list[ErrorDetails]:
    """All that keeps a value from being a part, in the order of the model's fields; empty where nothing does."""
    try:
        pydantic_model(model).model_validate(value)
    except ValidationError as error:
        return error.errors(include_url=False, include_context=False)
    return []


@cache
def pydantic_model(model: type[Part]) -> type[BaseModel]:
    """What takes the same values as a model does."""
    own: dict[str, Any] = {field.name: (_annotation(field.type), _field(field)) for field in fields(model)}
    return create_model(model.__name__, **own)


def _field(field: FieldInfo) -> Any:
    """A field without its type: its key and its default."""
    if field.default_factory is not NODEFAULT:
        return Field(alias=field.encode_name, default_factory=field.default_factory)
    return Field(alias=field.encode_name, default=... if field.default is NODEFAULT else field.default)


def _annotation(annotation: Any) -> Any:
    """The same type in the words of pydantic."""
    if annotation is bool:
        return StrictBool
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return pydantic_model(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner, meta = arguments
        assert isinstance(meta, Meta)
        return Annotated[_annotation(inner), Field(min_length=meta.min_length, description=meta.description)]
    if origin in (Union, UnionType):
        return reduce(or_, map(_annotation, arguments))
    if origin is tuple:
        return GenericAlias(tuple, (_annotation(arguments[0]), ...))
    return annotation
