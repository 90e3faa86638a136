"""
What the answers of a mail server mean to a caller of sharekit.
"""

import re
import smtplib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from sharekit.errors import PermanentDeliveryError, TemporaryDeliveryError

__all__ = ["translated"]

_STATUS: Final = re.compile(rb"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_NO_SUCH_ADDRESS: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_ABOUT_THE_ADDRESS: Final = frozenset({550, 551, 553})


@contextmanager
def translated() -> Generator[None]:
    """Say in our words what failed; the server's own words, which can hold anything, stay in the ``__cause__``."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        ((code, text),) = error.recipients.values()
        raise _error(code, text, recipient=True) from error
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
        raise TemporaryDeliveryError("the server does not let us in") from error
    except (smtplib.SMTPConnectError, smtplib.SMTPHeloError) as error:
        raise TemporaryDeliveryError(f"the server answered {error.smtp_code}") from error
    except smtplib.SMTPResponseException as error:
        raise _error(error.smtp_code, error.smtp_error, recipient=False) from error
    except TimeoutError as error:
        raise TemporaryDeliveryError("the server did not answer in time") from error
    except (smtplib.SMTPException, OSError, ValueError) as error:  # ValueError: what it says is no SMTP
        raise TemporaryDeliveryError("the server cannot be talked to") from error


def _error(code: int, text: bytes | str, *, recipient: bool) -> TemporaryDeliveryError | PermanentDeliveryError:
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    found = _STATUS.match(raw)
    status = found[1].decode("ascii") if found else ""
    said = f"the server answered {code} {status}".rstrip()
    if not 500 <= code < 600:
        return TemporaryDeliveryError(said)
    is_address = status in _NO_SUCH_ADDRESS or (not status and code in _ABOUT_THE_ADDRESS)
    return PermanentDeliveryError(said, recipient=recipient and is_address)
