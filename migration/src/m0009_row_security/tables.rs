//! Every table, and who may do what with its rows: by hand, and by topic.

use super::rules::{NEVER, Rules};

/// Every table, and who may do what with its rows.
pub(super) fn tables() -> Vec<Rules> {
    let mut tables = tenants();
    tables.extend(evidence());
    tables.extend(risks());
    tables.extend(forums());
    tables.extend(ledger());
    tables
}

fn tenants() -> Vec<Rules> {
    vec![
        Rules::new(
            "organisation",
            "id = claimed_organisation() OR deals_with(id) OR sits_with(id) OR analyses_with(id)",
        )
        .added("claimed_kind() = 'MUNICIPALITY' AND kind = 'SUPPLIER'"),
        Rules::new(
            "person",
            "organisation_id = claimed_organisation() OR deals_with(organisation_id) OR sits_beside(id)",
        )
        .added("organisation_id = claimed_organisation()")
        .changed("organisation_id = claimed_organisation()"),
        Rules::new("role_assignment", COLLEAGUES)
            .added(COLLEAGUES)
            .removed(COLLEAGUES),
        Rules::new(
            "agreement",
            "supplier_id = claimed_organisation()
            OR (customer_id = claimed_organisation() AND claimed_area(service_area))",
        )
        .added("customer_id = claimed_organisation()")
        .changed("customer_id = claimed_organisation()"),
        Rules::new(
            "api_token",
            "organisation_id = claimed_organisation() AND (claimed_topic('ADMINISTRATION')
            OR (claimed_topic('OWN_TOKENS') AND person_id = claimed_person()))",
        )
        .added("organisation_id = claimed_organisation()")
        .changed("organisation_id = claimed_organisation()"),
        // Who signs somebody in says so in place of a topic, and is nobody yet.
        Rules::new(
            "session",
            "organisation_id = claimed_organisation() AND (claimed_topic('ADMINISTRATION')
            OR claimed_topic('SIGN_IN') OR (claimed_topic('OWN_TOKENS') AND person_id = claimed_person()))",
        )
        .added("organisation_id = claimed_organisation() AND person_id = claimed_person()")
        .changed("organisation_id = claimed_organisation()"),
        // What machine clients are given, and give back, is not looked at by anybody.
        Rules::new("access_token", GIVEN)
            .added(GIVEN).changed(GIVEN),
        administrators("identity_provider")
            .added(ADMINISTERED)
            .changed(ADMINISTERED)
            .removed(ADMINISTERED),
        administrators("email_domain")
            .added(
                "organisation_id = claimed_organisation() AND claimed_topic('ADMINISTERS')
                AND confirmed_at IS NULL",
            )
            .removed(ADMINISTERED),
        administrators("linked_identity")
            .added(GIVEN)
            .changed(ADMINISTERED),
        administrators("support_grant")
            .added(ADMINISTERED)
            .changed(ADMINISTERED),
    ]
}

/// What is claimed beside the topics that are read: who administers may have a token that does not read.
const ADMINISTERED: &str =
    "organisation_id = claimed_organisation() AND claimed_topic('ADMINISTERS')";

const GIVEN: &str = "organisation_id = claimed_organisation() AND claimed_topic('SIGN_IN')";

/// What only administrators see, and whoever signs somebody in.
fn administrators(table: &'static str) -> Rules {
    let seen = "organisation_id = claimed_organisation()
        AND (claimed_topic('ADMINISTRATION') OR claimed_topic('SIGN_IN'))";
    Rules::new(table, seen)
}

const COLLEAGUES: &str = "EXISTS (SELECT FROM person p
    WHERE p.id = role_assignment.person_id AND p.organisation_id = claimed_organisation())";

