"""Columns of our own kind: encrypted text, and the relation between two rows of one borrower."""

from typing import Any

from django.db import models

from anqi.rows import keyring


class EncryptedText(models.BinaryField):
    """Text that stands encrypted in the database; found again by a fingerprint beside it."""

    # For the type checker: what is read and written is text, whatever the column is.
    _pyi_private_set_type: str
    _pyi_private_get_type: str  # type: ignore[assignment]

    def from_db_value(self, value: bytes | None, *_: object) -> str | None:
        return None if value is None else keyring.decrypt(bytes(value))

    def get_prep_value(self, value: Any) -> Any:
        return keyring.encrypt(value) if isinstance(value, str) else value

    def to_python(self, value: Any) -> Any:
        return value


def belongs_to(model: str, column: str, *, related_name: str = "+") -> models.ForeignObject:
    """A relation over (borrower_id, column) to another row of the same borrower.

    ForeignObject is Django's documented way to a composite key, but internal API: this is its only use.
    Write the id column, never the object: assigning an object silently overwrites the borrower too.
    """
    return models.ForeignObject(
        model,
        from_fields=["borrower_id", column],
        to_fields=["borrower_id", "id"],
        on_delete=models.DO_NOTHING,
        related_name=related_name,
        null=True,
    )
