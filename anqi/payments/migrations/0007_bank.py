"""The lines of our bank account's statements, and transfers found in them."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_payout")]

    operations = [
        migrations.CreateModel(
            name="BankLine",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("account", models.CharField(max_length=64)),
                ("serial", models.CharField(max_length=64)),
                ("seq", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("amount_minor", models.BigIntegerField()),
                ("balance_minor", models.BigIntegerField()),
                ("name", anqi.rows.fields.EncryptedText()),
                ("payer_account", anqi.rows.fields.EncryptedText()),
                ("memo", anqi.rows.fields.EncryptedText()),
                ("state", models.CharField(choices=[("taken", "Taken"), ("waiting", "Waiting"), ("asked", "Asked"), ("not_ours", "Not Ours"), ("returning", "Returning"), ("returned", "Returned"), ("other", "Other")], max_length=16)),
                ("key", models.CharField(blank=True, default="", max_length=64)),
                ("use", models.CharField(blank=True, choices=[("charge", "Charge"), ("send_back", "Send Back"), ("not_ours", "Not Ours")], default="", max_length=16)),
                ("reason", models.CharField(blank=True, default="", max_length=400)),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("returns_as", models.CharField(max_length=16, null=True, unique=True)),
            ],
            options={
                "db_table": "payments_bank_line",
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("account", models.CharField(max_length=64)),
                ("sha256", models.CharField(max_length=64)),
                ("raw", anqi.rows.fields.EncryptedText()),
                ("lines", models.PositiveIntegerField()),
                ("new_lines", models.PositiveIntegerField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("balance_minor", models.BigIntegerField()),
                ("imported_at", models.DateTimeField()),
                ("imported_by", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "payments_bank_statement",
            },
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(condition=models.Q(("channel", "bank")), fields=["amount_minor", "opened_at"], name="payments_charge_transfer"),
        ),
        migrations.AddConstraint(
            model_name="bankstatement",
            constraint=models.UniqueConstraint(fields=("account", "sha256"), name="payments_bank_statement_once"),
        ),
        migrations.AddField(
            model_name="bankline",
            name="statement",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.bankstatement"),
        ),
        migrations.AddIndex(
            model_name="bankline",
            index=models.Index(condition=models.Q(("state__in", ["waiting", "asked", "returning"])), fields=["at"], name="payments_bank_line_open"),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.UniqueConstraint(fields=("serial", "account"), name="payments_bank_line_once"),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.UniqueConstraint(fields=("account", "seq"), name="payments_bank_line_seq"),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor", 0), _negated=True), name="payments_bank_line_amount"),
        ),
        AppendOnly("payments_bank_statement"),
        # What a reference says of a number, so that ten thousand references are found by one question.
        migrations.RunSQL(
            "create index payments_channel_order_tail on payments_channel_order"
            " (translate(right(key, 8), 'oil', '011')) where channel = 'bank'",
            "drop index payments_channel_order_tail",
        ),
    ]
