"""docs/api.md tells every call that the schema has, and none that it hasn't."""

import re
from pathlib import Path

import pytest

from anqi.web.merchant.api import api

PAGE = (Path(__file__).resolve().parents[2] / "docs/api.md").read_text()


@pytest.mark.urls("anqi.config.urls.merchant")
def test_every_call_is_told() -> None:
    told = {(method, _shape(path)) for method, path in re.findall(r"`(GET|POST) (/v1/[^`?]+)", PAGE)}
    schema = api.get_openapi_schema()["paths"]
    there = {(method.upper(), _shape(path)) for path, methods in schema.items() for method in methods}
    assert told == there


def _shape(path: str) -> str:
    """Without what differs from one order, return or month to the next."""
    return re.sub(r"\{\w+\}|\d{4}-\d\d", "…", path)
