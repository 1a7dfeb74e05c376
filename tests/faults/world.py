"""What stands in the world that faults happen to: the engines, the demo's records, and two replicas with their supervisor."""

import hashlib
import hmac
import http.client
import json
import os
import pathlib
import random
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.parse

DATABASE = "faults"
BUCKET, REGION = "evidence", "us-east-1"
# The key that tests/engines gives its store.
ACCESS_KEY, SECRET_KEY = "PROVNYCKEL", "provhemlighet"
# How long a supervisor waits before it starts a replica again.
RESTART_SECONDS = 0.5
BROKEN = (OSError, http.client.HTTPException)


def tell(what: str):
    """Has something happen to an engine."""
    host, port = os.environ["SAMSYN_TEST_ENGINES_CONTROL"].split(":")
    with socket.create_connection((host, int(port)), timeout=120) as control:
        control.sendall(what.encode() + b"\n")
        answer = control.makefile().readline().strip()
    if answer != "ok":
        raise SystemExit(f"error: {what}: {answer}")


class Postgres:
    """Asked as its superuser, past the service and its policies, over PostgreSQL's own protocol."""

    def __init__(self, address: str):
        self.address = address

    def url(self, role: str) -> str:
        return f"postgres://{role}@{self.address}/{DATABASE}"

    def ask(self, sql: str, database: str = DATABASE) -> list:
        """The rows, each a list of texts."""
        host, port = self.address.split(":")
        with socket.create_connection((host, int(port)), timeout=60) as server:
            about = struct.pack("!i", 3 << 16) + b"user\0postgres\0database\0" + database.encode() + b"\0\0"
            server.sendall(struct.pack("!i", 4 + len(about)) + about)
            messages = server.makefile("rb")
            self._until_idle(messages)
            query = sql.encode() + b"\0"
            server.sendall(b"Q" + struct.pack("!i", 4 + len(query)) + query)
            return self._until_idle(messages)

    @staticmethod
    def _until_idle(messages) -> list:
        rows = []
        while True:
            kind, length = struct.unpack("!ci", messages.read(5))
            body = messages.read(length - 4)
            if kind == b"E":
                raise SystemExit(f"error: PostgreSQL says {body!r}")
            if kind == b"D":
                row, at = [], 2
                for _ in range(struct.unpack("!h", body[:2])[0]):
                    size = struct.unpack("!i", body[at : at + 4])[0]
                    row.append(body[at + 4 : at + 4 + size].decode() if size >= 0 else None)
                    at += 4 + max(size, 0)
                rows.append(row)
            if kind == b"Z":
                return rows


def keep(store: str, path: str, body: bytes):
    """Puts a bucket or an object into the store, signed as S3 wants it."""
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    day = now[:8]
    digest = hashlib.sha256(body).hexdigest()
    signed = {"host": store, "x-amz-content-sha256": digest, "x-amz-date": now}
    names = ";".join(signed)
    asked = "\n".join(["PUT", urllib.parse.quote(path), "", *(f"{name}:{value}" for name, value in signed.items()), "", names, digest])
    scope = f"{day}/{REGION}/s3/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(asked.encode()).hexdigest()])
    key = b"AWS4" + SECRET_KEY.encode()
    for part in (day, REGION, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    authorization = f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={names}, Signature={signature}"
    connection = http.client.HTTPConnection(store, timeout=60)
    connection.request("PUT", path, body, {**signed, "Authorization": authorization})
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"error: the store answers {answer.status} {said[:300]!r}")


def make(binary: pathlib.Path, folder: pathlib.Path, postgres: Postgres, store: str) -> list:
    """The demo's world in the database, and its files in the bucket. Gives those who can act in it."""
    postgres.ask(f"CREATE DATABASE {DATABASE} OWNER samsyn_owner", "postgres")
    migrated = [binary, "migrate", "up", "--service-role", "samsyn_service", "--database", postgres.url("samsyn_owner")]
    subprocess.run(migrated, check=True, stdout=subprocess.DEVNULL)
    files = folder / "demo"
    files.mkdir()
    asked = ["demo", "--json", "--listen", "127.0.0.1:0", "--data", files, "--database", postgres.url("samsyn_service")]
    demo = subprocess.Popen([binary, *asked], stdout=subprocess.PIPE, stderr=open(folder / "demo.log", "wb"))
    try:
        said = demo.stdout.readline()
        if not said:
            raise SystemExit(f"error: the demo does not start: {(folder / 'demo.log').read_text()[-600:]}")
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait()
    keep(store, f"/{BUCKET}", b"")
    for file in sorted((files / "evidence").rglob("*")):
        if file.is_file():
            keep(store, f"/{BUCKET}/{file.relative_to(files / 'evidence')}", file.read_bytes())
    return json.loads(said)["actors"]


def settings(postgres: Postgres, redis: str, store: str) -> dict:
    """Those of a replica: as they come, but for the budgets."""
    return {
        "SAMSYN_DATABASE__URL": postgres.url("samsyn_service"),
        "SAMSYN_BUS__URL": f"redis://{redis}/0",
        "SAMSYN_EVIDENCE__URL": f"s3://{BUCKET}",
        "SAMSYN_EVIDENCE__ENDPOINT": f"http://{store}",
        "SAMSYN_EVIDENCE__ACCESS_KEY": ACCESS_KEY,
        "SAMSYN_EVIDENCE__SECRET_KEY": SECRET_KEY,
        "SAMSYN_LIMITS__TOKEN_POINTS_PER_MINUTE": "1000000000",
        "SAMSYN_LIMITS__ORGANISATION_POINTS_PER_MINUTE": "1000000000",
        "SAMSYN_LOG__FORMAT": "json",
    }


def free_port() -> int:
    """Below those that the system gives to connections, so that none of them takes it while its replica is down."""
    while True:
        port = random.SystemRandom().randrange(20_000, 30_000)
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Replica:
    """`samsyn serve` with a supervisor, which starts it again whenever it ends."""

    def __init__(self, binary: pathlib.Path, number: int, folder: pathlib.Path, environment: dict):
        self.binary, self.number, self.folder = binary, number, folder
        self.environment = {**os.environ, **environment}
        self.port = free_port()
        self.log = folder / f"replica-{number}.log"
        self.killed, self.over = False, False
        # How it has ended without being killed.
        self.ended = []
        self._start()
        self.supervisor = threading.Thread(target=self._supervise, daemon=True)
        self.supervisor.start()

    def _start(self):
        command = [self.binary, "serve", "--listen", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stderr=open(self.log, "ab"))

    def _supervise(self):
        while True:
            code = self.process.wait()
            if self.over:
                return
            if not self.killed:
                self.ended.append(code)
            self.killed = False
            time.sleep(RESTART_SECONDS)
            self._start()

    def kill(self):
        self.killed = True
        self.process.kill()

    def ready(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/readyz")
            answered = connection.getresponse().status
            connection.close()
            return answered == 200
        except BROKEN:
            return False

    def said(self) -> list:
        """The lines of its log."""
        lines = []
        for line in self.log.read_text(errors="replace").splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                continue  # cut off by a kill
        return lines

    def stop(self) -> bool:
        """Tells it to stop; gives whether it did so well."""
        self.over = True
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60) == 0
        except subprocess.TimeoutExpired:
            self.process.kill()
            return False
