"""Those who use the service while faults happen, as a good integration does, and what each was told.

Everybody speaks to both replicas in turn. What was not answered, or answered by 503, `TRY_AGAIN` or `INTERNAL`, is sent again
with the same `Idempotency-Key` to the other. What stays `IDEMPOTENCY_IN_PROGRESS` is put aside for a minute, and
sent again then: what had changed nothing is carried out, and what still stays so is looked for, as `api/README.md` wants it.
"""

import collections
import datetime
import hashlib
import http.client
import itertools
import json
import random
import threading
import time
import urllib.parse
import uuid

from world import BROKEN

# Longer than a request may take (`server.request_timeout` is 30 s).
PATIENCE = 40.0
SETTLED = 62.0
AGAIN = {"TRY_AGAIN", "UNAVAILABLE", "RATE_LIMITED", "INTERNAL"}
# What a client waits before it sends something again, though `Retry-After` may say more.
PAUSES = [0.05, 0.1, 0.2, 0.4]


class Over(Exception):
    """The run ends before this was answered."""


class PutAside(Exception):
    """What became of a request is not known yet."""


class Wrong(Exception):
    """An answer that no good client should get."""


class Seen:
    """What all of them saw, by the fault that was under way."""

    def __init__(self):
        self.lock = threading.Lock()
        self.now = "before"
        self.counts = collections.defaultdict(collections.Counter)
        self.broken = collections.Counter()
        # Of each acknowledged change: when it was begun, when that was known, of which kind, by whom.
        self.successes = []
        # Titles and texts by table: those that were acknowledged, and all that were ever sent.
        self.acknowledged = collections.defaultdict(set)
        self.sent = collections.defaultdict(set)
        # The action items' last acknowledged states, by title.
        self.states = {}
        # Of each INTERNAL: the reference that it was told with, and the fault that was under way.
        self.internals = []
        # Files: id, SHA-256, token.
        self.files = []
        # Ids of records, with the token of somebody who sees them.
        self.records = []

    def count(self, what: str):
        with self.lock:
            self.counts[self.now][what] += 1

    def internal(self, reference):
        with self.lock:
            self.counts[self.now]["INTERNAL"] += 1
            self.internals.append((reference, self.now))

    def fault(self, text: str):
        with self.lock:
            self.broken[f"{self.now}: {text}"] += 1

    def succeeded(self, begun: float, kind: str, who: str):
        with self.lock:
            self.counts[self.now][kind] += 1
            self.successes.append((begun, time.monotonic(), kind, who))


