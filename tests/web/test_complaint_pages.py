"""Complaints on both sites: from the page that is wrong to the answer, and the evidence that is handed on."""

import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from anqi import clock
from anqi.actions import complaints as acts
from anqi.documents.models import Document
from anqi.people.complaints import Wish
from anqi.people.models import Complaint, StaffAct
from tests import pdf_reading
from tests.planting import Planted, plant_borrower, plant_loan
from tests.web.borrower_stand import Cashier, signed_in
from tests.web.test_borrower_pages import FIRST_DUE, cashier, chinese_in, pay, plain, text_of
from tests.web.test_office_doors import desk, desk_of, hire, set_clock

__all__ = ["cashier"]
pytestmark = pytest.mark.django_db
office = override_settings(ROOT_URLCONF="anqi.config.urls.office")


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    settings.ROOT_URLCONF = "anqi.config.urls.borrower"
    set_clock(settings, tmp_path)
    cache.clear()


@pytest.fixture
def lin(cashier: Cashier) -> Planted:
    return plant_loan(starts_on=date(2026, 8, 31))


def send(visitor: Client, address: str = "/complaints/new", **changed: str) -> Any:
    return visitor.post(address, {"attempt": str(uuid4()), "kind": "amount", "text": "多收了 1.18 元"} | changed)


def test_every_page_of_money_leads_to_the_form_which_makes_one_complaint(lin: Planted) -> None:
    visitor, charge_id = signed_in(lin.borrower_id), pay(lin, FIRST_DUE)
    receipt_id = Document.objects.get().id
    pages = {f"/orders/{lin.order_id}": "order", f"/charges/{charge_id}": "charge", f"/receipts/{receipt_id}": "receipt"}
    for page, about in pages.items():
        found = re.search(r'href="(/complaints/new\?about=(\w+)&amp;id=[^"]+)"', visitor.get(page).content.decode())
        assert found, page
        assert found[2] == about
        form = visitor.get(found[1].replace("&amp;", "&"))
        assert f'href="{page}"' in form.content.decode()
        assert "15 个工作日" in plain(form)
    attempt = str(uuid4())
    for _ in range(2):
        answer = send(visitor, f"/complaints/new?about=charge&id={charge_id}", attempt=attempt)
    row = Complaint.objects.get()
    assert (answer.headers["Location"], row.about, row.about_id) == (f"/complaints/{row.id}", "charge", charge_id)
    page = plain(visitor.get(f"/complaints/{row.id}"))
    for said in (row.number, "金额或费用不对", "11月5日", "等工作人员接手", "多收了 1.18 元", "金融消费者投诉热线", "12378"):
        assert said in page
    assert row.number in plain(visitor.get("/complaints"))
    assert send(visitor, text=" ").status_code == 422
    zhou = signed_in(plant_borrower("+8613900008866", now=clock.now()))
    for address in (f"about=charge&id={charge_id}", "about=charge&id=x", f"about=nonsense&id={charge_id}"):
        assert zhou.get(f"/complaints/new?{address}").status_code == 404
    assert row.number not in plain(zhou.get("/complaints"))


def test_the_list_is_turned_and_both_languages_stand(lin: Planted, django_assert_max_num_queries: Any) -> None:
    for n in range(21):
        row = acts.complain(
            borrower_id=lin.borrower_id, attempt=uuid4(), wish=Wish(kind="other", text=str(n)), now=clock.now()
        )
    visitor = signed_in(lin.borrower_id, language="en")
    with django_assert_max_num_queries(15):
        first = visitor.get("/complaints")
    older = re.search(r'href="(/complaints\?before=[^"]+)"', text_of(first))
    assert older
    shown = re.findall(r'href="(/complaints/[0-9a-f-]{36})"', text_of(first) + text_of(visitor.get(older[1])))
    assert len(set(shown)) == 21
    with django_assert_max_num_queries(15):
        page = visitor.get(f"/complaints/{row.id}")
    for each in (first, page, visitor.get("/complaints/new")):
        assert not chinese_in(each, names=("金融消费者投诉热线",))


def test_staff_take_note_and_answer_and_the_borrower_reads_the_answer_alone(lin: Planted, settings: Any) -> None:
    visitor, clerk = signed_in(lin.borrower_id), hire()
    send(visitor)
    row = Complaint.objects.get()
    own = f"/borrowers/{lin.borrower_id}/complaints/{row.id}"
    with office:
        lane = re.sub(r"<[^>]+>|\s+", " ", desk().get("/").content.decode())
        assert re.search(r"投诉等答复\s+1\s+最早\s+11月5日", lane)
        assert own in desk().get("/queue/complaints").content.decode()
        assert own in desk().get(f"/borrowers/{lin.borrower_id}").content.decode()
        client = desk_of(clerk)
        assert client.post(f"{own}/answer", {"text": "没有多收"}).status_code == 409
        client.post(f"{own}/take")
        client.post(f"{own}/note", {"text": "查过 9 月的账"})
        assert desk().post(f"{own}/escalate", {"text": "x"}).status_code == 409
        assert desk("auditor").post(f"{own}/take").status_code == 403
        assert client.post(f"{own}/nonsense", {"text": "x"}).status_code == 404
        assert client.get(own.replace(str(row.id), str(uuid4()))).status_code == 404
        client.post(f"{own}/answer", {"text": "没有多收"})
        assert "查过 9 月的账" in client.get(own).content.decode()
        assert "/queue/complaints" in desk().get("/").content.decode()
    page = plain(visitor.get(f"/complaints/{row.id}"))
    assert "没有多收" in page
    assert "查过 9 月的账" not in page
    assert clerk.name not in page
    visitor.post(f"/complaints/{row.id}/question", {"text": "还是不对"})
    page = plain(visitor.get(f"/complaints/{row.id}"))
    assert "还是不对" in page
    assert "没有解决，请主管处理" not in page
    with office:
        assert "要主管处理" in desk().get("/queue/complaints").content.decode()
    visitor.post(f"/complaints/{row.id}/withdraw")
    assert "已撤回" in plain(visitor.get(f"/complaints/{row.id}"))
    assert visitor.post(f"/complaints/{row.id}/question").status_code == 409


def test_the_evidence_is_one_file_with_facts_answers_and_messages_and_on_record(lin: Planted) -> None:
    charge_id = pay(lin, FIRST_DUE)
    visitor = signed_in(lin.borrower_id)
    send(visitor, f"/complaints/new?about=charge&id={charge_id}")
    row = Complaint.objects.get()
    with office:
        own = f"/borrowers/{lin.borrower_id}/complaints/{row.id}/evidence.zip"
        assert desk("auditor").post(own).status_code == 403
        answer = desk().post(own)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{row.number}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parcel:
        told, paper = json.loads(parcel.read("evidence.json")), parcel.read("statement.pdf")
    (loan,) = told["loans"]
    assert told["complaint"]["text"] == "多收了 1.18 元"
    assert [fact["kind"] for fact in loan["facts"]] == ["shipped", "payment"]
    assert [charge["id"] for charge in loan["charges"]] == [str(charge_id)]
    assert loan["payments"][0]["amount_minor"] == 53309
    assert {message["template"] for message in told["messages"]} == {"complaint_received", "payment_received"}
    assert "phone" not in told["messages"][0]
    assert "13800006021" not in json.dumps(told)
    written = "".join(pdf_reading.words(paper))
    for said in (row.number, "多收了 1.18 元", "开支付单", "533.09"):
        assert said in written
    assert StaffAct.objects.filter(verb="complaint_evidence", object_id=row.id).count() == 1
