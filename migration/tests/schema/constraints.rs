//! What the database refuses by itself, whatever code wrote the row. Each case breaks one rule of
//! one valid row of `world.sql`, and the refusal must name that rule.

use crate::{run, the_exchange};

/// Runs each statement on the valid world; the database must refuse it and name the rule.
async fn refuses(cases: &[(&str, &str)]) {
    let db = the_exchange().await;
    for (statement, rule) in cases {
        let Err(error) = run(&db, statement).await else {
            panic!("must be refused: {statement}");
        };
        let error = error.to_string();
        assert!(error.contains(rule), "{statement}\n{error}");
    }
}

/// Runs the statements on the valid world, which stays valid.
async fn accepts(statements: &[&str]) {
    let db = the_exchange().await;
    for statement in statements {
        if let Err(error) = run(&db, statement).await {
            panic!("must be accepted: {statement}\n{error}");
        }
    }
}

#[tokio::test]
async fn a_value_outside_its_closed_set() {
    refuses(&[
        ("UPDATE organisation SET kind = 'REGION'", "kind IN"),
        ("UPDATE person SET status = 'active'", "status IN"),
        ("UPDATE agreement SET service_area = ''", "service_area IN"),
        ("UPDATE submission SET state = 'REJECTED'", "state IN"),
        ("UPDATE forum SET level = 'BOARD'", "level IN"),
        ("UPDATE action_item SET priority = 'URGENT'", "priority IN"),
        ("UPDATE comment SET audience = 'PUBLIC'", "audience IN"),
    ])
    .await;
}

#[tokio::test]
async fn a_text_that_is_empty_or_too_long() {
    refuses(&[
        ("UPDATE evidence SET title = ''", "length(title)"),
        (
            "UPDATE evidence SET description = ''",
            "length(description)",
        ),
        (
            "UPDATE evidence SET title = printf('%201c', 'x')",
            "length(title)",
        ),
        (
            "UPDATE comment SET body = printf('%10001c', 'x')",
            "length(body)",
        ),
        (
            "UPDATE organisation SET number = '212000-1355'",
            "length(number)",
        ),
        (
            "UPDATE organisation SET number = '212000'",
            "length(number) = 10",
        ),
    ])
    .await;
    accepts(&[
        "UPDATE evidence SET title = replace(printf('%200c', 'x'), ' ', 'å'), description = NULL",
        "UPDATE comment SET body = printf('%10000c', 'x')",
    ])
    .await;
}

#[tokio::test]
async fn a_missing_value() {
    refuses(&[
        ("UPDATE evidence SET title = NULL", "NOT NULL"),
        ("UPDATE agreement SET starts_on = NULL", "NOT NULL"),
        ("UPDATE risk SET score = NULL", "NOT NULL"),
    ])
    .await;
}

#[tokio::test]
async fn dates_out_of_order() {
    refuses(&[
        ("UPDATE agreement SET ends_on = '2025-02-28'", "ends_on >="),
        (
            "UPDATE evidence SET valid_until = '2025-05-31'",
            "valid_until >=",
        ),
        ("UPDATE meeting SET ends_at = starts_at", "ends_at >"),
        (
            "UPDATE api_token SET expires_at = created_at",
            "expires_at >",
        ),
    ])
    .await;
    accepts(&[
        "UPDATE agreement SET ends_on = starts_on",
        "UPDATE evidence SET valid_from = NULL",
    ])
    .await;
}

#[tokio::test]
async fn an_agreement_with_oneself() {
    refuses(&[(
        "UPDATE agreement SET supplier_id = customer_id",
        "customer_id <> supplier_id",
    )])
    .await;
}

