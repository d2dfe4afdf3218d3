"""Settings for the type checker, which wants models and nothing that runs."""

import os
import tempfile

os.environ.setdefault("ANQI_MODE", "test")
os.environ.setdefault("ANQI_HOME", tempfile.mkdtemp(prefix="anqi-typing-"))

from anqi.config.settings import *  # noqa: F403
