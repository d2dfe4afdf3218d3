import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import Distribute


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_reminders"), ("people", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("language", models.CharField(max_length=8)),
                ("shows_amounts", models.BooleanField()),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "borrower",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.borrower",
                    ),
                ),
            ],
            options={
                "db_table": "notices_calendar_feed",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(ended_at=None), fields=("borrower",), name="notices_calendar_feed_alive"
                    )
                ],
            },
        ),
        Distribute("notices_calendar_feed"),
    ]
