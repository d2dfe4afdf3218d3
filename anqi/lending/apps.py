from django.apps import AppConfig


class Config(AppConfig):
    name = "anqi.lending"
    label = "lending"
