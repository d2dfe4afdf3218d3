"""The command line: `python -m mall serve --home DIR --port N`."""

import argparse
import sys
from pathlib import Path

import uvicorn

from mall import accounts, app, settings


def main() -> int:
    """Serve the shop until it is stopped; 2 when a setting is missing."""
    arguments = _parser().parse_args()
    try:
        read = settings.read(home=arguments.home, port=arguments.port)
    except settings.SettingsRefused as refusal:
        print(f"mall: {refusal}", file=sys.stderr)
        return 2
    shop = app.build(read)
    customer, password = accounts.DEMO_ACCOUNTS[0][1], accounts.DEMO_PASSWORD
    print(f"mall: {read.base_url}  customer {customer} / {password}", flush=True)
    print(f"mall: {read.base_url}/shop  shopkeeper / {password}", flush=True)
    print(f"mall: webhooks to {read.base_url}/webhooks/anqi", flush=True)
    # No access log: addresses of pages tell who bought what.
    uvicorn.run(shop, host=arguments.host, port=arguments.port, access_log=False, log_level="warning")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mall")
    commands = parser.add_subparsers(required=True)
    serve = commands.add_parser("serve", help="serve the shop")
    serve.add_argument("--home", type=Path, required=True, help="folder of the shop's SQLite file")
    serve.add_argument("--port", type=int, required=True)
    serve.add_argument("--host", default="127.0.0.1")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
