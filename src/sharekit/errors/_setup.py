"""
Errors of putting the kit together.
"""

from typing import ClassVar

from sharekit.errors._root import SharekitError


class ConfigurationError(SharekitError):
    """
    The kit was put together in a way that cannot work.

    Attributes:
        setting: The argument at fault.
        problem: What is wrong and what would be right.
    """

    code: ClassVar[str] = "configuration"

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"{setting}: {problem}")
        self.setting = setting
        self.problem = problem


class WeakSecretKeyError(ConfigurationError):
    """A secret key is missing, shorter than 32 bytes, or a placeholder (R-TOK-3)."""

    code: ClassVar[str] = "weak-secret-key"

    def __init__(self, problem: str) -> None:
        super().__init__("secret_keys", problem)


class MissingExtraError(ConfigurationError):
    """
    An optional package is needed and not installed.

    Attributes:
        package: The package that could not be imported.
        extra: The extra that brings it.
    """

    code: ClassVar[str] = "missing-extra"

    def __init__(self, package: str, extra: str) -> None:
        super().__init__("installation", f"{package} is missing; pip install 'sharekit-core[{extra}]'")
        self.package = package
        self.extra = extra
