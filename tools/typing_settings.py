"""Settings for tools that want models and run nothing: no database is started, no key is left behind."""

import atexit
import os
import shutil
import tempfile

_HOME = tempfile.mkdtemp(prefix="anqi-tools-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["ANQI_MODE"] = "test"
os.environ["ANQI_HOME"] = _HOME
os.environ.pop("ANQI_KEYRING", None)

from anqi.config.settings import *  # noqa: E402, F403