class Client:
    """Somebody with a token."""

    def __init__(self, name: str, seen: Seen, ports: list, token: str, over: threading.Event, seed):
        self.name, self.seen, self.ports, self.token, self.over = name, seen, ports, token, over
        self.random = random.Random(f"{seed} {name}")
        self.turn = self.random.randrange(len(ports))
        self.connections = {}

    def send(self, method: str, path: str, body, headers: dict, to=None):
        """One request to the replica whose turn it is. Gives status, headers and body."""
        if self.over.is_set():
            raise Over
        self.turn += 1
        port = self.ports[self.turn % len(self.ports)] if to is None else to
        connection = self.connections.get(port)
        if connection is None:
            connection = self.connections[port] = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.seen.count("requests")
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            said = answer.read()
        except BROKEN:
            self.connections.pop(port).close()
            raise
        if answer.will_close:
            self.connections.pop(port).close()
        return answer.status, answer.headers, said

    def graphql(self, document: str, variables: dict, key=None):
        """The data, or the code of the first error; and whether that is an answer given before."""
        headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json", "Authorization": f"Bearer {self.token}"}
        if key:
            headers["Idempotency-Key"] = key
        status, told, said = self.send("POST", "/graphql", json.dumps({"query": document, "variables": variables}), headers)
        answer = json.loads(said)
        code = None
        if answer.get("errors"):
            error = answer["errors"][0]
            code = error["extensions"]["code"]
            if code == "INTERNAL":
                self.seen.internal(error["extensions"].get("reference"))
            if status == 503 and code not in AGAIN:
                code = "UNAVAILABLE"
            elif code not in AGAIN | {"IDEMPOTENCY_IN_PROGRESS"}:
                raise Wrong(f"{code}: {error['message']} to {document.split('(')[0].strip()} … {json.dumps(variables)[:200]}")
        elif status != 200:
            raise Wrong(f"{status} without an error to {document[:60]}")
        return answer.get("data"), code, told.get("Idempotency-Replayed") == "true"

    def pauses(self):
        """Counts and waits before each further try."""
        for number in itertools.count():
            self.seen.count("repeated")
            if self.over.wait(PAUSES[min(number, len(PAUSES) - 1)] * self.random.uniform(0.5, 1.0)):
                raise Over
            yield

    def ask(self, document: str, variables=None) -> dict:
        """The data of what may be asked more than once."""
        pauses = self.pauses()
        while True:
            try:
                data, code, _ = self.graphql(document, variables or {})
                if code is None:
                    return data
            except BROKEN:
                pass
            next(pauses)

    def once(self, name: str, kind: str, input_: dict, selection: str, look) -> dict:
        """A mutation that must happen once. `look` tells what it made, or nothing if it has not happened."""
        document = f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {selection} }}"
        key, begun = str(uuid.UUID(int=self.random.getrandbits(128))), time.monotonic()
        pauses, waited = self.pauses(), 0
        while True:
            try:
                data, code, replayed = self.graphql(document, {"input": input_}, key)
                if code is None:
                    self.seen.succeeded(begun, kind, self.name)
                    return data[name]
                waited += code == "IDEMPOTENCY_IN_PROGRESS"
                if waited > 3 or (replayed and code == "INTERNAL"):
                    self.seen.count("unsettled")
                    raise PutAside(lambda: self.settle(name, kind, input_, selection, look, document, key), time.monotonic() + SETTLED)
            except BROKEN:
                pass
            next(pauses)

    def settle(self, name, kind, input_, selection, look, document, key) -> dict:
        """Finds out what became of a mutation, and has it happen if it has not."""
        pauses = self.pauses()
        while True:
            try:
                data, code, replayed = self.graphql(document, {"input": input_}, key)
                if code is None:
                    self.seen.succeeded(time.monotonic(), kind, self.name)
                    return data[name]
                if code == "IDEMPOTENCY_IN_PROGRESS" or replayed:
                    break
            except BROKEN:
                pass
            next(pauses)
        found = look()
        if found:
            self.seen.count("found done")
            return found
        self.seen.count("found undone")
        return self.once(name, kind, input_, selection, look)


def today(days: int = 0) -> str:
    return (datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days)).isoformat()


