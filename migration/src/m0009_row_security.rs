//! Step 9: row-level security, a second wall behind the door. For PostgreSQL; SQLite has nothing of the kind.
//!
//! The policies say by themselves, in SQL and by hand, what `api/src/access/visible.rs` says in Rust: a
//! filter that is forgotten or wrong there leaks nothing, and a test compares the two row by row. A
//! transaction claims for whom it speaks (`api/src/access/claim.rs`); without a claim no row is there.
//!
//! What always holds:
//! - Every table has its line in [`tables`], and is read and written by nobody else than it says. Security
//!   is forced, so that it binds the owner of the tables, too. **A later step that changes rows does not see
//!   them**, unless it lifts `FORCE` meanwhile.
//! - A record that stands under another is seen with it: `EXISTS` asks under the policies of the other.
//!   Where that would go in circles, or would make PostgreSQL plan the policies of half the tables for
//!   one row, a function in [`HELPERS`] looks as the owner of the tables.
//! - What was claimed is asked once a statement and not once a row ([`once`]), so that indexes are used for
//!   it, and nothing else is looked at where nobody claims to be an organisation.
//! - A row is added under a record that the one who adds it sees, and in nobody else's name.
//! - What is done for nobody in particular is a duty, and reaches only what it needs ([`DUTIES`]). Who is
//!   calling is found out by functions ([`BEFORE_A_CLAIM`]), for that is asked at every request.
//! - Events and their seals are never changed or removed, whoever asks ([`TRIGGERS`]).
//!
//! A new table gets its line in a step of its own, written with the words of [`Rules`].

use sea_orm_migration::{
    prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait},
    sea_orm::{ConnectionTrait, DbBackend, Statement},
};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Who may do what with the rows of a table, beside those on a duty.
pub(crate) struct Rules {
    table: &'static str,
    seen: &'static str,
    added: &'static str,
    changed: &'static str,
    removed: &'static str,
}

const NEVER: &str = "false";

impl Rules {
    pub(crate) fn new(table: &'static str, seen: &'static str) -> Self {
        Self {
            table,
            seen,
            added: NEVER,
            changed: NEVER,
            removed: NEVER,
        }
    }

    /// What is true of a row that is added.
    pub(crate) fn added(self, added: &'static str) -> Self {
        Self { added, ..self }
    }

    /// What is true of a row before it is changed, and after. The change is of a row that is seen, too.
    pub(crate) fn changed(self, changed: &'static str) -> Self {
        Self { changed, ..self }
    }

    /// What is true of a row that is removed.
    pub(crate) fn removed(self, removed: &'static str) -> Self {
        Self { removed, ..self }
    }

    /// What `CREATE POLICY` is told for each verb that anybody has leave for.
    fn policies(&self) -> impl Iterator<Item = String> {
        let table = self.table;
        let [seen, added, changed, removed] =
            [self.seen, self.added, self.changed, self.removed].map(once);
        let known = once("claimed_organisation() IS NOT NULL");
        [
            (
                self.seen,
                format!("seen ON {table} FOR SELECT USING ({known} AND ({seen}))"),
            ),
            (
                self.added,
                format!("added ON {table} FOR INSERT WITH CHECK ({added})"),
            ),
            (
                self.changed,
                format!("changed ON {table} FOR UPDATE USING ({changed}) WITH CHECK ({changed})"),
            ),
            (
                self.removed,
                format!("removed ON {table} FOR DELETE USING ({removed})"),
            ),
        ]
        .into_iter()
        .filter(|(rule, _)| *rule != NEVER)
        .map(|(_, policy)| policy)
    }
}

/// The rule with what was claimed asked by subqueries that depend on no row: PostgreSQL carries such a one out
/// once a statement, and knows its answer when it looks into an index.
fn once(rule: &str) -> String {
    let mut words = rule.split("claimed_");
    let mut said = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (name, rest) = word.split_once('(').unwrap_or((word, ""));
        let (about, rest) = rest.split_once(')').unwrap_or((rest, ""));
        said += &match (name, about) {
            ("area", column) => format!(
                "((SELECT claimed_everywhere()) OR {column} = ANY ((SELECT claimed_areas())::text[]))"
            ),
            ("topic", column) if !column.starts_with('\'') => {
                format!("{column} = ANY ((SELECT claimed_topics())::text[])")
            }
            _ => format!("(SELECT claimed_{name}({about}))"),
        };
        said += rest;
    }
    said
}

