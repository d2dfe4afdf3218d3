"""Late postings are found by the days on which nothing was known of them: few rows, however many the books have."""

from django.contrib.postgres.indexes import GistIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0006_lateness"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="posting",
            index=GistIndex(
                models.Func("counts_on", "booked_on", function="daterange"),
                condition=models.Q(("booked_on__gt", models.F("counts_on"))),
                name="ledger_posting_late",
            ),
        ),
    ]
