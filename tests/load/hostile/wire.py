"""How hostile requests travel: HTTP/1.1 and WebSocket by hand, so that nothing tidies them up on the way.

Each function of `TRICKS` misuses a connection instead of a document. All of them give verdicts: short words for
the table, such as `400 INVALID_INPUT`, with the answer they were read from.
"""

import base64
import http.client
import itertools
import json
import os
import random
import select
import socket
import struct
import threading
import time
import urllib.parse
from dataclasses import dataclass

import documents

PATIENCE = 60.0
TRICKS = {}
# Set when the time is over: what only waits is broken off.
OVER = threading.Event()


@dataclass
class Verdict:
    """What came of an attempt."""

    word: str
    body: bytes = b""


def trick(use):
    """Makes a function one of the tricks, under its own name."""
    TRICKS[use.__name__] = use
    return use


class Target:
    """Where the service listens, and as whom it is called."""

    def __init__(self, host: str, port: int, tokens: list, directory: str = ""):
        self.host, self.port, self.tokens, self.directory = host, port, tokens, directory

    def connect(self, timeout=PATIENCE) -> socket.socket:
        made = socket.create_connection((self.host, self.port), timeout=timeout)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def authorization(self, rng: random.Random) -> str:
        """Somebody's token; now and then nobody's."""
        return "" if rng.random() < 0.1 else f"Authorization: Bearer {rng.choice(self.tokens)}\r\n"


def words(status: int, body: bytes) -> str:
    """The status with the code of the first error."""
    try:
        errors = json.loads(body).get("errors") or []
        code = errors[0]["extensions"]["code"] if errors else ""
    except (ValueError, AttributeError, KeyError, TypeError, IndexError):
        code = ""
    return f"{status} {code}".strip()


# HTTP


def post(target: Target, rng, shot: documents.Shot, path="/graphql") -> Verdict:
    """Sends a shot on a connection of its own and reads the answer."""
    body = shot.payload()
    headers = [f"Host: {target.host}", "Connection: close", f"Content-Length: {len(body)}"]
    if shot.content_type is not None:
        headers.append(f"Content-Type: {shot.content_type}")
    if shot.accept is not None:
        headers.append(f"Accept: {shot.accept}")
    headers += [f"{name}: {value}" for name, value in shot.headers]
    named = any(name == "Authorization" for name, _ in shot.headers)
    head = f"POST {path} HTTP/1.1\r\n" + "\r\n".join(headers) + "\r\n" + ("" if named else target.authorization(rng)) + "\r\n"
    return exchange(target, head.encode("latin-1", "replace") + body)


def get(target: Target, rng, shot: documents.Shot) -> Verdict:
    """The same in the URL."""
    parameters = {"query": shot.query.encode("utf-8", "surrogatepass")}
    if shot.variables is not None:
        parameters["variables"] = json.dumps(shot.variables)
    url = "/graphql?" + urllib.parse.urlencode(parameters)
    head = f"GET {url} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{target.authorization(rng)}\r\n"
    return exchange(target, head.encode("latin-1"))


def exchange(target: Target, sent: bytes, patience=PATIENCE) -> Verdict:
    """Sends bytes and reads the first answer to them."""
    try:
        with target.connect(patience) as line:
            return conversation(line, sent)
    except (ConnectionError, BrokenPipeError):
        return Verdict("closed")
    except TimeoutError:
        return Verdict("HANGS")


def conversation(line: socket.socket, sent: bytes) -> Verdict:
    try:
        line.sendall(sent)
    except (ConnectionError, BrokenPipeError):
        pass  # It may have answered before it had everything.
    answer = http.client.HTTPResponse(line)
    try:
        answer.begin()
        body = read_answer(answer)
    except http.client.HTTPException:
        return Verdict("closed")
    return Verdict(words(answer.status, body), body)


def read_answer(answer: http.client.HTTPResponse) -> bytes:
    """The body; of a stream of events its beginning."""
    if "event-stream" not in (answer.getheader("Content-Type") or ""):
        return answer.read(16 << 20)
    end = time.monotonic() + 1.0
    read = b""
    while time.monotonic() < end and len(read) < 1 << 20:
        ready, _, _ = select.select([answer.fp], [], [], 0.2)
        if not ready:
            continue
        chunk = answer.read1(65536)
        if not chunk:
            break
        read += chunk
    return read


# WebSocket


