"""What the office's queue asks on every page: which exceptions somebody has seen to."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0010_call")]

    operations = [
        migrations.AddIndex(
            model_name="staffact",
            index=models.Index(
                condition=models.Q(("verb", "deal_with_exception")), fields=["object_id"], name="people_staff_act_dealt_with"
            ),
        ),
    ]
