"""Workers in processes of their own, to be killed: `python -m tests.webhooks.worker DATABASE…` runs an engine for each line.

It forks: fifty workers are there within seconds, each fresh. Says the process's id, then how it ended.
"""

import os
import sys


def main() -> None:
    """Run engines on the test's databases, one after the other."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.db import connections

    for told in sys.argv[1:]:
        alias, _, name = told.partition("=")
        connections[alias].settings_dict["NAME"] = name
    from webhooks.engine import Engine

    for _line in sys.stdin:
        process = os.fork()
        if not process:
            Engine(idle_seconds=0).run()
            os._exit(0)
        print(process, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
