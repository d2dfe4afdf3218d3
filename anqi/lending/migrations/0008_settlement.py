"""What shops are owed for each day, and how it is paid to them."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import anqi.rows.fields
import anqi.rows.ids
from anqi.rows.operations import AppendOnly, Distribute, Reference, SameBorrower


class Migration(migrations.Migration):

    dependencies = [
        ("lending", "0007_returns"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="merchant",
            name="settlement_cycle",
            field=models.CharField(choices=[("daily", "Daily"), ("weekly", "Weekly")], default="daily", max_length=8),
        ),
        migrations.AddField(
            model_name="merchant",
            name="settlement_least_minor",
            field=models.BigIntegerField(default=1),
        ),
        migrations.CreateModel(
            name="MerchantAccount",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=128)),
                ("bank", models.CharField(max_length=128)),
                ("number", anqi.rows.fields.EncryptedText()),
                ("last4", models.CharField(max_length=4)),
                ("state", models.CharField(choices=[("proposed", "Proposed"), ("released", "Released"), ("refused", "Refused")], default="proposed", max_length=16)),
                ("proposed_by", models.UUIDField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("usable_from", models.DateTimeField(null=True)),
                ("merchant", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.merchant")),
            ],
            options={
                "db_table": "lending_merchant_account",
            },
        ),
        migrations.CreateModel(
            name="MerchantPayout",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=32, unique=True)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("state", models.CharField(choices=[("proposed", "Proposed"), ("released", "Released"), ("paid", "Paid"), ("returned", "Returned"), ("withdrawn", "Withdrawn")], default="proposed", max_length=16)),
                ("proposed_by", models.UUIDField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("file_id", models.UUIDField(null=True)),
                ("reported", models.JSONField(null=True)),
                ("reported_by", models.UUIDField(null=True)),
                ("ref", models.CharField(blank=True, default="", max_length=64)),
                ("paid_on", models.DateField(null=True)),
                ("returned_on", models.DateField(null=True)),
                ("doubt", models.CharField(blank=True, default="", max_length=32)),
                ("changed_at", models.DateTimeField()),
                ("is_booking", models.BooleanField(default=False)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.merchantaccount")),
                ("lender", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.lender")),
                ("merchant", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.merchant")),
            ],
            options={
                "db_table": "lending_merchant_payout",
            },
        ),
        migrations.CreateModel(
            name="PageLink",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("merchant", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.merchant")),
            ],
            options={
                "db_table": "lending_page_link",
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("currency", models.CharField(max_length=3)),
                ("day", models.DateField()),
                ("shipped_minor", models.BigIntegerField()),
                ("returned_minor", models.BigIntegerField()),
                ("fee_minor", models.BigIntegerField()),
                ("amount_minor", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("lender", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.lender")),
                ("merchant", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="lending.merchant")),
            ],
            options={
                "db_table": "lending_settlement",
            },
        ),
        migrations.CreateModel(
            name="PayoutPart",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("amount_minor", models.BigIntegerField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("payout", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="lending.merchantpayout")),
                ("settlement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="lending.settlement")),
            ],
            options={
                "db_table": "lending_payout_part",
            },
        ),
        migrations.CreateModel(
            name="SettlementLine",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("order_id", models.UUIDField()),
                ("loan_id", models.UUIDField()),
                ("kind", models.CharField(choices=[("shipped", "Shipped"), ("returned", "Returned"), ("fee", "Fee")], max_length=8)),
                ("amount_minor", models.BigIntegerField()),
                ("booked_for", models.UUIDField(null=True)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
                ("loan", models.ForeignObject(from_fields=["borrower_id", "loan_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.loan", to_fields=["borrower_id", "id"])),
                ("order", models.ForeignObject(from_fields=["borrower_id", "order_id"], null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="lending.order", to_fields=["borrower_id", "id"])),
                ("settlement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="lending.settlement")),
            ],
            options={
                "db_table": "lending_settlement_line",
            },
        ),
        migrations.AddConstraint(
            model_name="merchantaccount",
            constraint=models.UniqueConstraint(condition=models.Q(("state", "proposed")), fields=("merchant",), name="lending_merchant_account_asked"),
        ),
        migrations.AddIndex(
            model_name="merchantpayout",
            index=models.Index(fields=["merchant", "-proposed_at"], name="lending_merchant_payout_new"),
        ),
        migrations.AddIndex(
            model_name="merchantpayout",
            index=models.Index(condition=models.Q(("is_booking", True)), fields=["changed_at"], name="lending_merchant_payout_books"),
        ),
        migrations.AddConstraint(
            model_name="merchantpayout",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="lending_merchant_payout_amount"),
        ),
        migrations.AddIndex(
            model_name="settlement",
            index=models.Index(fields=["day"], name="lending_settlement_day"),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.UniqueConstraint(fields=("merchant", "lender", "currency", "day"), name="lending_settlement_once"),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor", django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F("shipped_minor"), "+", models.F("returned_minor")), "+", models.F("fee_minor")))), name="lending_settlement_sum"),
        ),
        migrations.AddConstraint(
            model_name="payoutpart",
            constraint=models.UniqueConstraint(condition=models.Q(("ended_at", None)), fields=("settlement",), name="lending_payout_part_one"),
        ),
        migrations.AddConstraint(
            model_name="settlementline",
            constraint=models.UniqueConstraint(fields=("borrower", "settlement", "loan_id", "kind"), name="lending_settlement_line_once"),
        ),
        migrations.AddConstraint(
            model_name="settlementline",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor", 0), _negated=True), name="lending_settlement_line_amount"),
        ),
        Reference("lending_settlement"),
        Reference("lending_merchant_account"),
        Reference("lending_merchant_payout"),
        Reference("lending_payout_part"),
        Distribute("lending_settlement_line"),
        SameBorrower("lending_settlement_line", "order_id", "lending_order"),
        SameBorrower("lending_settlement_line", "loan_id", "lending_loan"),
        AppendOnly("lending_settlement"),
    ]
