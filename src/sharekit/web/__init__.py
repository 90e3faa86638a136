"""
The portal over HTTP, without a framework. Needs the extra ``pages``.
"""

from sharekit.web.messages import Headers, WebRequest, WebResponse
from sharekit.web.portal import Portal

__all__ = ["Headers", "Portal", "WebRequest", "WebResponse"]
