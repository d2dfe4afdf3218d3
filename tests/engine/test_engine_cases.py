"""The shared cases, through the function and through the command line of a bare interpreter."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from anqi.engine.contract import answer_line

_CASES = Path(__file__).parent / "cases"
_CHECKOUT = Path(__file__).parents[2]


def _cases(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]


def _without_message(answer: dict[str, Any]) -> dict[str, Any]:
    if "refused" not in answer:
        return answer
    return {"refused": {key: value for key, value in answer["refused"].items() if key != "message"}}


@pytest.mark.parametrize("name", ["engine", "annual_cost"])
def test_every_shared_case_is_answered_as_it_says(name: str) -> None:
    for number, case in enumerate(_cases(name), start=1):
        answer = answer_line(json.dumps(case["request"]))
        assert _without_message(answer) == case["answer"], f"{name}.jsonl, line {number}"


def test_the_command_line_answers_the_same_with_nothing_installed() -> None:
    """`-S -E -s`: no site-packages, no environment; a broken line in between spoils no other."""
    cases = [*_cases("engine"), *_cases("annual_cost")]
    lines = [json.dumps(case["request"], ensure_ascii=False).encode() for case in cases]
    lines[3:3] = [b"{broken", b"", b"\xff\xfe", b'{"ask": "plan", "terms": {"\\ud800": 1}}']
    done = _run(b"\n".join(lines))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["refused"]["code"] for answer in answers[3:7]] == ["bad_json"] * 3 + ["bad_terms"]
    assert [_without_message(each) for each in answers[:3] + answers[7:]] == [
        case["answer"] for case in cases
    ]


def _run(request_lines: bytes) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-S", "-E", "-s", "-m", "anqi.engine"]
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    return subprocess.run(
        command, input=request_lines, capture_output=True, cwd=_CHECKOUT, env=environment, check=False
    )


def test_answers_come_line_by_line_before_the_input_ends() -> None:
    command = [sys.executable, "-S", "-m", "anqi.engine"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=_CHECKOUT) as engine:
        assert engine.stdin is not None
        assert engine.stdout is not None
        for case in _cases("annual_cost")[:2]:
            engine.stdin.write(json.dumps(case["request"]).encode() + b"\n")
            engine.stdin.flush()
            assert json.loads(engine.stdout.readline()) == case["answer"]
        engine.stdin.close()
        assert engine.wait() == 0
