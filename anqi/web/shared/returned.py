"""What goods that came back did to a plan, as lines that add up."""

from typing import Any

from django.utils.translation import gettext as _

from anqi.lending.unwinding import Effect

Row = dict[str, Any]


def lines(done: Effect) -> list[Row]:
    """What remained − the goods − what is saved + what goes back = what remains; zeros in between left out."""
    between = [
        (_("退回的商品"), -done.amount_minor),
        (_("不再收的利息和费用"), -done.saved_minor),
        (_("原路退回的钱"), done.back_minor),
    ]
    return [
        {"label": _("退货前还要还"), "amount_minor": done.remaining_before_minor},
        *({"label": label, "amount_minor": minor, "minus": minor < 0} for label, minor in between if minor),
        {"label": _("退货后还要还"), "amount_minor": done.remaining_after_minor, "total": True},
    ]
