"""Tables of documents."""

from django.db import models

from anqi.rows.fields import EncryptedText
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


class Certificate(BorrowerRow):
    """A settlement certificate (结清证明): one for each state of the loans it speaks of."""

    append_only = True

    # The hash of what it states of borrower and loans: once they stand otherwise, there is another certificate.
    state = models.CharField(max_length=64)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    # What is printed on it and typed by whoever checks it.
    code = EncryptedText()
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "documents_certificate"
        constraints = (models.UniqueConstraint(fields=["borrower", "state"], name="documents_certificate_once"),)


class CertificateEntry(models.Model):
    """Which certificate a verification code belongs to. A global look-up."""

    code_hash = models.CharField(primary_key=True, max_length=64)
    borrower_id = models.UUIDField()
    certificate_id = models.UUIDField()

    class Meta:
        db_table = "documents_certificate_entry"
