"""Whether the models say anything that the migrations don't; asks no database."""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tools.typing_settings"


def main() -> int:
    """0 when nothing is missing, else 1 with what is."""
    import django

    django.setup()
    from django.utils import translation

    # Migrations are written without a language; with one, Django's own labels would differ.
    with translation.override(None):
        missing = {label: changes for label, changes in _changes().items() if changes}
    for label, changes in missing.items():
        for change in changes:
            print(f"{label}: {change}")
    if missing:
        print(f"Run: .venv/bin/python -m anqi django makemigrations {' '.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


def _changes() -> dict[str, list[str]]:
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    loader = MigrationLoader(None)
    for label, rivals in loader.detect_conflicts().items():
        return {label: [f"{' and '.join(sorted(rivals))} both claim to be the last migration"]}
    found = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(graph=loader.graph)
    return {
        label: [operation.describe() for migration in migrations for operation in migration.operations]
        for label, migrations in found.items()
        if apps.get_app_config(label).name.startswith("anqi.")
    }


if __name__ == "__main__":
    sys.exit(main())
