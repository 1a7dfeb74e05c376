"""What is asked, of Samsyn and of PostGraphile, in a world that `world.sql` has made.

*point read*, *list* and *briefing* are asked in the name of those of a municipality who see all areas, *change* and
*upload* in the name of the suppliers.
"""

import dataclasses
import datetime
import json
import random

from engine import Engine

READS = ("point read", "list", "briefing")
ALL = (*READS, "change", "upload")

POINT_READ = "query($id: ID!) { node(id: $id) { ... on ActionItem { id title description state priority dueOn serviceArea createdAt updatedAt version } } }"
POINT_READ_BESIDE = "query($id: UUID!) { actionItemByRowId(rowId: $id) { rowId title description state priority dueOn serviceArea createdAt updatedAt version } }"

LIST = """query($forum: ID!) { actionItems(filter: { forumId: $forum }, first: 50) {
  nodes { id title state priority dueOn assignee { name } customer { name } forum { name } } } }"""
LIST_BESIDE = """query($forum: UUID!) { allActionItems(condition: { forumId: $forum }, first: 50, orderBy: [DUE_ON_ASC, ROW_ID_ASC]) {
  nodes { rowId title state priority dueOn personByAssigneeId { name } organisationByCustomerId { name } forumByForumId { name } } } }"""

BRIEFING = """query($forum: ID!) { briefing(forumId: $forum) {
  forum { name level } nextMeeting { title startsAt } lastMeeting { title startsAt }
  open: openActionItems(first: 10) { totalCount nodes { title dueOn priority assigneeOrganisation { name } assignee { name } forum { name } } }
  overdue: overdueActionItems(first: 10) { totalCount nodes { title dueOn priority assigneeOrganisation { name } forum { name } } }
  suppliers { supplier { name } expired(first: 5) { totalCount nodes { title validUntil } } expiring(first: 5) { totalCount nodes { title validUntil } } }
  highRisks(first: 10) { totalCount nodes { title score riskAnalysis { title } owner { name } } }
  risksPastReview(first: 10) { totalCount nodes { title reviewOn } }
  expiredAcceptances(first: 10) { totalCount nodes { acceptedUntil risk { title } } }
  toReview: submissionsToReview(first: 10) { totalCount nodes { title submittedAt supplier { name } } }
  changes(first: 10) { totalCount nodes { at action person { name } } }
} }"""
# PostGraphile knows no briefing. This asks its schema for the same rows in the same order, and is kind to it: whose the
# forum is, when it last met and which day it is come as variables, as if they were known, and Samsyn's look-up of the
# suppliers that have an agreement with the municipality and sit in one of the forums is two filters by relation.
BELOW = "{ or: [{ rowId: { equalTo: $forum } }, { parentId: { equalTo: $forum } }, { forumByParentId: { parentId: { equalTo: $forum } } }] }"
ITEMS = f'forumByForumId: {BELOW}, state: {{ in: ["OPEN", "IN_PROGRESS", "REPORTED_DONE"] }}'
APPROVED = 'customerId: { equalTo: $customer }, state: { equalTo: "APPROVED" }, evidenceId: { isNull: false }'
RISKS = "closedAt: { isNull: true }, riskAnalysisByRiskAnalysisId: { customerId: { equalTo: $customer } }"
BRIEFING_BESIDE = f"""query($forum: UUID!, $customer: UUID!, $since: Datetime!, $today: Date!, $soon: Date!) {{
  forumByRowId(rowId: $forum) {{ name level
    next: meetingsByForumId(condition: {{ state: "PLANNED" }}, first: 1, orderBy: STARTS_AT_ASC) {{ nodes {{ title startsAt }} }}
    last: meetingsByForumId(filter: {{ state: {{ notEqualTo: "PLANNED" }} }}, first: 1, orderBy: STARTS_AT_DESC) {{ nodes {{ title startsAt }} }} }}
  open: allActionItems(filter: {{ {ITEMS} }}, first: 10, orderBy: [DUE_ON_ASC, ROW_ID_ASC]) {{
    totalCount nodes {{ title dueOn priority organisationByAssigneeOrganisationId {{ name }} personByAssigneeId {{ name }} forumByForumId {{ name }} }} }}
  overdue: allActionItems(filter: {{ {ITEMS}, dueOn: {{ lessThan: $today }} }}, first: 10, orderBy: [DUE_ON_ASC, ROW_ID_ASC]) {{
    totalCount nodes {{ title dueOn priority organisationByAssigneeOrganisationId {{ name }} forumByForumId {{ name }} }} }}
  suppliers: allOrganisations(orderBy: NAME_ASC, filter: {{ agreementsBySupplierId: {{ some: {{ customerId: {{ equalTo: $customer }} }} }},
      forumMembershipsByOrganisationId: {{ some: {{ forumByForumId: {BELOW} }} }} }}) {{ nodes {{ name
    expired: submissionsBySupplierId(filter: {{ {APPROVED}, validUntil: {{ lessThan: $today }} }}, first: 5, orderBy: [VALID_UNTIL_ASC, ROW_ID_ASC]) {{ totalCount nodes {{ title validUntil }} }}
    expiring: submissionsBySupplierId(filter: {{ {APPROVED}, validUntil: {{ greaterThanOrEqualTo: $today, lessThanOrEqualTo: $soon }} }}, first: 5, orderBy: [VALID_UNTIL_ASC, ROW_ID_ASC]) {{
      totalCount nodes {{ title validUntil }} }} }} }}
  highRisks: allRisks(filter: {{ {RISKS}, score: {{ greaterThanOrEqualTo: 10 }} }}, first: 10, orderBy: [SCORE_DESC, ROW_ID_DESC]) {{
    totalCount nodes {{ title score riskAnalysisByRiskAnalysisId {{ title }} personByOwnerId {{ name }} }} }}
  risksPastReview: allRisks(filter: {{ {RISKS}, reviewOn: {{ lessThan: $today }} }}, first: 10, orderBy: [REVIEW_ON_ASC, ROW_ID_ASC]) {{ totalCount nodes {{ title reviewOn }} }}
  expiredAcceptances: allRiskAcceptances(first: 10, orderBy: [ACCEPTED_UNTIL_ASC, ROW_ID_ASC], filter: {{ state: {{ equalTo: "ACCEPTED" }}, acceptedUntil: {{ lessThan: $today }},
      riskByRiskId: {{ {RISKS}, riskAcceptancesByRiskId: {{ none: {{ state: {{ equalTo: "ACCEPTED" }}, acceptedUntil: {{ greaterThanOrEqualTo: $today }} }} }} }} }}) {{
    totalCount nodes {{ acceptedUntil riskByRiskId {{ title }} }} }}
  toReview: allSubmissions(filter: {{ customerId: {{ equalTo: $customer }}, state: {{ equalTo: "SUBMITTED" }},
      organisationBySupplierId: {{ forumMembershipsByOrganisationId: {{ some: {{ forumByForumId: {BELOW} }} }} }} }}, first: 10, orderBy: [UPDATED_AT_ASC, ROW_ID_ASC]) {{
    totalCount nodes {{ title submittedAt organisationBySupplierId {{ name }} }} }}
  changes: allEvents(filter: {{ at: {{ greaterThanOrEqualTo: $since }}, topic: {{ notEqualTo: "ADMINISTRATION" }} }}, first: 10, orderBy: [AT_DESC, ROW_ID_DESC]) {{
    totalCount nodes {{ at action personByPersonId {{ name }} }} }}
}}"""

