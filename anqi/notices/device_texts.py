"""What we write to people about their devices, and our words for these."""

TEXTS = {
    "new_device": {
        "zh-hans": "你的账号{seen_on}在一台新设备上登录：{system_word} · {browser_word}。不是你本人的话，请马上联系我们。验证码不要告诉任何人。",
        "en": "On {seen_on} somebody signed in to your account from a new device: {system_word} · {browser_word}."
        " If that was not you, contact us at once. Tell nobody your login codes.",
    },
}
WORDS = {
    "ipad": ("iPad", "iPad"),
    "iphone": ("iPhone", "iPhone"),
    "harmony": ("鸿蒙设备", "HarmonyOS device"),
    "android_phone": ("Android 手机", "Android phone"),
    "android_tablet": ("Android 平板", "Android tablet"),
    "windows": ("Windows 电脑", "Windows computer"),
    "mac": ("Mac 电脑", "Mac"),
    "linux": ("Linux 电脑", "Linux computer"),
    "wechat": ("微信", "WeChat"),
    "alipay": ("支付宝", "Alipay"),
    "qq": ("QQ 浏览器", "QQ Browser"),
    "uc": ("UC 浏览器", "UC Browser"),
    "huawei": ("华为浏览器", "Huawei Browser"),
    "xiaomi": ("小米浏览器", "Xiaomi Browser"),
    "edge": ("Edge", "Edge"),
    "firefox": ("Firefox", "Firefox"),
    "chrome": ("Chrome", "Chrome"),
    "safari": ("Safari", "Safari"),
    "other": ("其他", "other"),
}


def word(code: str, *, language: str) -> str:
    """Our word for a system or a browser, "zh-hans" or "en"."""
    return WORDS[code][language == "en"]
