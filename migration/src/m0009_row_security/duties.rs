//! What is done for nobody in particular.

/// What is done for nobody in particular, or reaches beyond what the one who asks may see: the duty, the
/// table, and what it may do there with which rows.
pub(super) const DUTIES: &[(&str, &str, &str, &str)] = &[
    // Notes that a token was used, and finds whom an upload URL was made for.
    ("authenticate", "api_token", "SELECT", THE_TOKEN),
    ("authenticate", "api_token", "UPDATE", THE_TOKEN),
    (
        "authenticate",
        "upload",
        "SELECT",
        "hash = claimed_subject()",
    ),
    ("authenticate", "session", "SELECT", THE_TOKEN),
    ("authenticate", "session", "UPDATE", THE_TOKEN),
    // Numbers events and chains them.
    ("seal", "event", "SELECT", "true"),
    ("seal", "event_audience", "SELECT", "true"),
    ("seal", "event_audience", "UPDATE", "true"),
    ("seal", "ledger_seal", "SELECT", "true"),
    ("seal", "ledger_seal", "INSERT", "true"),
    // Walks the chain.
    ("audit", "event", "SELECT", "true"),
    ("audit", "event_audience", "SELECT", "true"),
    ("audit", "ledger_seal", "SELECT", "true"),
    // Lists the files, to compare their bytes with their hashes.
    ("audit", "evidence_file", "SELECT", "true"),
    // Lets tenants in.
    ("operate", "organisation", "SELECT", "true"),
    ("operate", "organisation", "INSERT", "true"),
    ("operate", "person", "SELECT", "true"),
    ("operate", "person", "INSERT", "true"),
    ("operate", "role_assignment", "SELECT", "true"),
    ("operate", "role_assignment", "INSERT", "true"),
    // Whether it has leave to look.
    ("operate", "support_grant", "SELECT", "true"),
    ("operate", "api_token", "INSERT", "true"),
    // Connects their providers, and confirms whose a domain is.
    ("operate", "identity_provider", "SELECT", "true"),
    ("operate", "identity_provider", "INSERT", "true"),
    ("operate", "identity_provider", "UPDATE", "true"),
    ("operate", "email_domain", "SELECT", "true"),
    ("operate", "email_domain", "INSERT", "true"),
    ("operate", "email_domain", "UPDATE", "true"),
    ("operate", "linked_identity", "SELECT", "true"),
    ("operate", "linked_identity", "UPDATE", "true"),
    (
        "operate",
        "event",
        "INSERT",
        "organisation_id IS NULL AND person_id IS NULL",
    ),
    ("operate", "event_audience", "INSERT", "position IS NULL"),
    // Keeps answers for requests that are repeated.
    ("repeat", "idempotency_key", "SELECT", "true"),
    ("repeat", "idempotency_key", "INSERT", "true"),
    ("repeat", "idempotency_key", "UPDATE", "true"),
    ("repeat", "idempotency_key", "DELETE", "true"),
    // Forgets what broken uploads have left.
    ("sweep", "access_token", "SELECT", "true"),
    ("sweep", "access_token", "DELETE", "true"),
    ("sweep", "upload", "SELECT", "true"),
    ("sweep", "resumable_upload", "SELECT", "true"),
    ("sweep", "resumable_upload", "DELETE", "true"),
    ("sweep", "upload_part", "SELECT", "true"),
    ("sweep", "upload_part", "DELETE", "true"),
    // Finds out who belongs to a forum, to tell them of an event.
    (
        "tell",
        "forum_membership",
        "SELECT",
        "forum_id = claimed_id()",
    ),
    // Finds a supplier by its number, to make an agreement with it.
    (
        "invite",
        "organisation",
        "SELECT",
        "number = claimed_subject()",
    ),
    // Hands an action item on to a forum that the one who does so may not see.
    ("hand_on", "action_item", "SELECT", "id = claimed_id()"),
    ("hand_on", "action_item", "UPDATE", "id = claimed_id()"),
    // Ends the sessions and tokens of whoever may no longer act.
    ("deactivate", "session", "SELECT", OF_PERSON),
    ("deactivate", "session", "UPDATE", OF_PERSON),
    ("deactivate", "api_token", "SELECT", OF_PERSON),
    ("deactivate", "api_token", "UPDATE", OF_PERSON),
];

const OF_PERSON: &str = "person_id = claimed_id() AND organisation_id = claimed_organisation()";
const THE_TOKEN: &str = "hash = claimed_subject() OR id = claimed_id()";
