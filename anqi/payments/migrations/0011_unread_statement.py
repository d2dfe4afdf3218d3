"""Statements that could not be had or read so far, and who gave one up."""

from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import Reference


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0010_debit_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnreadStatement",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=16)),
                ("day", models.DateField()),
                ("tries", models.IntegerField(default=0)),
                ("reason", models.CharField(choices=[("not_ready", "Not Ready"), ("no_answer", "No Answer"), ("unreadable", "Unreadable")], default="not_ready", max_length=16)),
                ("detail", models.CharField(default="", max_length=120)),
                ("first_tried_at", models.DateTimeField()),
                ("last_tried_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
                ("given_up_by", models.UUIDField(null=True)),
                ("why", models.CharField(default="", max_length=400)),
            ],
            options={
                "db_table": "payments_unread_statement",
            },
        ),
        migrations.AddIndex(
            model_name="unreadstatement",
            index=models.Index(condition=models.Q(("given_up_at", None), ("read_at", None)), fields=["day"], name="payments_unread_statement_open"),
        ),
        migrations.AddConstraint(
            model_name="unreadstatement",
            constraint=models.UniqueConstraint(fields=("channel", "day"), name="payments_unread_statement_once"),
        ),
        Reference("payments_unread_statement"),
    ]
