"""Addresses without the portal."""

urlpatterns: list[object] = []
