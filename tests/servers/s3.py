"""
Two S3 servers on loopback: moto, which keeps conditions, and s3rver, which does not know them.

Each test has a prefix of its own, and each server ends with the tests.
"""

import functools
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pytest

from sharekit.ids import random_id
from tests.servers._announced import served

REGION = "us-east-1"
_ENVIRONMENT = {"AWS_DEFAULT_REGION": REGION}

_ROOT = Path(__file__).parents[2]

# One request at a time: moto looks for the key and stores it in two steps, where S3 does it in one.
_MOTO = """
import logging
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.ERROR)
application = DomainDispatcherApplication(create_backend_app)
s3_backends["123456789012"]["aws"].create_bucket("sharekit", "us-east-1")
server = make_server("127.0.0.1", 0, application, threaded=False, request_handler=MotoRequestHandler)
print("listening on 127.0.0.1:%d" % server.port, flush=True)
server.serve_forever()
"""


@attrs.frozen
class Bucket:
    """
    A place in a server.

    Attributes:
        url: What the store is given, with a prefix of its own.
        options: How the server is reached.
    """

    url: str
    options: Mapping[str, object]


@pytest.fixture(scope="session")
def moto_address() -> Iterator[str]:
    """The address of a moto server that is running."""
    pytest.importorskip("moto", reason="needs moto: pip install 'moto[server]' s3fs")
    pytest.importorskip("s3fs", reason="needs s3fs: pip install 'sharekit-core[s3]'")
    yield from served([sys.executable, "-c", _MOTO], _ENVIRONMENT)


@pytest.fixture(scope="session")
def s3rver_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an s3rver that is running."""
    pytest.importorskip("s3fs", reason="needs s3fs: pip install 'sharekit-core[s3]'")
    program = Path(os.environ.get("SHAREKIT_TEST_S3RVER", _ROOT / "node_modules" / "s3rver" / "bin" / "s3rver.js"))
    node = shutil.which("node")
    if node is None or not program.is_file():
        pytest.skip(
            "needs s3rver: npm install --ignore-scripts --no-save --no-package-lock --prefix . s3rver@3.7.1"
            " (or name its bin/s3rver.js in SHAREKIT_TEST_S3RVER)"
        )
    folder = tmp_path_factory.mktemp("s3rver")
    told = ["-d", str(folder), "-a", "127.0.0.1", "-p", "0", "-s", "--configure-bucket", "sharekit"]
    yield from served([node, str(program), *told], _ENVIRONMENT)


@pytest.fixture
def moto_bucket(moto_address: str) -> Bucket:
    """A fresh prefix in a bucket at moto."""
    return Bucket(f"s3://sharekit/{_name()}", _options(moto_address, "testing-testing"))


@pytest.fixture
def s3rver_bucket(s3rver_address: str) -> Bucket:
    """A fresh prefix at s3rver."""
    return Bucket(f"s3://sharekit/{_name()}", _options(s3rver_address, "S3RVER"))


def _name() -> str:
    return re.sub("[^a-z0-9]", "0", random_id().lower())


def _options(address: str, key: str) -> Mapping[str, object]:
    return {"endpoint_url": address, "key": key, "secret": key, "client_kwargs": {"region_name": REGION}}


def in_one_session(bucket: Bucket) -> Bucket:
    """Return a place whose stores read from large files once, for all of them, what a server understands."""
    return Bucket(bucket.url, {**bucket.options, "session": _session()})


@functools.cache
def _session() -> object:
    from aiobotocore.session import get_session  # type: ignore[import-untyped]  # it ships no types

    return get_session()
