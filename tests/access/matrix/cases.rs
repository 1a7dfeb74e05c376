//! One case a mutation: the record it is tried on, and what stops it behind the door.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::OUTDATED;

/// A text that no field accepts.
const BLANK: &str = "";

/// The input of a mutation's case; none for a mutation that has no case yet.
pub fn input(mutation: &str, of: &BTreeMap<&'static str, Value>) -> Option<Value> {
    // A change of a record, on a version that it does not have.
    let outdated = |record: &str| json!({ "id": of[record], "expectedVersion": OUTDATED });
    let with = |mut input: Value, name: &str, value: Value| {
        input[name] = value;
        input
    };
    let remark = |record: &str| with(outdated(record), "remark", json!("x"));
    let comment = |field: &str, record: &str| json!({ field: of[record], "body": BLANK, "audience": "SHARED" });
    Some(match mutation {
        "createPerson" => json!({ "name": BLANK, "email": "x@example.se", "roles": [] }),
        "updatePerson" | "confirmPersonAccess" | "forgetPersonIdentity" => outdated("person"),
        "grantSupportAccess" => json!({ "reason": BLANK, "expiresAt": "2000-01-01T00:00:00Z" }),
        "endSupportAccess" => json!({ "id": of["endedLeave"] }),
        "createAgreement" => {
            json!({ "supplierNumber": "x", "supplierName": "x", "serviceArea": "NETWORK",
            "reference": "x", "title": "x", "startsOn": "2026-01-01" })
        }
        "updateAgreement" => outdated("agreement"),
        "createApiToken" => {
            json!({ "name": BLANK, "scopes": [], "expiresAt": "2000-01-01T00:00:00Z" })
        }
        "createCalendarFeed" => json!({ "name": BLANK, "language": "SWEDISH" }),
        "createIntegrationToken" => {
            json!({ "name": BLANK, "scopes": [], "roles": [], "expiresAt": "2000-01-01T00:00:00Z" })
        }
        "createProvisioningToken" => {
            json!({ "name": BLANK, "expiresAt": "2000-01-01T00:00:00Z" })
        }
        "createMachineClient" => {
            json!({ "name": BLANK, "scopes": [], "roles": [], "expiresAt": "2000-01-01T00:00:00Z" })
        }
        "revokeApiToken" => json!({ "id": of["revokedToken"] }),
        "setIdentityProvider" => {
            json!({ "issuer": BLANK, "clientId": BLANK, "emailDomains": [] })
        }
        "removeIdentityProvider" => json!({ "expectedVersion": OUTDATED }),
        "revokeSession" => json!({ "id": of["revokedSession"] }),

        "saveView" => json!({ "name": BLANK, "page": "risks", "query": "?" }),
        "removeSavedView" => outdated("savedView"),
        "markEventsSeen" => json!({ "position": -1 }),

        "draftEvidence" => json!({ "kind": "POLICY", "title": BLANK }),
        "updateEvidence" | "archiveEvidence" => outdated("evidence"),
        "createEvidenceUpload" => json!({ "evidenceId": of["evidence"], "fileName": BLANK }),
        "uploadEvidenceFile" => {
            json!({ "evidenceId": of["evidence"], "file": "not sent along" })
        }
        "removeEvidenceFile" => json!({ "id": of["replacedFile"] }),

        "createSubmission" => {
            json!({ "evidenceId": of["evidence"], "agreementId": of["agreement"] })
        }
        "submitSubmission" | "approveSubmission" => outdated("submission"),
        "returnSubmission" => remark("submission"),
        "commentOnSubmission" => comment("submissionId", "submission"),

        "createEvidenceRequest" => {
            json!({ "agreementId": of["agreement"], "kind": "POLICY", "title": BLANK, "dueOn": "2030-01-01" })
        }
        "updateEvidenceRequest" | "fulfilEvidenceRequest" | "withdrawEvidenceRequest" => {
            outdated("request")
        }
        "answerEvidenceRequest" => with(
            outdated("request"),
            "submissionId",
            of["submission"].clone(),
        ),
        "reopenEvidenceRequest" => remark("request"),
        "commentOnEvidenceRequest" => comment("evidenceRequestId", "request"),

        "createRiskAnalysis" => json!({ "agreementId": of["agreement"], "title": BLANK }),
        "updateRiskAnalysis"
        | "submitRiskAnalysis"
        | "reviseRiskAnalysis"
        | "approveRiskAnalysis" => outdated("analysis"),
        "returnRiskAnalysis" => remark("analysis"),
        "shareRiskAnalysis" => with(
            outdated("ownAnalysis"),
            "organisationId",
            of["customer"].clone(),
        ),
        "addRisk" => {
            json!({ "riskAnalysisId": of["analysis"], "title": BLANK, "likelihood": 9, "impact": 9, "treatment": "MITIGATE" })
        }
        "updateRisk" | "closeRisk" => outdated("risk"),
        "requestRiskAcceptance" => {
            json!({ "riskId": of["risk"], "justification": BLANK, "proposedUntil": "2000-01-01" })
        }
        "acceptRisk" => with(outdated("acceptance"), "acceptedUntil", json!("2030-01-01")),
        "declineRisk" => with(outdated("acceptance"), "note", json!("x")),
        "commentOnRiskAnalysis" => comment("riskAnalysisId", "analysis"),

        "createForum" => json!({ "level": "STRATEGIC", "name": BLANK }),
        "updateForum" => outdated("forum"),
        "addForumMember" => {
            json!({ "forumId": of["forum"], "organisationId": of["customer"], "duty": "CHAIR" })
        }
        "removeForumMember" => {
            json!({ "forumId": of["forum"], "expectedVersion": OUTDATED, "memberId": of["member"] })
        }
        "scheduleMeeting" => {
            json!({ "forumId": of["forum"], "title": BLANK, "startsAt": "2030-01-01T09:00:00Z" })
        }
        "updateMeeting" | "holdMeeting" | "signMinutes" => outdated("meeting"),
        "addAgendaItem" => json!({ "meetingId": of["meeting"], "title": BLANK }),
        "updateAgendaItem" => outdated("agendaItem"),
        "recordDecision" => json!({ "meetingId": of["meeting"], "text": BLANK }),
        "updateDecision" => outdated("decision"),

        "createActionItem" => {
            json!({ "forumId": of["forum"], "title": BLANK, "dueOn": "2030-01-01",
            "assigneeOrganisationId": of["supplier"] })
        }
        "updateActionItem" | "startActionItem" | "verifyActionItem" => outdated("item"),
        "reportActionItemDone" => with(outdated("item"), "report", json!("x")),
        "sendBackActionItem" | "cancelActionItem" => remark("item"),
        "cascadeActionItem" => with(outdated("item"), "toForumId", of["forum"].clone()),
        "escalateActionItem" => with(outdated("item"), "reason", json!("x")),
        "commentOnActionItem" => comment("actionItemId", "item"),
        _ => return None,
    })
}

/// The record that the case is tried on; none when that is the actor's own organisation.
pub fn record(input: &Value) -> Option<&str> {
    [
        "id",
        "evidenceId",
        "agreementId",
        "forumId",
        "meetingId",
        "riskAnalysisId",
        "riskId",
        "submissionId",
        "evidenceRequestId",
        "actionItemId",
    ]
    .iter()
    .find_map(|field| input[field].as_str())
}
