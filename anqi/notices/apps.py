from django.apps import AppConfig


class Config(AppConfig):
    name = "anqi.notices"
    label = "notices"
