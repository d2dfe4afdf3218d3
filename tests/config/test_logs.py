"""A line of the log is JSON, and holds nobody's number and nobody's address."""

import json
import logging
import sys
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from anqi.config import logs

LOAN = "018f3b2c-1380-7000-8138-000060210000"


def line(message: str, *args: object, exc_info: Any = None, **extra: object) -> dict[str, Any]:
    record = logging.LogRecord("anqi.jobs", logging.WARNING, "x.py", 1, message, args, exc_info)
    vars(record).update(extra)
    written = logs.Lines().format(record)
    assert "\n" not in written
    told: dict[str, Any] = json.loads(written)
    return told


def test_a_line_says_when_who_and_what() -> None:
    told = line("job_row_failed", row=UUID(LOAN), count=3, is_late=True, ms=1.5, nothing=None)
    assert told.pop("at").endswith("+00:00")
    assert told == {
        "level": "warning", "logger": "anqi.jobs", "event": "job_row_failed",
        "row": LOAN, "count": 3, "is_late": True, "ms": 1.5, "nothing": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "number",
    [
        "13800006021", "+8613800006021", "+86 138 0000 6021", "138-0000-6021",
        "110101199705210008", "11010119970521000X", "6222020200112233445", "110101970521000",
    ],
)  # fmt: skip
@pytest.mark.parametrize("around", ["{}", "电话{}。", "phone={},", "id{}", '{{"phone": "{}"}}', "to_{}_now"])
def test_somebodys_number_is_masked_wherever_it_stands(number: str, around: str) -> None:
    text = around.format(number)
    assert number not in json.dumps(line(text), ensure_ascii=False)
    assert number not in json.dumps(line("sent to %s", text), ensure_ascii=False)
    assert number not in json.dumps(line("sent", to=[{"whom": text}], deep=(text,)), ensure_ascii=False)


def test_numbers_that_are_ints_are_masked_and_the_line_stays_json() -> None:
    assert line("sent", phone=13800006021, card=6222020200112233445, count=12)["phone"] == "…"
    assert line("sent", phone=13800006021, count=12)["count"] == 12


@pytest.mark.parametrize("kept", [LOAN, "9" * 64, "13800006021abcdef" * 4, "2026-11-25", "1234567890", "¥1,234.56"])
def test_ids_hashes_days_and_amounts_stay(kept: str) -> None:
    assert line(kept)["event"] == kept


def test_a_query_string_is_dropped() -> None:
    told = line("GET https://shop.example/back?token=secret&x=1 failed", url="/orders?q=林小满")
    assert told["event"] == "GET https://shop.example/back failed"
    assert told["url"] == "/orders"


def test_the_route_stands_for_the_address() -> None:
    request = SimpleNamespace(path="/confirm/s3cr3t", resolver_match=SimpleNamespace(route="confirm/<token>"))
    told = line("%s: %s", "Internal Server Error", request.path, request=request, status_code=500)
    assert told["event"] == "Internal Server Error: /confirm/<token>"
    lost = SimpleNamespace(path="/confirm/s3cr3t", resolver_match=None)
    assert line("%s: %s", "Not Found", lost.path, request=lost)["event"] == "Not Found: /…"


def test_an_exception_keeps_its_place_and_loses_the_row() -> None:
    try:
        raise ValueError('duplicate key value\nDETAIL:  Key (name)=(林小满) already exists.\nno 13800006021')
    except ValueError:
        told = line("broken", exc_info=sys.exc_info())
    assert "test_logs.py" in told["exception"]
    assert "duplicate key value" in told["exception"]
    assert "林小满" not in told["exception"]
    assert "13800006021" not in told["exception"]


def test_what_nobody_can_write_as_json_is_written_as_text() -> None:
    assert line("odd", what=object)["what"] == "<class 'object'>"


@pytest.mark.parametrize("mode", ["production", "demo", "test"])
def test_everything_goes_to_one_handler_once(mode: str) -> None:
    told = logs.settings(mode)
    assert told["root"]["handlers"] == ["stderr"]
    assert not any(logger.get("handlers") for logger in told["loggers"].values())
