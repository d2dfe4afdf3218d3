"""Tables as files for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

MEDIA_TYPE = "text/csv"
# Tells spreadsheets that the file is UTF-8.
_MARK = "\ufeff"


def file(lines: Iterable[Sequence[object]], *, name: str) -> HttpResponse:
    """The lines as a CSV file of that name, which is without its ending."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    response = HttpResponse(_MARK + text.getvalue(), content_type=f"{MEDIA_TYPE}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
