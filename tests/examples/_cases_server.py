"""
Serves the case files, and does what a test writes on standard input: lets time pass, and brings mail.

``python -m tests.examples._cases_server DATA``: the first line of the output is the address, each other one answers.
"""

import os
import sys
import threading
from datetime import timedelta

import django

__all__ = ["main"]


def main(data: str) -> None:
    """Serve until the input ends."""
    os.environ.update(CASES_DATA=data, DJANGO_SETTINGS_MODULE="tests.examples._cases_settings")
    django.setup()
    from django_cases.server import prepare, serving  # Django reads its settings before

    prepare()
    with serving("127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        _say(f"http://127.0.0.1:{server.server_port}")
        for line in sys.stdin:
            word, _, rest = line.strip().partition(" ")
            _say(_WORDS[word](rest))
        server.shutdown()
        thread.join()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _pass(minutes: str) -> str:
    """Let time pass, and have the relay tell the news."""
    from sharekit.adapters.django import kit  # as above
    from tests.examples._cases_settings import CLOCK  # as above

    CLOCK.advance(timedelta(minutes=int(minutes)))
    kit().relay.run_once()
    return CLOCK.now().isoformat()


def _mail(words: str) -> str:
    """Bring an unproven mail: an e-mail address, the conversation, and what it says."""
    from sharekit.adapters.django import kit  # as above
    from tests.examples._mailing import bring  # as above

    sender, talk, text = words.split(" ", 2)
    return bring(kit(), sender, talk, text)


_WORDS = {"pass": _pass, "mail": _mail}


if __name__ == "__main__":
    main(sys.argv[1])
