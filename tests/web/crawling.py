"""Every address of a site, from the site's own resolver, and what a visitor is answered there."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from anqi.rows.ids import uuid7

METHODS = ("get", "post")
_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
# The one address that is written as an expression: what is nowhere below /v1.
_EXPRESSIONS = {"^v1(/|$)": "v1/nowhere"}
_NOWHERE = {"uuid": lambda: str(uuid7()), "uuidstr": lambda: str(uuid7())}


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address as the resolver knows it."""

    name: str
    route: str

    @property
    def arguments(self) -> list[str]:
        return [name for _kind, name in _ARGUMENT.findall(self.route)]

    def nowhere(self) -> str:
        """With names of nothing in it."""
        return "/" + _ARGUMENT.sub(lambda found: _NOWHERE.get(found[1], lambda: "nothing")(), self.route)

    def of(self, examples: Mapping[str, Any]) -> str:
        """With the examples in it: `name:argument` is that of one address, `argument` that of all others."""
        return "/" + _ARGUMENT.sub(lambda found: str(_example(self, found[2], examples)), self.route)


def _example(address: Address, argument: str, examples: Mapping[str, Any]) -> Any:
    return examples.get(f"{address.name}:{argument}", examples.get(argument, f"<{argument}>"))


def addresses(site: str) -> list[Address]:
    """All of the site's, in their order."""
    return list(_walk(get_resolver(f"anqi.config.urls.{site}"), ""))


def _walk(resolver: URLResolver, before: str) -> Iterator[Address]:
    for each in resolver.url_patterns:
        route = before + _EXPRESSIONS.get(str(each.pattern), str(each.pattern))
        if isinstance(each, URLResolver):
            yield from _walk(each, route)
        else:
            yield Address(name=each.name or route, route=route)


def missing(found: list[Address], examples: Mapping[str, Any]) -> list[str]:
    """What a new address still needs, in words for whoever added it."""
    return [
        f"{each.route}: nobody planted an example of {argument}. Plant one in this file's world, and name it in its"
        f" examples as `{argument}`, or as `{each.name}:{argument}` if only this address wants it."
        for each in found for argument in each.arguments if _example(each, argument, examples) == f"<{argument}>"
    ]  # fmt: skip


def visit(visitor: Client, method: str, path: str) -> Any:
    """The answer; whatever the visit did is undone, and the visitor is who they were."""
    cookies = {name: each.value for name, each in visitor.cookies.items()}
    savepoint = transaction.savepoint()
    try:
        if path.startswith("/v1/"):
            return visitor.generic(method.upper(), path, "{}", content_type="application/json")
        return visitor.generic(method.upper(), path)
    finally:
        transaction.savepoint_rollback(savepoint)
        visitor.cookies = SimpleCookie(cookies)


def crawl(
    visitor: Client, paths: Mapping[Address, str], is_right: Callable[[Address, str, Any], bool], *, who: str
) -> list[str]:
    """What is wrong with the answers to this visitor; an exception is an answer too."""
    found = []
    for address, path in paths.items():
        for method in METHODS:
            try:
                answer = visit(visitor, method, path)
            except Exception as broken:
                found.append(f"{who}: {method} {path} ({address.name}) broke: {broken!r}")
                continue
            if not (_is_designed(answer) and is_right(address, method, answer)):
                told = answer.headers.get("Location", "")
                found.append(f"{who}: {method} {path} ({address.name}) was answered {answer.status_code} {told}")
    return found


def _is_designed(answer: Any) -> bool:
    """Whatever goes wrong is told on a page of ours, or in the API's own form; nothing is ever our fault."""
    kind = answer.headers.get("Content-Type", "")
    is_told = "</html>" in answer.content.decode() if kind.startswith("text/html") else bool(answer.content)
    return answer.status_code < 400 or (answer.status_code < 500 and is_told)
