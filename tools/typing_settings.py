"""Settings for tools that want models and run nothing: no database is started, no key of the lender's is made."""

import os
from pathlib import Path

os.environ["ANQI_MODE"] = "test"
# The type checker ends without tidying up, so this is a folder that may stay.
os.environ["ANQI_HOME"] = str(Path(__file__).resolve().parents[1] / "build/tools")
os.environ.pop("ANQI_KEYRING", None)

from anqi.config.settings import *  # noqa: F403
