"""A pytest plugin (`-p tests.house`), because it must come before the settings: one server for all tests,
without fsync; a migrated template database; a clone for each worker, and for each test that commits.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# Before anything imports the settings.
os.environ["ANQI_MODE"] = "test"
# What samples are drawn from, the same in all processes of a run.
os.environ.setdefault("ANQI_DAY", time.strftime("%Y%m%d"))
FOLDER = Path(os.environ.setdefault("ANQI_TESTFOLDER", tempfile.mkdtemp(prefix="anqi-tests-")))
_IS_OURS = "PYTEST_XDIST_WORKER" not in os.environ
FOLDER.chmod(0o755)
os.environ["ANQI_KEYRING"] = str(FOLDER / "keyring.json")
# A channel that is configured, at an address where nobody answers: a test that needs a sandbox starts one.
os.environ.update(
    ANQI_ALIPAY_GATEWAY="http://127.0.0.1:9/alipay/gateway.do",
    ANQI_ALIPAY_APP_ID="2021000000000001",
    ANQI_ALIPAY_SELLER_ID="2088000000000001",
    ANQI_ALIPAY_APP_PRIVATE_KEY=str(FOLDER / "sandbox/app_private.pem"),
    ANQI_ALIPAY_PUBLIC_KEY=str(FOLDER / "sandbox/alipay_public.pem"),
    ANQI_WECHAT_GATEWAY="http://127.0.0.1:9/wechat",
    ANQI_WECHAT_MCHID="1900000109",
    ANQI_WECHAT_APPID="wx00a1b2c3d4e5f601",
    ANQI_WECHAT_PRIVATE_KEY=str(FOLDER / "sandbox/wechat_merchant_private.pem"),
    ANQI_WECHAT_CERT_SERIAL="5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
    ANQI_WECHAT_APIV3_KEY=str(FOLDER / "sandbox/wechat_apiv3_key"),
    ANQI_WECHAT_PUBLIC_KEY=str(FOLDER / "sandbox/wechat_public.pem"),
    ANQI_WECHAT_PUBLIC_KEY_ID="PUB_KEY_ID_0119000001092026010100000000000001",
    ANQI_BANK_ACCOUNT_NAME="青禾消费金融有限公司",
    ANQI_BANK_ACCOUNT_NUMBER="110060149012345678901",
    ANQI_BANK_BANK_NAME="交通银行北京分行营业部",
)

import psycopg  # noqa: E402

from anqi.config.postgres import Postgres  # noqa: E402

SERVER = Postgres(FOLDER / "postgres", durable=False)
_TEMPLATE = "template_anqi"
_CHECKOUT = Path(__file__).resolve().parents[1]
os.environ["DATABASE_URL"] = SERVER.dsn(f"anqi_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")


def start() -> Postgres:
    """The server of this run; whoever asks first starts it and migrates the template."""
    with (FOLDER / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        SERVER.ensure()
        if not (FOLDER / "migrated").exists():
            _make_template()
            (FOLDER / "migrated").touch()
    return SERVER


def _make_template() -> None:
    execute(f"create database {_TEMPLATE} template template0")
    environment = os.environ | {
        "DATABASE_URL": SERVER.dsn(_TEMPLATE),
        "ANQI_DATABASE_ROLE": "owner",
        "DJANGO_SETTINGS_MODULE": "anqi.config.settings",
    }
    migrate = (
        "import django; django.setup(); from django.core.management import call_command;"
        " call_command('migrate', verbosity=0); call_command('createcachetable');"
        " from anqi.config import grants; grants.apply()"
    )
    subprocess.run([sys.executable, "-c", migrate], env=environment, cwd=_CHECKOUT, check=True)


def clone(name: str) -> None:
    """A database with all migrations done and nothing in it."""
    # Two clones at once would each see the other as a user of the template.
    with (FOLDER / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        execute(f"drop database if exists {name} with (force)")
        execute(f"create database {name} template {_TEMPLATE}")


def execute(statement: str) -> None:
    """One statement on the server itself, as its owner."""
    with psycopg.connect(SERVER.dsn("postgres"), autocommit=True) as connection:
        connection.execute(statement)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    seed = os.environ.get("ANQI_SEED") or os.environ["ANQI_DAY"]
    terminalreporter.write_line(f"Samples, examples and kills were drawn from ANQI_SEED={seed}")


def pytest_sessionfinish() -> None:
    if _IS_OURS:
        SERVER.drop()
        shutil.rmtree(FOLDER, ignore_errors=True)
