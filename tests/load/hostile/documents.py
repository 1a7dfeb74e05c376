"""Hostile requests: what is sent, by kind.

Each function of `KINDS` takes a source of randomness and what is known of the schema, and gives a `Shot`. The
same seed gives the same shots in the same order.
"""

import json
import random
import re
from dataclasses import dataclass, field

JSON_TYPE = "application/json"
KINDS = {}


@dataclass
class Shot:
    """One request: GraphQL parameters, or raw bytes in their place."""

    kind: str = ""
    query: str = ""
    variables: object = None
    operation: object = None
    body: bytes | None = None
    content_type: str | None = JSON_TYPE
    accept: str | None = None
    headers: list = field(default_factory=list)

    def payload(self) -> bytes:
        if self.body is not None:
            return self.body
        parameters = {"query": self.query}
        if self.variables is not None:
            parameters["variables"] = self.variables
        if self.operation is not None:
            parameters["operationName"] = self.operation
        return json.dumps(parameters, allow_nan=True).encode("utf-8", "surrogatepass")

    def told(self) -> str:
        """What it is, in so few words that it fits on a line."""
        text = self.query or repr((self.body or b"")[:100])
        return re.sub(r"\s+", " ", text)[:90]


def kind(make):
    """Makes a function one of the kinds, under its own name."""
    KINDS[make.__name__] = make
    return make


def shoot(name: str, rng: random.Random, schema: "Schema") -> Shot:
    """A shot of this kind."""
    shot = KINDS[name](rng, schema)
    shot.kind = name
    return shot


# What is known of the schema


INTROSPECTION = """{ __schema { queryType { name } mutationType { name } subscriptionType { name }
  directives { name } types { name kind enumValues { name } possibleTypes { name }
  inputFields { name defaultValue type { ...t } }
  fields { name args { name defaultValue type { ...t } } type { ...t } } } } }
fragment t on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }"""


