"""Ways to the bytes of a blob store that do not pass through the store."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from sharekit.ids import BlobKey


class FilesOfBlobs:
    """The files of a local store, read by hand."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, key: BlobKey) -> bytes | None:
        """Return the content of a file."""
        path = self._root / key
        return path.read_bytes() if path.is_file() else None

    def keys(self) -> Iterable[str]:
        """Name every file and every empty folder."""
        for folder, folders, files in os.walk(self._root):
            for name in files or ([] if folders else ["(nothing)"]):
                yield (Path(folder) / name).relative_to(self._root).as_posix()


def picture(around: Path, root: Path) -> object:
    """Return what lies around a root: names, sizes, contents, times of change."""
    found = []
    for folder, folders, files in os.walk(around):
        folders[:] = [name for name in folders if Path(folder) / name != root]
        for name in [*folders, *files]:
            path = Path(folder) / name
            found.append((str(path), path.lstat().st_mtime_ns, path.read_bytes() if name in files else b""))
    return sorted(found)


def linking(root: Path, around: Path) -> Callable[[str, str], None]:
    """Return a function that puts links to bytes beside the root into it."""

    def link(key: str, kind: str) -> None:
        secret = around / f"secret-{kind}"
        secret.mkdir(exist_ok=True)
        (secret / key.rpartition("/")[2]).write_bytes(b"secret")
        if kind == "folder":
            (root / key).parent.symlink_to(secret)
        else:
            (root / key).parent.mkdir()
            (root / key).symlink_to(secret / key.rpartition("/")[2])

    return link
