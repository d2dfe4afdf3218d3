"""Whose instalments are overdue, as it was when a loan was last looked at for a reminder."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("notices", "0004_calendar_feed"),
    ]

    operations = [
        migrations.AddField(model_name="reminding", name="late_since", field=models.DateField(null=True)),
        migrations.AddIndex(
            model_name="reminding",
            index=models.Index(
                condition=models.Q(("late_since__isnull", False)), fields=["late_since"], name="notices_reminding_late"
            ),
        ),
        # What has been late before is looked at at once.
        migrations.RunSQL(
            """
            update notices_reminding l set next_try_at = '2000-01-01 00:00+08'
            where exists (
                select from notices_reminder r
                where r.borrower_id = l.borrower_id and r.loan_id = l.loan_id and r.step like 'late%'
            )
            """,
            migrations.RunSQL.noop,
        ),
    ]
