"""Who may come into the office, and by which doors: staff with a password and a second factor.

`DOORS` are the pages of allauth that are open here. The others, such as sign-up and reset by e-mail, have no
address, so that a new release of allauth opens nothing by itself.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from allauth.account import views as account
from allauth.account.authentication import get_authentication_records
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.views.generic import RedirectView

from anqi.people.models import User
from anqi.web.shared import pages

Role = User.Role
ANYBODY = (Role.CLERK, Role.SUPERVISOR, Role.AUDITOR)
ACTORS = (Role.CLERK, Role.SUPERVISOR)
SUPERVISORS = (Role.SUPERVISOR,)

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def staff_required(*, roles: tuple[Role, ...] | None = None) -> Callable[[View[Rest]], View[Rest]]:
    """Lets in staff of these roles who have shown their second factor; the others are sent to do so, or refused.

    Without roles everybody may read, and all but auditors may send.
    """

    return lambda view: _guarded(view, roles)


def _guarded(view: View[Rest], roles: tuple[Role, ...] | None) -> View[Rest]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        missing = _missing_step(request)
        if missing:
            return HttpResponseRedirect(f"{missing}?{urlencode({'next': pages.page_asked_for(request)})}")
        if staff(request).role not in (roles or (ANYBODY if request.method in pages.READING else ACTORS)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def staff(request: HttpRequest) -> User:
    """The member of staff who asks. Refuses anybody else, so that a page that forgot its guard shows nothing."""
    user = request.user
    if not (isinstance(user, User) and user.is_active and user.kind == User.Kind.STAFF):
        raise PermissionDenied
    return user


def _missing_step(request: HttpRequest) -> str:
    """Where to go first: to log in, to set up the second factor, or to show it; empty when all is done."""
    if not request.user.is_authenticated:
        return reverse("account_login")
    user = staff(request)
    if not is_mfa_enabled(user, [Authenticator.Type.TOTP]):
        return reverse("mfa_activate_totp")
    # A session that began with the password alone, before there was a second factor, has to show it as well.
    shown = any(record["method"] == "mfa" for record in get_authentication_records(request, user))
    return "" if shown else reverse("mfa_reauthenticate")


_shown = staff_required(roles=ANYBODY)

DOORS = [
    path("login/", account.LoginView.as_view(template_name="account/enter.html"), name="account_login"),
    path("logout/", account.LogoutView.as_view(template_name="account/leave.html"), name="account_logout"),
    path(
        "inactive/",
        account.AccountInactiveView.as_view(template_name="account/suspended.html"),
        name="account_inactive",
    ),
    path(
        "reauthenticate/",
        account.ReauthenticateView.as_view(template_name="account/password_again.html"),
        name="account_reauthenticate",
    ),
    path(
        "password/change/",
        _shown(account.PasswordChangeView.as_view(template_name="account/new_password.html")),
        name="account_change_password",
    ),
    path("2fa/", _shown(mfa.IndexView.as_view(template_name="mfa/overview.html")), name="mfa_index"),
    path(
        "2fa/authenticate/",
        mfa.AuthenticateView.as_view(template_name="mfa/code.html"),
        name="mfa_authenticate",
    ),
    path(
        "2fa/reauthenticate/",
        mfa.ReauthenticateView.as_view(template_name="mfa/code_again.html"),
        name="mfa_reauthenticate",
    ),
    path(
        "2fa/totp/activate/",
        totp.ActivateTOTPView.as_view(template_name="mfa/set_up.html"),
        name="mfa_activate_totp",
    ),
    # allauth sends whoever has a second factor already to the page that takes it away, which isn't open here.
    path("2fa/totp/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_deactivate_totp"),
    path(
        "2fa/recovery-codes/",
        _shown(recovery.ViewRecoveryCodesView.as_view(template_name="mfa/recovery_codes.html")),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        _shown(recovery.GenerateRecoveryCodesView.as_view(template_name="mfa/new_recovery_codes.html")),
        name="mfa_generate_recovery_codes",
    ),
]
