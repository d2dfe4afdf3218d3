"""Beside each loan stands by what lines it goes on earning, without a posting, until its next wake."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

# The lines are drawn when a loan is brought on: each that is running wakes once more, on a day behind which no books are.
_WAKE = """
    update lending_loan set next_wake_on =
        least(next_wake_on, greatest(starts_on, (select max(booked_on) from ledger_posting)))
    where starts_on is not null and settled_on is null and cancelled_on is null and next_wake_on is not null
"""


class Migration(migrations.Migration):
    dependencies = [("lending", "0004_close"), ("ledger", "0005_close")]

    operations = [
        migrations.AddField(model_name="loan", name="stands_on", field=models.DateField(null=True)),
        migrations.AddField(
            model_name="loan", name="accruals", field=ArrayField(models.BigIntegerField(), null=True)
        ),
        migrations.RunSQL(_WAKE, migrations.RunSQL.noop),
    ]
