"""The chart of accounts. A posting can only name what stands here."""

from django.db import migrations

_CHART = (
    ("receivable_principal", "应收本金", "asset"),
    ("receivable_interest", "应收利息", "asset"),
    ("receivable_fee", "应收手续费", "asset"),
    ("receivable_penalty", "应收罚息", "asset"),
    ("in_transit_alipay", "在途资金 支付宝", "asset"),
    ("merchant_payable", "应付商户款", "liability"),
    ("unapplied", "待核销款", "liability"),
    ("credit_balance", "溢缴款", "liability"),
    ("interest_income", "利息收入", "income"),
    ("fee_income", "手续费收入", "income"),
    ("penalty_income", "罚息收入", "income"),
    ("waived", "减免", "expense"),
)


def _write_chart(apps: object, schema_editor: object) -> None:
    account = apps.get_model("ledger", "Account")  # type: ignore[attr-defined]
    account.objects.bulk_create(account(code=code, name=name, side=side) for code, name, side in _CHART)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(_write_chart, migrations.RunPython.noop)]
