"""Placeholder until the logs module arrives."""


def settings(mode: str) -> dict:
    return {"version": 1}
