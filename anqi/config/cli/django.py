"""`anqi django …`: a command of Django's own, as the owner of the tables."""

from collections.abc import Sequence

from anqi.config.cli import site


def run(argv: Sequence[str]) -> int:
    """What Django's command line does with these words."""
    if not site.set_up(as_owner=True):
        return 1
    from django.core.management import execute_from_command_line

    execute_from_command_line(["anqi django", *argv])
    return 0
