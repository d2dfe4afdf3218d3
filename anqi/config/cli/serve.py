"""`anqi serve SITE`: one site, by gunicorn."""

import argparse
import os
import sys
from collections.abc import Sequence

from anqi.config import postgres
from anqi.config.postgres import NoPostgres

PORTS = {"borrower": 8000, "office": 8001, "merchant": 8002}


def run(argv: Sequence[str]) -> int:
    """Becomes gunicorn; 1 with a sentence when there is no database."""
    asked = _parser().parse_args(argv)
    try:
        os.environ["DATABASE_URL"] = postgres.database_url()
    except NoPostgres as error:
        print(error, file=sys.stderr)
        return 1
    os.environ["ANQI_SITE"] = asked.site
    sys.stdout.flush()
    return os.execv(sys.executable, _gunicorn(asked))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="anqi serve", description=__doc__)
    parser.add_argument("site", choices=PORTS, nargs="?", default=os.environ.get("ANQI_SITE", "borrower"))
    parser.add_argument("--port", type=int, help="by default 8000, 8001 or 8002, by the site")
    parser.add_argument("--host", default="127.0.0.1", help="by default this machine only: a proxy stands in front")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--threads", type=int, default=4, help="requests at a time in each process")
    return parser


def _gunicorn(asked: argparse.Namespace) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", "anqi.config.wsgi:application",
        "--bind", f"{asked.host}:{asked.port or PORTS[asked.site]}",
        "--worker-class", "gthread", "--workers", str(asked.processes), "--threads", str(asked.threads),
        "--timeout", "60", "--graceful-timeout", "10", "--log-level", "warning", "--limit-request-line", "4094",
        "--logger-class", "anqi.config.gunicorn_logs.Lines",
        # A door of gunicorn's own that nobody here uses, and that three sites would share.
        "--no-control-socket",
    ]  # fmt: skip
