//! Worlds in which anything may belong to anybody: references, owners, areas and states of some rows are
//! changed at random, past everything that the service would refuse.

use sea_orm::ConnectionTrait;

use crate::harness::Records;

/// What may be anything: the table, the column, and what a value is taken from.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("action_item", "assignee_id", "person"),
    ("action_item", "assignee_organisation_id", "organisation"),
    ("action_item", "customer_id", "organisation"),
    ("action_item", "forum_id", "forum"),
    ("agenda_item", "meeting_id", "meeting"),
    ("api_token", "organisation_id", "organisation"),
    ("api_token", "person_id", "person"),
    ("comment", "organisation_id", "organisation"),
    ("evidence", "owner_id", "organisation"),
    ("evidence_file", "evidence_id", "evidence"),
    ("evidence_file", "owner_id", "organisation"),
    ("evidence_request", "customer_id", "organisation"),
    ("evidence_request", "supplier_id", "organisation"),
    ("linked_identity", "person_id", "person"),
    ("meeting", "forum_id", "forum"),
    ("risk_acceptance", "risk_analysis_id", "risk_analysis"),
    ("risk_analysis", "owner_id", "organisation"),
    ("event_mark", "organisation_id", "organisation"),
    ("saved_view", "organisation_id", "organisation"),
    ("session", "organisation_id", "organisation"),
    ("session", "person_id", "person"),
    ("submission", "customer_id", "organisation"),
    ("submission", "supplier_id", "organisation"),
    ("submission_file", "submission_id", "submission"),
    ("upload", "owner_id", "organisation"),
];

/// The same for values of closed sets.
const VALUES: &[(&str, &str, &[&str])] = &[
    ("action_item", "service_area", AREAS),
    ("agreement", "service_area", AREAS),
    ("comment", "audience", &["SHARED", "INTERNAL"]),
    ("event", "service_area", AREAS),
    ("event", "topic", TOPICS),
    ("evidence_request", "service_area", AREAS),
    ("forum", "service_area", AREAS),
    ("risk", "service_area", AREAS),
    ("risk_acceptance", "service_area", AREAS),
    ("risk_analysis", "service_area", AREAS),
    ("risk_analysis_participant", "service_area", AREAS),
    ("submission", "service_area", AREAS),
];
/// What nobody of the world has yet: providers, and people who signed in by them.
const SIGNED_IN: &[&str] = &[
    "identity_provider (id, organisation_id, issuer, client_id, takes_access_tokens, vouches_for_email, just_in_time, role_mapping, \
     created_at, updated_at, version) SELECT gen_random_uuid(), id, 'https://' || number, 'samsyn', false, false, false, \
     '[]', now(), now(), 1 FROM organisation",
    "email_domain (id, organisation_id, domain, claimed_at, confirmed_at) \
     SELECT gen_random_uuid(), id, number || '.example', now(), now() FROM organisation",
    "support_grant (id, organisation_id, reason, granted_at, expires_at, version) \
     SELECT gen_random_uuid(), id, 'a reason', now(), now() + interval '1 hour', 1 FROM organisation",
    "linked_identity (id, organisation_id, person_id, issuer, subject, linked_at) \
     SELECT gen_random_uuid(), organisation_id, id, 'https://login.example', id, now() FROM person",
    "saved_view (id, organisation_id, person_id, name, page, query, created_at, updated_at, version) \
     SELECT gen_random_uuid(), organisation_id, id, 'a view', 'risks', '?', now(), now(), 1 FROM person",
    "event_mark (id, organisation_id, position, updated_at) SELECT id, organisation_id, 1, now() FROM person",
    "session (id, organisation_id, person_id, hash, idle_seconds, created_at, last_used_at, expires_at, version) \
     SELECT gen_random_uuid(), organisation_id, id, id, 60, now(), now(), now() + interval '1 hour', 1 FROM person",
];
const AREAS: &[&str] = &["APPLICATION_HOSTING", "NETWORK", "CLIENTS"];
const TOPICS: &[&str] = &[
    "DIRECTORY",
    "EVIDENCE",
    "RISK",
    "FORUM",
    "ACTION_ITEM",
    "ADMINISTRATION",
];

/// Shakes the records; the same seed shakes alike. On PostgreSQL.
pub async fn shake(records: &Records, seed: u64) {
    let db = records.by_hand().await;
    let run = async |sql: String| {
        let done = db.execute_unprepared(&sql).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    };
    for made in SIGNED_IN {
        run(format!("INSERT INTO {made} ON CONFLICT DO NOTHING")).await;
    }
    for (number, (table, column, of)) in REFERENCES.iter().enumerate() {
        let which = chance("t", seed, number, 3);
        run(format!(
            "UPDATE {table} t SET {column} = (SELECT id FROM {of} s \
             ORDER BY md5(s.id::text || t.id::text || '{seed}/{number}') LIMIT 1) WHERE {which}"
        ))
        .await;
    }
    for (number, (table, column, values)) in VALUES.iter().enumerate() {
        let which = chance("t", seed, number + 100, 3);
        let values = values.join("', '");
        run(format!(
            "UPDATE {table} t SET {column} = (SELECT v FROM unnest(ARRAY['{values}']) v \
             ORDER BY md5(v || t.id::text || '{seed}') LIMIT 1) WHERE {which}"
        ))
        .await;
    }
    run(format!(
        "UPDATE submission t SET state = 'DRAFT' WHERE {}",
        chance("t", seed, 200, 4)
    ))
    .await;
    // Who takes part: some no longer, some others.
    for (number, table) in [
        "forum_membership",
        "risk_analysis_participant",
        "event_audience",
    ]
    .iter()
    .enumerate()
    {
        run(format!(
            "DELETE FROM {table} t WHERE {}",
            chance("t", seed, number + 300, 4)
        ))
        .await;
    }
    for joined in [
        "forum_membership (id, forum_id, organisation_id, duty, created_at) \
         SELECT gen_random_uuid(), a.id, b.id, 'MEMBER', now() FROM forum a, organisation b",
        "forum_membership (id, forum_id, organisation_id, person_id, duty, created_at) \
         SELECT gen_random_uuid(), a.id, b.organisation_id, b.id, 'MEMBER', now() FROM forum a, person b",
        "risk_analysis_participant (id, risk_analysis_id, organisation_id, service_area, added_at) \
         SELECT gen_random_uuid(), a.id, b.id, a.service_area, now() FROM risk_analysis a, organisation b",
        "event_audience (id, event_id, organisation_id) \
         SELECT gen_random_uuid(), a.id, b.id FROM event a, organisation b",
    ] {
        let which = format!("abs(hashtext(a.id::text || b.id::text || '{seed}')) % 10 = 0");
        run(format!(
            "INSERT INTO {joined} WHERE {which} ON CONFLICT DO NOTHING"
        ))
        .await;
    }
}

/// True of one row in so many.
fn chance(row: &str, seed: u64, number: usize, one_in: u32) -> String {
    format!("abs(hashtext({row}.id::text || '{seed}-{number}')) % {one_in} = 0")
}
