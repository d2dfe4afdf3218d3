from django.apps import AppConfig


class Config(AppConfig):
    name = "anqi.people"
    label = "people"
