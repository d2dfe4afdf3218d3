"""Tables of documents."""

from django.db import models

from anqi.rows.tables import BorrowerRow


class Document(BorrowerRow):
    """One issued document. Its body is canonical JSON; every page or file of it is a rendering."""

    append_only = True

    class Kind(models.TextChoices):
        RECEIPT = "receipt"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    subject_id = models.UUIDField()
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "documents_document"
        constraints = (
            models.UniqueConstraint(fields=["borrower", "kind", "subject_id"], name="documents_document_once"),
        )
