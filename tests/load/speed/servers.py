"""The servers that are measured: each is a process that speaks GraphQL, with its CPU and its memory."""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time

from engine import cpu_of, fail

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
NOBODY_EXHAUSTS = "1000000000000"


class Server:
    def __init__(self, command: list, environment: dict, log: pathlib.Path):
        self.log = log
        self.process = subprocess.Popen(command, env={**os.environ, **environment}, cwd=HERE, stdout=subprocess.PIPE, stderr=open(log, "ab"), text=True)
        self.port = 0

    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(self, request, connection=None) -> dict:
        connection = connection or self.connect()
        connection.request("POST", "/graphql", request.body(), {"Content-Type": "application/json", "Authorization": f"Bearer {request.token}"})
        answer = connection.getresponse()
        said = json.loads(answer.read())
        if answer.status != 200 or said.get("errors"):
            fail(f"{self.log.stem} answers {answer.status} {json.dumps(said.get('errors'))[:600]}", "do the documents in operations.py fit its schema?")
        return said

    def cpu(self) -> float:
        return cpu_of(self.process.pid)

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def peak(self) -> float:
        """MiB that it has occupied at the most."""
        return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())[1]) / 1024

    def dead(self):
        fail(f"{self.log.stem} does not start: {self.log.read_text()[-600:]}", "see the message above")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Samsyn(Server):
    def __init__(self, binary: pathlib.Path, url: str, folder: pathlib.Path):
        folder.mkdir(exist_ok=True)
        super().__init__([binary, "serve", "--listen", "127.0.0.1:0", "--data", folder / "data"], {
            "SAMSYN_DATABASE__URL": url,
            "SAMSYN_LIMITS__TOKEN_POINTS_PER_MINUTE": NOBODY_EXHAUSTS,
            "SAMSYN_LIMITS__ORGANISATION_POINTS_PER_MINUTE": NOBODY_EXHAUSTS,
            "SAMSYN_LIMITS__CONCURRENT_REQUESTS_PER_TOKEN": "1000",
            "SAMSYN_LOG__FILTER": "warn",
        }, folder / "samsyn.log")
        until = time.monotonic() + 30
        while not self.port and time.monotonic() < until and self.process.poll() is None:
            self.port = listening(self.process.pid)
            time.sleep(0.1)
        if not self.port:
            self.dead()


def listening(pid: int) -> int:
    """The port on which a process listens; 0 while on none."""
    sockets = set()
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            sockets.add(os.readlink(link))
        except FileNotFoundError:
            continue
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
            return int(fields[1].split(":")[1], 16)
    return 0


class PostGraphile(Server):
    def __init__(self, url: str, folder: pathlib.Path, claims: dict):
        installed = install()
        tokens = folder / "tokens.json"
        tokens.write_text(json.dumps(claims))
        shutil.copy(HERE / "postgraphile.mjs", installed)
        super().__init__([node(installed), installed / "postgraphile.mjs", tokens], {"DATABASE_URL": url, "NODE_ENV": "production", "GRAPHILE_ENV": "production"}, folder / "postgraphile.log")
        said = self.process.stdout.readline()
        if not said:
            self.dead()
        self.port = int(said)


def install() -> pathlib.Path:
    """PostGraphile from npm, below `target`."""
    folder = ROOT / "target" / "speed"
    lock, done = HERE / "package-lock.json", folder / "installed"
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        if not shutil.which("npm"):
            fail("npm is missing", "apt-get install npm, or leave PostGraphile out: --without postgraphile")
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, folder)
        if subprocess.run(["npm", "ci", "--silent"], cwd=folder).returncode:
            fail("the packages of tests/load/speed cannot be installed", f"run `npm ci` in {folder} and see")
        shutil.copy(lock, done)
    return folder


def node(installed: pathlib.Path):
    """Node as PostGraphile wants it: the system's if it is new enough, otherwise one from npm."""
    system = shutil.which("node")
    if system and int(subprocess.run([system, "-p", "process.versions.node.split('.')[0]"], capture_output=True, text=True).stdout or 0) >= 22:
        return system
    found = next(installed.glob("node_modules/node-linux-*/bin/node"), None)
    return found or fail("PostGraphile needs Node 22", "install it, or leave PostGraphile out: --without postgraphile")


def in_turn(threads: int, seconds: float, work) -> list:
    """Calls `work(thread)` over and over from several threads; how long each call took."""
    until, taken, lock = time.monotonic() + seconds, [], threading.Lock()

    def go(number: int):
        while time.monotonic() < until:
            begun = time.monotonic()
            work(number)
            with lock:
                taken.append(time.monotonic() - begun)

    them = [threading.Thread(target=go, args=(number,), daemon=True) for number in range(threads)]
    for one in them:
        one.start()
    for one in them:
        one.join()
    return taken
