"""A model that says more than its migrations is found, without asking a database."""

import os
import subprocess
import sys
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]
_WITH_ANOTHER_FIELD = """
import sys
from django.db import models
from tools import migrations
setup = __import__("django").setup
def with_another_field():
    setup()
    from anqi.ledger.models import Posting
    models.TextField(default="").contribute_to_class(Posting, "whim")
__import__("django").setup = with_another_field
sys.exit(migrations.main())
"""


def test_a_field_without_a_migration_is_named() -> None:
    environment = os.environ | {"DATABASE_URL": "postgresql://nobody@/none?host=/nowhere"}
    told = subprocess.run(
        [sys.executable, "-c", _WITH_ANOTHER_FIELD],
        cwd=_CHECKOUT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 1, told.stderr
    assert "ledger: Add field whim to posting" in told.stdout
    assert "makemigrations ledger" in told.stderr