/// What was claimed. Of a setting that was once made on a connection an empty text remains.
const CLAIMS: &[&str] = &[
    "claimed_organisation() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
        RETURN nullif(current_setting('samsyn.organisation', true), '')::uuid",
    "claimed_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
        RETURN nullif(current_setting('samsyn.person', true), '')::uuid",
    "claimed_kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
        RETURN current_setting('samsyn.kind', true)",
    "claimed_everywhere() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
        RETURN current_setting('samsyn.areas', true) = '*'",
    "claimed_areas() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
        RETURN string_to_array(current_setting('samsyn.areas', true), ',')",
    "claimed_topics() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
        RETURN string_to_array(current_setting('samsyn.topics', true), ',')",
    // Whether records of this area are seen; what concerns no area in particular, by those who see all.
    "claimed_area(area text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
        RETURN current_setting('samsyn.areas', true) = '*'
            OR area = ANY (string_to_array(current_setting('samsyn.areas', true), ','))",
    "claimed_topic(topic text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
        RETURN topic = ANY (string_to_array(current_setting('samsyn.topics', true), ','))",
    "claimed_duty() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
        RETURN current_setting('samsyn.duty', true)",
    // What the duty is about: an id, a number, a hash.
    "claimed_subject() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
        RETURN nullif(current_setting('samsyn.subject', true), '')",
    // The same where it is an id, which no number and no hash is as long as.
    "claimed_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
        RETURN CASE WHEN length(current_setting('samsyn.subject', true)) = 36
            THEN current_setting('samsyn.subject', true)::uuid END",
];

/// Functions that look as the owner of the tables, with what they return. They tell ids of what the claim has to
/// do with, or whether it has to do with one. In PL/pgSQL, which keeps their plans.
const HELPERS: &[(&str, &str, &str)] = &[
    (
        "joined_forums()",
        "SETOF uuid",
        "RETURN QUERY SELECT forum_id FROM forum_membership
         WHERE CASE claimed_kind()
            WHEN 'SUPPLIER' THEN organisation_id = claimed_organisation()
            WHEN 'MUNICIPALITY' THEN person_id = claimed_person()
         END;",
    ),
    (
        "invited_analyses()",
        "SETOF uuid",
        "RETURN QUERY SELECT risk_analysis_id FROM risk_analysis_participant
         WHERE organisation_id = claimed_organisation();",
    ),
    // Whether there is an agreement between them that is seen.
    (
        "deals_with(other uuid)",
        "boolean",
        "RETURN EXISTS (SELECT FROM agreement a WHERE a.supplier_id = other
                AND a.customer_id = claimed_organisation() AND claimed_area(a.service_area))
            OR EXISTS (SELECT FROM agreement a WHERE a.supplier_id = claimed_organisation()
                AND a.customer_id = other);",
    ),
    (
        "sees_forum(one uuid)",
        "boolean",
        "RETURN EXISTS (SELECT FROM forum f WHERE f.id = one
                AND f.customer_id = claimed_organisation() AND claimed_area(f.service_area))
            OR EXISTS (SELECT FROM forum_membership m WHERE m.forum_id = one
                AND CASE claimed_kind()
                    WHEN 'SUPPLIER' THEN m.organisation_id = claimed_organisation()
                    WHEN 'MUNICIPALITY' THEN m.person_id = claimed_person()
                END);",
    ),
    // Whether an organisation, or a person, belongs to a forum that is seen.
    (
        "sits_with(other uuid)",
        "boolean",
        "RETURN EXISTS (SELECT FROM forum_membership m
                WHERE m.organisation_id = other AND sees_forum(m.forum_id))
            OR EXISTS (SELECT FROM forum f
                WHERE f.customer_id = other AND f.id IN (SELECT joined_forums()));",
    ),
    (
        "sits_beside(someone uuid)",
        "boolean",
        "RETURN EXISTS (SELECT FROM forum_membership m
            WHERE m.person_id = someone AND sees_forum(m.forum_id));",
    ),
    // Whom one takes part with is known also to those who may not read of risks.
    (
        "analyses_with(other uuid)",
        "boolean",
        "RETURN EXISTS (SELECT FROM risk_analysis_participant p
            JOIN risk_analysis_participant own ON own.risk_analysis_id = p.risk_analysis_id
            WHERE p.organisation_id = other AND claimed_area(p.service_area)
                AND own.organisation_id = claimed_organisation());",
    ),
];

