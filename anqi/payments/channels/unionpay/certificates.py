"""The certificates that UnionPay signs with: believed when one of our roots issued them, to UnionPay, for this day."""

import time
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_OWNER = "中国银联股份有限公司"
_MOST_STEPS = 4


class Untrusted(Exception):
    """What came is not signed by UnionPay, as far as we can tell."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


def read_roots(path: Path) -> tuple[x509.Certificate, ...]:
    """The issuers that are trusted: while UnionPay changes its own, the file holds the old and the new."""
    roots = tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    assert all(_may_issue(root) for root in roots), "a certificate among the roots may not issue others"
    return roots


def key_in(pem: str, *, roots: Sequence[x509.Certificate]) -> RSAPublicKey:
    """The key in UnionPay's certificate. Raises Untrusted: by itself a certificate says what its maker wished."""
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise Untrusted("unreadable_certificate") from None
    _must_descend(certificate, roots)
    # The roots issue merchants' certificates as well, ours among them.
    if _owner_of(certificate) != _OWNER:
        raise Untrusted("certificate_of_another")
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise Untrusted("unreadable_certificate")
    return key


def _must_descend(certificate: x509.Certificate, roots: Sequence[x509.Certificate]) -> None:
    """Each certificate up to one that issued itself is in its time; the file may hold links between."""
    for _ in range(_MOST_STEPS):
        if not _is_current(certificate):
            raise Untrusted("certificate_out_of_time")
        issuer = next((root for root in roots if _is_issued_by(certificate, root)), None)
        if issuer is None:
            raise Untrusted("unknown_certificate")
        if issuer.issuer == issuer.subject:
            if not _is_current(issuer):
                raise Untrusted("certificate_out_of_time")
            return
        certificate = issuer
    raise Untrusted("unknown_certificate")


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _is_current(certificate: x509.Certificate) -> bool:
    # A certificate holds for the world's time, whatever business day it is here.
    return certificate.not_valid_before_utc.timestamp() <= time.time() <= certificate.not_valid_after_utc.timestamp()


def _owner_of(certificate: x509.Certificate) -> str:
    """041@Z1@中国银联股份有限公司@00000001: the third part."""
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    parts = str(names[0].value).split("@") if len(names) == 1 else []
    return parts[2] if len(parts) > 2 else ""


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
