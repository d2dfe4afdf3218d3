"""How and when borrowers want to be reminded."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import anqi.rows.ids
from anqi.rows.fields import EncryptedText
from anqi.rows.operations import Distribute


class Migration(migrations.Migration):

    dependencies = [
        ("people", "0002_device"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactWish",
            fields=[
                ("pk", models.CompositePrimaryKey("borrower_id", "id", blank=True, editable=False, primary_key=True, serialize=False)),
                ("id", models.UUIDField(default=anqi.rows.ids.uuid7)),
                ("by_sms", models.BooleanField(default=True)),
                ("by_mail", models.BooleanField(default=False)),
                ("steps", django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=None)),
                ("hour", models.PositiveSmallIntegerField()),
                ("quiet_from", models.PositiveSmallIntegerField()),
                ("quiet_until", models.PositiveSmallIntegerField()),
                ("is_chosen", models.BooleanField(default=False)),
                ("mail", EncryptedText(null=True)),
                ("mail_asked", EncryptedText(null=True)),
                ("changed_at", models.DateTimeField()),
                ("borrower", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.borrower")),
            ],
            options={
                "db_table": "people_contact_wish",
            },
        ),
        migrations.AddConstraint(
            model_name="contactwish",
            constraint=models.UniqueConstraint(fields=("borrower",), name="people_contact_wish_one"),
        ),
        Distribute("people_contact_wish"),
    ]
