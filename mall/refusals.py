"""Everything the shop declines, and what the lender's answers become.

Refused
├── NotFound          no such page, or not yours
├── FormStale         the form's token is not this session's
├── LoginRefused      phone or password do not fit, or too many tries
├── FormIncomplete    fields that need another look
├── CartRefused       a cart that cannot become an order
├── OrderRefused      an act the order's state does not allow
├── WebhookRefused    a webhook that fails verification
├── ApiRefused        the lender said no, for certain
├── ApiSilent         no answer that can be trusted: the act may have happened
└── ApiContradicts    an answer that does not fit what was asked
"""

from dataclasses import dataclass, field


class Refused(Exception):
    """这一步没有完成。"""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class NotFound(Refused):
    """没有找到这个页面，它可能已经改名，或者不属于当前登录的账号。"""


class FormStale(Refused):
    """这个页面放得太久了，请返回刷新后再试一次。"""


class LoginRefused(Refused):
    """手机号或密码不对，请再核对一次。"""


class CartRefused(Refused):
    """购物车里还没有商品。"""


class OrderRefused(Refused):
    """订单现在的状态不能这样做。"""


class WebhookRefused(Refused):
    """The webhook is not the lender's; the message names the check that failed."""


class ApiSilent(Refused):
    """按期暂时没有回应。"""


class ApiContradicts(ApiSilent):
    """按期的回应与订单对不上，没有采用。"""


class FormIncomplete(Refused):
    """有几处需要再看一下。"""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__()
        self.errors = errors


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A problem+json answer of the merchant API, as it came."""

    status: int
    code: str
    title: str = ""
    detail: str = ""
    errors: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        parts = [f"{self.status} {self.code}".strip(), self.detail or self.title, *self.errors]
        return " · ".join(part for part in parts if part)


class ApiRefused(Refused):
    """按期没有接受这次请求。"""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
