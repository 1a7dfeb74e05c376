//! The functions that policies ask, and those that look before anybody is known.

/// What was claimed. Of a setting that was once made on a connection an empty text remains.
pub(super) const CLAIMS: &[&str] = &[
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
pub(super) const HELPERS: &[(&str, &str, &str)] = &[
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
pub(super) const ACTING: (&str, &str, &str) = (
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
pub(super) const GRANTED: (&str, &str, &str) = (
    "granted(token_hash text, token_id uuid)",
    "TABLE (id uuid, client_id uuid, hash text, scopes jsonb, expires_at timestamptz, revoked_at timestamptz)",
    "RETURN QUERY SELECT a.id, a.client_id, a.hash::text, a.scopes::jsonb, a.expires_at, a.revoked_at
        FROM access_token a WHERE a.hash = token_hash OR a.id = token_id;",
);

/// The machine client of an organisation for which access tokens of its own provider's client are taken.
pub(super) const CLIENTS_OF: (&str, &str, &str) = (
    "clients_of(client text, organisation uuid)",
    "TABLE (id uuid)",
    "RETURN QUERY SELECT t.id FROM api_token t
        WHERE t.provider_client = client AND t.organisation_id = organisation;",
);

/// Who is signed in where a session is known by the hash of its cookie or its id; as [`ACTING`].
pub(super) const SIGNED_IN: (&str, &str, &str) = (
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
pub(super) const PROVIDERS: (&str, &str, &str) = (
    "providers(issuer_or_domain text, provider_id uuid)",
    "TABLE (id uuid, organisation_id uuid, organisation_kind text, issuer text, client_id text,
        client_secret text, takes_access_tokens boolean, vouches_for_email boolean, just_in_time boolean, required_claim text,
        required_value text, role_claim text, role_mapping jsonb, created_at timestamptz,
        updated_at timestamptz, version integer)",
    "RETURN QUERY SELECT p.id, p.organisation_id, o.kind::text, p.issuer::text, p.client_id::text,
            p.client_secret::text, p.takes_access_tokens, p.vouches_for_email, p.just_in_time, p.required_claim::text,
            p.required_value::text, p.role_claim::text, p.role_mapping::jsonb, p.created_at,
            p.updated_at, p.version
        FROM identity_provider p
        JOIN organisation o ON o.id = p.organisation_id
        WHERE p.id = provider_id OR p.issuer = issuer_or_domain OR p.organisation_id IN (
            SELECT d.organisation_id FROM email_domain d
            WHERE d.domain = issuer_or_domain AND d.confirmed_at IS NOT NULL);",
);

/// What looks before anybody is known, and is given to the service by name.
pub(super) const BEFORE_A_CLAIM: [&(&str, &str, &str); 5] =
    [&ACTING, &GRANTED, &CLIENTS_OF, &SIGNED_IN, &PROVIDERS];

/// The tables that these functions read: the owner, and nobody else, sees them whole.
pub(super) const LOOKED_INTO: &[&str] = &[
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

/// Whose a file is, as far as whoever asks sees it.
pub(super) const OWNER_OF_FILE: (&str, &str, &str) = (
    "owner_of_file(file uuid)",
    "uuid",
    "RETURN (SELECT owner_id FROM evidence_file WHERE id = file);",
);
