"""The page that documents the API, written from its own schema; it needs nothing from anywhere else."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from anqi.notices import webhooks
from anqi.web.merchant import access, problems
from anqi.web.merchant.api import api

Schema = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a body or one parameter."""

    name: str
    type: str
    is_required: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One call as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    asked: tuple[Field, ...]
    answered: tuple[Field, ...]
    example: str
    answers: tuple[str, ...]


def page(request: HttpRequest) -> HttpResponse:
    """How to use the API; anybody may read it."""
    context = {
        "operations": _operations(api.get_openapi_schema()),
        "problems": problems.known(),
        "base": settings.ANQI_URLS["merchant"],
        "most_bytes": problems.MOST_BYTES,
        "most_a_minute": access.MOST_A_MINUTE,
        "waits": [_words(wait.total_seconds()) for wait in webhooks.SCHEDULE],
    }
    # The API speaks English, and so does all of its page.
    with translation.override("en"):
        return render(request, "merchant/docs.html", context)


def _operations(schema: Schema) -> list[Operation]:
    return [
        _operation(schema, method, path, stated)
        for path, by_method in schema["paths"].items()
        for method, stated in by_method.items()
    ]


def _operation(schema: Schema, method: str, path: str, stated: Schema) -> Operation:
    body = _body_of(stated.get("requestBody", {}))
    success = next(answer for status, answer in stated["responses"].items() if int(status) < 300)
    return Operation(
        id=stated["operationId"],
        method=method.upper(),
        path=path,
        summary=stated.get("description", stated["summary"]),
        asked=(*_parameters(stated), *_fields(schema, body)),
        answered=tuple(_fields(schema, _body_of(success))),
        example=json.dumps(_example(schema, body), ensure_ascii=False, indent=2) if body else "",
        answers=tuple(f"{status} {HTTPStatus(int(status)).phrase}" for status in stated["responses"]),
    )


def _body_of(holder: Schema) -> Schema:
    content = holder.get("content", {})
    return next((each["schema"] for each in content.values()), {})


def _parameters(stated: Schema) -> Iterator[Field]:
    for each in stated.get("parameters", ()):
        yield Field(
            name=each["name"],
            type=f"{_type(each['schema'])}, {each['in']}",
            is_required=each.get("required", False),
            text=each["schema"].get("description", ""),
        )


def _fields(schema: Schema, of: Schema, above: str = "") -> Iterator[Field]:
    """The fields of a schema with those below them: `goods[].title`."""
    resolved = _resolved(schema, of)
    for name, stated in resolved.get("properties", {}).items():
        inner = _resolved(schema, stated.get("items", stated))
        full_name = f"{above}{name}{'[]' if 'items' in stated else ''}"
        yield Field(
            name=full_name,
            type=_type(_resolved(schema, stated)),
            is_required=name in resolved.get("required", ()),
            text=stated.get("description", "") or inner.get("description", ""),
        )
        yield from _fields(schema, inner, f"{full_name}.")


def _resolved(schema: Schema, stated: Schema) -> Schema:
    reference = stated.get("$ref") or next((each.get("$ref") for each in stated.get("allOf", ())), None)
    found: Schema = schema["components"]["schemas"][reference.rsplit("/", 1)[-1]] if reference else stated
    return found


def _type(stated: Schema) -> str:
    if "anyOf" in stated:
        return " or ".join(_type(each) for each in stated["anyOf"])
    if "enum" in stated:
        return " | ".join(map(str, stated["enum"]))
    if "const" in stated:
        return f'"{stated["const"]}"'
    return str(stated.get("type", "object"))


def _example(schema: Schema, of: Schema) -> Any:
    resolved = _resolved(schema, of)
    if "properties" in resolved:
        return {name: _example(schema, each) for name, each in resolved["properties"].items()}
    if "items" in resolved:
        return [_example(schema, resolved["items"])]
    return next(iter(resolved.get("examples", ())), "…")


def _words(seconds: float) -> str:
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds) // length} {unit}"
    return f"{int(seconds)} s"
