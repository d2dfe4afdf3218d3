"""The shop's only reader of the wall clock."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock:
    """Time in Asia/Shanghai, moved by the seconds that an optional file holds."""

    def __init__(self, *, offset_file: Path | None = None) -> None:
        self.offset_file = offset_file

    def now(self) -> dt.datetime:
        """The instant on the shop's wall. The file is read each time, so that a running demo can be moved."""
        return dt.datetime.now(SHANGHAI) + dt.timedelta(seconds=self._offset_seconds())

    def _offset_seconds(self) -> int:
        if self.offset_file is None or not self.offset_file.exists():
            return 0
        return int(self.offset_file.read_text().strip() or 0)