fn evidence() -> Vec<Rules> {
    vec![
        own("evidence"),
        Rules::new(
            "evidence_file",
            "claimed_topic('EVIDENCE') AND (owner_id = claimed_organisation()
            OR EXISTS (SELECT FROM submission_file s WHERE s.file_id = evidence_file.id))",
        )
        .added(
            "owner_id = claimed_organisation()
            AND EXISTS (SELECT FROM evidence e WHERE e.id = evidence_file.evidence_id)",
        )
        .changed(OWN),
        own("upload").added(
            "owner_id = claimed_organisation()
            AND EXISTS (SELECT FROM evidence e WHERE e.id = upload.evidence_id)",
        ),
        own("resumable_upload").added(
            "owner_id = claimed_organisation()
            AND EXISTS (SELECT FROM upload u WHERE u.id = resumable_upload.upload_id)",
        )
        .removed(OWN),
        own("upload_part").added(
            "owner_id = claimed_organisation()
            AND EXISTS (SELECT FROM resumable_upload u WHERE u.id = upload_part.resumable_upload_id)",
        )
        .changed(NEVER)
        .removed(OWN),
        Rules::new("submission", SUBMISSION)
            .added(
                "state = 'DRAFT' AND (
                    (supplier_id = claimed_organisation()
                        AND EXISTS (SELECT FROM evidence e WHERE e.id = submission.evidence_id))
                    OR EXISTS (SELECT FROM risk_analysis a WHERE a.id = submission.risk_analysis_id))",
            )
            .changed(SUBMISSION),
        Rules::new("submission_round", OF_SUBMISSION)
            .added(OF_SUBMISSION)
            .changed(OF_SUBMISSION),
        Rules::new(
            "submission_file",
            "claimed_topic('EVIDENCE')
            AND EXISTS (SELECT FROM submission s WHERE s.id = submission_file.submission_id)",
        )
        .added(
            "EXISTS (SELECT FROM submission s
                WHERE s.id = submission_file.submission_id AND s.supplier_id = claimed_organisation())
            AND owner_of_file(file_id) = claimed_organisation()",
        ),
        Rules::new("evidence_request", REQUEST)
            .added("customer_id = claimed_organisation() AND claimed_area(service_area)")
            .changed(REQUEST),
    ]
}

const OWN: &str = "owner_id = claimed_organisation()";

/// What is its owner's alone.
fn own(table: &'static str) -> Rules {
    let seen = "claimed_topic('EVIDENCE') AND owner_id = claimed_organisation()";
    Rules::new(table, seen).added(OWN).changed(OWN)
}

const SUBMISSION: &str = "
    (claimed_topic('EVIDENCE') AND evidence_id IS NOT NULL AND (
        supplier_id = claimed_organisation()
        OR (customer_id = claimed_organisation() AND claimed_area(service_area) AND state <> 'DRAFT')))
    OR (claimed_topic('RISK')
        AND EXISTS (SELECT FROM risk_analysis a WHERE a.id = submission.risk_analysis_id))";
const OF_SUBMISSION: &str =
    "EXISTS (SELECT FROM submission s WHERE s.id = submission_round.submission_id)";
const REQUEST: &str = "claimed_topic('EVIDENCE') AND (supplier_id = claimed_organisation()
    OR (customer_id = claimed_organisation() AND claimed_area(service_area)))";

fn risks() -> Vec<Rules> {
    let under_analysis = "claimed_topic('RISK') AND claimed_area(service_area)
        AND risk_analysis_id IN (SELECT invited_analyses())";
    let as_its_analysis = "EXISTS (SELECT FROM risk_analysis a WHERE a.id = risk.risk_analysis_id
        AND (a.customer_id, a.service_area) = (risk.customer_id, risk.service_area))";
    let as_its_risk = "EXISTS (SELECT FROM risk r WHERE r.id = risk_acceptance.risk_id
        AND (r.risk_analysis_id, r.customer_id, r.service_area)
            = (risk_acceptance.risk_analysis_id, risk_acceptance.customer_id, risk_acceptance.service_area))";
    vec![
        Rules::new("risk_analysis", ANALYSIS)
            .added(OWN)
            .changed(ANALYSIS),
        Rules::new(
            "risk_analysis_participant",
            "claimed_topic('RISK') AND claimed_area(service_area)
            AND (organisation_id = claimed_organisation() OR risk_analysis_id IN (SELECT invited_analyses()))",
        )
        .added(
            "EXISTS (SELECT FROM risk_analysis a
                WHERE a.id = risk_analysis_participant.risk_analysis_id
                    AND a.service_area = risk_analysis_participant.service_area
                    AND a.owner_id = claimed_organisation())",
        ),
        Rules::new("risk", under_analysis)
            .added(as_its_analysis)
            .changed(as_its_analysis),
        Rules::new("risk_acceptance", under_analysis)
            .added(as_its_risk)
            .changed(as_its_risk),
    ]
}

const ANALYSIS: &str = "claimed_topic('RISK') AND claimed_area(service_area)
    AND (owner_id = claimed_organisation() OR id IN (SELECT invited_analyses()))";

