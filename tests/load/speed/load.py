"""What drives the servers, and what one drive has cost."""

import dataclasses
import glob
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import time
import urllib.parse

from engine import Engine, fail
from operations import Request, World
from servers import HERE, Server, in_turn

FILE = b"%PDF-1.7\n" + bytes(1024 * 1024)


@dataclasses.dataclass
class Cost:
    """Of some requests, or of several drives together."""

    requests: int = 0
    seconds: float = 0.0
    server: float = 0.0
    database: float = 0.0
    latencies: tuple = ()

    def __add__(self, other: "Cost") -> "Cost":
        ours, theirs = dataclasses.astuple(self), dataclasses.astuple(other)
        return Cost(*(one + another for one, another in zip(ours, theirs)))

    def per_thousand(self, what: str = "both") -> float:
        """Seconds of CPU per 1000 requests."""
        spent = self.server + self.database if what == "both" else getattr(self, what)
        return spent * 1000 / max(1, self.requests)

    def throughput(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0

    def latency(self, which: int) -> float:
        """Milliseconds: p50 or p99, the worst of all drives."""
        return max((pair[which] for pair in self.latencies), default=0.0) * 1000


class Drive:
    """Something that can be asked for so many seconds, and whose CPU is read before and after."""

    def __init__(self, engine: Engine):
        self.engine = engine

    def cpu(self) -> float:
        return 0.0

    def go(self, seconds: float) -> tuple:
        """Requests, seconds, (p50, p99)."""
        raise NotImplementedError

    def measure(self, seconds: float) -> Cost:
        server, database = self.cpu(), self.engine.cpu()
        requests, took, latency = self.go(seconds)
        return Cost(requests, took, self.cpu() - server, self.engine.cpu() - database, (latency,))


class Wrk(Drive):
    """wrk, sending the requests of a list in turn."""

    def __init__(self, engine: Engine, server: Server, folder: pathlib.Path, requests: list, connections: int = 8, once: bool = False):
        super().__init__(engine)
        if not shutil.which("wrk"):
            fail("wrk is missing", "apt-get install wrk")
        self.server, self.connections, self.once, self.sent = server, connections, once, 0
        self.file = folder / f"requests-{id(self)}"
        self.file.write_text("".join(f"{one.token}\t{one.body()}\n" for one in requests))
        self.available = len(requests)

    def cpu(self) -> float:
        return self.server.cpu()

    def go(self, seconds: float) -> tuple:
        if self.once and self.sent >= self.available:
            fail("there is nothing left to change", "take fewer --seconds, or a larger --scale")
        command = ["wrk", "--threads", "1", "--connections", str(self.connections), "--duration", f"{max(1, round(seconds))}s", "--timeout", "60s",
                   "--script", HERE / "requests.lua", self.server.address()]
        environment = {**os.environ, "REQUESTS": str(self.file), "SKIP": str(self.sent), **({"ONCE": "1"} if self.once else {})}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True)
        told = re.search("RESULT (.*)", ran.stdout)
        if not told:
            fail(f"wrk: {ran.stdout} {ran.stderr}", "is it the wrk of Debian, with LuaJIT?")
        result = json.loads(told[1])
        if result["failed"] or not result["requests"]:
            fail(f"wrk: {result['failed']} of {result['requests']} requests failed", f"see {self.server.log}")
        # Those that were under way at the end are sent again by nobody.
        self.sent += result["requests"] + self.connections
        return result["requests"], result["seconds"], (result["p50"], result["p99"])


class Threads(Drive):
    """For what is slow: as many threads as connections, each of which finishes what it has begun."""

    def __init__(self, engine: Engine, server: Server, requests: list, connections: int = 8):
        super().__init__(engine)
        self.server, self.connections = server, connections
        self.requests = itertools.cycle(requests)
        self.lines = [server.connect() for _ in range(connections)]

    def cpu(self) -> float:
        return self.server.cpu()

    def one(self, number: int = 0):
        self.server.ask(next(self.requests), self.lines[number])

    def go(self, seconds: float) -> tuple:
        begun = time.monotonic()
        taken = sorted(in_turn(self.connections, seconds, self.one))
        return len(taken), time.monotonic() - begun, (taken[len(taken) // 2], taken[int(len(taken) * 0.99)])


class Uploads(Threads):
    """An upload URL and one PUT of a mebibyte."""

    def one(self, number: int = 0):
        line = self.lines[number]
        url = self.server.ask(next(self.requests), line)["data"]["createEvidenceUpload"]["url"]
        line.request("PUT", urllib.parse.urlsplit(url).path, FILE)
        answer = line.getresponse()
        said = answer.read()
        if answer.status >= 300:
            fail(f"an upload is answered with {answer.status} {said[:300]!r}", f"see {self.server.log}")


class Limit(Drive):
    """pgbench with `list.sql`: what the same list costs PostgreSQL alone. Its own CPU counts as nobody's."""

    def __init__(self, engine: Engine, world: World, folder: pathlib.Path, connections: int = 8):
        super().__init__(engine)
        self.folder, self.connections = folder / "limit", connections
        self.folder.mkdir(exist_ok=True)
        forums = world.operational()[:20]
        variables = {"count": len(forums), "forums": "{" + ",".join(forums) + "}", "organisation": world.customer, "person": world.people[0]}
        self.variables = [f"--define={name}={value}" for name, value in variables.items()]
        self.url = engine.url(world.database, "samsyn_service")

    def go(self, seconds: float) -> tuple:
        for old in glob.glob(f"{self.folder}/log*"):
            os.remove(old)
        command = [self.engine.bin / "pgbench", "--no-vacuum", "--protocol", "prepared", "--client", str(self.connections), "--time", str(max(1, round(seconds))),
                   "--log", "--log-prefix", self.folder / "log", *self.variables, "--file", HERE / "list.sql", self.url]
        ran = subprocess.run(command, capture_output=True, text=True)
        if ran.returncode:
            fail(f"pgbench: {ran.stderr[-600:]}", "PostgreSQL 14 or later?")
        taken = sorted(int(line.split()[2]) / 1e6 for log in glob.glob(f"{self.folder}/log*") for line in open(log))
        return len(taken), seconds, (taken[len(taken) // 2], taken[int(len(taken) * 0.99)])


def statements(engine: Engine, server: Server, requests: list, times: int = 20) -> float:
    """How many statements one request takes, when nothing else is asked."""
    # Of one token: what is noted of a token once a minute is noted with the first.
    first, *others = [one for one in requests if one.token == requests[0].token][: times + 1]
    others = others or [first]
    times = min(times, len(others))
    line = server.connect()
    server.ask(first, line)

    def work():
        for number in range(times):
            server.ask(others[number % len(others)], line)

    return engine.count_statements(work) / times