/// Who acts with a token that is known by its hash or its id, and nothing else: of a person with several roles as
/// many rows.
const ACTING: (&str, &str, &str) = (
    "acting(token_hash text, token_id uuid)",
    "TABLE (id uuid, usage text, hash text, name text, public_keys jsonb, scopes jsonb, roles jsonb,
        expires_at timestamptz, revoked_at timestamptz, last_used_at timestamptz, organisation_id uuid,
        organisation_kind text, person_id uuid, person_name text, person_status text, role text, service_area text)",
    "RETURN QUERY SELECT t.id, t.usage::text, t.hash::text, t.name::text, t.public_keys::jsonb, t.scopes::jsonb,
            t.roles::jsonb, t.expires_at, t.revoked_at, t.last_used_at, o.id, o.kind::text,
            p.id, p.name::text, p.status::text, r.role::text, r.service_area::text
        FROM api_token t
        JOIN organisation o ON o.id = t.organisation_id
        LEFT JOIN person p ON p.id = t.person_id
        LEFT JOIN role_assignment r ON r.person_id = t.person_id
        WHERE t.hash = token_hash OR t.id = token_id;",
);

/// What a machine client was given, by the hash of the access token or its id.
const GRANTED: (&str, &str, &str) = (
    "granted(token_hash text, token_id uuid)",
    "TABLE (id uuid, client_id uuid, hash text, scopes jsonb, expires_at timestamptz, revoked_at timestamptz)",
    "RETURN QUERY SELECT a.id, a.client_id, a.hash::text, a.scopes::jsonb, a.expires_at, a.revoked_at
        FROM access_token a WHERE a.hash = token_hash OR a.id = token_id;",
);

/// The machine client of an organisation for which access tokens of its own provider's client are taken.
const CLIENTS_OF: (&str, &str, &str) = (
    "clients_of(client text, organisation uuid)",
    "TABLE (id uuid)",
    "RETURN QUERY SELECT t.id FROM api_token t
        WHERE t.provider_client = client AND t.organisation_id = organisation;",
);

/// Who is signed in where a session is known by the hash of its cookie or its id; as [`ACTING`].
const SIGNED_IN: (&str, &str, &str) = (
    "signed_in(cookie_hash text, session_id uuid)",
    "TABLE (id uuid, hash text, idle_seconds integer, last_used_at timestamptz, expires_at timestamptz,
        revoked_at timestamptz, organisation_id uuid, organisation_kind text,
        person_id uuid, person_name text, person_status text, role text, service_area text)",
    "RETURN QUERY SELECT s.id, s.hash::text, s.idle_seconds, s.last_used_at, s.expires_at, s.revoked_at,
            o.id, o.kind::text, p.id, p.name::text, p.status::text, r.role::text, r.service_area::text
        FROM session s
        JOIN organisation o ON o.id = s.organisation_id
        JOIN person p ON p.id = s.person_id
        LEFT JOIN role_assignment r ON r.person_id = s.person_id
        WHERE s.hash = cookie_hash OR s.id = session_id;",
);

