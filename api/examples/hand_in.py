#!/usr/bin/env python3
"""Lists what is to be done, hands in a file as evidence of a restore test, and follows what happens.

Needs Python 3.9 or later and nothing else:

    SAMSYN_URL=http://127.0.0.1:8080/graphql SAMSYN_TOKEN=… python3 api/examples/hand_in.py FILE
"""

import datetime
import http.client
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.request
import uuid

URL = os.environ["SAMSYN_URL"]
TOKEN = os.environ["SAMSYN_TOKEN"]
POSITION = pathlib.Path("samsyn.position")
BROKEN = (OSError, http.client.HTTPException)


class Refused(Exception):
    """What the API said no with: `code` is for programs, the message for people."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.code = error["extensions"]["code"]


def post(url, query, variables, **headers):
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", **headers}
    return urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60)


def ask(query, variables=None, **headers):
    """The data of a document. What was not answered is asked again; RATE_LIMITED says when."""
    for attempt in range(1, 6):
        try:
            with post(URL, query, variables, Accept="application/graphql-response+json", **headers) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as refused:
            if refused.code in (429, 503) and attempt < 5:
                time.sleep(int(refused.headers.get("Retry-After", attempt)))
                continue
            answer = json.load(refused)
        except BROKEN:
            if attempt == 5:
                raise
            time.sleep(attempt)
            continue
        if answer.get("errors"):
            raise Refused(answer["errors"][0])
        return answer["data"]


def once(mutation, **variables):
    """The same for a mutation that must happen once: repeated with the same key, it gets the first answer."""
    return ask(mutation, variables, **{"Idempotency-Key": str(uuid.uuid4())})


def open_action_items():
    """All of them, page by page."""
    query = """query ($after: String) {
      actionItems(filter: { open: true }, first: 10, after: $after) {
        nodes { title dueOn overdue } pageInfo { endCursor hasNextPage } } }"""
    page = {"endCursor": None, "hasNextPage": True}
    while page["hasNextPage"]:
        items = ask(query, {"after": page["endCursor"]})["actionItems"]
        yield from items["nodes"]
        page = items["pageInfo"]


def upload(evidence, file):
    """Sends the bytes of a file; the URL for it is a secret, and works without a token."""
    mutation = """mutation ($evidence: ID!, $fileName: String!) {
      createEvidenceUpload(input: { evidenceId: $evidence, fileName: $fileName }) { url } }"""
    url = ask(mutation, {"evidence": evidence, "fileName": file.name})["createEvidenceUpload"]["url"]
    with file.open("rb") as content:
        headers = {"Content-Length": str(file.stat().st_size)}
        request = urllib.request.Request(url, content, headers, method="PUT")
        with urllib.request.urlopen(request, timeout=600) as response:
            return json.load(response)["file"]


def hand_in(evidence, agreement):
    """Submits on the version that was last seen."""
    create = """mutation ($evidence: ID!, $agreement: ID!) {
      createSubmission(input: { evidenceId: $evidence, agreementId: $agreement }) { id version } }"""
    submit = """mutation ($id: ID!, $version: Int!) {
      submitSubmission(input: { id: $id, expectedVersion: $version }) { id state } }"""
    submission = once(create, evidence=evidence, agreement=agreement)["createSubmission"]
    while True:
        try:
            return once(submit, **submission)["submitSubmission"]
        except Refused as refused:
            if refused.code != "CONFLICT":
                raise
            # Somebody else has changed it: read it again, and repeat the change if it still makes sense.
            current = "query ($id: ID!) { node(id: $id) { ... on Submission { id version } } }"
            submission = ask(current, {"id": submission["id"]})["node"]


def events():
    """What happens, as it happens. The last position is kept, so that nothing is missed or comes twice, however
    often the connection breaks and whenever this is run again."""
    query = """subscription ($after: Long) {
      events(after: $after) { position event { action subject { id } } } }"""
    while True:
        after = int(POSITION.read_text()) if POSITION.exists() else 0
        try:
            with post(f"{URL}/stream", query, {"after": after}, Accept="text/event-stream") as stream:
                for line in stream:
                    if line.startswith(b"data: {"):
                        answer = json.loads(line[6:])
                        if answer.get("errors"):
                            raise Refused(answer["errors"][0])
                        entry = answer["data"]["events"]
                        yield entry
                        POSITION.write_text(str(entry["position"]))
        except urllib.error.HTTPError as refused:
            if refused.code not in (429, 503):
                raise
            time.sleep(int(refused.headers.get("Retry-After", 5)))
        except Refused as refused:
            if refused.code != "INTERNAL":
                raise
            time.sleep(1)
        except BROKEN:
            time.sleep(1)


def main(file):
    for item in open_action_items():
        print(item["dueOn"], "!" if item["overdue"] else " ", item["title"])

    agreements = ask("{ agreements(first: 100) { nodes { id inForce } } }")["agreements"]["nodes"]
    agreement = next(agreement["id"] for agreement in agreements if agreement["inForce"])
    draft = """mutation ($title: String!, $validFrom: Date!) {
      draftEvidence(input: { kind: RESTORE_TEST, title: $title, validFrom: $validFrom }) { id } }"""
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    evidence = once(draft, title=f"Restore test, {file.name}", validFrom=today)["draftEvidence"]["id"]
    print("uploaded:", upload(evidence, file)["sha256"])
    submission = hand_in(evidence, agreement)
    print("handed in:", submission["state"])

    for entry in events():
        event = entry["event"]
        subject = (event["subject"] or {}).get("id")
        print(entry["position"], event["action"], subject)
        if (event["action"], subject) == ("submission.submitted", submission["id"]):
            break  # an integration goes on


main(pathlib.Path(sys.argv[1]))
