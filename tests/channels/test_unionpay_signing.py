"""Whose signature is believed at UnionPay's channel, and what exactly is signed."""

import hashlib
from base64 import b64decode
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import pkcs12

from anqi.payments.channels.protocol import Unreadable
from anqi.payments.channels.unionpay import certificates, signing, wire
from anqi.payments.channels.unionpay.certificates import Untrusted
from anqi.rows.days import SHANGHAI
from tests.channels.unionpay_papers import OWNER, Paper, hand_out, issue, root, signed, unionpay

FIELDS = {"version": "5.1.0", "orderId": "aq1", "respMsg": "成功[0000000]", "reqReserved": "", "A": "1+1=2"}


def test_a_merchants_signature_is_over_the_hexadecimal_digest_of_the_sorted_fields(tmp_path: Path) -> None:
    stated = hand_out(tmp_path)
    signer = signing.read_signer(Path(stated["sign_pfx"]), password="000000")
    sent = signer.sign({"version": "5.1.0", "orderId": "aq1", "reqReserved": "", "txnAmt": "100"})
    cert_id = sent["certId"]
    assert cert_id.isdecimal()
    text = f"certId={cert_id}&orderId=aq1&signMethod=01&txnAmt=100&version=5.1.0"
    digest = hashlib.sha256(text.encode()).hexdigest().encode()
    key = _certificate_of(tmp_path).public_key()
    assert isinstance(key, RSAPublicKey)
    assert str(_certificate_of(tmp_path).serial_number) == cert_id
    key.verify(b64decode(sent["signature"]), digest, padding.PKCS1v15(), SHA256())
    assert signer.sign(sent) == sent, "the same facts are the same message"


def _certificate_of(folder: Path) -> x509.Certificate:
    certificate = pkcs12.load_key_and_certificates((folder / "merchant.pfx").read_bytes(), b"000000")[1]
    assert certificate
    return certificate


def test_what_unionpay_signed_is_believed() -> None:
    signing.must_be_signed(signed(FIELDS), _key(unionpay()))


@pytest.mark.parametrize(
    "change",
    [{"orderId": "aq2"}, {"reqReserved": "x"}, {"A": ""}, {"new": "1"}, {"signature": ""}, {"signature": "@"}],
)
def test_a_change_after_the_signature_is_noticed(change: dict[str, str]) -> None:
    with pytest.raises(Untrusted, match="bad_signature"):
        signing.must_be_signed(signed(FIELDS) | change, _key(unionpay()))


def _key(paper: Paper) -> object:
    return certificates.key_in(paper.pem, roots=[root().certificate])


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (lambda: issue(OWNER, by=root("another")), "unknown_certificate"),
        (lambda: issue(OWNER, by=None), "unknown_certificate"),
        (lambda: issue(OWNER, by=unionpay()), "unknown_certificate"),
        (lambda: issue(OWNER, by=root(), days=(-9, -1)), "certificate_out_of_time"),
        (lambda: issue(OWNER, by=root(), days=(1, 9)), "certificate_out_of_time"),
        # The same roots give merchants theirs.
        (lambda: issue("041@Z1@某某商户@00000001", by=root()), "certificate_of_another"),
        (lambda: issue("中国银联股份有限公司", by=root()), "certificate_of_another"),
        (lambda: issue("00040000:SIGN", by=root()), "certificate_of_another"),
    ],
)
def test_a_certificate_of_anybody_else_is_not(make: object, cause: str) -> None:
    with pytest.raises(Untrusted, match=cause):
        _key(make())  # type: ignore[operator]


def test_text_that_is_no_certificate_is_not() -> None:
    with pytest.raises(Untrusted, match="unreadable_certificate"):
        certificates.key_in("-----BEGIN CERTIFICATE-----", roots=[root().certificate])


def test_while_roots_change_both_are_believed_and_links_between_lead_to_them(tmp_path: Path) -> None:
    between = issue("between", by=root("next"), may_issue=True)
    stated = hand_out(tmp_path, roots=(root(), root("next"), between))
    roots = certificates.read_roots(Path(stated["roots"]))
    for paper in (unionpay(), issue(OWNER, by=root("next")), issue(OWNER, by=between)):
        certificates.key_in(paper.pem, roots=roots)
    with pytest.raises(Untrusted, match="unknown_certificate"):
        certificates.key_in(issue(OWNER, by=between).pem, roots=[between.certificate])


def test_a_root_that_is_over_vouches_for_nobody() -> None:
    old = issue("old", by=None, may_issue=True, days=(-9, -1))
    with pytest.raises(Untrusted, match="certificate_out_of_time"):
        certificates.key_in(issue(OWNER, by=old).pem, roots=[old.certificate])


def test_a_certificate_that_may_not_issue_is_no_root(tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_text(unionpay().pem)
    with pytest.raises(AssertionError, match="may not issue"):
        certificates.read_roots(tmp_path / "roots.pem")


def test_an_answer_is_taken_apart_at_the_outer_ampersands_only() -> None:
    text = "a=1+1=2&tokenPayData={token=6235&trId=62&tokenEnd=2029}&signature=ab+/=="
    assert wire.answer(text) == {
        "a": "1+1=2", "tokenPayData": "{token=6235&trId=62&tokenEnd=2029}", "signature": "ab+/==",
    }  # fmt: skip
    assert wire.inner("{token=6235&trId=62}") == {"token": "6235", "trId": "62"}
    assert wire.braced({"token": "6235", "trId": "62"}) == "{token=6235&trId=62}"


@pytest.mark.parametrize("text", ["", "<html>", "a=1&b", "a=1&a=2", "a={b=1", "a=1&"])
def test_an_answer_that_is_none_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        wire.answer(text)


@pytest.mark.parametrize("change", [{"txnAmt": "0"}, {"txnAmt": "-1"}, {"txnAmt": "1.5"}, {"currencyCode": "840"}])
def test_an_amount_is_whole_fen_of_yuan(change: dict[str, str]) -> None:
    assert wire.to_minor({"txnAmt": "53309", "currencyCode": "156"}) == 53309
    with pytest.raises(Unreadable):
        wire.to_minor({"txnAmt": "53309", "currencyCode": "156"} | change)


def test_the_year_that_unionpay_leaves_out_is_that_of_the_order_or_its_neighbour() -> None:
    new_year = {"txnTime": "20261231235950", "traceTime": "0101000010"}
    assert wire.paid_at(new_year) == datetime(2027, 1, 1, 0, 0, 10, tzinfo=SHANGHAI)
    ahead = {"txnTime": "20270101000001", "traceTime": "1231235959"}
    assert wire.paid_at(ahead) == datetime(2026, 12, 31, 23, 59, 59, tzinfo=SHANGHAI)
    leap = {"txnTime": "20280228120000", "traceTime": "0229120000"}
    assert wire.paid_at(leap) - wire.paid_at({**leap, "traceTime": "0228120000"}) == timedelta(days=1)
    for broken in ({**leap, "traceTime": "0230120000"}, {**leap, "txnTime": "2028"}, {"txnTime": "20280228120000"}):
        with pytest.raises(Unreadable):
            wire.paid_at(broken)