class Worker(threading.Thread):
    """Does one kind of work over and over. What is put aside is gone on with when its time has come."""

    def __init__(self, kind: str, seen: Seen, ports: list, tokens: list, over, seed, run: str, given: dict):
        super().__init__(daemon=True, name=kind)
        self.seen, self.over, self.run_name, self.given = seen, over, run, given
        self.clients = [Client(f"{kind} {number}", seen, ports, token, over, seed) for number, token in enumerate(tokens)]
        self.client = self.clients[0]
        self.random = random.Random(f"{seed} {kind}")
        self.aside = []
        self.number = 0

    # Set when no new work shall be begun.
    last = False

    def run(self):
        while not (self.last and not self.aside) and not self.over.is_set():
            due = [one for one in self.aside if one[1] <= time.monotonic()]
            try:
                if due:
                    self.aside.remove(due[0])
                    due[0][0]()
                elif self.last:
                    time.sleep(0.1)
                else:
                    self.number += 1
                    self.work()
            except PutAside as put:
                self.aside.append(put.args)
            except Over:
                return
            except Wrong as wrong:
                self.seen.fault(f"{self.name}: {wrong}")
                time.sleep(0.2)
            except Exception as error:  # A fault of this script, which must not look like success.
                self.seen.fault(f"{self.name}: the script itself fails with {error!r}")
                time.sleep(0.2)

    def work(self):
        raise NotImplementedError

    def title(self, kind: str) -> str:
        title = f"{self.run_name} {self.name} {self.number}"
        self.seen.sent[kind].add(title)
        return title

    def noted(self, table: str, title: str, record: dict, client=None) -> dict:
        with self.seen.lock:
            self.seen.acknowledged[table].add(title)
            self.seen.records.append((record["id"], (client or self.client).token))
        return record

    def by_title(self, field: str, title: str, selection: str, client=None):
        """Looks for a record among those whose title contains this one, which others may begin with."""
        document = f"query ($t: String) {{ {field}(filter: {{ titleContains: $t }}, first: 100) {{ nodes {{ title {selection} }} }} }}"
        found = (client or self.client).ask(document, {"t": title})[field]["nodes"]
        return next((one for one in found if one["title"] == title), None)

    def after(self, begin, go_on):
        """Begins something, now or when it is known what became of it, and goes on from there."""
        try:
            record = begin()
        except PutAside as put:
            settle, when = put.args
            raise PutAside(lambda: self.after(settle, go_on), when)
        go_on(record)

    def drafted(self, go_on):
        title = self.title("evidence")
        draft = {"kind": "POLICY", "title": title, "validFrom": today()}
        self.after(
            lambda: self.client.once("draftEvidence", "change", draft, "{ id version }", lambda: self.by_title("evidence", title, "id version")),
            lambda record: go_on(self.noted("evidence", title, record)),
        )


class Drafting(Worker):
    """Drafts evidence, and changes what it has drafted."""

    def work(self):
        self.drafted(self.change)

    def change(self, evidence: dict):
        def look():
            now = self.client.ask("query ($id: ID!) { node(id: $id) { ... on Evidence { id version } } }", {"id": evidence["id"]})["node"]
            return now if now["version"] > evidence["version"] else None

        described = {"id": evidence["id"], "expectedVersion": evidence["version"], "description": "Ändrad"}
        self.after(
            lambda: self.client.once("updateEvidence", "change", described, "{ id version }", look),
            self.changed,
        )

    def changed(self, evidence: dict):
        if evidence["version"] != 2:
            self.seen.fault(f"updateEvidence led to {evidence}")


class Analysing(Worker):
    """Adds risks to an analysis."""

    def work(self):
        title = self.title("risk")
        risk = {"riskAnalysisId": self.given["analysis"], "title": title, "likelihood": 3, "impact": 3, "treatment": "MITIGATE"}
        self.after(
            lambda: self.client.once("addRisk", "change", risk, "{ id }", lambda: self.by_title("risks", title, "id")),
            lambda record: self.noted("risk", title, record),
        )


