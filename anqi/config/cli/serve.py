"""`anqi serve SITE`: one site, by gunicorn."""

import argparse
import os
import sys
from collections.abc import Sequence

from anqi.config import postgres
from anqi.config.postgres import NoPostgres


def run(argv: Sequence[str]) -> int:
    """Becomes gunicorn; 1 with a sentence when there is no database."""
    parser = argparse.ArgumentParser(prog="anqi serve", description=__doc__)
    parser.add_argument("site", choices=("borrower", "office", "merchant"))
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--threads", type=int, default=4)
    asked = parser.parse_args(argv)
    try:
        os.environ["DATABASE_URL"] = postgres.database_url()
    except NoPostgres as error:
        print(error, file=sys.stderr)
        return 1
    os.environ["ANQI_SITE"] = asked.site
    command = [
        sys.executable, "-m", "gunicorn", "anqi.config.wsgi:application", "--bind", f"{asked.host}:{asked.port}",
        "--worker-class", "gthread", "--workers", str(asked.processes), "--threads", str(asked.threads),
        "--timeout", "60", "--graceful-timeout", "10", "--log-level", "warning", "--limit-request-line", "4094",
    ]  # fmt: skip
    sys.stdout.flush()
    return os.execv(command[0], command)
