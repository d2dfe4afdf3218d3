"""`anqi seed`: a believable book of any size, for measuring and for analysts; refused in production."""

import os
import sys
from collections.abc import Sequence

from anqi.config import place


def run(argv: Sequence[str]) -> int:
    """Does not come back: this process becomes the program beside us that invents people.

    Nothing here imports it: invented people are no part of a lender's house.
    """
    paths = [str(place.CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])]
    sys.stdout.flush()
    os.execve(
        sys.executable,
        [sys.executable, "-m", "demo.seeding", *argv],
        os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
    )