class Schema:
    """The types of the service, and a maker of valid documents."""

    def __init__(self, introspection: dict, ids: list):
        schema = introspection["__schema"]
        self.types = {one["name"]: one for one in schema["types"]}
        self.query = schema["queryType"]["name"]
        self.mutation = schema["mutationType"]["name"]
        self.subscription = schema["subscriptionType"]["name"]
        self.ids = ids

    def fields(self, of: str) -> list:
        return self.types[of].get("fields") or []

    @staticmethod
    def named(reference: dict) -> str:
        while reference.get("ofType"):
            reference = reference["ofType"]
        return reference["name"]

    @staticmethod
    def spelled(reference: dict) -> str:
        if reference["kind"] == "NON_NULL":
            return Schema.spelled(reference["ofType"]) + "!"
        if reference["kind"] == "LIST":
            return "[" + Schema.spelled(reference["ofType"]) + "]"
        return reference["name"]

    def value(self, rng, reference: dict, depth=0) -> str:
        """A literal of the type; now and then one of another type."""
        if rng.random() < 0.03:
            return rng.choice(NASTY_VALUES)
        if reference["kind"] == "NON_NULL":
            return self.value(rng, reference["ofType"], depth)
        if reference["kind"] == "LIST":
            count = rng.choice([0, 1, 1, 2, 5])
            return "[" + " ".join(self.value(rng, reference["ofType"], depth + 1) for _ in range(count)) + "]"
        one = self.types[reference["name"]]
        if one["kind"] == "ENUM":
            return rng.choice(one["enumValues"])["name"]
        if one["kind"] == "INPUT_OBJECT":
            if depth > 4:
                return "{}"
            parts = [
                f"{field['name']}: {self.value(rng, field['type'], depth + 1)}"
                for field in one["inputFields"]
                if field["type"]["kind"] == "NON_NULL" or rng.random() < 0.3
            ]
            return "{" + ", ".join(parts) + "}"
        name = reference["name"]
        if name == "Int":
            return str(rng.choice([0, 1, 2, 5, 50, 100, 101, -1, 2147483647, 2147483648]))
        if name == "Float":
            return rng.choice(["0", "1.5", "1e10", "-0.0"])
        if name == "Boolean":
            return rng.choice(["true", "false"])
        if name == "ID":
            return json.dumps(rng.choice(self.ids + ["act_0", "nonsense", ""]))
        return json.dumps(rng.choice(["2026-11-24", "9999-12-31", "2026-11-24T00:00:00Z", "a", "", "åäö", "%_'\""]))

    def arguments(self, rng, one: dict) -> str:
        given = [
            f"{arg['name']}: {self.value(rng, arg['type'])}"
            for arg in one["args"]
            if arg["type"]["kind"] == "NON_NULL" or rng.random() < 0.3
        ]
        return f"({', '.join(given)})" if given else ""

    def selection(self, rng, of: str, depth: int) -> str:
        one = self.types[of]
        if one["kind"] in ("UNION", "INTERFACE"):
            chosen = rng.sample(one["possibleTypes"], min(2, len(one["possibleTypes"])))
            parts = [f"... on {c['name']} {self.selection(rng, c['name'], depth - 1)}" for c in chosen] if depth > 0 else []
            return "{ __typename " + " ".join(parts) + " }"
        leaves = [f for f in one["fields"] if self.types[self.named(f["type"])]["kind"] in ("SCALAR", "ENUM")]
        inner = [f for f in one["fields"] if f not in leaves]
        parts = [f["name"] + self.arguments(rng, f) for f in rng.sample(leaves, min(len(leaves), rng.randint(1, 4)))]
        if depth > 0 and inner:
            for f in rng.sample(inner, min(len(inner), rng.choice([1, 1, 2, 3]))):
                parts.append(f["name"] + self.arguments(rng, f) + " " + self.selection(rng, self.named(f["type"]), depth - 1))
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def document(self, rng, root: str, depth: int) -> str:
        """A document that asks for some fields of a root type, each under its own alias."""
        word = {self.query: "query", self.mutation: "mutation", self.subscription: "subscription"}[root]
        count = 1 if root == self.subscription else rng.choice([1, 1, 2, 3])
        parts = []
        for index in range(count):
            f = rng.choice(self.fields(root))
            target = self.named(f["type"])
            below = "" if self.types[target]["kind"] in ("SCALAR", "ENUM") else self.selection(rng, target, depth)
            parts.append(f"r{index}: {f['name']}{self.arguments(rng, f)} {below}")
        return f"{word} R {{ {' '.join(parts)} }}"

    def lists(self) -> list:
        """The root lists, which all take `first`."""
        return [f["name"] for f in self.fields(self.query) if any(a["name"] == "first" for a in f["args"])]


NASTY_VALUES = [
    "1e400", "-1e400", "9" * 400, "-0", "0.1e-400", "null", "$undefined", "{}", "[[[[]]]]", '""', '"\\u0000"',
    '"\\ud800"', '"\\u{110000}"', '"\\u{1F600}"', '"""\n   block\n"""', "true", "ENUM", "2147483648", "01", "1.", '"\ufeff"',
    "{a: {a: {a: 1}}}", "9223372036854775808", "18446744073709551616",
]


# Documents


@kind
def nesting(rng, schema):
    opening = rng.choice(["{a", "[", "{a:", "{...{a ", "(a:", "{a(b:[", "... on Query {", "@a(b:["])
    depth = rng.choice([20, 31, 32, 33, 200, 2000, 20_000])
    head = rng.choice(["", "{a(b:", "query($a:", "query Q "])
    return Shot(query=head + opening * depth + rng.choice(["", "}" * depth, "]" * depth]))


@kind
def alias_flood(rng, schema):
    count = rng.choice([24, 25, 60, 64, 65, 1000, 5000])
    name = rng.choice(["viewer{name}", "__typename", rng.choice(schema.lists()) + "(first:100){totalCount}"])
    return Shot(query="{" + " ".join(f"a{index}:{name}" for index in range(count)) + "}")


