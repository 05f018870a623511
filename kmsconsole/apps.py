"""The Django app of the console's wiring: system checks, template tags, management commands."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "kmsconsole"

    def ready(self) -> None:
        from kmsconsole import checks  # noqa: F401 - registers the checks
