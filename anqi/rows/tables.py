"""The base of every table that belongs to a borrower."""

from typing import ClassVar

from django.db import models

from anqi.rows.ids import uuid7


class BorrowerRow(models.Model):
    """A row keyed by (borrower, id), so that a cluster can keep each borrower whole on one node."""

    append_only: ClassVar[bool] = False

    pk = models.CompositePrimaryKey("borrower_id", "id")
    borrower = models.ForeignKey(
        "people.Borrower", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    id = models.UUIDField(default=uuid7)

    class Meta:
        abstract = True
