"""Addresses that channels are told."""

from django.urls import path

from anqi.web.hooks import views

urlpatterns = [path("<slug:channel>", views.receive, name="hook")]
