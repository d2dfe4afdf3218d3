"""A channel's results as JSON, for the inbox and for people to read."""

from datetime import datetime
from typing import Any

from anqi.payments.channels.protocol import (
    Accepted,
    Action,
    Closed,
    Failed,
    Form,
    NotFound,
    Qr,
    Redirect,
    Result,
    Succeeded,
    Transfer,
    Unknown,
)  # fmt: skip

_KINDS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind for kind in (Accepted, Succeeded, Failed, Closed, NotFound, Unknown)
}


def to_json(result: Result) -> dict[str, Any]:
    """The result with its kind; `from_json` gives it back."""
    stated = {"kind": type(result).__name__.lower()} | vars(result)
    stated |= {name: value.isoformat() for name, value in stated.items() if isinstance(value, datetime)}
    if isinstance(result, Accepted):
        stated["action"] = action_to_json(result)
    return stated


def action_to_json(accepted: Accepted, *, now: datetime | None = None) -> dict[str, Any] | None:
    """How the borrower goes on: {"url": …} to open, {"qr": …} to scan, {"post": …} to send, {"transfer": …}.

    None where nothing is left to do. With `now` the end of an address that opens for a while only stands beside it.
    """
    match accepted.action:
        case Redirect(url=url, opens_for=opens_for):
            return {"url": url} | ({"until": (now + opens_for).isoformat()} if opens_for and now else {})
        case Qr(text=text):
            return {"qr": text}
        case Form(url=url, fields=fields):
            return {"post": url, "fields": fields}
        case Transfer() as transfer:
            return {"transfer": vars(transfer)}
    return None


def from_json(stated: dict[str, Any]) -> Result:
    """The result that `to_json` wrote."""
    values = {name: value for name, value in stated.items() if name != "kind"}
    values |= {name: datetime.fromisoformat(values[name]) for name in ("paid_at", "at") if values.get(name)}
    if values.get("action"):
        values["action"] = _action(values["action"])
    result: Result = _KINDS[stated["kind"]](**values)
    return result


def _action(stated: dict[str, Any]) -> Action:
    if "qr" in stated:
        return Qr(text=stated["qr"])
    if "post" in stated:
        return Form(url=stated["post"], fields=stated["fields"])
    return Transfer(**stated["transfer"]) if "transfer" in stated else Redirect(url=stated["url"])


def masked(result: Result) -> dict[str, Any]:
    """What people may read of it: no address that pays, since whoever has it can open the cashier."""
    return {name: value for name, value in to_json(result).items() if name not in ("kind", "action")}
