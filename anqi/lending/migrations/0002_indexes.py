"""A loan is written with every payment, so it carries only indexes that somebody asks by; lapsing has one."""

import django.db.models.deletion
from django.db import migrations, models


def _reference(to: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to
    )


class Migration(migrations.Migration):
    dependencies = [("lending", "0001_initial")]
    operations = [
        migrations.AlterField(model_name="loan", name="lender", field=_reference("lending.lender")),
        migrations.AlterField(model_name="loan", name="product", field=_reference("lending.product")),
        migrations.AddIndex(
            model_name="merchantorder",
            index=models.Index(
                fields=["changed_at"],
                name="lending_merchant_order_open",
                condition=models.Q(state__in=["created", "confirmed"]),
            ),
        ),
    ]
