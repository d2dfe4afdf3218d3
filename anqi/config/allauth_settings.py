"""allauth."""
