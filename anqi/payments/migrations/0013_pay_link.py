"""Links by which somebody else pays for a borrower."""

import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.operations import Distribute, SameBorrower


class Migration(migrations.Migration):

    dependencies = [
        ("payments", "0012_reconciliation"),
        ("lending", "0001_initial"),
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PayLink",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("loan_id", models.UUIDField()),
                ("what", models.CharField(choices=[("due", "Due"), ("own", "Own"), ("all", "All")], max_length=8)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("token_hash", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
            ],
            options={
                "db_table": "payments_pay_link",
            },
        ),
        migrations.CreateModel(
            name="PayLinkEntry",
            fields=[
                ("token_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("borrower_id", models.UUIDField()),
                ("link_id", models.UUIDField()),
            ],
            options={
                "db_table": "payments_pay_link_entry",
            },
        ),
        migrations.AddField(
            model_name="charge",
            name="link_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name="charge",
            index=models.Index(condition=models.Q(("link_id__isnull", False)), fields=["borrower", "link_id"], name="payments_charge_link"),
        ),
        migrations.AddIndex(
            model_name="paylink",
            index=models.Index(fields=["borrower", "expires_at"], name="payments_pay_link_alive"),
        ),
        migrations.AddConstraint(
            model_name="paylink",
            constraint=models.UniqueConstraint(fields=("borrower", "token_hash"), name="payments_pay_link_token"),
        ),
        migrations.AddConstraint(
            model_name="paylink",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="payments_pay_link_amount"),
        ),
        Distribute("payments_pay_link"),
        SameBorrower("payments_pay_link", "loan_id", "lending_loan"),
        SameBorrower("payments_charge", "link_id", "payments_pay_link"),
    ]
