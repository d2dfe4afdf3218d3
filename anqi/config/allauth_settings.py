"""Settings of allauth, by which staff come into the office: e-mail, password, second factor, and no other way.

Star-imported by the settings, so every name here is a setting.
"""

from os import environ as _environ

# The first knows staff by their password. The second only finds again the user of a session.
AUTHENTICATION_BACKENDS = ["anqi.web.office.adapters.StaffBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

# How many proxies of our own stand in front: limits count by the address that the nearest of them saw.
ALLAUTH_TRUSTED_PROXY_COUNT = int(_environ.get("ANQI_PROXIES", "0"))
ACCOUNT_ADAPTER = "anqi.web.office.adapters.AccountAdapter"
ACCOUNT_USER_DISPLAY = "anqi.web.office.adapters.name_of"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key", "reauthenticate": "10/m/user"}

MFA_ADAPTER = "anqi.web.office.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "anqi"
MFA_RECOVERY_CODES_SHOW_ONCE = True
