"""What every answer of the API is held to, and how its own scalars are written.

Schemathesis takes any error beside a path for a fault of the server. Here errors have codes: of those, only
`INTERNAL` is one, and an error without a code that the README lists is another.
"""

import json
import pathlib
import re
import sys

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "load" / "hostile"))
from promises import INSIDES  # noqa: E402

CODES = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "api" / "README.md").read_text(), re.MULTILINE))

OFTEN_RIGHT = {
    "Date": st.one_of(st.dates().map(str), st.text()),
    "DateTime": st.one_of(st.datetimes().map(lambda at: at.isoformat() + "Z"), st.text()),
}
for name, texts in OFTEN_RIGHT.items():
    schemathesis.graphql.scalar(name, texts.map(nodes.String))
schemathesis.graphql.scalar("Long", st.integers(-(2**63), 2**63).map(nodes.Int))
# The bytes of a file come beside the document; named in it, whatever stands for them is refused.
schemathesis.graphql.scalar("Upload", st.text().map(nodes.String))
schemathesis.graphql.scalar("JSON", st.one_of(st.text().map(nodes.String), st.integers().map(nodes.Int)))


@schemathesis.check
def answers_as_promised(ctx, response, case):
    """No fault of the server's own, no error without a documented code, nothing of the insides."""
    text = response.content
    told = json.loads(text)
    codes = [error.get("extensions", {}).get("code") for error in told.get("errors", [])]
    deliberate = response.status_code == 503 and codes == ["LIMIT_EXCEEDED"]
    assert response.status_code < 500 or deliberate, f"answered with {response.status_code}"
    assert "INTERNAL" not in codes, "a fault of the server's own"
    assert set(codes) <= CODES, f"codes that api/README.md does not list: {set(codes) - CODES}"
    inside = INSIDES.search(text)
    assert inside is None, f"tells of the insides: {text[max(0, inside.start() - 60):inside.end() + 60]!r}"
