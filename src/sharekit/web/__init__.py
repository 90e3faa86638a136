"""
The portal over HTTP, without a framework. Needs the extra ``pages``.
"""

from sharekit.web.messages import Headers, WebRequest, WebResponse
from sharekit.web.portal import Portal
from sharekit.web.preview import PortalPreview, PreviewSection
from sharekit.web.staff import NewContact, PanelAnswer, StaffPanels, StaffUrls

__all__ = [
    "Headers",
    "NewContact",
    "PanelAnswer",
    "Portal",
    "PortalPreview",
    "PreviewSection",
    "StaffPanels",
    "StaffUrls",
    "WebRequest",
    "WebResponse",
]
