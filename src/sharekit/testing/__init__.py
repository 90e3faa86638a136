"""
The test kit: contracts that stores prove themselves with, and a kit for the tests of a host.

Needs the extra ``testing``.
"""

import pytest

pytest.register_assert_rewrite("sharekit.testing.record_store")

from sharekit.testing.kits import FrozenClock, SectionLoads, kit, project_kind  # noqa: E402  # asserts are rewritten first

__all__ = ["FrozenClock", "SectionLoads", "kit", "project_kind"]