#[tokio::test]
async fn a_role_with_the_wrong_area() {
    refuses(&[
        (
            "UPDATE role_assignment SET service_area = 'CLIENTS' WHERE role = 'IT_MANAGER'",
            "SERVICE_AREA_MANAGER",
        ),
        (
            "UPDATE role_assignment SET service_area = NULL WHERE role = 'SERVICE_AREA_MANAGER'",
            "SERVICE_AREA_MANAGER",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_score_that_is_not_the_product() {
    refuses(&[
        ("UPDATE risk SET score = 14", "score = likelihood * impact"),
        (
            "UPDATE risk SET likelihood = 6, score = 30",
            "likelihood BETWEEN 1 AND 5",
        ),
        (
            "UPDATE risk SET impact = 0, score = 0",
            "impact BETWEEN 1 AND 5",
        ),
        (
            "UPDATE risk SET residual_likelihood = 2, residual_impact = 2, residual_score = 5",
            "residual_score = residual_likelihood * residual_impact",
        ),
    ])
    .await;
    accepts(&["UPDATE risk SET residual_likelihood = 2, residual_impact = 2, residual_score = 4"])
        .await;
}

/// A rule that evaluates to NULL counts as satisfied, so a missing value must be refused by name.
#[tokio::test]
async fn a_risk_after_treatment_that_is_half_told() {
    refuses(&[
        (
            "UPDATE risk SET residual_likelihood = 2, residual_score = 2",
            "CHECK",
        ),
        (
            "UPDATE risk SET residual_likelihood = 2, residual_impact = 2",
            "CHECK",
        ),
        ("UPDATE risk SET residual_score = 4", "CHECK"),
    ])
    .await;
}

#[tokio::test]
async fn a_submission_or_comment_of_none_or_two_subjects() {
    refuses(&[
        (
            "UPDATE submission SET risk_analysis_id = 'analysis'",
            "risk_analysis_id IS NULL",
        ),
        (
            "UPDATE submission SET evidence_id = NULL",
            "risk_analysis_id IS NULL",
        ),
        (
            "UPDATE comment SET submission_id = NULL",
            "submission_id IS NULL",
        ),
        (
            "UPDATE comment SET action_item_id = 'item'",
            "action_item_id IS NULL",
        ),
    ])
    .await;
    accepts(&[
        "UPDATE submission SET evidence_id = NULL, risk_analysis_id = 'analysis'",
        "UPDATE comment SET submission_id = NULL, action_item_id = 'item'",
    ])
    .await;
}

#[tokio::test]
async fn a_state_without_what_it_means() {
    refuses(&[
        ("UPDATE submission SET state = 'SUBMITTED'", "rounds > 0"),
        ("UPDATE submission SET rounds = 1", "(rounds = 0)"),
        (
            "UPDATE submission_round SET outcome = 'APPROVED'",
            "(reviewed_at IS NULL)",
        ),
        (
            "UPDATE submission_round SET outcome = 'RETURNED', reviewed_at = '2026-02-01'",
            "remark IS NOT NULL",
        ),
        (
            "UPDATE evidence_request SET state = 'ANSWERED'",
            "answer_id IS NOT NULL",
        ),
        (
            "UPDATE evidence_request SET state = 'WITHDRAWN'",
            "closed_at IS NOT NULL",
        ),
        (
            "UPDATE risk_acceptance SET state = 'ACCEPTED', decided_at = '2026-02-01'",
            "accepted_until IS NOT NULL",
        ),
        (
            "UPDATE risk_acceptance SET state = 'DECLINED'",
            "decided_at IS NULL",
        ),
        (
            "UPDATE meeting SET state = 'SIGNED', signed_at = '2026-04-02'",
            "minutes_as_signed IS NOT NULL",
        ),
        (
            "UPDATE action_item SET state = 'CANCELLED'",
            "closed_at IS NOT NULL",
        ),
        (
            "UPDATE action_item SET state = 'VERIFIED', closed_at = '2026-06-01'",
            "reported_at IS NOT NULL",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_forum_above_the_strategic_one_or_a_chair_who_is_nobody() {
    refuses(&[
        (
            "UPDATE forum SET parent_id = 'tactical' WHERE level = 'STRATEGIC'",
            "parent_id IS NULL",
        ),
        (
            "UPDATE forum_membership SET person_id = NULL WHERE duty = 'CHAIR'",
            "person_id IS NOT NULL",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_reference_to_nothing() {
    refuses(&[
        (
            "UPDATE person SET organisation_id = 'nobody'",
            "FOREIGN KEY",
        ),
        (
            "UPDATE submission SET evidence_id = 'nothing'",
            "FOREIGN KEY",
        ),
        (
            "UPDATE forum SET parent_id = 'none' WHERE id = 'tactical'",
            "FOREIGN KEY",
        ),
        (
            "DELETE FROM organisation WHERE id = 'municipality'",
            "FOREIGN KEY",
        ),
        ("DELETE FROM evidence", "FOREIGN KEY"),
    ])
    .await;
}

#[tokio::test]
async fn the_same_thing_twice() {
    refuses(&[
        (
            "UPDATE organisation SET number = '2120001355'",
            "organisation.number",
        ),
        (
            "INSERT INTO person (id, organisation_id, name, email, status, created_at, version) SELECT 'again', organisation_id, name, email, status, created_at, version FROM person",
            "person.email",
        ),
        (
            "INSERT INTO role_assignment SELECT 'again', person_id, role, service_area, created_at FROM role_assignment WHERE role = 'SERVICE_AREA_MANAGER'",
            "role_assignment.service_area",
        ),
        (
            "INSERT INTO decision (id, meeting_id, number, text, created_at, updated_at, version) SELECT 'again', meeting_id, number, text, created_at, updated_at, version FROM decision",
            "decision.number",
        ),
    ])
    .await;
}

/// Two missing values do not collide in an ordinary unique index, so these have one of their own.
#[tokio::test]
async fn the_same_thing_twice_with_a_value_left_out() {
    refuses(&[
        (
            "INSERT INTO role_assignment SELECT 'again', person_id, role, service_area, created_at FROM role_assignment WHERE role = 'IT_MANAGER'",
            "UNIQUE",
        ),
        (
            "INSERT INTO forum_membership SELECT 'again', forum_id, organisation_id, person_id, duty, created_at FROM forum_membership WHERE person_id IS NULL",
            "UNIQUE",
        ),
    ])
    .await;
    accepts(&[
        "INSERT INTO role_assignment VALUES ('another area', 'it-manager', 'SERVICE_AREA_MANAGER', 'CLIENTS', '2026-01-01')",
        "INSERT INTO forum_membership VALUES ('another forum', 'tactical', 'hosting-supplier', NULL, 'MEMBER', '2026-01-01')",
    ])
    .await;
}
