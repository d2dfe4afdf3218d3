"""What channels remit to our bank account, lines that are theirs, and days on which a channel had nothing to tell."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids

_LINE_STATES = [
    ("taken", "Taken"), ("waiting", "Waiting"), ("asked", "Asked"), ("not_ours", "Not Ours"), ("returning", "Returning"),
    ("returned", "Returned"), ("other", "Other"), ("channel", "Channel"),
]  # fmt: skip
_REASONS = [
    ("not_ready", "Not Ready"), ("no_answer", "No Answer"), ("unreadable", "Unreadable"), ("nothing", "Nothing"),
]  # fmt: skip
_STATES = [
    ("told", "Told"), ("differing", "Differing"), ("asked", "Asked"), ("arrived", "Arrived"),
    ("dismissed", "Dismissed"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("payments", "0013_pay_link")]
    operations = [
        migrations.AlterField("bankline", "state", models.CharField(choices=_LINE_STATES, max_length=16)),
        migrations.AddIndex(
            "bankline",
            models.Index(
                fields=["at"], name="payments_bank_line_channel", condition=models.Q(("state", "channel")),
            ),
        ),
        migrations.AlterField(
            "reconciliationday", "statement",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                to="payments.channelstatement",
            ),
        ),
        migrations.AlterField(
            "unreadstatement", "reason", models.CharField(choices=_REASONS, default="not_ready", max_length=16)
        ),
        migrations.AddField("reconciliationday", "learned_from", models.UUIDField(null=True)),
        migrations.CreateModel(
            name="Remittance",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=16)),
                ("day", models.DateField()),
                ("ref", models.CharField(max_length=64)),
                ("nth", models.IntegerField(default=1)),
                ("amount_minor", models.BigIntegerField()),
                ("told_at", models.DateTimeField()),
                ("is_told", models.BooleanField(default=True)),
                ("statement", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channelstatement",
                )),
                ("state", models.CharField(choices=_STATES, default="told", max_length=16)),
                ("line", models.OneToOneField(
                    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.bankline",
                )),
                ("reason", models.CharField(blank=True, default="", max_length=400)),
                ("found_at", models.DateTimeField()),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_remittance",
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "day", "ref", "nth"), name="payments_remittance_once"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor", 0), _negated=True), name="payments_remittance_amount"
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["day"], name="payments_remittance_open",
                        condition=models.Q(("state__in", ["told", "differing", "asked"])),
                    )
                ],
            },
        ),
    ]