class Following(Worker):
    """Creates action items, comments on them, and takes them through their states: the customer and the supplier in turn."""

    def work(self):
        title = self.title("action_item")
        item = {"forumId": self.given["forum"], "title": title, "dueOn": today(30), "assigneeOrganisationId": self.given["supplier"]}
        self.after(
            lambda: self.client.once("createActionItem", "change", item, "{ id version }", lambda: self.by_title("actionItems", title, "id version")),
            lambda record: self.comment(self.noted("action_item", title, record), title),
        )

    def comment(self, item: dict, title: str):
        body = f"{title}, en kommentar"
        self.seen.sent["comment"].add(body)
        document = "query ($id: ID!) { node(id: $id) { ... on ActionItem { comments { nodes { id body } } } } }"

        def look():
            said = self.client.ask(document, {"id": item["id"]})["node"]["comments"]["nodes"]
            return next((one for one in said if one["body"] == body), None)

        def go_on(record):
            self.seen.acknowledged["comment"].add(body)
            self.transition(item, title, 0)

        remark = {"actionItemId": item["id"], "body": body, "audience": "SHARED"}
        self.after(lambda: self.client.once("commentOnActionItem", "change", remark, "{ id }", look), go_on)

    STEPS = [("startActionItem", 1, {}, "IN_PROGRESS"), ("reportActionItemDone", 1, {"report": "Gjort."}, "REPORTED_DONE"), ("verifyActionItem", 0, {}, "VERIFIED")]

    def transition(self, item: dict, title: str, step: int):
        if step == len(self.STEPS):
            return
        name, by, more, state = self.STEPS[step]
        client = self.clients[by]

        def look():
            now = client.ask("query ($id: ID!) { node(id: $id) { ... on ActionItem { id version state } } }", {"id": item["id"]})["node"]
            return now if now["version"] > item["version"] else None

        def go_on(record):
            if record["state"] != state or record["version"] != item["version"] + 1:
                self.seen.fault(f"{name} led to {record}")
            self.seen.states[title] = state
            self.transition(record, title, step + 1)

        change = {"id": item["id"], "expectedVersion": item["version"], **more}
        self.after(lambda: client.once(name, "change", change, "{ id version state }", look), go_on)


class Uploading(Worker):
    """Hands in files by one PUT."""

    def work(self):
        self.drafted(self.upload)

    def upload(self, evidence: dict):
        mutation = "mutation ($e: ID!, $n: String!) { createEvidenceUpload(input: { evidenceId: $e, fileName: $n }) { url } }"
        # Repeated without a key, as its answer is a secret: an upload URL more does no harm.
        url = self.client.ask(mutation, {"e": evidence["id"], "n": "policy.pdf"})["createEvidenceUpload"]["url"]
        body = self.body()
        begun = time.monotonic()
        file = self.sent(evidence, urllib.parse.urlsplit(url).path, body)
        self.seen.succeeded(begun, "file", self.name)
        with self.seen.lock:
            self.seen.files.append((file, hashlib.sha256(body).hexdigest(), self.client.token))

    def body(self) -> bytes:
        """A file that there is but once: most are small, some come in more than one part."""
        size = self.random.choice([300, 20_000, 20_000, 400_000, 6_500_000])
        return b"%PDF-1.4\n% " + f"{self.run_name} {self.name} {self.number}\n".encode() + self.random.randbytes(size)

    def said(self, status: int, body: bytes, told) -> str:
        """The code of an answer's error; the same as of GraphQL is worth another try."""
        try:
            error = json.loads(body)["errors"][0]
            code = error["extensions"]["code"]
        except (ValueError, KeyError):
            raise Wrong(f"{status} {body[:200]!r} to {told}") from None
        if code == "INTERNAL":
            self.seen.internal(error["extensions"].get("reference"))
        if status == 503:
            return "UNAVAILABLE"
        if code in AGAIN or status == 409:
            return code
        raise Wrong(f"{status} {code}: {error['message']} to {told}")

    def found(self, evidence: dict, body: bytes):
        """The file, when the URL is used and nobody has told us."""
        document = "query ($id: ID!) { node(id: $id) { ... on Evidence { files { id sha256 } } } }"
        files = self.client.ask(document, {"id": evidence["id"]})["node"]["files"]
        digest = hashlib.sha256(body).hexdigest()
        if [file["sha256"] for file in files] != [digest]:
            raise Wrong(f"an upload URL was used, and there is {files}")
        self.seen.count("found done")
        return files[0]["id"]

    def sent(self, evidence: dict, path: str, body: bytes) -> str:
        """The file's id, as soon as it is acknowledged."""
        pauses = self.client.pauses()
        while True:
            try:
                status, _, said = self.client.send("PUT", path, body, {"Content-Length": str(len(body))})
                if status == 201:
                    file = json.loads(said)["file"]
                    if file["sha256"] != hashlib.sha256(body).hexdigest():
                        raise Wrong(f"a file was taken in as {file}")
                    return file["id"]
                if self.said(status, said, "PUT") == "INVALID_STATE":
                    return self.found(evidence, body)
            except BROKEN:
                pass
            next(pauses)