CHANGE = "mutation($id: ID!) { startActionItem(input: { id: $id, expectedVersion: 1 }) { id state version } }"
UPLOAD = 'mutation($id: ID!) { createEvidenceUpload(input: { evidenceId: $id, fileName: "bevis.pdf" }) { url } }'


@dataclasses.dataclass
class Request:
    token: str
    document: str
    variables: dict

    def body(self) -> str:
        return json.dumps({"query": self.document, "variables": self.variables})


def key(prefix: str, uuid: str) -> str:
    """An id as Samsyn's clients see it."""
    return f"{prefix}_{uuid.replace('-', '')}"


class World:
    """Whom and what there is to ask about. The same seed asks the same."""

    def __init__(self, engine: Engine, database: str):
        self.engine, self.database = engine, database
        self.rng = random.Random(1)
        today = datetime.date.today()
        self.days = {"today": today.isoformat(), "soon": (today + datetime.timedelta(days=90)).isoformat()}
        self.customer, self.strategic, self.since = self.rows(
            "SELECT o.id, f.id, (SELECT max(starts_at) FROM meeting m WHERE m.forum_id = f.id AND m.state <> 'PLANNED')::timestamptz(0) FROM organisation o"
            " JOIN forum f ON f.customer_id = o.id AND f.level = 'STRATEGIC' WHERE o.kind = 'MUNICIPALITY' ORDER BY o.number LIMIT 1")[0]
        self.people = [id for id, in self.rows(
            f"SELECT p.id FROM person p JOIN role_assignment r ON r.person_id = p.id WHERE p.organisation_id = '{self.customer}'"
            " AND r.role IN ('IT_MANAGER', 'SECURITY_COORDINATOR', 'READER') ORDER BY p.id")]

    def rows(self, statement: str) -> list:
        return self.engine.sql(self.database, statement)

    def shuffled(self, statement: str) -> list:
        rows = self.rows(statement)
        self.rng.shuffle(rows)
        return rows

    def token(self, number: int = 0) -> str:
        """Of one of those who see all areas."""
        return secret(self.people[number % len(self.people)])

    def claims(self) -> dict:
        """What `access/claim.rs` would claim for each of these tokens."""
        topics = "DIRECTORY,EVIDENCE,RISK,FORUM,ACTION_ITEM"
        return {secret(person): {
            "samsyn.organisation": self.customer, "samsyn.person": person, "samsyn.kind": "MUNICIPALITY", "samsyn.areas": "*", "samsyn.topics": topics,
        } for person in self.people}

    def operational(self) -> list:
        return [id for id, in self.shuffled(f"SELECT id FROM forum WHERE customer_id = '{self.customer}' AND level = 'OPERATIONAL' ORDER BY id")]

    def requests(self, operation: str) -> list:
        """Pairs: what is asked of Samsyn, and the same of PostGraphile where it is asked, too."""
        if operation == "point read":
            items = self.shuffled(f"SELECT id FROM action_item WHERE customer_id = '{self.customer}' ORDER BY id")[:5000]
            return [self._pair(n, POINT_READ, {"id": key("act", id)}, POINT_READ_BESIDE, {"id": id}) for n, (id,) in enumerate(items)]
        if operation == "list":
            return [self._pair(n, LIST, {"forum": key("for", id)}, LIST_BESIDE, {"forum": id}) for n, id in enumerate(self.operational() * 20)]
        if operation == "briefing":
            beside = {"forum": self.strategic, "customer": self.customer, "since": self.since, **self.days}
            return [self._pair(n, BRIEFING, {"forum": key("for", self.strategic)}, BRIEFING_BESIDE, beside) for n in range(len(self.people))]
        if operation == "change":
            # What was started before, for which there is an event, too, can be started again.
            self.rows("UPDATE action_item SET state = 'OPEN', version = 1 WHERE state = 'IN_PROGRESS' AND version = 2")
            items = self.shuffled(
                "SELECT i.id, (SELECT min(p.id::text) FROM person p JOIN role_assignment r ON r.person_id = p.id AND r.role = 'SUPPLIER_CONTRIBUTOR'"
                " WHERE p.organisation_id = i.assignee_organisation_id) FROM action_item i JOIN organisation o ON o.id = i.assignee_organisation_id"
                " AND o.kind = 'SUPPLIER' WHERE i.state = 'OPEN' AND i.version = 1 ORDER BY i.id")
            return [(Request(secret(person), CHANGE, {"id": key("act", id)}), None) for id, person in items]
        evidence = self.shuffled(
            "SELECT e.id, e.created_by FROM evidence e JOIN role_assignment r ON r.person_id = e.created_by AND r.role = 'SUPPLIER_CONTRIBUTOR'"
            " ORDER BY e.id DESC LIMIT 20000")
        return [(Request(secret(person), UPLOAD, {"id": key("evd", id)}), None) for id, person in evidence]

    def _pair(self, number: int, document: str, variables: dict, beside: str, variables_beside: dict) -> tuple:
        token = self.token(number)
        return Request(token, document, variables), Request(token, beside, variables_beside)


def secret(person: str) -> str:
    return f"samsyn_bench_{person}"


def plain(operation: str, answer: dict):
    """What an answer says, whoever gave it: to see that both say the same."""
    data = answer.get("data") or {}
    if operation == "point read":
        record = data.get("node") or data.get("actionItemByRowId") or {}
        return record.get("title"), record.get("version")
    if operation == "list":
        nodes = (data.get("actionItems") or data.get("allActionItems") or {}).get("nodes", [])
        return [(node["title"], (node.get("assignee") or node.get("personByAssigneeId") or {}).get("name")) for node in nodes]
    said = data.get("briefing") or data
    lists = ("open", "overdue", "highRisks", "risksPastReview", "expiredAcceptances", "toReview", "changes")
    suppliers = said.get("suppliers") or []
    suppliers = suppliers["nodes"] if isinstance(suppliers, dict) else suppliers
    return [(one, said[one]["totalCount"], [node.get("title") for node in said[one]["nodes"]]) for one in lists if one in said] + [
        ((one.get("supplier") or one)["name"], one["expired"], one["expiring"]) for one in suppliers]
