from django.apps import AppConfig


class Config(AppConfig):
    name = "anqi.ledger"
    label = "ledger"
