"""Channels' statements as they came, and how far each day of a channel agrees with us."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0011_unread_statement"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelStatement",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=16)),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=16)),
                ("version", models.PositiveIntegerField()),
                ("account", models.CharField(max_length=64)),
                ("sha256", models.CharField(max_length=64)),
                ("raw", anqi.rows.fields.EncryptedText()),
                ("kept_at", models.DateTimeField()),
            ],
            options={
                "db_table": "payments_channel_statement",
            },
        ),
        migrations.CreateModel(
            name="ReconciliationDay",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=16)),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=16)),
                ("state", models.CharField(choices=[("open", "Open"), ("explained", "Explained"), ("reconciled", "Reconciled")], default="open", max_length=16)),
                ("theirs_count", models.IntegerField()),
                ("theirs_minor", models.BigIntegerField()),
                ("other_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("ours_count", models.IntegerField()),
                ("ours_minor", models.BigIntegerField()),
                ("booked_minor", models.BigIntegerField()),
                ("matched", models.IntegerField()),
                ("named_minor", models.BigIntegerField()),
                ("open_differences", models.IntegerField(default=0)),
                ("matched_at", models.DateTimeField()),
                ("reconciled_at", models.DateTimeField(null=True)),
                ("reconciled_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "payments_reconciliation_day",
            },
        ),
        migrations.CreateModel(
            name="ReconciliationDifference",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=16)),
                ("day", models.DateField()),
                ("statement_kind", models.CharField(max_length=16)),
                ("kind", models.CharField(choices=[("missing_with_us", "Missing With Us"), ("missing_with_them", "Missing With Them"), ("amount", "Amount"), ("fee", "Fee"), ("other_day", "Other Day"), ("duplicate", "Duplicate"), ("unknown_state", "Unknown State")], max_length=24)),
                ("part", models.CharField(max_length=16)),
                ("key", models.CharField(blank=True, max_length=64)),
                ("ref", models.CharField(blank=True, max_length=64)),
                ("nth", models.IntegerField(default=1)),
                ("line", models.IntegerField(null=True)),
                ("theirs_minor", models.BigIntegerField(null=True)),
                ("ours_minor", models.BigIntegerField(null=True)),
                ("off_minor", models.BigIntegerField()),
                ("fee_theirs_minor", models.BigIntegerField(null=True)),
                ("fee_ours_minor", models.BigIntegerField(null=True)),
                ("theirs_at", models.DateTimeField(null=True)),
                ("ours_at", models.DateTimeField(null=True)),
                ("borrower_id", models.UUIDField(null=True)),
                ("object", models.CharField(blank=True, default="", max_length=16)),
                ("object_id", models.UUIDField(null=True)),
                ("state", models.CharField(choices=[("open", "Open"), ("settled", "Settled"), ("explained", "Explained"), ("asked", "Asked"), ("written_off", "Written Off")], default="open", max_length=16)),
                ("reason", models.CharField(blank=True, default="", max_length=400)),
                ("found_at", models.DateTimeField()),
                ("seen_in", models.UUIDField()),
                ("told_at", models.DateTimeField(null=True)),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "payments_reconciliation_difference",
            },
        ),
        migrations.AddIndex(
            model_name="charge",
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["opened_at"], name="payments_charge_opened"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["paid_at"], name="payments_payment_paid"),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["paid_at"], name="payments_payout_paid"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["refunded_at"], name="payments_refund_done"),
        ),
        migrations.AddConstraint(
            model_name="channelstatement",
            constraint=models.UniqueConstraint(fields=("channel", "day", "kind", "sha256"), name="payments_statement_once"),
        ),
        migrations.AddConstraint(
            model_name="channelstatement",
            constraint=models.UniqueConstraint(fields=("channel", "day", "kind", "version"), name="payments_statement_version"),
        ),
        migrations.AddField(
            model_name="reconciliationday",
            name="statement",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.channelstatement"),
        ),
        migrations.AddIndex(
            model_name="reconciliationdifference",
            index=models.Index(condition=models.Q(("state__in", ["open", "asked"])), fields=["channel", "key"], name="payments_recon_difference_open"),
        ),
        migrations.AddConstraint(
            model_name="reconciliationdifference",
            constraint=models.UniqueConstraint(fields=("channel", "day", "statement_kind", "kind", "part", "key", "ref", "nth"), name="payments_recon_difference_once"),
        ),
        migrations.AddIndex(
            model_name="reconciliationday",
            index=models.Index(condition=models.Q(("state", "reconciled"), _negated=True), fields=["day"], name="payments_reconciliation_open"),
        ),
        migrations.AddConstraint(
            model_name="reconciliationday",
            constraint=models.UniqueConstraint(fields=("channel", "day", "kind"), name="payments_reconciliation_day_once"),
        ),
        AppendOnly("payments_channel_statement"),
    ]