/// The provider with this id, those with this issuer identifier, or the one that addresses of this domain lead to.
const PROVIDERS: (&str, &str, &str) = (
    "providers(issuer_or_domain text, provider_id uuid)",
    "TABLE (id uuid, organisation_id uuid, organisation_kind text, issuer text, client_id text,
        client_secret text, audience text, vouches_for_email boolean, just_in_time boolean, required_claim text,
        required_value text, role_claim text, role_mapping jsonb, created_at timestamptz,
        updated_at timestamptz, version integer)",
    "RETURN QUERY SELECT p.id, p.organisation_id, o.kind::text, p.issuer::text, p.client_id::text,
            p.client_secret::text, p.audience::text, p.vouches_for_email, p.just_in_time, p.required_claim::text,
            p.required_value::text, p.role_claim::text, p.role_mapping::jsonb, p.created_at,
            p.updated_at, p.version
        FROM identity_provider p
        JOIN organisation o ON o.id = p.organisation_id
        WHERE p.id = provider_id OR p.issuer = issuer_or_domain OR p.organisation_id IN (
            SELECT d.organisation_id FROM email_domain d
            WHERE d.domain = issuer_or_domain AND d.confirmed_at IS NOT NULL);",
);

/// What looks before anybody is known, and is given to the service by name.
const BEFORE_A_CLAIM: [&(&str, &str, &str); 5] =
    [&ACTING, &GRANTED, &CLIENTS_OF, &SIGNED_IN, &PROVIDERS];

/// The tables that these functions read: the owner, and nobody else, sees them whole.
const LOOKED_INTO: &[&str] = &[
    "agreement",
    "access_token",
    "api_token",
    "email_domain",
    "forum",
    "forum_membership",
    "identity_provider",
    "organisation",
    "person",
    "risk_analysis",
    "risk_analysis_participant",
    "role_assignment",
    "session",
];

/// Every table, and who may do what with its rows.
fn tables() -> Vec<Rules> {
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
        .added("organisation_id = claimed_organisation()")
        .changed("organisation_id = claimed_organisation()"),
        // What machine clients are given, and give back, is not looked at by anybody.
        Rules::new("access_token", GIVEN).added(OF_ORGANISATION).changed(GIVEN),
        administrators("identity_provider").changed(OF_ORGANISATION).removed(OF_ORGANISATION),
        administrators("email_domain").removed(OF_ORGANISATION),
        administrators("linked_identity").removed(OF_ORGANISATION),
        administrators("support_grant").changed(OF_ORGANISATION),
    ]
}

const OF_ORGANISATION: &str = "organisation_id = claimed_organisation()";

const GIVEN: &str = "organisation_id = claimed_organisation() AND claimed_topic('SIGN_IN')";

