"""/healthz says what is wrong, and is right about it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from anqi import clock
from anqi.payments.models import Inbox

pytestmark = pytest.mark.django_db


def beat() -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers default values")


def test_all_is_well_with_a_living_worker() -> None:
    beat()
    answer = Client().get("/healthz")
    assert answer.status_code == 200, answer.json()


def test_without_a_worker_nothing_is_posted() -> None:
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == {"ok": False, "last_heard_seconds": None}


def test_a_message_that_nobody_reads_is_told() -> None:
    beat()
    long_ago = clock.now() - timedelta(minutes=5)
    Inbox.objects.create(
        channel="alipay", message_key=uuid4().hex, kind="charge", key="aq1", news={}, raw=b"", sha256="",
        received_at=long_ago, next_try_at=long_ago,
    )  # fmt: skip
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["inbox"]["oldest_seconds"] >= 300
