from django.apps import AppConfig


class Config(AppConfig):
    name = "anqi.payments"
    label = "payments"