/// What only administrators see, and whoever signs somebody in.
fn administrators(table: &'static str) -> Rules {
    let seen = "organisation_id = claimed_organisation()
        AND (claimed_topic('ADMINISTRATION') OR claimed_topic('SIGN_IN'))";
    Rules::new(table, seen).added(OF_ORGANISATION)
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

/// What is done for nobody in particular, or reaches beyond what the one who asks may see: the duty, the
/// table, and what it may do there with which rows.
const DUTIES: &[(&str, &str, &str, &str)] = &[
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

/// Whose a file is, as far as whoever asks sees it.
const OWNER_OF_FILE: (&str, &str, &str) = (
    "owner_of_file(file uuid)",
    "uuid",
    "RETURN (SELECT owner_id FROM evidence_file WHERE id = file);",
);

/// Against those who may write: not even they change what has happened.
const TRIGGERS: &[&str] = &[
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$",
    "CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON event
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seal
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER only_added_to BEFORE DELETE OR TRUNCATE ON event_audience
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER numbered_once BEFORE UPDATE ON event_audience FOR EACH ROW
     WHEN (OLD.position IS NOT NULL OR NEW.position IS NULL OR (OLD.id, OLD.event_id, OLD.organisation_id)
        IS DISTINCT FROM (NEW.id, NEW.event_id, NEW.organisation_id))
     EXECUTE FUNCTION refuse_change()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for claim in CLAIMS {
            db.execute_unprepared(&format!("CREATE FUNCTION {claim}"))
                .await?;
        }
        let path = search_path(db).await?;
        for helper in HELPERS.iter().chain(BEFORE_A_CLAIM) {
            make(db, helper, "SECURITY DEFINER", &path).await?;
        }
        make(db, &OWNER_OF_FILE, "SECURITY INVOKER", &path).await?;
        for (function, ..) in BEFORE_A_CLAIM {
            db.execute_unprepared(&format!("REVOKE ALL ON FUNCTION {function} FROM PUBLIC"))
                .await?;
        }
        for rules in tables() {
            secure(db, &rules).await?;
        }
        for table in LOOKED_INTO {
            let policy = format!(
                "CREATE POLICY looked_into ON {table} FOR SELECT TO CURRENT_USER USING (true)"
            );
            db.execute_unprepared(&policy).await?;
        }
        for (duty, table, verb, rows) in DUTIES {
            let name = format!("{duty}_{}", verb.to_lowercase());
            let rule = once(&format!("(claimed_duty() = '{duty}' AND ({rows}))"));
            let rule = match *verb {
                "INSERT" => format!("WITH CHECK {rule}"),
                _ => format!("USING {rule}"),
            };
            let policy = format!("CREATE POLICY {name} ON {table} FOR {verb} {rule}");
            db.execute_unprepared(&policy).await?;
        }
        for statement in TRIGGERS {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        db.execute_unprepared("DROP FUNCTION refuse_change() CASCADE")
            .await?;
        for rules in tables() {
            lay_bare(db, rules.table).await?;
        }
        let made = HELPERS.iter().chain(BEFORE_A_CLAIM).chain([&OWNER_OF_FILE]);
        let claims = CLAIMS
            .iter()
            .filter_map(|claim| claim.split(" RETURNS").next());
        let functions = made.map(|(name, ..)| *name).chain(claims);
        for function in functions {
            db.execute_unprepared(&format!("DROP FUNCTION {function}"))
                .await?;
        }
        Ok(())
    }
}

/// Makes a function, which finds the tables whoever calls it.
async fn make(
    db: &impl ConnectionTrait,
    (name, returns, body): &(&str, &str, &str),
    security: &str,
    path: &str,
) -> Result<(), DbErr> {
    let function = format!(
        "CREATE FUNCTION {name} RETURNS {returns} LANGUAGE plpgsql STABLE {security} \
         SET search_path = {path} AS $$ BEGIN {body} END $$"
    );
    db.execute_unprepared(&function).await.map(drop)
}

/// Closes the table, and opens it to those whom its rules name.
pub(crate) async fn secure(db: &impl ConnectionTrait, rules: &Rules) -> Result<(), DbErr> {
    let table = rules.table;
    let closed = format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
    db.execute_unprepared(&closed).await?;
    for policy in rules.policies() {
        db.execute_unprepared(&format!("CREATE POLICY {policy}"))
            .await?;
    }
    Ok(())
}

async fn lay_bare(db: &impl ConnectionTrait, table: &str) -> Result<(), DbErr> {
    let policies =
        format!("SELECT quote_ident(polname) FROM pg_policy WHERE polrelid = '{table}'::regclass");
    let policies = db
        .query_all_raw(Statement::from_string(DbBackend::Postgres, policies))
        .await?;
    for policy in policies {
        let policy: String = policy.try_get_by_index(0)?;
        db.execute_unprepared(&format!("DROP POLICY {policy} ON {table}"))
            .await?;
    }
    let open =
        format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY");
    db.execute_unprepared(&open).await?;
    Ok(())
}

/// Where the functions find the tables. Temporary tables, which anybody may make, come last.
async fn search_path(db: &impl ConnectionTrait) -> Result<String, DbErr> {
    let here = "SELECT quote_ident(current_schema()) || ', pg_temp'";
    let row = db
        .query_one_raw(Statement::from_string(DbBackend::Postgres, here))
        .await?;
    row.ok_or_else(|| DbErr::RecordNotFound("the current schema".to_owned()))?
        .try_get_by_index(0)
}
