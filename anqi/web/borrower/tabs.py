"""The main pages of the site."""

from django.urls import reverse
from django.utils.translation import gettext as _


def tabs() -> list[dict[str, str]]:
    """The main pages as the part `tabs` shows them."""
    return [
        {"name": "home", "url": reverse("borrower:home"), "icon": "home", "label": _("首页")},
        {"name": "bills", "url": reverse("borrower:bills"), "icon": "calendar", "label": _("账单")},
        {"name": "me", "url": reverse("borrower:me"), "icon": "person", "label": _("我的")},
    ]
