"""What every stand-in gets handed: the home, the store, the courier and the page renderer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute

from sandbox import money
from sandbox.faults import Fault
from sandbox.home import Home
from sandbox.notify import Courier
from sandbox.store import Connection, Store

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True)
class Site:
    home: Home
    store: Store
    courier: Courier
    templates: Environment = field(default_factory=lambda: _environment())

    def render(self, template: str, /, *, status: int = 200, **context: Any) -> HTMLResponse:
        """The page; nothing of it may be kept by a browser."""
        body = self.templates.get_template(template).render(**context)
        return HTMLResponse(body, status_code=status, headers={"Cache-Control": "no-store"})


class Channel(Protocol):
    """The shape of a stand-in: a package that offers these names."""

    NAME: str
    TITLE: str
    SCHEMA: str
    FAULTS: Sequence[Fault]
    # Operations a fault rule may name.
    OPERATIONS: Sequence[str]
    # The part of the home page, and what it is rendered with.
    HOME_PART: str
    recent: Callable[[Connection], dict[str, Any]]
    routes: Callable[[Site], list[BaseRoute]]
    # What happens by itself as time passes.
    sweep: Callable[[Site], None]


def _environment() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    templates.filters["yuan"] = money.to_page
    return templates
