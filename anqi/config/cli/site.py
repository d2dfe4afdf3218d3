"""What the commands that need Django share."""

import os
import sys

from anqi.config import postgres
from anqi.config.postgres import NoPostgres


def set_up(*, as_owner: bool = False, site: str | None = None) -> bool:
    """Starts the database if it is ours, then Django; False with a sentence when there is no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anqi.config.settings")
    if as_owner:
        os.environ["ANQI_DATABASE_ROLE"] = "owner"
    if site:
        os.environ["ANQI_SITE"] = site
    try:
        os.environ["DATABASE_URL"] = postgres.database_url()
    except NoPostgres as error:
        print(error, file=sys.stderr)
        return False
    import django

    django.setup()
    return True
