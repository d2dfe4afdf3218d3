"""Several servers asked at the same time."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

# So few that all of them have been answered, or not, long before their lease ends.
MOST = 16

A = TypeVar("A")


def wait_for(sends: Sequence[Coroutine[Any, Any, A]]) -> list[A]:
    """All answers, in order. All are asked at the same time, so that one slow server holds up nobody's news."""

    async def everything() -> list[A]:
        return await asyncio.gather(*sends)

    # In a thread of its own, because the caller's may be running a loop already.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, everything()).result()
