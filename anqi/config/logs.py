"""Logs: one JSON object a line, on stderr, without personal data and without addresses."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request"}
# What could be a phone, an identity card or a bank card. Ids and hashes may hold such digits and stay.
_NUMBERS = re.compile(
    r"(?P<id>\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b[0-9a-f]{32,}\b)"
    r"|(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"
    r"|(?<!\d)\d{15,19}[Xx]?(?!\d)"
)
# What people typed into forms and links.
_QUERY = re.compile(r"(?<=[\w/])\?[^\s\"'<>]+")
# PostgreSQL quotes the row at fault.
_DETAIL = re.compile(r"(DETAIL|CONTEXT):  .*")


class Lines(logging.Formatter):
    """A record as one line of JSON: when, how bad, who, what, and the ids that were handed along."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _without_address(record),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(masked(line), ensure_ascii=False)


def _without_address(record: logging.LogRecord) -> str:
    """The event; where Django names the address of a request, its route stands instead: addresses may hold a token."""
    told, request = record.getMessage(), getattr(record, "request", None)
    path = getattr(request, "path", "/")
    route = getattr(getattr(request, "resolver_match", None), "route", "…")
    return told if path == "/" else told.replace(path, f"/{route}")


def masked(value: Any) -> Any:
    """The same without what could be somebody's number, what was typed into an address, and quoted rows."""
    if isinstance(value, dict):
        return {str(name): masked(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set):
        return [masked(part) for part in value]
    if value is None or isinstance(value, bool | float):
        return value
    text = _DETAIL.sub(r"\1: …", _QUERY.sub("", _NUMBERS.sub(lambda found: found["id"] or "…", str(value))))
    return value if isinstance(value, int) and text == str(value) else text


def settings(mode: str) -> dict[str, Any]:
    """Django's LOGGING for a mode of running."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "anqi.config.logs.Lines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "anqi": {"level": "WARNING" if mode == "test" else "INFO"},
            # Django's own handlers would say everything twice, and mail it.
            "django": {"handlers": [], "level": "WARNING"},
            # What it warns of (a 404) stands in our access log already.
            "django.request": {"level": "ERROR"},
            "procrastinate.periodic": {"level": "ERROR"},
        },
    }
