"""Addresses of the shared look, the same on every site."""

from django.urls import path

from anqi.web.shared import views

app_name = "shared"
urlpatterns = [
    path("look", views.choose_look, name="look"),
    path("gallery", views.gallery, name="gallery"),
]