class Resuming(Uploading):
    """Hands in files in pieces, and breaks off now and then by itself."""

    def body(self) -> bytes:
        size = self.random.choice([20_000, 300_000, 6_500_000])
        return b"%PDF-1.4\n% " + f"{self.run_name} {self.name} {self.number}\n".encode() + self.random.randbytes(size)

    TUS = {"Tus-Resumable": "1.0.0"}

    def tus(self, method: str, path: str, more: dict, body=None):
        """One request; nothing if it was not answered, or has to be sent again."""
        try:
            status, headers, said = self.client.send(method, path, body, {**self.TUS, **more})
        except BROKEN:
            return None
        if status in (200, 201, 204):
            return headers
        if method == "HEAD":  # has no body that would tell more
            if status in (500, 503):
                if status == 500:
                    self.seen.internal(None)
                return None
            raise Wrong(f"{status} to HEAD of an upload that was begun")
        self.said(status, said, method)
        return None

    def sent(self, evidence: dict, path: str, body: bytes) -> str:
        pauses = self.client.pauses()
        while self.tus("POST", path, {"Upload-Length": str(len(body)), "Content-Length": "0"}) is None:
            next(pauses)
        acknowledged, at = 0, 0
        while True:
            piece = body[at : at + self.random.choice([4_000, 100_000, 2_000_000, 10_000_000])]
            more = {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
            if self.random.random() < 0.2 and len(piece) > 1:
                self.break_off(path, more, piece)
                told = None
            else:
                told = self.tus("PATCH", path, {**more, "Content-Length": str(len(piece))}, piece)
            while told is None:
                next(pauses)
                told = self.tus("HEAD", path, {})
            at = int(told["Upload-Offset"])
            if at < acknowledged:
                raise Wrong(f"an upload stood at {acknowledged}, and now at {at}")
            acknowledged = at
            if told.get("Upload-File-Id"):
                return told["Upload-File-Id"]
            if at == len(body):
                raise Wrong("an upload is at its end, and is no file")

    def break_off(self, path: str, headers: dict, piece: bytes):
        port = self.client.ports[self.client.turn % len(self.client.ports)]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.putrequest("PATCH", path)
            for name, value in {**self.TUS, **headers, "Content-Length": str(len(piece))}.items():
                connection.putheader(name, value)
            connection.endheaders(piece[: len(piece) // 2])
        except BROKEN:
            pass
        connection.close()


class Reading(Worker):
    """Reads lists, records that were acknowledged, and files."""

    def work(self):
        time.sleep(0.02)
        with self.seen.lock:
            record = self.random.choice(self.seen.records) if self.seen.records else None
            file = self.random.choice(self.seen.files) if self.seen.files else None
        what = self.random.randrange(3)
        if what == 0 and record:
            identity, token = record
            self.client.token = token
            if self.client.ask("query ($id: ID!) { node(id: $id) { id } }", {"id": identity})["node"] is None:
                self.seen.fault(f"{identity} was acknowledged and is not there")
        elif what == 1 and file:
            download(self.client, *file)
        else:
            self.client.token = self.given["reader"]
            self.client.ask("query ($f: ID!) { briefing(forumId: $f) { openActionItems { totalCount } } agreements { nodes { title } } }", {"f": self.given["forum"]})


def download(client: Client, file: str, digest: str, token: str):
    """Whether a file that was acknowledged is what it was."""
    client.token = token
    pauses = client.pauses()
    while True:
        found = client.ask("query ($id: ID!) { node(id: $id) { ... on EvidenceFile { sha256 downloadUrl } } }", {"id": file})["node"]
        if not found or found["sha256"] != digest:
            return client.seen.fault(f"file {file} was acknowledged with {digest}, and is {found}")
        path = urllib.parse.urlsplit(found["downloadUrl"]).path
        try:
            status, _, body = client.send("GET", path, None, {"Authorization": f"Bearer {token}"})
        except BROKEN:
            next(pauses)
            continue
        if status == 200:
            if hashlib.sha256(body).hexdigest() != digest:
                client.seen.fault(f"file {file} was acknowledged with {digest}, and has other bytes")
            return None
        if status == 500:
            client.seen.internal(json.loads(body)["errors"][0]["extensions"].get("reference"))
        elif status != 503:
            return client.seen.fault(f"file {file} was acknowledged, and is answered by {status} {body[:200]!r}")
        next(pauses)


class Subscriber(threading.Thread):
    """Follows the events of an organisation from the first on, and resumes from the last position that it has seen."""

    QUERY = "subscription ($after: Long) { events(after: $after) { position event { action } } }"

    def __init__(self, name: str, seen: Seen, ports: list, token: str, over: threading.Event, number: int):
        super().__init__(daemon=True, name=name)
        self.seen, self.ports, self.token, self.over, self.turn = seen, ports, token, over, number
        self.positions = []
        self.resumed = 0
        self.broke_off = False

    def run(self):
        while not self.over.is_set():
            try:
                self.broke_off = False
                self.follow()
            except BROKEN:
                pass
            except Exception as error:  # A fault of this script, which must not look like success.
                self.seen.fault(f"{self.name}: the script itself fails with {error!r}")
            self.turn += 1
            self.resumed += 1
            self.over.wait(0.1)

    def last(self) -> int:
        return self.positions[-1] if self.positions else 0

    def follow(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[self.turn % len(self.ports)], timeout=PATIENCE)
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream", "Authorization": f"Bearer {self.token}"}
        connection.request("POST", "/graphql/stream", json.dumps({"query": self.QUERY, "variables": {"after": self.last()}}), headers)
        stream = connection.getresponse()
        if stream.status not in (200, 503, 429):
            self.wrong(stream.status, stream.read())
        while stream.status == 200 and not self.over.is_set():
            line = stream.readline()
            if not line:
                break
            if line.startswith(b"data: {"):
                self.told(json.loads(line[6:]))
        connection.close()

    def told(self, answer: dict):
        if answer.get("errors"):
            self.broke_off = True
            return self.wrong(200, json.dumps(answer).encode())
        position = answer["data"]["events"]["position"]
        if self.broke_off:
            self.seen.fault(f"{self.name}: a stream goes on after an error, from {self.last()} to {position}")
            # As if it had been closed: what was passed over is asked for again.
            raise ConnectionError
        if position <= self.last():
            self.seen.fault(f"{self.name}: position {position} comes after {self.last()}")
        self.positions.append(position)
        return None

    def wrong(self, status: int, said: bytes):
        error = json.loads(said)["errors"][0]["extensions"]
        if error["code"] == "INTERNAL":
            self.seen.internal(error.get("reference"))
        elif error["code"] not in AGAIN:
            self.seen.fault(f"{self.name}: is told {status} {error}")


class Beginner(Subscriber):
    """Follows the same from the first event on, over and over, so that every fault meets somebody who has much to catch up with."""

    def __init__(self, other: Subscriber, number: int):
        super().__init__("follows from the first on", other.seen, other.ports, other.token, other.over, number)
        self.other, self.goal, self.rounds = other, 0, []

    def follow(self):
        while not self.goal and not self.over.wait(0.2):
            self.goal = self.other.last()
        super().follow()

    def told(self, answer: dict):
        super().told(answer)
        if self.last() >= self.goal:
            self.rounds.append(self.positions)
            self.positions, self.goal, self.resumed = [], 0, self.resumed - 1
            self.over.wait(0.5)
            raise ConnectionError
