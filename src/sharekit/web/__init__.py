"""
The portal over HTTP, without a framework. Needs the extra ``pages``.
"""

from sharekit.web.messages import Headers, WebRequest, WebResponse
from sharekit.web.portal import Portal
from sharekit.web.preview import PortalPreview, PreviewSection

__all__ = ["Headers", "Portal", "PortalPreview", "PreviewSection", "WebRequest", "WebResponse"]
