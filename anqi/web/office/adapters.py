"""allauth as the office uses it: staff only, nobody signs up, secrets are sealed, nothing is mailed."""

import base64
from io import BytesIO
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from qrcode.image.svg import SvgPathFillImage

from anqi.people.models import User
from anqi.rows import keyring

_SELF_EVIDENT = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")
_WRONG_CODE = {"incorrect_code": _("这个码不对，或已经用过。请等下一个动态码再试。")}


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]
    """Knows staff by e-mail and password, and nobody else."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """The member of staff. For whoever else it is PermissionDenied ends the search: no other backend is asked."""
        user: User | None = super().authenticate(request, **credentials)
        if user is None or user.kind != User.Kind.STAFF:
            raise PermissionDenied
        return user


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """What allauth may do about accounts."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        **_WRONG_CODE,
        "email_password_mismatch": _("邮箱或密码不对。"),
        "incorrect_password": _("密码不对。"),
        "enter_current_password": _("现在的密码不对。"),
        "too_many_login_attempts": _("试得太多了，请过五分钟再试。"),
        "rate_limited": _("试得太多了，请过五分钟再试。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **how: Any) -> HttpResponse | None:
        # Also for ways in that a later version of allauth may add beside the password.
        if user.kind != User.Kind.STAFF:
            raise PermissionDenied
        response: HttpResponse | None = super().pre_login(request, user, **how)
        return response

    def is_safe_url(self, url: str | None) -> bool:
        """Only pages of the office itself; allauth would trust the other sites too."""
        return bool(url) and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *rest: Any, **more: Any
    ) -> None:
        if message_template not in _SELF_EVIDENT:
            super().add_message(request, level, message_template, *rest, **more)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise AssertionError("the office sends no mail")


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor: its secrets are sealed by the key ring, and nobody takes it off."""

    error_messages = {**DefaultMFAAdapter.error_messages, **_WRONG_CODE}

    def encrypt(self, text: str) -> str:
        return base64.b64encode(keyring.encrypt(text)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return keyring.decrypt(base64.b64decode(encrypted_text))

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return False

    def get_totp_label(self, user: User) -> str:
        return str(user.email)

    def build_totp_svg(self, url: str) -> str:
        """The QR code on white of its own, so that a phone reads it on a dark page too."""
        drawn = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(drawn)
        return drawn.getvalue().decode()


def name_of(user: User) -> str:
    """As a member of staff is called on pages."""
    return user.name or str(user.email)
