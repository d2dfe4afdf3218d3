"""The lender's own book: what moves between it, its channels and its bank, in a chain for each lender."""

from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.chain import GENESIS
from anqi.rows.operations import AppendOnly, Reference

_ALL = (
    *(f"receivable_{part}{stage}" for stage in ("", "_m1", "_m2", "_m3", "_m4")
      for part in ("principal", "interest", "fee", "penalty")),
    "subsidy_receivable",
    "in_transit_alipay",
    "in_transit_wechat",
    "in_transit_unionpay",
    "bank",
    "merchant_payable",
    "payout_payable",
    "partners_payable",
    "unapplied",
    "refund_in_transit",
    "credit_balance",
    "interest_income",
    "fee_income",
    "penalty_income",
    "merchant_fee_income",
    "recovered",
    "waived",
    "goodwill",
    "written_off",
    "channel_fees",
)
_HOUSE = ("bank", "channel_fees", "in_transit_alipay", "in_transit_wechat", "in_transit_unionpay")


def _write_chart(apps: object, schema_editor: object) -> None:
    account = apps.get_model("ledger", "Account")  # type: ignore[attr-defined]
    account.objects.create(code="channel_fees", name="渠道手续费", side="expense")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_payouts")]
    operations = [
        migrations.RemoveConstraint(model_name="posting", name="ledger_posting_accounts"),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(debit__in=_ALL, credit__in=_ALL), name="ledger_posting_accounts"
            ),
        ),
        migrations.RunPython(_write_chart, migrations.RunPython.noop),
        migrations.CreateModel(
            name="HouseBook",
            fields=[
                ("lender_id", models.UUIDField(primary_key=True, serialize=False)),
                ("last_seq", models.BigIntegerField(default=0)),
                ("last_hash", models.BinaryField(default=GENESIS)),
            ],
            options={"db_table": "ledger_house_book"},
        ),
        migrations.CreateModel(
            name="HousePosting",
            fields=[
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7, primary_key=True, serialize=False)),
                ("lender_id", models.UUIDField()),
                ("seq", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("entry_id", models.UUIDField()),
                ("cause", models.CharField(max_length=24)),
                ("cause_id", models.UUIDField()),
                ("debit", models.CharField(max_length=48)),
                ("credit", models.CharField(max_length=48)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("counts_on", models.DateField()),
                ("booked_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_house_posting",
                "constraints": [
                    models.UniqueConstraint(fields=("lender_id", "seq"), name="ledger_house_posting_seq"),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="ledger_house_posting_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("debit", models.F("credit")), _negated=True),
                        name="ledger_house_posting_two_accounts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(debit__in=_HOUSE, credit__in=_HOUSE), name="ledger_house_posting_accounts"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("booked_on__gte", models.F("counts_on"))),
                        name="ledger_house_posting_not_before",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["booked_on"], name="ledger_house_posting_day"),
                    models.Index(fields=["cause", "cause_id"], name="ledger_house_posting_cause"),
                ],
            },
        ),
        Reference("ledger_house_book"),
        Reference("ledger_house_posting"),
        AppendOnly("ledger_house_posting"),
    ]
