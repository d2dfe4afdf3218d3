"""The engine on the command line: one JSON request a line on standard input, one JSON answer a line back."""

import json
import sys
import traceback
from typing import Any

from anqi.engine.contract import answer_line


def main() -> int:
    """Answer every line in its order; 1 where a line broke the engine itself, which a refusal never does."""
    status = 0
    for line in sys.stdin.buffer:
        answer = _answer(line)
        status = 1 if "broken" in answer else status
        print(json.dumps(answer), flush=True)
    return status


def _answer(line: bytes) -> dict[str, Any]:
    # Lines know nothing of each other: a broken assumption ends its own line, loudly, and no other.
    try:
        return answer_line(line)
    except Exception as broken:
        traceback.print_exc()
        return {"broken": repr(broken)}


if __name__ == "__main__":
    sys.exit(main())
