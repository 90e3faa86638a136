"""
Pages for staff: who is let in, who sees what, and what the portal shows, as pieces to be put into a host's own pages.
"""

from sharekit.web.staff.desk import PanelAnswer, StaffUrls
from sharekit.web.staff.panels import StaffPanels
from sharekit.web.staff.people import NewContact

__all__ = ["NewContact", "PanelAnswer", "StaffPanels", "StaffUrls"]
