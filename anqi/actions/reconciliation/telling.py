"""What a file tells and we did not know is told as the channel's own word: by the road of every message, once.

Only what fits what we asked for is: the rest waits for people as the difference that it is.
"""

from datetime import date, datetime

from django.db import transaction

from anqi.payments import inbox, untold


def tell(*, channel: str, day: date, now: datetime) -> int:
    """How much of the day's files was told, and is learned as soon as the inbox is read. Again, nothing."""
    count = 0
    while True:
        with transaction.atomic(durable=True):
            told = untold.take(channel, day, now=now)
            inbox.store_told(channel=channel, told=told, by_statement=True, now=now)
        if not told:
            return count
        count += len(told)
