"""Several files as one to take along."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anqi.rows.days import SHANGHAI


def pack(files: Mapping[str, bytes], *, at: datetime) -> bytes:
    """A ZIP of these files, all of that instant: the same files make the same bytes."""
    packed, stamp = io.BytesIO(), at.astimezone(SHANGHAI).timetuple()[:6]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name, body in files.items():
            parcel.writestr(zipfile.ZipInfo(name, stamp), body, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def as_json(stated: Any) -> bytes:
    """Data as a file for people and programs, in UTF-8."""
    return json.dumps(stated, ensure_ascii=False, indent=2).encode()
