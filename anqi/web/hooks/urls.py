"""Addresses that channels are told."""

from django.urls import path

from anqi.web.hooks import receipts, views

urlpatterns = [
    path("<slug:channel>", views.receive, name="hook"),
    path("receipts/<slug:medium>", receipts.receive, name="receipts-hook"),
]