@kind
def fragment_doubling(rng, schema):
    depth, times = rng.choice([(4, 2), (8, 2), (12, 2), (25, 2), (30, 2), (100, 2), (6, 5), (3, 20)])
    parts = [f"fragment F{i} on Query{{{f'...F{i + 1} ' * times}}}" for i in range(depth)]
    return Shot(query="{...F0}" + "".join(parts) + f"fragment F{depth} on Query{{viewer{{name}}}}")


@kind
def fragment_cycles(rng, schema):
    size = rng.choice([1, 2, 3, 50, 500])
    parts = [f"fragment F{i} on Viewer{{name ...F{(i + 1) % size}}}" for i in range(size)]
    return Shot(query=rng.choice(["{viewer{...F0}}", "{viewer{name}}"]) + "".join(parts))


@kind
def unused_fragments(rng, schema):
    count = rng.choice([100, 400, 700])
    return Shot(query="{viewer{name}}" + "".join(f"fragment F{i} on Query{{viewer{{name}}}}" for i in range(count)))


@kind
def field_merge(rng, schema):
    """Selections of one name that must be compared pair by pair."""
    shape = rng.randrange(5)
    if shape == 0:
        count = rng.choice([100, 400, 1000])
        return Shot(query="{viewer{" + "name " * count + "}}")
    if shape == 1:
        count = rng.choice([20, 100, 300])
        return Shot(query="{" + "viewer{name organisation{name}}" * count + "}")
    if shape == 2:
        count = rng.choice([10, 20, 24])
        inner = "edges{node{id title}}" * rng.choice([2, 10, 20])
        return Shot(query="{" + f"actionItems(first:1){{{inner}}}" * count + "}")
    if shape == 3:
        count = rng.choice([5, 20, 60])
        fragments = "".join(
            f"fragment F{i} on Viewer{{{'name ' * 20}{' '.join(f'...F{j}' for j in range(i + 1, min(count, i + 6)))}}}"
            for i in range(count)
        )
        return Shot(query="{viewer{...F0}}" + fragments)
    depth = rng.choice([8, 12, 15])
    inner = "name"
    for _ in range(depth):
        inner = f"organisation{{{inner}}}organisation{{{inner}}}" if len(inner) < 20_000 else f"organisation{{{inner}}}"
    return Shot(query="{viewer{" + inner + "}}")


@kind
def merge_of_inline_fragments(rng, schema):
    count, depth = rng.choice([(10, 10), (100, 4), (400, 1), (3, 28)])
    one = "...on Query{" * depth + "viewer{name}" + "}" * depth
    return Shot(query="{" + one * count + "}")


@kind
def huge_numbers(rng, schema):
    number = rng.choice(["9" * rng.choice([10, 20, 400, 60_000]), "-" + "9" * 40, "1e400", "1" + "0" * 400 + ".0", "1e-999999999",
                         "0x10", "1_000", "1e999999999999", "--1", "1.2.3", "00", "-", "NaN"])
    if rng.random() < 0.5:
        return Shot(query=f"{{actionItems(first:{number}){{totalCount}}}}")
    body = '{"query":"query($n:Int){actionItems(first:$n){totalCount}}","variables":{"n":%s}}' % number
    return Shot(body=body.encode(), query="")


@kind
def deep_variables(rng, schema):
    depth = rng.choice([10, 16, 17, 100, 127, 128, 129, 5000, 100_000])
    left, right = rng.choice([("[", "]"), ('{"a":', "}")])
    value = left * depth + "1" + right * depth
    place = rng.choice(['{"query":"query($v:ID){__typename}","variables":{"v":%s}}', '{"query":"{__typename}","extensions":{"v":%s}}',
                        '{"query":%s}', "%s", '{"query":"{__typename}","other":%s}'])
    return Shot(body=(place % value).encode())


