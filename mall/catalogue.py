"""The phones on the shelf."""

from dataclasses import dataclass

from mall.refusals import NotFound


@dataclass(frozen=True, kw_only=True)
class Phone:
    """One phone as it is sold; its drawing is `static/phones/<slug>.svg`."""

    slug: str
    name: str
    colour: str
    storage: str
    line: str
    price_minor: int
    screen: str
    camera: str
    battery: str
    weight: str

    @property
    def title(self) -> str:
        """What stands on the order and on the credit agreement."""
        return f"{self.name} {self.storage} {self.colour}"


PHONES = (
    Phone(
        slug="qinghe-12", name="青禾 12", colour="晨雾白", storage="12GB+256GB",
        line="轻薄直屏，一天一充", price_minor=429900,
        screen="6.3 英寸直屏，120 Hz", camera="5000 万像素双摄，光学防抖", battery="4900 mAh，67 W 快充",
        weight="186 克",
    ),
    Phone(
        slug="qinghe-12-pro", name="青禾 12 Pro", colour="松墨黑", storage="16GB+512GB",
        line="长焦看得远，夜里也清楚", price_minor=599900,
        screen="6.7 英寸微曲屏，1–120 Hz", camera="5000 万像素三摄，5 倍长焦", battery="5400 mAh，90 W 快充",
        weight="208 克",
    ),
    Phone(
        slug="qinghe-flip", name="青禾 折折", colour="杏粉", storage="12GB+256GB",
        line="合上小小一块，打开完整大屏", price_minor=549900,
        screen="6.8 英寸折叠屏，外屏 3.4 英寸", camera="5000 万像素双摄", battery="4300 mAh，45 W 快充",
        weight="189 克",
    ),
    Phone(
        slug="yunque-5", name="云雀 5", colour="天青", storage="8GB+256GB",
        line="均衡耐用，家人首选", price_minor=239900,
        screen="6.6 英寸直屏，120 Hz", camera="5000 万像素主摄，光学防抖", battery="5500 mAh，67 W 快充",
        weight="195 克",
    ),
    Phone(
        slug="yunque-5-mini", name="云雀 5 mini", colour="柠黄", storage="8GB+128GB",
        line="单手握住，口袋不沉", price_minor=199900,
        screen="5.9 英寸直屏，90 Hz", camera="5000 万像素主摄", battery="4200 mAh，45 W 快充",
        weight="152 克",
    ),
    Phone(
        slug="shitou-3", name="石头 3", colour="岩橙", storage="8GB+256GB",
        line="三防机身，工地也放心", price_minor=179900,
        screen="6.5 英寸直屏，硬度加强", camera="6400 万像素主摄", battery="7000 mAh，33 W 快充",
        weight="248 克",
    ),
    Phone(
        slug="maisui-8", name="麦穗 8", colour="麦金", storage="6GB+128GB",
        line="够用、省心、大电池", price_minor=109900,
        screen="6.7 英寸直屏，90 Hz", camera="5000 万像素主摄", battery="6000 mAh，25 W 充电",
        weight="201 克",
    ),
    Phone(
        slug="maisui-zhi", name="麦穗 知音", colour="烟紫", storage="4GB+64GB",
        line="大字大声大按键，长辈拿起就会用", price_minor=79900,
        screen="6.5 英寸直屏，大字桌面", camera="1300 万像素主摄", battery="5000 mAh，18 W 充电",
        weight="198 克",
    ),
)
PHONE_BY_SLUG = {phone.slug: phone for phone in PHONES}


def find(slug: str) -> Phone:
    """The phone of that slug; refuses one that is not on the shelf."""
    phone = PHONE_BY_SLUG.get(slug)
    if phone is None:
        raise NotFound("没有这款手机，可能已经下架。")
    return phone
