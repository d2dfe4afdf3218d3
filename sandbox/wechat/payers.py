"""Who can sign: the owners of wallets, and five from whom nothing can be debited."""

from dataclasses import dataclass

from sandbox.store import Connection
from sandbox.wechat import rows


@dataclass(frozen=True, kw_only=True)
class Payer:
    openid: str
    nickname: str
    name: str
    means: str
    # With which every debit fails.
    fate: str | None = None
    balance_minor: int | None = None

    def fails(self, amount_minor: int) -> str | None:
        """The code with which a debit of so much fails; None when it succeeds."""
        if self.fate is None and self.balance_minor is not None and self.balance_minor < amount_minor:
            return "NOTENOUGH"
        return self.fate


_FATED = tuple(
    Payer(openid=f"oSandbox000000000000000000{number}", nickname=nickname, name=name, means=means, fate=fate)
    for number, nickname, name, means, fate in (
        ("44", "hao", "郝然", "储蓄卡余额不足", "NOTENOUGH"),
        ("66", "shen", "沈思", "银行卡超出限额", "RULELIMIT"),
        ("77", "bai", "白露", "账户已冻结", "ACCOUNTERROR"),
        ("88", "tang", "唐宁", "账户异常，风险拒绝", "USER_ACCOUNT_ABNORMAL"),
        ("99", "yan", "严青", "银行维护中", "BANKERROR"),
    )
)


def listed(connection: Connection) -> list[Payer]:
    wallets = [
        Payer(openid=wallet.openid, nickname=wallet.nickname, name=wallet.name, means=wallet.means,
              balance_minor=wallet.balance_minor)
        for wallet in rows.wallets(connection)
    ]  # fmt: skip
    return [*wallets, *_FATED]


def find(connection: Connection, payer: str) -> Payer | None:
    """The payer by openid or nickname."""
    return next((each for each in listed(connection) if payer in (each.openid, each.nickname)), None)