fn forums() -> Vec<Rules> {
    let of_own = "customer_id = claimed_organisation() AND claimed_area(service_area)";
    let of_agenda = "claimed_topic('FORUM')
        AND EXISTS (SELECT FROM meeting m WHERE m.id = agenda_item.meeting_id)";
    let of_decision = "claimed_topic('FORUM')
        AND EXISTS (SELECT FROM meeting m WHERE m.id = decision.meeting_id)";
    let of_member = "EXISTS (SELECT FROM forum f
        WHERE f.id = forum_membership.forum_id AND f.customer_id = claimed_organisation())";
    let of_meeting = "EXISTS (SELECT FROM forum f
        WHERE f.id = meeting.forum_id AND f.customer_id = claimed_organisation())";
    vec![
        Rules::new(
            "forum",
            "(customer_id = claimed_organisation() AND claimed_area(service_area))
            OR id IN (SELECT joined_forums())",
        )
        .added(of_own)
        .changed("customer_id = claimed_organisation()"),
        Rules::new("forum_membership", "sees_forum(forum_id)")
            .added(of_member)
            .removed(of_member),
        Rules::new(
            "meeting",
            "claimed_topic('FORUM') AND EXISTS (SELECT FROM forum f WHERE f.id = meeting.forum_id)",
        )
        .added(of_meeting)
        .changed(of_meeting),
        Rules::new("agenda_item", of_agenda)
            .added(of_agenda)
            .changed(of_agenda),
        Rules::new("decision", of_decision)
            .added(of_decision)
            .changed(of_decision),
        Rules::new("action_item", ITEM)
            .added("customer_id = claimed_organisation()")
            .changed(ITEM),
        Rules::new("action_item_step", STEP).added(STEP),
        Rules::new("action_item_evidence", PROOF).added(PROOF),
        Rules::new("comment", COMMENT).added(
            "organisation_id = claimed_organisation()
            AND author_id IS NOT DISTINCT FROM claimed_person() AND (
                EXISTS (SELECT FROM submission s WHERE s.id = comment.submission_id)
                OR EXISTS (SELECT FROM evidence_request r WHERE r.id = comment.evidence_request_id)
                OR EXISTS (SELECT FROM risk_analysis a WHERE a.id = comment.risk_analysis_id)
                OR EXISTS (SELECT FROM action_item i WHERE i.id = comment.action_item_id))",
        ),
    ]
}

const ITEM: &str = "claimed_topic('ACTION_ITEM') AND (
    (customer_id = claimed_organisation() AND claimed_area(service_area))
    OR CASE claimed_kind()
        WHEN 'SUPPLIER' THEN assignee_organisation_id = claimed_organisation()
        WHEN 'MUNICIPALITY' THEN assignee_id = claimed_person()
    END
    OR EXISTS (SELECT FROM forum f WHERE f.id = action_item.forum_id))";
const STEP: &str = "claimed_topic('ACTION_ITEM')
    AND EXISTS (SELECT FROM action_item i WHERE i.id = action_item_step.action_item_id)";
const PROOF: &str = "claimed_topic('ACTION_ITEM')
    AND EXISTS (SELECT FROM action_item i WHERE i.id = action_item_evidence.action_item_id)
    AND EXISTS (SELECT FROM submission s WHERE s.id = action_item_evidence.submission_id)";
const COMMENT: &str = "(audience = 'SHARED' OR organisation_id = claimed_organisation()) AND (
    (claimed_topic('EVIDENCE') AND (
        EXISTS (SELECT FROM submission s WHERE s.id = comment.submission_id)
        OR EXISTS (SELECT FROM evidence_request r WHERE r.id = comment.evidence_request_id)))
    OR (claimed_topic('RISK')
        AND EXISTS (SELECT FROM risk_analysis a WHERE a.id = comment.risk_analysis_id))
    OR (claimed_topic('ACTION_ITEM')
        AND EXISTS (SELECT FROM action_item i WHERE i.id = comment.action_item_id)))";

fn ledger() -> Vec<Rules> {
    vec![
        Rules::new(
            "event",
            "claimed_topic(topic) AND (claimed_area(service_area) OR topic = 'ADMINISTRATION')
            AND EXISTS (SELECT FROM event_audience a
                WHERE a.event_id = event.id AND a.organisation_id = claimed_organisation())",
        )
        .added(
            "organisation_id = claimed_organisation()
            AND person_id IS NOT DISTINCT FROM claimed_person()",
        ),
        // The whole organisation's, also of events that the one who reads may not read: positions count all
        // that the organisation is told of, so that they mean the same to each of its readers. A row tells
        // a position and an id.
        Rules::new("event_audience", "organisation_id = claimed_organisation()")
            .added("claimed_organisation() IS NOT NULL AND position IS NULL"),
        Rules::new("ledger_seal", NEVER),
        Rules::new("idempotency_key", NEVER),
    ]
}
