"""How Django knows the shared look: an app without models."""

from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "anqi.web.shared"
    label = "shared"
    verbose_name = "shared look"
