"""What may be handed out together with anqi."""

from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import cast

import pytest

from tools import licences


def package(*lines: tuple[str, str]) -> metadata.PackageMetadata:
    message = Message()
    for name, value in lines:
        message[name] = value
    return cast(metadata.PackageMetadata, message)


WHOLE_TEXT = "Copyright somebody\nAll rights reserved. " + "Redistribution and use … " * 9


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        ([("License-Expression", "MIT"), ("License", "GPL")], "MIT"),
        ([("License", "BSD-3-Clause")], "BSD-3-Clause"),
        ([("License", WHOLE_TEXT), ("Classifier", "License :: OSI Approved :: BSD License")], "BSD License"),
        ([("Classifier", "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)")], "Mozilla Public License 2.0"),
        ([("License", WHOLE_TEXT), ("Classifier", "Framework :: Django :: 5.2")], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_a_licence_is_read_from_where_it_is_said(said: list[tuple[str, str]], terms: str) -> None:
    assert licences.licence(package(*said)) == terms


@pytest.mark.parametrize(
    "terms",
    ["MIT", "Apache-2.0 OR GPL-3.0-only", "MIT AND BSD-3-Clause", "BSD, Public Domain", "MIT AND (BSD-3-Clause OR MIT-0)"],
)
def test_these_may_go_along(terms: str) -> None:
    assert licences.is_allowed(terms)


@pytest.mark.parametrize(
    "terms",
    ["GPL-3.0-only", "AGPL-3.0 OR SSPL-1.0", "MIT AND GPL-2.0-only", "Proprietary", "GPL-3.0-only AND (MIT OR BSD-3-Clause)"],
)
def test_these_may_not(terms: str) -> None:
    assert not licences.is_allowed(terms)


def test_the_packages_at_fault_are_named() -> None:
    said = {"good": package(("License", "MIT")), "silent": package(), "bad": package(("License", "SSPL-1.0"))}

    def described(name: str) -> metadata.PackageMetadata:
        if name not in said:
            raise metadata.PackageNotFoundError(name)
        return said[name]

    pins = "good==1.0 \\\n    --hash=sha256:00\nsilent[extra]==2 \\\nbad==3.1\nmissing==1\nwindows==1 ; sys_platform == 'win32' \\\n"
    wrong = licences.refused(pins, described=described)
    assert wrong.keys() == {"silent", "bad", "missing"}


def test_everything_that_is_pinned_is_looked_at() -> None:
    pins = (Path(licences.__file__).parents[1] / "requirements/base.txt").read_text()
    looked_at: list[str] = []

    def described(name: str) -> metadata.PackageMetadata:
        looked_at.append(name)
        return package(("License", "MIT"))

    assert licences.refused(pins, described=described) == {}
    assert len(looked_at) == pins.count("==") - pins.count("== '") > 40
