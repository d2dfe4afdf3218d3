"""A channel's results as JSON, for the inbox and for people to read."""

from datetime import datetime
from typing import Any

from anqi.payments.channels.protocol import (
    Accepted,
    Closed,
    Failed,
    NotFound,
    Qr,
    Redirect,
    Result,
    Succeeded,
    Unknown,
)  # fmt: skip

_KINDS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind for kind in (Accepted, Succeeded, Failed, Closed, NotFound, Unknown)
}


def to_json(result: Result) -> dict[str, Any]:
    """The result with its kind; `from_json` gives it back."""
    stated = {"kind": type(result).__name__.lower()} | vars(result)
    if isinstance(result, Succeeded):
        stated["paid_at"] = result.paid_at.isoformat()
    if isinstance(result, Accepted):
        stated["action"] = action_to_json(result)
    return stated


def action_to_json(accepted: Accepted, *, now: datetime | None = None) -> dict[str, str] | None:
    """How the borrower goes on: {"url": …} to open, {"qr": …} to scan, or None.

    With `now` the end of an address that opens for a while only stands beside it.
    """
    action = accepted.action
    if isinstance(action, Qr):
        return {"qr": action.text}
    if action and action.opens_for and now:
        return {"url": action.url, "until": (now + action.opens_for).isoformat()}
    return {"url": action.url} if action else None


def from_json(stated: dict[str, Any]) -> Result:
    """The result that `to_json` wrote."""
    values = {name: value for name, value in stated.items() if name != "kind"}
    if "paid_at" in values:
        values["paid_at"] = datetime.fromisoformat(values["paid_at"])
    if values.get("action"):
        values["action"] = _action(values["action"])
    result: Result = _KINDS[stated["kind"]](**values)
    return result


def _action(stated: dict[str, str]) -> Redirect | Qr:
    return Qr(text=stated["qr"]) if "qr" in stated else Redirect(url=stated["url"])


def masked(result: Result) -> dict[str, Any]:
    """What people may read of it: no address that pays, since whoever has it can open the cashier."""
    return {name: value for name, value in to_json(result).items() if name not in ("kind", "action")}
