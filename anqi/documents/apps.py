from django.apps import AppConfig


class Config(AppConfig):
    name = "anqi.documents"
    label = "documents"
