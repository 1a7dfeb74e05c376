"""A PostgreSQL of its own, with the settings that one has in production."""

import os
import pathlib
import random
import shutil
import subprocess
import sys

TICK = os.sysconf("SC_CLK_TCK")
SETTINGS = """
listen_addresses = '127.0.0.1'
max_connections = 100
shared_buffers = 1GB
effective_cache_size = 4GB
max_wal_size = 8GB
checkpoint_timeout = 30min
random_page_cost = 1.1
jit = off
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track = none
# The world is vacuumed when it has been made: nothing shall begin in the middle of a measurement.
autovacuum = off
"""


def cpu_of(pid: int, with_reaped: bool = False) -> float:
    """Seconds of CPU that a process has used, if it still is there; with those of its children that have ended."""
    try:
        after_name = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, after_name[11 : 15 if with_reaped else 13])) / TICK


def fail(problem: str, hint: str):
    sys.exit(f"error: {problem}\nhint: {hint}")


def binaries() -> pathlib.Path:
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]) if path.parts[4].isdigit() else 0)
    initdb = found[-1] if found else shutil.which("initdb")
    if not initdb:
        fail("PostgreSQL's initdb is missing", "apt-get install postgresql, or the like")
    return pathlib.Path(initdb).parent


class Engine:
    """The server's processes. `folder` may hold a database from before."""

    def __init__(self, folder: pathlib.Path):
        self.bin, self.folder, self.data = binaries(), folder, folder / "data"
        folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:  # PostgreSQL refuses to be root.
            folder.chmod(0o755)
            shutil.chown(folder, "postgres", "postgres")
        self.is_new = not self.data.exists()
        if self.is_new:
            self._run("initdb", "--pgdata", self.data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
            with open(self.data / "postgresql.conf", "a") as file:
                file.write(SETTINGS + f"unix_socket_directories = '{folder}'\n")
        for _ in range(5):  # A port that is taken is found out by trying.
            self.port = random.randrange(20000, 30000)
            started = self._run("pg_ctl", "--silent", "--wait", "--pgdata", self.data, "--log", folder / "log", "--options", f"-p {self.port}", "start", check=False)
            if started.returncode == 0:
                break
        else:
            fail("PostgreSQL does not start", f"see {folder / 'log'}")
        self.pid = int((self.data / "postmaster.pid").read_text().split()[0])
        if self.is_new:
            self.sql("postgres", "CREATE ROLE samsyn_owner LOGIN; CREATE ROLE samsyn_service LOGIN; CREATE EXTENSION pg_stat_statements")

    def _run(self, program: str, *arguments, check: bool = True):
        command = [self.bin / program, *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        ran = subprocess.run(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if check and ran.returncode:
            fail(f"{program}: {ran.stderr.strip()}", "is there room, and PostgreSQL 14 or later?")
        return ran

    def url(self, database: str, role: str) -> str:
        return f"postgres://{role}@127.0.0.1:{self.port}/{database}"

    def psql(self, database: str, *arguments) -> str:
        command = [self.bin / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1", "--dbname", self.url(database, "postgres"), *arguments]
        ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if ran.returncode:
            fail(f"psql: {ran.stderr.strip()}", "has a migration changed what world.sql fills?")
        return ran.stdout

    def sql(self, database: str, statement: str) -> list:
        """The rows, each a list of texts."""
        return [line.split("|") for line in self.psql(database, "--command", statement).splitlines()]

    def cpu(self) -> float:
        """Seconds of CPU of all its processes, those that have ended, too."""
        while True:
            own = cpu_of(self.pid, with_reaped=True)
            processes = (int(path.name) for path in pathlib.Path("/proc").iterdir() if path.name.isdigit())
            children = sum(cpu_of(pid) for pid in processes if parent_of(pid) == self.pid)
            # One that ended meanwhile would be counted twice or not at all.
            if own == cpu_of(self.pid, with_reaped=True):
                return own + children

    def count_statements(self, work) -> int:
        """How many statements the service's role sends while `work` is done; BEGIN and the like are such, too."""
        self.sql("postgres", "ALTER SYSTEM SET pg_stat_statements.track = 'top'")
        self.sql("postgres", "SELECT pg_reload_conf(), pg_sleep(0.2), pg_stat_statements_reset()")
        try:
            work()
            told = self.sql("postgres", "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE userid = 'samsyn_service'::regrole")
            return int(told[0][0])
        finally:
            self.sql("postgres", "ALTER SYSTEM RESET pg_stat_statements.track")
            self.sql("postgres", "SELECT pg_reload_conf(), pg_sleep(0.2)")

    def stop(self):
        self._run("pg_ctl", "--silent", "--pgdata", self.data, "--mode", "fast", "stop", check=False)


def parent_of(pid: int) -> int:
    try:
        return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
