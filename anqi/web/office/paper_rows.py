"""Certificates that end soon, or that can't be read: the queue's line of them, and the rows behind it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from anqi.payments import channels
from anqi.payments.channels import papers
from anqi.payments.channels.papers import Paper
from anqi.rows.days import day_of
from anqi.web.office import wording
from anqi.web.office.exceptional import Exceptional
from anqi.web.office.wording import word
from anqi.web.shared.figures import write_day

Stated = tuple[str, Paper]


def urgent(now: datetime) -> list[Stated]:
    """(channel's code, certificate), first those that can't be read, then whichever ends first. No statement."""
    found = [(code, paper) for code, paper in channels.stated_papers() if papers.is_urgent(paper, now=now)]
    return sorted(found, key=lambda stated: ends_on(stated) or date.min)


def ends_on(stated: Stated) -> date | None:
    """The day of its end; None where its file can't be read."""
    _code, paper = stated
    return day_of(paper.not_after) if paper.not_after else None


def exceptional(found: Sequence[Stated], now: datetime) -> list[Exceptional]:
    """A row for each of these certificates: whose it is, and what is to be done."""
    return [
        Exceptional(
            title=f"{word(wording.CHANNELS, stated[0])} {word(wording.PAPERS, stated[1].name)}",
            note=_note(stated, now), since_on=ends_on(stated) if _is_over(stated, now) else None,
        )
        for stated in found
    ]  # fmt: skip


def _is_over(stated: Stated, now: datetime) -> bool:
    not_after = stated[1].not_after
    return not_after is not None and not_after < now


def _note(stated: Stated, now: datetime) -> str:
    on = ends_on(stated)
    if on is None:
        return _("文件读不出来：核对设置里写的路径、权限和密码，再重启网站和工作进程。")
    told = {"on": write_day(on, this_year=day_of(now).year)}
    if _is_over(stated, now):
        return _("%(on)s已到期，渠道不再收、我们也不再认。马上在渠道换发，换掉原文件，重启网站和工作进程。") % told
    return _("%(on)s到期。在渠道换发，换掉原文件，再重启网站和工作进程。") % told
