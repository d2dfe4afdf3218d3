"""Settings of all processes. What differs between machines comes from the environment, once, here."""

import os
from datetime import time
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from anqi.config import logs, place, postgres
from anqi.config.allauth_settings import *  # noqa: F403
from anqi.rows import keyring

ANQI_MODE = os.environ.get("ANQI_MODE", "production")
ANQI_SITE = os.environ.get("ANQI_SITE", "borrower")
assert ANQI_MODE in ("production", "demo", "test"), f"ANQI_MODE is {ANQI_MODE}: production, demo or test"
assert ANQI_SITE in ("borrower", "office", "merchant"), f"ANQI_SITE is {ANQI_SITE}: borrower, office or merchant"

ANQI_CLOCK_FILE = os.environ.get("ANQI_CLOCK_FILE", "")
assert not (ANQI_CLOCK_FILE and ANQI_MODE == "production"), "ANQI_CLOCK_FILE is for the demo and for tests"

# When the night's close begins, in Asia/Shanghai: after midnight, when the last payments of the day are in.
ANQI_CLOSE_AT = time.fromisoformat(os.environ.get("ANQI_CLOSE_AT", "00:30"))
ANQI_KEYRING = Path(os.environ.get("ANQI_KEYRING") or place.private_dir("keys") / "keyring.json")
keyring.make(ANQI_KEYRING)
SECRET_KEY = keyring.secret_of(ANQI_KEYRING, "django").hex()

ANQI_URLS = {
    "borrower": os.environ.get("ANQI_BORROWER_URL", "http://localhost:8000"),
    "office": os.environ.get("ANQI_OFFICE_URL", "http://localhost:8001"),
    "merchant": os.environ.get("ANQI_MERCHANT_URL", "http://localhost:8002"),
}


def _from_environment(**names: str) -> dict[str, str] | None:
    found = {name: os.environ.get(variable, "") for name, variable in names.items()}
    return found if all(found.values()) else None


ANQI_ALIPAY = _from_environment(
    gateway="ANQI_ALIPAY_GATEWAY",
    app_id="ANQI_ALIPAY_APP_ID",
    seller_id="ANQI_ALIPAY_SELLER_ID",
    app_private_key="ANQI_ALIPAY_APP_PRIVATE_KEY",
)
# An application has either key or certificates at Alipay; only with certificates does it pay out.
_alipay_trust = _from_environment(
    app_cert="ANQI_ALIPAY_APP_CERT",
    alipay_cert="ANQI_ALIPAY_CERT",
    alipay_root_cert="ANQI_ALIPAY_ROOT_CERT",
) or _from_environment(alipay_public_key="ANQI_ALIPAY_PUBLIC_KEY")
ANQI_ALIPAY = ANQI_ALIPAY and _alipay_trust and ANQI_ALIPAY | _alipay_trust
# Without a scene no agreement to be debited is signed; a limit is Alipay's own for one debit, in fen.
_alipay_scene = _from_environment(sign_scene="ANQI_ALIPAY_SIGN_SCENE")
if ANQI_ALIPAY and _alipay_scene:
    ANQI_ALIPAY |= _alipay_scene | (_from_environment(single_minor="ANQI_ALIPAY_SINGLE_MINOR") or {})
ANQI_WECHAT = _from_environment(
    gateway="ANQI_WECHAT_GATEWAY",
    mchid="ANQI_WECHAT_MCHID",
    appid="ANQI_WECHAT_APPID",
    private_key="ANQI_WECHAT_PRIVATE_KEY",
    cert_serial="ANQI_WECHAT_CERT_SERIAL",
    apiv3_key="ANQI_WECHAT_APIV3_KEY",
    public_key="ANQI_WECHAT_PUBLIC_KEY",
    public_key_id="ANQI_WECHAT_PUBLIC_KEY_ID",
)
# While WeChat changes its key it may sign with either.
_other_key = _from_environment(
    next_public_key="ANQI_WECHAT_NEXT_PUBLIC_KEY", next_public_key_id="ANQI_WECHAT_NEXT_PUBLIC_KEY_ID"
)
if ANQI_WECHAT and _other_key:
    ANQI_WECHAT |= _other_key
# Nothing is signed with its file: it is stated so that its last day is told in time.
_merchant_cert = _from_environment(merchant_cert="ANQI_WECHAT_MERCHANT_CERT")
if ANQI_WECHAT and _merchant_cert:
    ANQI_WECHAT |= _merchant_cert
# Debits without the payer at the screen need a template of their own there, which has limits.
_template = _from_environment(
    v2_gateway="ANQI_WECHAT_V2_GATEWAY", v2_key="ANQI_WECHAT_V2_KEY", papay_plan_id="ANQI_WECHAT_PAPAY_PLAN_ID"
)
_template_limits = _from_environment(
    papay_single_minor="ANQI_WECHAT_PAPAY_SINGLE_MINOR", papay_day_minor="ANQI_WECHAT_PAPAY_DAY_MINOR"
)
if ANQI_WECHAT and _template:
    ANQI_WECHAT |= _template | (_template_limits or {})