@kind
def wide_variables(rng, schema):
    count = rng.choice([9_000, 10_001, 100_000, 250_000])
    values = rng.choice(["1", "null", '""', "[]", "{}"])
    inner = "[" + ",".join([values] * count) + "]"
    if rng.random() < 0.4:
        inner = "{" + ",".join(f'"k{i}":{values}' for i in range(min(count, 60_000))) + "}"
    variable = rng.choice(["v: [ID!]", "v: ActionItemFilter", "v: ID"])
    use = rng.choice(["viewer{name}", "node(id:$v){id}", "actionItems(filter:$v){totalCount}"])
    return Shot(body=('{"query":"query($%s){%s}","variables":{"v":%s}}' % (variable, use, inner)).encode()[: (1 << 20) - 1])


@kind
def many_variables(rng, schema):
    count = rng.choice([100, 500, 1200])
    declared = " ".join(f"$v{i}:Int={i}" for i in range(count))
    return Shot(query=f"query({declared}){{viewer{{name}}}}", variables={f"v{i}": i for i in range(count)})


@kind
def broken_utf8(rng, schema):
    wrong = rng.choice([b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xc0\x80", b"\xf8\x88\x80\x80\x80", b"\x80" * 1000])
    return Shot(body=rng.choice([b'{"query":"{viewer{name}} #%b"}' % wrong, wrong, b'{"query%b":1}' % wrong,
                                 b'{"query":"{node(id:\\"%b\\"){id}}"}' % wrong]))


@kind
def lone_surrogates(rng, schema):
    escape = rng.choice([r"\ud800", r"\udfff", r"\ud800\ud800", r"\udc00\ud800", r"\ud83d", r"\u0000", r"\uffff", r"\ufeff"])
    place = rng.choice(['{"query":"{viewer{name}} #%s"}', '{"query":"query($i:ID!){node(id:$i){id}}","variables":{"i":"%s"}}',
                        '{"query":"{node(id:\\"%s\\"){id}}"}', '{"query":"{viewer{name}}","operationName":"%s"}'])
    twice = escape.replace("\\", "\\\\") if rng.random() < 0.5 else escape
    return Shot(body=(place % twice).encode())


@kind
def nul_and_bom(rng, schema):
    dirt = rng.choice(["\0", "\ufeff", "\u2028", "\u200b", "\x1b[31m", "\x7f", "\r", "\u202e"])
    query = rng.choice([dirt + "{viewer{name}}", "{viewer" + dirt + "{name}}", f'{{node(id:"{dirt}"){{id}}}}', dirt * 5000,
                        f'{{people(filter:{{nameContains:"{dirt}"}}){{totalCount}}}}'])
    if rng.random() < 0.3:
        return Shot(body=dirt.encode() + b'{"query":"{viewer{name}}"}')
    return Shot(query=query)


@kind
def huge_strings(rng, schema):
    size = rng.choice([1000, 60_000, 65_000, 500_000, 1_000_000, 2_000_000])
    text = rng.choice(["a", "å", "%", "\\", '"', "\n"]) * size
    if rng.random() < 0.5:
        return Shot(query="query($t:String){organisations(filter:{nameContains:$t}){totalCount}}", variables={"t": text})
    quoted = rng.choice([json.dumps(text), '"""' + text.replace('"', "'") + '"""'])
    return Shot(query=f"{{organisations(filter:{{nameContains:{quoted}}}){{totalCount}}}}")


@kind
def searches(rng, schema):
    """Texts that would make a pattern match slowly or mean something in SQL."""
    text = rng.choice(["%" * 500, "_%" * 300, "a%" * 300, "'; DROP TABLE person; --", "\\" * 100, "%a" * 2000, "å" * 200])
    return Shot(query="query($t:String){organisations(filter:{nameContains:$t}){totalCount nodes{name}}}", variables={"t": text})


@kind
def long_names(rng, schema):
    name = rng.choice(["a", "_", "Z9"]) * rng.choice([1000, 30_000, 60_000])
    return Shot(query=rng.choice([f"{{{name}}}", f"query {name}{{viewer{{name}}}}", f"{{{name}:viewer{{name}}}}", f"{{viewer{{name @{name}}}}}",
                                  f"{{...{name}}}", f"query(${name}:Int){{viewer{{name}}}}", f"{{viewer(x:{name}){{name}}}}"]))


@kind
def many_operations(rng, schema):
    count = rng.choice([2, 16, 17, 200, 800])
    name = rng.choice(["Q", "same"])
    query = " ".join(f"query {name}{i if name == 'Q' else ''}{{viewer{{name}}}}" for i in range(count))
    return Shot(query=query, operation=rng.choice([None, "Q0", "Q9", "none", ""]))


@kind
def directive_flood(rng, schema):
    count = rng.choice([10, 64, 65, 1500])
    directive = rng.choice(["@a", "@include(if:true)", "@skip(if:$v)", "@deprecated", "@specifiedBy(url:1)", "@defer"])
    return Shot(query=f"{{viewer{{name {directive * count}}}}}")


@kind
def argument_flood(rng, schema):
    count = rng.choice([16, 17, 1500])
    return Shot(query="{viewer(" + " ".join(f"a{i}:1" for i in range(count)) + "){name}}")


@kind
def introspection_bomb(rng, schema):
    shape = rng.randrange(4)
    if shape == 0:
        depth = rng.choice([6, 13, 18, 28])
        return Shot(query="{__schema{types{" + "ofType{" * 0 + "fields{type{" + "ofType{" * depth + "name" + "}" * depth + "}}}}}")
    if shape == 1:
        depth = rng.choice([2, 3, 4, 6, 8])
        inner = "name"
        for _ in range(depth):
            inner = f"name fields{{name type{{{inner}}}}}"
        return Shot(query="{__schema{types{" + inner + "}}}")
    if shape == 2:
        inner = "name"
        for _ in range(rng.choice([1, 2, 3])):
            inner = f"name possibleTypes{{{inner} fields{{name args{{name type{{name kind ofType{{name}}}}}} type{{name interfaces{{name possibleTypes{{name}}}}}}}}}}"
        return Shot(query="{__schema{types{" + inner + "}}}")
    count = rng.choice([8, 24, 64])
    return Shot(query="{" + "".join(f'a{i}:__type(name:"Query"){{name fields{{name description args{{name description}} type{{name fields{{name}}}}}}}}' for i in range(count)) + "}")


@kind
def costly_but_valid(rng, schema):
    """As much as the cost limit allows, or a little more."""
    first = rng.choice([10, 20, 30, 50, 100])
    shape = rng.randrange(4)
    if shape == 0:
        return Shot(query=f"{{organisations(first:{first}){{totalCount nodes{{id name people(first:{first}){{totalCount nodes{{id name}}}}}}}}}}")
    if shape == 1:
        return Shot(query=f"{{forums(first:{first}){{nodes{{id name meetings(first:{first}){{totalCount nodes{{id agenda(first:5){{totalCount}}}}}}}}}}}}")
    if shape == 2:
        lists = rng.sample(schema.lists(), min(12, len(schema.lists())))
        return Shot(query="{" + " ".join(f"{name}(first:100){{totalCount nodes{{__typename}}}}" for name in lists) + "}")
    name = rng.choice(schema.lists())
    field = next(f for f in schema.fields(schema.query) if f["name"] == name)
    return Shot(query=f"{{{name}(first:{first}){schema.selection(rng, schema.named(field['type']), 4)}}}")


@kind
def odd_variable_types(rng, schema):
    type_ = rng.choice(["[Nothing]", "[Nothing!]!", "Nothing", "[[[[Int]]]]", "Query", "[Query]", "ActionItemConnection", "Int!", "[Int!]!"])
    default = rng.choice(["", "=[]", "=[1]", "=[[1]]", "={}", "=null", "=1", '="a"', "=[{a:1}]", "=$v", "=ENUM"])
    use = rng.choice(["viewer{name}", "actionItems(first:$v){totalCount}", "node(id:$v){id}"])
    variables = rng.choice([None, {}, {"v": None}, {"v": []}, {"v": 1}, {"v": [[1]]}, {"v": {"a": 1}}, {"V": 1}])
    return Shot(query=f"query($v:{type_}{default}){{{use}}}", variables=variables)


@kind
def odd_bodies(rng, schema):
    return Shot(body=rng.choice([
        b"", b"null", b"[]", b"{}", b'""', b"0", b"[" * 100_000, b'{"query":null}', b'{"query":[]}', b'{"query":{}}', b'{"query":1}',
        b'[{"query":"{viewer{name}}"}]', b"[" + b",".join([b'{"query":"{viewer{name}}"}'] * 1000) + b"]",
        b'{"query":"{viewer{name}}","query":"{__typename}"}', b'{"query":"{viewer{name}}","variables":"{}"}',
        b'{"query":"{viewer{name}}","variables":[]}', b'{"query":"{viewer{name}}","operationName":{}}',
        b'{"query":"{viewer{name}}","extensions":{"persistedQuery":{"version":1,"sha256Hash":"' + b"a" * 64 + b'"}}}',
        b'{"extensions":{"persistedQuery":{"version":' + b"9" * 400 + b',"sha256Hash":1}}}',
        b'{"query":"","extensions":{"persistedQuery":[]}}', b'{"query":"{viewer{name}}"} trailing', b"\0" * 1000,
        b'{"query":"{viewer{name}}","variables":{"a":' + b"1" * 500_000 + b"}}", b"{" + b'"a":1,' * 100_000 + b'"query":"{__typename}"}',
    ]))


@kind
def wrong_content_types(rng, schema):
    return Shot(
        query="{viewer{name}}",
        content_type=rng.choice([None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json;charset=utf-16",
                                 "application/json, text/plain", "application/graphql", "a" * 5000, "multipart/form-data; boundary=" + "a" * 300,
                                 "application/json; charset=\"utf-8", "\xff\xfe"]),
        accept=rng.choice([None, "*/*", "text/html", "application/json;q=" + "9" * 50, ",".join(["a/b;q=0.1"] * 500), "text/event-stream",
                           "application/graphql-response+json", "multipart/mixed"]),
    )


@kind
def multipart_tricks(rng, schema):
    edge = b"x" * rng.choice([1, 70, 71, 300])
    part = lambda name, value, more=b"": b"--%b\r\nContent-Disposition: form-data; name=\"%b\"%b\r\n\r\n%b\r\n" % (edge, name, more, value)
    operations = part(b"operations", b'{"query":"mutation($f:Upload!){a(f:$f){id}}","variables":{"f":null}}')
    mapped = part(b"map", rng.choice([b'{"0":["variables.f"]}', b'{"0":["variables.f.' + b"0." * 5000 + b'"]}', b"[" * 50_000, b"{}", b'{"0":["__proto__"]}',
                                      b'{"0":["variables.f.18446744073709551616"]}', b'{"0":' + b"[" * 200 + b"]" * 200 + b"}"]))
    file = part(b"0", b"%PDF-1.4\n" * rng.choice([1, 1000]), b'; filename="a.pdf"')
    body = rng.choice([
        operations + mapped + file + b"--%b--\r\n" % edge, operations * 200, mapped + operations + file, b"--%b" % edge * 20_000,
        operations + mapped + file * 500 + b"--%b--\r\n" % edge, b"\r\n" * 200_000, b"--%b\r\n" % edge + b"A: b\r\n" * 50_000,
        part(b"a" * 100_000, b""), operations + mapped + file,
    ])
    return Shot(body=body, content_type="multipart/form-data; boundary=" + edge.decode(),
                headers=rng.choice([[], [("GraphQL-Preflight", "1")], [("Apollo-Require-Preflight", "1")], [("X-Requested-With", "a")]]))


@kind
def odd_headers(rng, schema):
    return Shot(query="{viewer{name}}", headers=[rng.choice([
        ("Idempotency-Key", "a" * 5000), ("Idempotency-Key", ""), ("Authorization", "Bearer " + "a" * 8000), ("Authorization", "Basic \xff"),
        ("Origin", "https://evil.example"), ("X-Request-Id", "a" * 5000), ("X-Request-Id", "\x80\x81"), ("traceparent", "00-" + "f" * 1000),
        ("Expect", "100-continue"), ("Content-Encoding", "gzip"), ("Cookie", "a=" + "b" * 8000), ("X-Forwarded-For", "::1, " * 500),
        ("Range", "bytes=0-" + "9" * 400), ("Upgrade", "h2c"), ("Last-Event-ID", "9" * 400),
    ])])


@kind
def random_valid(rng, schema):
    root = rng.choice([schema.query] * 8 + [schema.mutation] * 2)
    return Shot(query=schema.document(rng, root, rng.choice([1, 2, 3, 5])))


TOKENS = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|\.\.\.|[_A-Za-z0-9.$-]+|\S')
JUNK = ["{", "}", "(", ")", "[", "]", "...", "@", "$", "$v", "!", "=", ":", "|", "&", "on", "fragment", "query", "mutation", "null", '"', '"""', "#",
        "__typename", "__schema", "...F", "fragment F on Query{viewer{name}}", "@skip(if:true)", "@include(if:$v)", "\\u{41}", "extend", "type"]


@kind
def random_mutated(rng, schema):
    root = rng.choice([schema.query, schema.query, schema.mutation, schema.subscription])
    tokens = TOKENS.findall(schema.document(rng, root, rng.choice([1, 2, 4])))
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        at = rng.randrange(len(tokens)) if tokens else 0
        what = rng.randrange(6)
        if what == 0 and tokens:
            del tokens[at]
        elif what == 1:
            tokens.insert(at, rng.choice(JUNK + NASTY_VALUES))
        elif what == 2 and tokens:
            tokens[at] = rng.choice(JUNK + NASTY_VALUES)
        elif what == 3 and tokens:
            end = min(len(tokens), at + rng.randint(1, 30))
            tokens[at:at] = tokens[at:end] * rng.choice([1, 2, 50])
        elif what == 4 and tokens:
            other = rng.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif tokens:
            tokens[at] = rng.choice(tokens)
    return Shot(query=" ".join(tokens), variables=rng.choice([None, {}, {"v": True}]))


@kind
def random_renamed(rng, schema):
    """Documents that can be parsed, with names in places where they do not belong."""
    root = rng.choice([schema.query, schema.query, schema.mutation, schema.subscription])
    tokens = TOKENS.findall(schema.document(rng, root, rng.choice([1, 2, 4])))
    names = [at for at, token in enumerate(tokens) if re.fullmatch(r"[_A-Za-z]\w*", token) and at > 0]
    fields = [f["name"] for one in rng.sample(list(schema.types.values()), 5) for f in one.get("fields") or []]
    for at in rng.sample(names, min(len(names), rng.choice([1, 2, 5]))):
        tokens[at] = rng.choice([tokens[rng.choice(names)], rng.choice(fields or ["id"]), "__typename", "node"])
    return Shot(query=" ".join(tokens))


@kind
def random_text(rng, schema):
    alphabet = rng.choice(["{}()[]:!$@.\"\\#,a1 \n", "".join(map(chr, range(1, 256))), "{a ", "åäö\U0001f600\u0300{}\""])
    return Shot(query="".join(rng.choices(alphabet, k=rng.choice([10, 100, 1000, 20_000]))))


@kind
def random_bytes(rng, schema):
    return Shot(body=rng.randbytes(rng.choice([1, 100, 10_000, 1_000_000])))
