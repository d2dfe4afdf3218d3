"""Gunicorn's own log lines in the shape of all others."""

from typing import Any

from gunicorn.glogging import Logger

from anqi.config import logs


class Lines(Logger):  # type: ignore[misc]
    """What gunicorn says of its processes, one JSON object a line."""

    def setup(self, cfg: Any) -> None:
        """Called by gunicorn before anything is logged."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.Lines())
