"""The command line of the sandbox: `serve` and `keys`."""

import argparse
from pathlib import Path

import uvicorn

from sandbox import app, bank, home, unionpay, wechat
from sandbox.line import Line


def main() -> None:
    arguments = _parser().parse_args()
    if arguments.command == "keys":
        print_keys(arguments.home)
    else:
        serve(arguments.home, host=arguments.host, port=arguments.port)


def print_keys(folder: Path) -> None:
    """Make what is missing of the keys in `folder` and print the paths of all of them."""
    home.prepare(folder)
    wechat.prepare(folder)
    unionpay.prepare(folder)
    bank.prepare(folder)
    for name in (*home.KEY_FILES, *wechat.KEY_FILES, *unionpay.KEY_FILES, bank.ACCOUNT_FILE):
        print(folder / name)


def serve(folder: Path, *, host: str, port: int) -> None:
    """Serve the sandbox kept in `folder` until interrupted."""
    site = app.open_site(folder)
    # The access log would write phone numbers and order numbers from query strings.
    settings = uvicorn.Config(
        app.build(site),
        host=host,
        port=port,
        http=Line,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
    print(f"sandbox: http://{host}:{port}/", flush=True)
    uvicorn.Server(settings).run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    keys = commands.add_parser("keys", help="make the key pairs and secrets that are missing")
    keys.add_argument("--home", type=Path, required=True, help="folder that keeps everything")
    serving = commands.add_parser("serve", help="serve all stand-ins on one port")
    serving.add_argument("--home", type=Path, required=True, help="folder that keeps everything")
    serving.add_argument("--port", type=int, required=True)
    serving.add_argument("--host", default="127.0.0.1")
    return parser


if __name__ == "__main__":
    main()
