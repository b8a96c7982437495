"""A worker in a process of its own, to be killed: `python -m tests.webhooks.worker DATABASE…` runs the engine on them."""

import os
import sys


def main() -> None:
    """Run the engine on the test's databases until nothing is due."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.db import connections

    for told in sys.argv[1:]:
        alias, _, name = told.partition("=")
        connections[alias].settings_dict["NAME"] = name
    from webhooks.engine import Engine

    Engine(idle_seconds=0).run()


if __name__ == "__main__":
    main()
