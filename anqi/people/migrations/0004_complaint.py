"""Complaints, what was done about each, and by when they are answered."""

from datetime import date

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute, Reference, SameBorrower

# The State Council"s list for 2026, of November 2025. A day off that is not on a list makes the answer due earlier.
_OFF = (
    ("2026-01-01", 3), ("2026-02-15", 9), ("2026-04-04", 3), ("2026-05-01", 5), ("2026-06-19", 3), ("2026-09-25", 3),
    ("2026-10-01", 7),
)  # fmt: skip
_WORKED = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]


def _write_rule(apps: object, schema_editor: object) -> None:
    rule = apps.get_model("people", "ComplaintRule")  # type: ignore[attr-defined]
    firsts = [(date.fromisoformat(first).toordinal(), days) for first, days in _OFF]
    off = [date.fromordinal(first + n).isoformat() for first, days in firsts for n in range(days)]
    rule.objects.create(
        since=date(2023, 3, 1), days=15, calendar={"holidays": off, "workdays": _WORKED}, authority="金融消费者投诉热线",
        phone="12378",
    )  # fmt: skip


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0003_settings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Complaint",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("number", models.CharField(max_length=24)),
                ("kind", models.CharField(max_length=16)),
                ("about", models.CharField(blank=True, default="", max_length=16)),
                ("about_id", models.UUIDField(null=True)),
                ("lender_id", models.UUIDField(null=True)),
                ("text", anqi.rows.fields.EncryptedText()),
                ("state", models.CharField(choices=[("open", "Open"), ("answered", "Answered"), ("withdrawn", "Withdrawn")], default="open", max_length=16)),
                ("is_escalated", models.BooleanField(default=False)),
                ("owner_id", models.UUIDField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("answer_by", models.DateField()),
                ("questioned_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
            ],
            options={
                "db_table": "people_complaint",
            },
        ),
        migrations.CreateModel(
            name="ComplaintRule",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("lender_id", models.UUIDField(null=True)),
                ("since", models.DateField()),
                ("days", models.PositiveSmallIntegerField()),
                ("calendar", models.JSONField(default=dict)),
                ("authority", models.CharField(max_length=64)),
                ("phone", models.CharField(max_length=24)),
            ],
            options={
                "db_table": "people_complaint_rule",
                "constraints": [models.UniqueConstraint(fields=("lender_id", "since"), name="people_complaint_rule_day", nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name="ComplaintStep",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("complaint_id", models.UUIDField()),
                ("kind", models.CharField(max_length=16)),
                ("by", models.UUIDField(null=True)),
                ("text", anqi.rows.fields.EncryptedText(null=True)),
                ("at", models.DateTimeField()),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("complaint", models.ForeignObject(from_fields=["borrower_id", "complaint_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="steps", to="people.complaint", to_fields=["borrower_id", "id"])),
            ],
            options={
                "db_table": "people_complaint_step",
            },
        ),
        migrations.AddIndex(
            model_name="complaint",
            index=models.Index(condition=models.Q(("state", "open")), fields=["answer_by"], name="people_complaint_open"),
        ),
        migrations.AddIndex(
            model_name="complaintstep",
            index=models.Index(fields=["borrower", "complaint_id"], name="people_complaint_steps"),
        ),
        SameBorrower("people_complaint_step", "complaint_id", "people_complaint"),
        AppendOnly("people_complaint_rule"),
        Distribute("people_complaint"),
        Distribute("people_complaint_step"),
        Reference("people_complaint_rule"),
        migrations.RunPython(_write_rule, migrations.RunPython.noop),
    ]
