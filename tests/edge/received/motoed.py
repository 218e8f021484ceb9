"""moto's S3 server, as a process of its own."""

import contextlib
import hashlib
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from classroom_edge.library.deliver import s3
from classroom_edge.library.deliver.spec import TargetSpec
from classroom_edge.library.deliver.target import Target
from tests.edge.received.scene import RECORDING
from tests.ports import free_port
from tests.waiting import eventually

ACCOUNT = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
PREFIX = "school-1/"


@dataclass(frozen=True)
class Moto:
    """The server."""

    url: str

    def spec(self, path: str = "/lessons/school-1", **options: str) -> TargetSpec:
        name, secret = ACCOUNT
        url = self.url + path
        return TargetSpec(
            id="s3", kind="s3", url=url, username=name, password=secret, options=options
        )

    def target(self, **options: str) -> Target:
        return s3.made(self.spec(**options), None)

    @property
    def client(self) -> Any:
        """What others wrote to look at a bucket."""
        name, secret = ACCOUNT
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=name,
            aws_secret_access_key=secret,
            region_name="us-east-1",
        )

    def make_bucket(self, *, versioned: bool = True) -> None:
        """Forget everything, and make a bucket."""
        reset = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        urllib.request.urlopen(reset).close()
        self.client.create_bucket(Bucket="lessons")
        if versioned:
            kept = {"Status": "Enabled"}
            self.client.put_bucket_versioning(Bucket="lessons", VersioningConfiguration=kept)

    def film(self, name: str = "programme.mp4") -> bytes:
        key = f"{PREFIX}{RECORDING}/{name}"
        content: bytes = self.client.get_object(Bucket="lessons", Key=key)["Body"].read()
        return content

    def digests(self) -> dict[str, str]:
        """Give every object below the prefix with its SHA-256."""
        client, found = self.client, {}
        for page in client.get_paginator("list_objects_v2").paginate(Bucket="lessons"):
            for one in page.get("Contents", ()):
                body = client.get_object(Bucket="lessons", Key=one["Key"])["Body"]
                digest = hashlib.sha256(body.read()).hexdigest()
                found[one["Key"].removeprefix(PREFIX)] = digest
        return found

    def versions(self) -> dict[str, int]:
        """Tell how often each object was put there as it is now."""
        tags: dict[str, list[str]] = {}
        pages = self.client.get_paginator("list_object_versions").paginate(Bucket="lessons")
        for page in pages:
            for one in page.get("Versions", ()):
                tags.setdefault(one["Key"].removeprefix(PREFIX), []).append(one["ETag"])
        return {key: etags.count(etags[0]) for key, etags in tags.items()}


@contextlib.contextmanager
def moto_server(folder: Path) -> Iterator[Moto]:
    """Run it; the newest version of an object is listed first."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    environ = os.environ | {"AWS_DEFAULT_REGION": "us-east-1"}
    with (
        (folder / "moto.log").open("wb") as said,
        subprocess.Popen(command, stdout=said, stderr=said, env=environ) as process,
    ):
        try:
            eventually(lambda: process.poll() is not None or _listens(port), within_s=60)
            yield Moto(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
