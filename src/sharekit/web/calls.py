"""
A request that found its address.
"""

from collections.abc import Mapping

import attrs

from sharekit.web.answers import Reader
from sharekit.web.messages import WebRequest

__all__ = ["Call"]


@attrs.frozen(kw_only=True)
class Call:
    """
    A request that found its address.

    Attributes:
        request: The request.
        places: What stands in the places of the address.
        reader: For whom it is answered.
    """

    request: WebRequest
    places: Mapping[str, str] = attrs.field(repr=False)
    reader: Reader
