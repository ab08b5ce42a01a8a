"""Webhooks on their way to the app."""
