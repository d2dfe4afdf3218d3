"""Accounts of money on its way through bank cards, and of loans that are to be paid out."""

from django.db import migrations, models

_NEW = (("in_transit_unionpay", "在途资金 银行卡", "asset"), ("payout_payable", "应付放款", "liability"))
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
)


def _write_chart(apps: object, schema_editor: object) -> None:
    account = apps.get_model("ledger", "Account")  # type: ignore[attr-defined]
    account.objects.bulk_create(account(code=code, name=name, side=side) for code, name, side in _NEW)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_proved_to")]
    operations = [
        migrations.RemoveConstraint(model_name="posting", name="ledger_posting_accounts"),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(debit__in=_ALL, credit__in=_ALL), name="ledger_posting_accounts"
            ),
        ),
        migrations.RunPython(_write_chart, migrations.RunPython.noop),
    ]