class Socket:
    """A WebSocket that says what it is told to."""

    def __init__(self, target: Target, patience=PATIENCE):
        self.line = target.connect(patience)
        key = base64.b64encode(os.urandom(16)).decode()
        self.line.sendall((
            f"GET /graphql/ws HTTP/1.1\r\nHost: {target.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
        ).encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.rest += self.receive()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.line.close()

    def receive(self) -> bytes:
        read = self.line.recv(65536)
        if not read:
            raise ConnectionResetError
        return read

    def frame(self, opcode: int, payload: bytes, final=True, masked=True, length=None):
        """Sends one frame, well formed or not."""
        size = len(payload) if length is None else length
        head = bytes([(0x80 if final else 0) | opcode])
        mask = 0x80 if masked else 0
        if size < 126:
            head += bytes([mask | size])
        elif size < 1 << 16:
            head += bytes([mask | 126]) + struct.pack(">H", size)
        else:
            head += bytes([mask | 127]) + struct.pack(">Q", size)
        # The mask of zeros leaves the payload as it is.
        self.line.sendall(head + (b"\0\0\0\0" if masked else b"") + payload)

    def say(self, message):
        self.frame(1, message if isinstance(message, bytes) else json.dumps(message).encode("utf-8", "surrogatepass"))

    def hear(self) -> tuple:
        """The next frame that is no ping: its opcode and payload."""
        while True:
            while len(self.rest) < 2:
                self.rest += self.receive()
            size, at = self.rest[1] & 0x7F, 2
            if size >= 126:
                width = 2 if size == 126 else 8
                while len(self.rest) < 2 + width:
                    self.rest += self.receive()
                size, at = int.from_bytes(self.rest[2 : 2 + width], "big"), 2 + width
            while len(self.rest) < at + size:
                self.rest += self.receive()
            opcode, payload = self.rest[0] & 0x0F, self.rest[at : at + size]
            self.rest = self.rest[at + size :]
            if opcode not in (9, 10):
                return opcode, payload

    def begin(self, token: str):
        self.say({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
        return self.outcome(b"")

    def outcome(self, wanted: bytes) -> Verdict:
        """What the next frame says; frames before one that has `wanted` in it are passed over."""
        for _ in range(1000):
            opcode, payload = self.hear()
            if opcode == 8:
                return Verdict(f"close {int.from_bytes(payload[:2], 'big')}", payload)
            if wanted not in payload:
                continue
            said = json.loads(payload)
            errors = said.get("payload") if said["type"] == "error" else (said.get("payload") or {}).get("errors")
            code = errors[0].get("extensions", {}).get("code", "") if errors else ""
            return Verdict(f"ws {said['type']} {code}".strip(), payload)
        return Verdict("ws many")


def ended(use) -> Verdict:
    """What comes of a use of a socket, however it ends."""
    try:
        return use()
    except (ConnectionError, BrokenPipeError):
        return Verdict("closed")
    except TimeoutError:
        return Verdict("HANGS")


def subscribe(target: Target, rng, shot: documents.Shot) -> Verdict:
    """A shot over a WebSocket of its own."""

    def use():
        with Socket(target) as peer:
            token = rng.choice(target.tokens)
            begun = peer.begin(token)
            if not begun.word.startswith("ws connection_ack"):
                return begun
            body = shot.payload()
            peer.say(b'{"type":"subscribe","id":"1","payload":%b}' % body)
            # A subscription may be silent: the answer to a ping shows that it was taken.
            peer.line.settimeout(3.0 if b"subscription" in body else PATIENCE)
            try:
                return peer.outcome(b'"id":"1"')
            except TimeoutError:
                if b"subscription" in body:
                    return Verdict("ws follows")
                raise

    return ended(use)


# Tricks with connections


def until_over(count: int):
    """So many times, or fewer when the time is over."""
    return itertools.takewhile(lambda _: not OVER.is_set(), range(count))


@trick
def slow_body(target, rng):
    """A byte of the body every second."""
    with target.connect() as line:
        line.sendall(f"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n{target.authorization(rng)}\r\n".encode())
        for _ in range(rng.choice([3, 8, 45])):
            if OVER.is_set():
                break
            line.sendall(b" ")
            if select.select([line], [], [], 1.0)[0]:
                return conversation(line, b"")
        return Verdict("left")


@trick
def slow_head(target, rng):
    """A byte of the head every second."""
    with target.connect() as line:
        for byte in b"GET /graphql HTTP/1.1\r\nHost: a\r\nX-Slow: " + b"a" * rng.choice([1, 10, 60]):
            if OVER.is_set():
                break
            line.sendall(bytes([byte]))
            if select.select([line], [], [], 0.7 if rng.random() < 0.9 else 2)[0]:
                return conversation(line, b"")
        return Verdict("left")


@trick
def idle_sockets(target, rng):
    """Very many connections on which nothing is said."""
    held = []
    try:
        for _ in until_over(rng.choice([100, 500, 1500])):
            held.append(target.connect(5.0))
        OVER.wait(rng.choice([1, 5]))
        return Verdict("held")
    except OSError:
        return Verdict("turned away")
    finally:
        for line in held:
            line.close()


@trick
def held_bodies(target, rng):
    """Very many bodies that stop one byte before their end."""
    return hold(target, rng, rng.choice([50, 200, 400]), lambda: (
        f"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {1 << 20}\r\n{target.authorization(rng)}\r\n".encode()
        + b" " * ((1 << 20) - 1)
    ))


@trick
def held_heads(target, rng):
    """Very many heads that never end."""
    return hold(target, rng, rng.choice([50, 200, 500]), lambda: b"GET /graphql HTTP/1.1\r\nHost: a\r\n" + b"".join(
        b"X-%d: " % index + b"a" * 4000 + b"\r\n" for index in range(80)
    ))


def hold(target, rng, count: int, sent) -> Verdict:
    held, turned_away = [], 0
    try:
        for _ in until_over(count):
            try:
                line = target.connect(10.0)
                held.append(line)
                line.settimeout(2.0)
                line.sendall(sent())
            except OSError:
                turned_away += 1
        OVER.wait(rng.choice([1, 5]))
        return Verdict("held" if turned_away < count / 2 else "turned away")
    finally:
        for line in held:
            line.close()


@trick
def oversized_head(target, rng):
    shape = rng.randrange(4)
    size = rng.choice([9_000, 64_000, 500_000])
    head = [
        b"GET /" + b"a" * size + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /graphql HTTP/1.1\r\nHost: a\r\nX: " + b"a" * size + b"\r\n\r\n",
        b"GET /graphql HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * rng.choice([99, 101, 5000]) + b"\r\n",
        b"GET /graphql?query=" + b"%20" * (size // 3) + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ][shape]
    return exchange(target, head)


@trick
def pipelining(target, rng):
    """Very many requests at once, and nobody who reads the answers."""
    one = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n" + b'{"query":"{__typename}"}'
    with target.connect() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(3.0)
        try:
            line.sendall(one * rng.choice([10, 1000, 20_000]))
        except TimeoutError:
            return Verdict("held back")
        return conversation(line, b"")


@trick
def chunked(target, rng):
    """Chunks that break the rules, and lengths that contradict each other."""
    head = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
    te = b"Transfer-Encoding: chunked\r\n"
    body = rng.choice([
        te + b"\r\n" + b"1\r\n \r\n" * rng.choice([10, 20_000]) + b"0\r\n\r\n",
        te + b"\r\nffffffffffffffff\r\n", te + b"\r\n-1\r\n", te + b"\r\n1;" + b"a" * 100_000 + b"\r\n \r\n0\r\n\r\n", te + b"\r\n18\r\n" + b'{"query":"{__typename}"}' + b"\r\n0\r\n\r\n",
        te + b"Content-Length: 5\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n     ", b"Content-Length: -1\r\n\r\n", b"Content-Length: 18446744073709551616\r\n\r\n",
        b"Content-Length: +5\r\n\r\n     ", b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", te + b"\r\n0\r\n" + b"T: a\r\n" * 10_000 + b"\r\n", te + te + b"\r\n0\r\n\r\n",
        b"Content-Length: 0\r\n\r\n", b"\r\n", b"Content-Length: 3\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    ])
    return exchange(target, head + body, 45.0)


@trick
def not_http(target, rng):
    return exchange(target, rng.choice([
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 500 + b"\r\n\r\n", b"\0" * 10_000 + b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/0.9\r\n\r\n",
        b"\r\n" * 10_000, b"FOO /graphql HTTP/1.1\r\nHost: a\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", b"GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"GET /graphql HTTP/1.1\r\n\r\n", b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
        b"A" * 60 + b" / HTTP/1.1\r\n\r\n", rng.randbytes(2000) + b"\r\n\r\n",
    ]), 45.0)


@trick
def paths(target, rng):
    """Ways out of where evidence lies, and addresses that are nearly others."""
    one = rng.choice([
        "/evidence/files/..%2f..%2f..%2fetc%2fpasswd", "/evidence/files/../../demo.json", "/evidence/files/%00", "/evidence/files/fil_" + "0" * 32, "/evidence/files/" + "a" * 60_000,
        "/evidence/files/%ff%fe", "/evidence/uploads/%2e%2e%2f", "/evidence/uploads/" + "A" * 43, "/evidence//files//x", "//etc/passwd", "/.git/config", "/graphql/", "/graphql/ws",
        "/graphql%2fws", "/schema.graphql/../demo.json", "/evidence/files/fil_0?range=1", "/evidence/files/;/", "/healthz/", "/%", "/%zz", "/\\..\\..", "/evidence/uploads/a/b/c", "/calendar/cal_" + "A" * 43 + ".ics", "/calendar/..%2f.ics?language=%ff",
    ])
    method = rng.choice(["GET", "GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
    odd = rng.choice(["", "Range: bytes=-0\r\n", "Range: bytes=" + "0-1," * 1000 + "\r\n", "If-Range: \"\xff\"\r\n", "Tus-Resumable: 1.0.0\r\nUpload-Offset: -1\r\n",
                      "Tus-Resumable: 1.0.0\r\nUpload-Length: 99999999999999999999\r\n", "Upload-Metadata: " + "a b," * 2000 + "\r\n", "Upload-Checksum: sha1 %%%\r\n", "X-HTTP-Method-Override: PATCH\r\n"])
    return exchange(target, f"{method} {one} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n{odd}{target.authorization(rng)}\r\nabcd".encode("latin-1"))


FIELDS = ["grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type", "scope", "token", "logout_token", "email", "return_to", "person"]
BEARER_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def odd_jwt(rng, most=100_000) -> str:
    """What looks like a JSON Web Token."""
    parts = [
        rng.choice([b"{}", b"\xff", b'{"alg":"none"}', b'{"alg":"HS256","typ":"logout+jwt"}', b'{"alg":"EdDSA","typ":"at+jwt","crit":["a"]}', b"[" * most, b'{"alg":"RS256","kid":"' + b"a" * most + b'"}']),
        rng.choice([b"{}", b"[]", b'{"iss":"https://evil.example","aud":"samsyn","exp":1e308}', b'{"sub":"tok_0","iss":' + b"[" * most, b'{"aud":[' + b'"a",' * (most // 4) + b'"a"]}']),
        rng.randbytes(rng.choice([0, 64, 5000])),
    ]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


@trick
def forms(target, rng):
    """Forms that nobody would fill in so, sent to where people and machine clients come in."""
    path = rng.choice(["/oauth/token", "/oauth/introspect", "/oauth/revoke", "/sign-in", "/sign-in/demo", "/sign-out", "/sign-out/back-channel", "/sign-in/callback"])
    odd = lambda: rng.choice(["", "a", "client_credentials", BEARER_ASSERTION, "tok_" + "0" * 32, "a@alvsunda.example", "%00", "%ff%fe", "%", "%zz", "//evil.example", "a" * rng.choice([300, 100_000]), odd_jwt(rng)])
    fields = [f"{rng.choice(FIELDS)}={odd()}" for _ in range(rng.choice([0, 1, 3, 6, 1000]))]
    body = rng.choice(["&".join(fields)] * 6 + ["&" * 1_000_000, "a=" * 1_000_000, "a=b&" * 1_000_000]).encode()
    if len(body) > 3_000_000:
        body = body[:3_000_000]
    basic = base64.b64encode(rng.choice([b"", b":", b"a:b", b"tok_" + b"0" * 32 + b":client_x", b"%:%", b"\xff:\xff", b"a" * 10_000])).decode()
    lines = [f"{rng.choice(['POST'] * 6 + ['GET', 'PUT'])} {path}{rng.choice(['', '', '?' + odd()[:5000].replace(' ', '')])} HTTP/1.1", "Host: a", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"X-Forwarded-For: {rng.choice(['', 'a, '])}{rng.randrange(256)}.{rng.randrange(256)}.0.1{rng.choice(['', ':80', ', 127.0.0.1' * 500])}"]
    lines += rng.choice([["Content-Type: application/x-www-form-urlencoded"]] * 5 + [["Content-Type: text/plain"], []])
    lines += rng.choice([[], [f"Authorization: Basic {basic}"], ["Authorization: Basic %"]])
    lines += rng.choice([[], ["Origin: https://evil.example"], ["Cookie: __Host-samsyn=session_x; __Host-samsyn-sign-in=" + "A" * rng.choice([3, 10_000])]])
    return exchange(target, "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body)


@trick
def bearers(target, rng):
    """Tokens of providers that nobody has."""
    body = b'{"query":"{viewer{name}}"}'
    head = f"POST /graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nAuthorization: Bearer {odd_jwt(rng, 5000)}\r\n\r\n"
    return exchange(target, head.encode() + body)


@trick
def directory(target, rng):
    """Resources, patches and searches that no directory would send."""
    path = rng.choice(["/Users", "/Users/per_" + "0" * 32, "/Users/%00", "/Groups/READER", "/Groups/SERVICE_AREA_MANAGER.NETWORK", "/Groups/ADMINISTRATOR", "/.search", "/Groups/.search", "/Users/.search", "/Schemas/%ff", "/Users?filter=" + "userName%20eq%20%22" + "a" * 5000 + "%22", "/Users?startIndex=-1&count=-1", "/Users?startIndex=9223372036854775807&count=9223372036854775807"])
    method = rng.choice(["GET", "POST", "POST", "PUT", "PATCH", "DELETE"])
    text = rng.choice(["a@alvsunda.example", "", "a" * 100_000, "\x00", "\ud83d\ude00", "%_'"])
    members = [{"value": rng.choice(["per_" + "0" * 32, "", "a"])}] * rng.choice([0, 1, 5000])
    body = rng.choice([
        json.dumps({"userName": text, "displayName": text, "externalId": text, "active": rng.choice([True, "False", 1, None])}),
        json.dumps({"userName": f"{rng.randrange(1 << 30)}@alvsunda.example", "name": {"givenName": text}, "title": text}),
        json.dumps({"Operations": [{"op": rng.choice(["add", "Replace", "remove", text]), "path": rng.choice(["active", "members", "members[value eq \"a\"]", "[" * 5000, text]), "value": rng.choice([text, members, None, {"active": "x"}])}] * rng.choice([1, 1000])}),
        json.dumps({"members": members}), json.dumps({"filter": rng.choice(["displayName eq \"READER\"", "id eq " + "[" * 5000, text]), "startIndex": rng.choice([1, -1, 1 << 62]), "count": rng.choice([0, -1, 1 << 62]), "attributes": [text] * 1000}),
        "[" * 200_000, '{"a":' * 50_000, "null", "", "\xff", "{" + '"userName":"a",' * 1000 + '"a":1}',
    ]).encode("utf-8", "surrogatepass")
    token = rng.choice([target.directory] * 8 + rng.sample(target.tokens, 1) + ["scim_x"])
    head = f"{method} /scim/v2{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/scim+json\r\nContent-Length: {len(body)}\r\nAuthorization: Bearer {token}\r\n\r\n"
    return exchange(target, head.encode("latin-1") + body)


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def h2_frame(kind: int, flags: int, stream: int, payload=b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


# :method GET, :scheme http, :path /healthz, :authority a
H2_HEADERS = b"\x82\x86\x44\x08/healthz\x41\x01a"


@trick
def http2(target, rng):
    """HTTP/2 by prior knowledge: resets, continuations, settings, pings and windows without end."""
    start = PREFACE + h2_frame(4, 0, 0)
    count = rng.choice([100, 5000, 20_000])
    flood = rng.choice([
        lambda: b"".join(h2_frame(1, 5, 2 * i + 1, H2_HEADERS) + h2_frame(3, 0, 2 * i + 1, b"\0\0\0\x08") for i in range(count)),
        lambda: h2_frame(1, 1, 1, H2_HEADERS) + h2_frame(9, 0, 1, b"\x40\x01x\x01y" * 100) * count,
        lambda: h2_frame(1, 1, 1, b"") + h2_frame(9, 0, 1, b"") * count,
        lambda: h2_frame(4, 0, 0, b"\0\x03\0\0\0\x01") * count,
        lambda: h2_frame(6, 0, 0, b"12345678") * count,
        lambda: h2_frame(8, 0, 0, b"\x7f\xff\xff\xff") * 10,
        lambda: h2_frame(1, 4, 1, H2_HEADERS) + h2_frame(0, 0, 1, b"") * count,
        lambda: b"".join(h2_frame(1, 5, 2 * i + 1, H2_HEADERS) for i in range(min(count, 5000))),
        lambda: h2_frame(2, 0, 3, b"\0\0\0\x03\x10") * count,
        lambda: h2_frame(1, 5, 1, b"\x3f\xff\xff\xff\xff\xff\xff\xff"),
        lambda: h2_frame(1, 5, 1, H2_HEADERS + b"\x40\x03bom" + b"\x7f\x81\x1e" + b"a" * 4000 + b"\xbe" * 10_000),
        lambda: b"\xff" * 20_000,
    ])()
    with target.connect() as line:
        line.settimeout(5.0)
        read = b""
        try:
            line.sendall(start + flood)
            while len(read) < 1 << 20:
                more = line.recv(65536)
                if not more:
                    return Verdict("h2 closed")
                read += more
        except TimeoutError:
            return Verdict("h2 open")
        return Verdict("h2 answers")


@trick
def websocket_frames(target, rng):
    """Frames that are broken, far too many, or without end."""
    with Socket(target, 5.0) as peer:
        if rng.random() < 0.7:
            peer.begin(rng.choice(target.tokens))
        shape = rng.randrange(11)
        if shape == 0:
            peer.frame(1, b'{"type":', final=False)
            for _ in range(rng.choice([10, 2000])):
                peer.frame(0, b" ", final=False)
            peer.frame(0, b'"ping"}')
        elif shape == 1:
            peer.frame(2, b"\0" * 100)
        elif shape == 2:
            peer.frame(1, b"a" * 10, length=rng.choice([1 << 21, 1 << 40, (1 << 63) - 1]))
        elif shape == 3:
            for _ in range(5000):
                peer.frame(9, b"x" * 100)
        elif shape == 4:
            for _ in range(rng.choice([10, 5000])):
                peer.say({"type": "ping", "payload": {"a": "b" * 50}})
        elif shape == 5:
            for index in range(rng.choice([17, 300])):
                peer.say({"type": "subscribe", "id": str(index), "payload": {"query": "subscription{events{position}}"}})
        elif shape == 6:
            for index in range(500):
                peer.say({"type": "subscribe", "id": str(index), "payload": {"query": "subscription{events{position}}"}})
                peer.say({"type": "complete", "id": str(index)})
        elif shape == 7:
            peer.say(rng.choice([b"", b"{", b"null", b'{"type":1}', b'{"type":"subscribe"}', b"[" * 100_000, b"\xff\xfe", b'{"type":"subscribe","id":"' + b"a" * 900_000 + b'","payload":{"query":"{__typename}"}}',
                                 b'{"type":"connection_init"}', b'{"type":"subscribe","id":"","payload":{"query":"{"}}', b'{"type":"next","id":"1"}', b'{"type":"ping","payload":' + b"[" * 5000]))
        elif shape == 8:
            peer.frame(1, b"{}", masked=False)
        elif shape == 9:
            peer.frame(rng.choice([3, 7, 11, 15]), b"{}")
        else:
            peer.frame(8, rng.choice([b"\x03", b"\0\0", b"\x03\xe8" + b"a" * 200, b"\xff\xff\xff\xfe"]))
        try:
            return peer.outcome(b"") if rng.random() < 0.8 else Verdict("left")
        except TimeoutError:
            return Verdict("silent")  # Not everything is answered by the protocol.


@trick
def held_messages(target, rng):
    """Very many WebSocket messages that never end."""
    held = []
    try:
        for _ in until_over(rng.choice([50, 300])):
            peer = Socket(target, 10.0)
            held.append(peer)
            peer.begin(rng.choice(target.tokens))
            peer.line.settimeout(2.0)
            peer.frame(1, b" " * ((1 << 20) - 10), final=False)
        OVER.wait(2)
        return Verdict("held")
    finally:
        for peer in held:
            peer.line.close()


@trick
def deaf_subscribers(target, rng):
    """Sockets that ask for much and read nothing."""
    with Socket(target, 20.0) as peer:
        peer.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.begin(rng.choice(target.tokens))
        peer.line.settimeout(3.0)
        query = "{events(first:100){nodes{position event{at action subject{id} changes{field before after}}}}}"
        for index in range(300):
            peer.say({"type": "subscribe", "id": str(index), "payload": {"query": query}})
        OVER.wait(rng.choice([1, 12]))
        return Verdict("held")


def play(name: str, target: Target, rng) -> Verdict:
    """What comes of a trick."""
    try:
        return ended(lambda: TRICKS[name](target, rng))
    except http.client.HTTPException:
        return Verdict("closed")