ANQI_BANK = _from_environment(
    account_name="ANQI_BANK_ACCOUNT_NAME", account_number="ANQI_BANK_ACCOUNT_NUMBER", bank_name="ANQI_BANK_BANK_NAME"
)
ANQI_UNIONPAY = _from_environment(
    gateway="ANQI_UNIONPAY_GATEWAY",
    file_gateway="ANQI_UNIONPAY_FILE_GATEWAY",
    mer_id="ANQI_UNIONPAY_MER_ID",
    sign_pfx="ANQI_UNIONPAY_SIGN_PFX",
    sign_pfx_password="ANQI_UNIONPAY_SIGN_PFX_PASSWORD",
    roots="ANQI_UNIONPAY_ROOTS",
    tr_id="ANQI_UNIONPAY_TR_ID",
)
# What a channel keeps by contract: without it what its statements say of fees is only summed up.
for _code, _channel in (("ALIPAY", ANQI_ALIPAY), ("WECHAT", ANQI_WECHAT), ("UNIONPAY", ANQI_UNIONPAY)):
    if _channel is not None:
        _channel |= _from_environment(fee_rate=f"ANQI_{_code}_FEE_RATE") or {}
        _channel |= _from_environment(payout_fee_minor=f"ANQI_{_code}_PAYOUT_FEE_MINOR") or {}
ANQI_SMS = _from_environment(url="ANQI_SMS_URL", secret_file="ANQI_SMS_SECRET_FILE")
ANQI_MAIL = _from_environment(url="ANQI_MAIL_URL", secret_file="ANQI_MAIL_SECRET_FILE")
# A channel's gateway leads on to its cashier, and a browser minds every address that a form leads to.
_CASHIERS = "https://*.alipay.com https://wx.tenpay.com https://*.95516.com" if ANQI_MODE == "production" else ""
ANQI_FORM_ORIGINS: list[str] = os.environ.get("ANQI_FORM_ORIGINS", _CASHIERS).split()

DEBUG = False
IS_SECURE = ANQI_URLS[ANQI_SITE].startswith("https://")
ALLOWED_HOSTS = [_url.split("//", 1)[1].split("/")[0].rsplit(":", 1)[0] for _url in ANQI_URLS.values()]
if ANQI_MODE != "production":
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "testserver"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anqi.people.apps.Config",
    "anqi.lending.apps.Config",
    "anqi.payments.apps.Config",
    "anqi.ledger.apps.Config",
    "anqi.notices.apps.Config",
    "anqi.documents.apps.Config",
    "anqi.web.shared",
    "anqi.web.borrower",
    "anqi.web.office",
    "anqi.web.merchant",
]

MIDDLEWARE = [
    "anqi.web.shared.access.AccessLog",
    "anqi.web.shared.pages.SecurityHeaders",
    "anqi.web.shared.errors.FormsOnly",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = f"anqi.config.urls.{ANQI_SITE}"
WSGI_APPLICATION = "anqi.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "anqi.web.shared.pages.look",
            ]
        },
    }
]

# A transaction that waits for ever holds a borrower's row for ever, so everything that can wait has an end.
_WAITS = (
    "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
)
_ROLE = os.environ.get("ANQI_DATABASE_ROLE", "anqi_app")


def _database(url: str) -> dict[str, Any]:
    stated = conninfo_to_dict(url)
    role = "" if _ROLE == "owner" else f" -c role={_ROLE}"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": stated.pop("dbname", "anqi"),
        "USER": stated.pop("user", ""),
        "PASSWORD": stated.pop("password", ""),
        "HOST": stated.pop("host", ""),
        "PORT": str(stated.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            # Django's default is never, which also means: not even the statements that ask for it (rows/sql.py).
            # No text of Django's own is sent so often.
            "prepare_threshold": 2**31 - 1,
            **stated,
            "options": f"{stated.get('options', '')} {_WAITS}{role}".strip(),
        },
    }


DATABASES = {"default": _database(os.environ.get("DATABASE_URL") or postgres.checkout_server().dsn())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "anqi_cache",
        # Django's own 300 would be forgotten within minutes, log-in limits with them.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    },
}

AUTH_USER_MODEL = "people.User"
SESSION_COOKIE_NAME = f"anqi_{ANQI_SITE}"
SESSION_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = {"office": 12 * 3600, "merchant": 30 * 60}.get(ANQI_SITE, 30 * 24 * 3600)
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "anqi.web.shared.errors.stale_form"
CSRF_TRUSTED_ORIGINS = list(ANQI_URLS.values())
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_SECURE else None
SECURE_HSTS_SECONDS = 31536000 if IS_SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "anqi_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
# Served from where they lie: a dozen small files need no step that collects them.
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LOGGING = logs.settings(ANQI_MODE)
