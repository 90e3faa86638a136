"""
Azurite, an Azure Blob server on loopback that keeps everything in memory.

Each test has a prefix of its own in one container, and the server ends with the tests.
"""

import base64
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sharekit.ids import random_id
from tests.servers._announced import served
from tests.servers.s3 import Bucket

ACCOUNT = "sharekit"
KEY = base64.b64encode(b"a key that opens nothing but this server").decode()
CONTAINER = "blobs"

_ROOT = Path(__file__).parents[2]
_TOLD = [
    "--inMemoryPersistence",
    "--skipApiVersionCheck",
    "--disableTelemetry",
    "--silent",
    "--blobHost=127.0.0.1",
    "--blobPort=0",
]


@pytest.fixture(scope="session")
def azurite_connection() -> Iterator[str]:
    """The connection string of an Azurite that is running, with an empty container."""
    adlfs = pytest.importorskip("adlfs", reason="needs adlfs: pip install 'sharekit-core[azure]'")
    program = _ROOT / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
    program = Path(os.environ.get("SHAREKIT_TEST_AZURITE", program))
    node = shutil.which("node")
    if node is None or not program.is_file():
        pytest.skip(
            "needs Azurite: npm install --ignore-scripts --no-save --no-package-lock --prefix . azurite@3.35.0"
            " (or name its dist/src/blob/main.js in SHAREKIT_TEST_AZURITE)"
        )
    for address in served([node, str(program), *_TOLD], {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{KEY}"}):
        connection = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
        connection += f"BlobEndpoint={address}/{ACCOUNT};"
        adlfs.AzureBlobFileSystem(connection_string=connection, skip_instance_cache=True).mkdir(CONTAINER)
        yield connection


@pytest.fixture
def azurite_bucket(azurite_connection: str) -> Bucket:
    """A fresh prefix in a container at Azurite."""
    name = re.sub("[^a-z0-9]", "0", random_id().lower())
    return Bucket(f"az://{CONTAINER}/{name}", {"connection_string": azurite_connection})
