-- A large world: two municipalities and their suppliers, three years of work. For psql as superuser on an empty
-- database, with the variables suppliers, items, risks and evidence. The same numbers make the same world, but
-- for the dates, which are told from today.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
SET work_mem = '256MB';
SET maintenance_work_mem = '256MB';

-- A UUID of version 7: by its time, and what it is the id of.
CREATE FUNCTION pg_temp.key(made timestamptz, what text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM made) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3)
        || '8' || substr(h, 4, 15))::uuid FROM md5(what || n) h $$;
-- A number below `most` that nobody would guess.
CREATE FUNCTION pg_temp.die(n bigint, what int, most int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT ((hashint8extended(n, what) & 2147483647) % most)::int $$;
CREATE FUNCTION pg_temp.area(n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT (ARRAY['APPLICATION_HOSTING', 'NETWORK', 'CLIENTS'])[1 + n % 3] $$;
-- When the nth of so many things was made, over three years, the last one yesterday.
CREATE FUNCTION pg_temp.made(n bigint, most bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT date_trunc('day', now()) - interval '1 day' - (most - n) * (interval '3 years' / most) $$;

BEGIN;
CREATE TEMP TABLE today ON COMMIT DROP AS SELECT current_date AS day, pg_temp.made(0, 1) AS begun;

-- Who there is. People of a municipality are 1 to 25, those of a supplier 1 to 4, or some more.
CREATE TEMP TABLE o ON COMMIT DROP AS
SELECT n, n <= 2 AS customer, pg_temp.key(begun, 'organisation', n) AS id FROM generate_series(1, 2 + :suppliers) n, today;
INSERT INTO organisation (id, number, name, kind, created_at, version)
SELECT id, CASE WHEN customer THEN '212' || lpad(n::text, 7, '0') ELSE '556' || lpad(n::text, 7, '0') END,
    CASE WHEN customer THEN 'Kommun ' || n ELSE 'Leverantör ' || n || ' AB' END,
    CASE WHEN customer THEN 'MUNICIPALITY' ELSE 'SUPPLIER' END, begun, 1
FROM o, today;

CREATE TEMP TABLE p ON COMMIT DROP AS
SELECT o.n AS o, o.id AS organisation_id, o.customer, k, pg_temp.key(begun, 'person', o.n * 100 + k) AS id,
    CASE WHEN customer THEN coalesce((ARRAY['IT_MANAGER', 'SECURITY_COORDINATOR', 'SERVICE_AREA_MANAGER',
            'SERVICE_AREA_MANAGER', 'SERVICE_AREA_MANAGER', 'ADMINISTRATOR'])[k], 'READER')
        ELSE coalesce((ARRAY['SUPPLIER_MANAGER', 'SUPPLIER_READER'])[k], 'SUPPLIER_CONTRIBUTOR') END AS role,
    CASE WHEN customer AND k BETWEEN 3 AND 5 THEN pg_temp.area(k - 3) END AS area
FROM o, today, generate_series(1, CASE WHEN customer THEN 25 ELSE 4 + n % 7 END) k;
INSERT INTO person (id, organisation_id, name, email, title, status, created_at, version)
SELECT id, organisation_id, 'Förnamn Efternamn ' || o || '-' || k, 'person' || k || '@organisation' || o || '.example',
    initcap(replace(role, '_', ' ')), 'ACTIVE', begun, 1 FROM p, today;
INSERT INTO role_assignment (id, person_id, role, service_area, created_at)
SELECT pg_temp.key(begun, 'role', o * 100 + k), id, role, area, begun FROM p, today;
-- Everybody has a token; its secret is `samsyn_bench_` and the person's id.
INSERT INTO api_token (id, organisation_id, person_id, name, usage, hash, hint, scopes, roles, created_by, created_at, expires_at, version)
SELECT pg_temp.key(begun, 'token', o * 100 + k), organisation_id, id, 'Mätning', 'BEARER',
    encode(sha256(convert_to('samsyn_bench_' || id, 'UTF8')), 'hex'), 'samsyn_bench',
    '["EVIDENCE_READ", "EVIDENCE_WRITE", "RISK_READ", "RISK_WRITE", "FORUM_READ", "FORUM_WRITE", "ACTION_ITEM_READ", "ACTION_ITEM_WRITE"]',
    '[]', id, begun, now() + interval '90 days', 1
FROM p, today;

-- Seven suppliers of ten work for the first municipality, five for the second.
CREATE TEMP TABLE a ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY s.n, c.n)::int AS n, c.n AS c, s.n AS s, c.id AS customer_id, s.id AS supplier_id,
    pg_temp.area(s.n) AS area, s.n % 3 AS area_n, pg_temp.key(begun, 'agreement', s.n * 10 + c.n) AS id
FROM o c JOIN o s ON c.customer AND NOT s.customer AND CASE c.n WHEN 1 THEN s.n % 10 < 7 ELSE s.n % 10 >= 5 END, today;
INSERT INTO agreement (id, customer_id, supplier_id, service_area, reference, title, starts_on, ends_on, created_at, updated_at, version)
SELECT id, customer_id, supplier_id, area, 'KS 2023/' || n, 'Drift och förvaltning, avtal ' || n, day - 1095,
    CASE WHEN n % 4 = 0 THEN day + 200 END, begun, begun, 1
FROM a, today;

-- A strategic forum of each municipality, a tactical one of each area, an operational one of each agreement.
CREATE TEMP TABLE f ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY depth, c, part)::int AS n, pg_temp.key(begun, 'forum', depth * 1000000 + c * 100000 + part) AS id, all_levels.*
FROM (
    SELECT 0 AS depth, n AS c, id AS customer_id, 0 AS part, NULL::int AS area_n, NULL::int AS s, NULL::uuid AS supplier_id FROM o WHERE customer
    UNION ALL SELECT 1, n, id, area, area, NULL, NULL FROM o, generate_series(0, 2) area WHERE customer
    UNION ALL SELECT 2, c, customer_id, a.n, area_n, s, supplier_id FROM a) all_levels, today;
INSERT INTO forum (id, customer_id, level, name, description, service_area, parent_id, created_at, updated_at, version)
SELECT f.id, f.customer_id, (ARRAY['STRATEGIC', 'TACTICAL', 'OPERATIONAL'])[1 + f.depth],
    (ARRAY['Strategiskt forum', 'Taktiskt forum ', 'Operativt forum '])[1 + f.depth] || coalesce(f.part::text, ''),
    'Följer upp leveransen, bevis och åtgärder.', pg_temp.area(f.area_n), above.id, begun, begun, 1
FROM f JOIN today ON true
LEFT JOIN f above ON above.c = f.c AND above.depth = f.depth - 1 AND (above.depth = 0 OR above.area_n = f.area_n)
ORDER BY f.depth;

-- Who takes part: managers by person, suppliers as organisations; in operational forums a person, too.
CREATE TEMP TABLE m ON COMMIT DROP AS
SELECT f.n AS f, f.id AS forum_id, p.organisation_id, p.id AS person_id, CASE WHEN p.k = 2 THEN 'SECRETARY' ELSE 'CHAIR' END AS duty
FROM f JOIN p ON p.o = f.c AND CASE WHEN f.depth = 0 THEN p.k IN (1, 2) ELSE p.k = 3 + f.area_n END
UNION ALL SELECT f.n, f.id, a.supplier_id, NULL, 'MEMBER'
FROM f JOIN a ON a.c = f.c AND CASE f.depth WHEN 0 THEN a.s % 8 = 0 WHEN 1 THEN a.area_n = f.area_n ELSE a.n = f.part END
UNION ALL SELECT f.n, f.id, p.organisation_id, p.id, 'MEMBER' FROM f JOIN p ON p.o = f.s AND p.k = 1 WHERE f.depth = 2;
INSERT INTO forum_membership (id, forum_id, organisation_id, person_id, duty, created_at)
SELECT pg_temp.key(begun, 'member', row_number() OVER (ORDER BY f, organisation_id, person_id)), forum_id, organisation_id, person_id, duty, begun
FROM m, today;

-- Each forum has met every 30 days for two years.
CREATE TEMP TABLE t ON COMMIT DROP AS
SELECT f.n AS f, k, f.id AS forum_id, day + interval '9 hours' - make_interval(days => 30 * k - (f.n * 7) % 28) AS starts_at,
    pg_temp.key(begun, 'meeting', f.n * 100 + k) AS id
FROM f, today, generate_series(0, 24) k;
INSERT INTO meeting (id, forum_id, title, starts_at, ends_at, state, minutes, held_at, created_at, updated_at, version)
SELECT id, forum_id, 'Möte ' || 25 - k, starts_at, starts_at + interval '2 hours', CASE k WHEN 0 THEN 'PLANNED' ELSE 'HELD' END,
    CASE WHEN k > 0 THEN 'Läget gicks igenom, och åtgärderna följdes upp.' END, CASE WHEN k > 0 THEN starts_at + interval '2 hours' END,
    starts_at - interval '40 days', starts_at, 2
FROM t;
INSERT INTO agenda_item (id, meeting_id, position, title, created_at, updated_at, version)
SELECT pg_temp.key(begun, 'agenda', f * 1000 + k * 10 + position), id, position, 'Punkt ' || position, starts_at, starts_at, 1
FROM t, today, generate_series(1, 3) position;
INSERT INTO decision (id, meeting_id, number, text, created_at, updated_at, version)
SELECT pg_temp.key(begun, 'decision', f * 100 + k), id, 1, 'Flerfaktorsinloggning införs.', starts_at, starts_at, 1
FROM t, today WHERE k > 0;

-- Risks, twenty to an analysis. Most have been closed; half of the analyses are shared with the other party.
CREATE TEMP TABLE ra ON COMMIT DROP AS
SELECT i, a.n AS a, a.c, a.s, a.id AS agreement_id, a.customer_id, a.supplier_id, a.area, a.area_n, made,
    pg_temp.die(i, 1, 5) > 0 AS by_customer, pg_temp.key(made, 'analysis', i) AS id,
    (ARRAY['DRAFT', 'SUBMITTED', 'RETURNED'])[1 + pg_temp.die(i, 2, 20)] AS other_state
FROM generate_series(1, :risks / 20) i JOIN a ON a.n = 1 + i % (SELECT count(*)::int FROM a),
    LATERAL (SELECT pg_temp.made(i, :risks / 20) AS made) at;
INSERT INTO risk_analysis (id, agreement_id, customer_id, owner_id, service_area, title, description, state, review_on, created_at, updated_at, version)
SELECT id, agreement_id, customer_id, CASE WHEN by_customer THEN customer_id ELSE supplier_id END, area, 'Riskanalys ' || i,
    'Omfattar driften enligt avtalet.', coalesce(other_state, 'APPROVED'), day + pg_temp.die(i, 3, 365), made, made, 1
FROM ra, today;
INSERT INTO risk_analysis_participant (id, risk_analysis_id, organisation_id, service_area, added_at)
SELECT pg_temp.key(made, 'owner', i), id, CASE WHEN by_customer THEN customer_id ELSE supplier_id END, area, made FROM ra
UNION ALL
SELECT pg_temp.key(made, 'participant', i), id, CASE WHEN by_customer THEN supplier_id ELSE customer_id END, area, made
FROM ra WHERE NOT by_customer OR pg_temp.die(i, 4, 2) = 0;
INSERT INTO risk (id, risk_analysis_id, customer_id, service_area, number, title, description, likelihood, impact, score, treatment, treatment_plan,
    residual_likelihood, residual_impact, residual_score, owner_id, review_on, closed_at, created_at, updated_at, version)
SELECT pg_temp.key(made, 'risk', n), ra.id, ra.customer_id, ra.area, number, 'Risk ' || n || ': driften stannar', 'Vad som kan hända, och varför det är troligt.',
    likelihood, impact, likelihood * impact, (ARRAY['MITIGATE', 'ACCEPT', 'AVOID', 'TRANSFER'])[1 + pg_temp.die(n, 5, 4)],
    'Hur risken behandlas, av vem och till när.', CASE WHEN residual THEN 1 + likelihood / 2 END, CASE WHEN residual THEN impact END,
    CASE WHEN residual THEN (1 + likelihood / 2) * impact END, p.id, CASE WHEN open THEN day - 20 + pg_temp.die(n, 6, 365) END,
    CASE WHEN NOT open THEN made + interval '20 days' END, made, made, 1
FROM ra JOIN p ON p.o = ra.c AND p.k = 3 + ra.area_n, today, generate_series(1, 20) number,
    LATERAL (SELECT i::bigint * 20 + number AS n) id,
    LATERAL (SELECT 1 + pg_temp.die(n, 7, 5) AS likelihood, 1 + pg_temp.die(n, 8, 5) AS impact,
        pg_temp.die(n, 9, 2) = 0 AS residual, pg_temp.die(n, 10, 100) < 15 AS open) AS dice;
-- One in fifty has been accepted, and a fifth of these for too short a time.
INSERT INTO risk_acceptance (id, risk_id, risk_analysis_id, customer_id, service_area, state, justification, proposed_until, requested_by, requested_organisation_id,
    requested_at, accepted_until, decided_by, decided_at, risk_version, risk_as_it_stood, version)
SELECT pg_temp.key(r.created_at, 'acceptance', i * 20 + r.number), r.id, ra.id, ra.customer_id, ra.area, 'ACCEPTED', 'Byte pågår.', until, p.id, p.organisation_id,
    r.created_at, until, boss.id, r.created_at, 1, row_to_json(r), 2
FROM ra JOIN risk r ON r.risk_analysis_id = ra.id AND r.closed_at IS NULL AND pg_temp.die(i * 20 + r.number, 11, 8) = 0
    JOIN p ON p.o = ra.s AND p.k = 1 JOIN p boss ON boss.o = ra.c AND boss.k = 1, today,
    LATERAL (SELECT day - 60 + pg_temp.die(i * 20 + r.number, 12, 300) AS until) till;

-- Evidence, each piece with a file and handed in under an agreement; most was superseded since.
CREATE TEMP TABLE e ON COMMIT DROP AS
SELECT i, s.n AS s, s.id AS owner_id, p.id AS by_id, made, made::date AS valid_from,
    made::date + 730 + pg_temp.die(i, 13, 1095) AS valid_until, pg_temp.key(made, 'evidence', i) AS id, pg_temp.die(i, 14, 100) AS fate,
    (ARRAY['CERTIFICATE', 'AUDIT_REPORT', 'STATEMENT_OF_APPLICABILITY', 'PENETRATION_TEST', 'RESTORE_TEST', 'POLICY', 'OTHER'])[1 + pg_temp.die(i, 15, 7)] AS kind
FROM generate_series(1, :evidence) i JOIN o s ON s.n = 3 + i % :suppliers JOIN p ON p.o = s.n AND p.k = 3,
    LATERAL (SELECT pg_temp.made(i, :evidence) AS made) at;
INSERT INTO evidence (id, owner_id, kind, title, description, valid_from, valid_until, created_by, created_at, updated_at, version)
SELECT id, owner_id, kind, 'Bevis ' || i, 'Vad det visar.', valid_from, valid_until, by_id, made, made, 1 FROM e;
INSERT INTO evidence_file (id, evidence_id, owner_id, name, media_type, size, sha256, uploaded_by, uploaded_at)
SELECT pg_temp.key(made, 'file', i), id, owner_id, 'bevis-' || i || '.pdf', 'application/pdf', 100000 + i,
    encode(sha256(convert_to(i::text, 'UTF8')), 'hex'), by_id, made
FROM e;
CREATE TEMP TABLE u ON COMMIT DROP AS
SELECT e.*, a.id AS agreement_id, a.customer_id, a.area, boss.id AS boss_id, pg_temp.key(made, 'submission', i) AS submission_id,
    CASE WHEN fate < 85 THEN 'SUPERSEDED' WHEN fate < 95 THEN 'APPROVED' WHEN fate = 95 THEN 'SUBMITTED' WHEN fate = 96 THEN 'RETURNED' ELSE 'DRAFT' END AS state
FROM e JOIN a ON a.s = e.s AND (a.c = 1 + e.i / :suppliers % 2 OR NOT EXISTS (SELECT FROM a other WHERE other.s = a.s AND other.c <> a.c))
    JOIN p boss ON boss.o = a.c AND boss.k = 3 + a.area_n
WHERE fate < 98;
INSERT INTO submission (id, agreement_id, customer_id, supplier_id, service_area, evidence_id, state, title, kind, valid_from, valid_until,
    rounds, remark, created_by, created_at, submitted_by, submitted_at, reviewed_by, reviewed_at, updated_at, version)
SELECT submission_id, agreement_id, customer_id, owner_id, area, id, state, 'Bevis ' || i, kind, valid_from, valid_until,
    (state <> 'DRAFT')::int, CASE state WHEN 'RETURNED' THEN 'Bilagan saknas.' END, by_id, made,
    CASE WHEN state <> 'DRAFT' THEN by_id END, CASE WHEN state <> 'DRAFT' THEN made END,
    CASE WHEN state NOT IN ('DRAFT', 'SUBMITTED') THEN boss_id END, CASE WHEN state NOT IN ('DRAFT', 'SUBMITTED') THEN made END, made, 3
FROM u;
INSERT INTO submission_round (id, submission_id, number, content, submitted_by, submitted_at, outcome, remark, reviewed_by, reviewed_at)
SELECT pg_temp.key(made, 'round', i), submission_id, 1,
    json_build_object('type', 'EVIDENCE', 'kind', kind, 'title', 'Bevis ' || i, 'description', 'Vad det visar.', 'certification_body', NULL,
        'certificate_number', NULL, 'standard', NULL, 'scope', NULL, 'valid_from', valid_from, 'valid_until', valid_until, 'version', 1),
    by_id, made, CASE state WHEN 'SUBMITTED' THEN NULL WHEN 'RETURNED' THEN 'RETURNED' ELSE 'APPROVED' END,
    CASE state WHEN 'RETURNED' THEN 'Bilagan saknas.' END, CASE WHEN state <> 'SUBMITTED' THEN boss_id END, CASE WHEN state <> 'SUBMITTED' THEN made END
FROM u WHERE state <> 'DRAFT';
INSERT INTO submission_file (id, round_id, submission_id, file_id)
SELECT pg_temp.key(made, 'handed in', i), pg_temp.key(made, 'round', i), submission_id, pg_temp.key(made, 'file', i) FROM u WHERE state <> 'DRAFT';
INSERT INTO evidence_request (id, agreement_id, customer_id, supplier_id, service_area, kind, title, due_on, state, created_at, updated_at, version)
SELECT pg_temp.key(begun, 'request', a.n * 100 + k), id, customer_id, supplier_id, area, 'RESTORE_TEST', 'Återläsningstest ' || k, day + k * 9, 'OPEN', begun, begun, 1
FROM a, today, generate_series(1, 3) k;

-- Action items: as many in every forum, one in ten open. Those of the tactical forums come from above.
CREATE TEMP TABLE i ON COMMIT DROP AS
SELECT i AS n, f.n AS f, f.c, f.customer_id, f.id AS forum_id, pg_temp.area(f.area_n) AS area, made, pg_temp.key(made, 'item', i) AS id,
    CASE WHEN f.depth = 1 THEN above.id ELSE f.id END AS raised_in_id, at.organisation_id, doer.id AS doer_id, boss.id AS boss_id,
    CASE WHEN fate < 5 THEN 'OPEN' WHEN fate < 8 THEN 'IN_PROGRESS' WHEN fate < 10 THEN 'REPORTED_DONE' WHEN fate < 97 THEN 'VERIFIED' ELSE 'CANCELLED' END AS state
FROM generate_series(1, :items) i
    JOIN f ON f.n = 1 + i % (SELECT count(*)::int FROM f)
    LEFT JOIN f above ON above.depth = 0 AND above.c = f.c
    JOIN p boss ON boss.o = f.c AND boss.k = coalesce(3 + f.area_n, 1)
    -- One of the suppliers that take part; in the strategic forum now and then the municipality itself.
    CROSS JOIN LATERAL (SELECT pg_temp.made(i, :items) AS made, pg_temp.die(i, 20, 100) AS fate) at_random
    CROSS JOIN LATERAL (
        SELECT array_agg(DISTINCT organisation_id) AS them FROM m WHERE m.f = f.n AND (m.duty = 'MEMBER' OR f.depth = 0)) members
    CROSS JOIN LATERAL (SELECT them[1 + pg_temp.die(i, 21, array_length(them, 1))] AS organisation_id) at
    LEFT JOIN p doer ON doer.organisation_id = at.organisation_id AND doer.k = 1 + pg_temp.die(i, 22, 9);
INSERT INTO action_item (id, customer_id, forum_id, raised_in_id, meeting_id, decision_id, service_area, title, description, state, priority, due_on,
    assignee_organisation_id, assignee_id, report, reported_by, reported_at, verified_by, closed_at, created_by, created_at, updated_at, version)
SELECT i.id, customer_id, i.forum_id, raised_in_id, t.id, decision.id, area, 'Åtgärd ' || i.n || ': inför flerfaktorsinloggning',
    'Hur det ska göras, och vad som räknas som gjort: alla konton med höga rättigheter kräver en andra faktor, och undantag är beslutade.',
    i.state, (ARRAY['LOW', 'NORMAL', 'HIGH'])[1 + pg_temp.die(i.n, 23, 3)],
    CASE WHEN i.state IN ('VERIFIED', 'CANCELLED') THEN made::date + 14 + pg_temp.die(i.n, 24, 160) ELSE day - 15 + pg_temp.die(i.n, 24, 120) END,
    organisation_id, doer_id, CASE WHEN reported THEN 'Infört på alla konton.' END, CASE WHEN reported THEN doer_id END,
    CASE WHEN reported THEN made + interval '1 day' END, CASE i.state WHEN 'VERIFIED' THEN boss_id END,
    CASE WHEN i.state IN ('VERIFIED', 'CANCELLED') THEN made + interval '2 days' END, boss_id, made, made, CASE i.state WHEN 'OPEN' THEN 1 ELSE 3 END
FROM i JOIN today ON true
    LEFT JOIN t ON t.f = i.f AND t.forum_id = i.raised_in_id AND t.k = 1 + pg_temp.die(i.n, 25, 72)
    LEFT JOIN decision ON decision.meeting_id = t.id, LATERAL (SELECT i.state IN ('REPORTED_DONE', 'VERIFIED') AS reported) AS was;
INSERT INTO action_item_step (id, action_item_id, number, kind, from_forum_id, to_forum_id, made_by, made_at)
SELECT pg_temp.key(made, 'step', n), id, 1, 'CASCADED', raised_in_id, forum_id, boss_id, made FROM i WHERE raised_in_id <> forum_id;
INSERT INTO comment (id, action_item_id, audience, body, author_id, organisation_id, created_at)
SELECT pg_temp.key(made, 'comment', n), id, CASE WHEN pg_temp.die(n, 26, 5) = 0 THEN 'INTERNAL' ELSE 'SHARED' END,
    'Vi väntar på besked från leverantören av inloggningen.', boss_id, customer_id, made + interval '1 hour'
FROM i WHERE pg_temp.die(n, 27, 4) = 0;

-- Events: of every action item that it was taken down, of one submission in four that it was handed in, of one
-- risk in eight that it was added.
CREATE TEMP TABLE v ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY at, event_id) AS sequence, *
FROM (
    SELECT pg_temp.key(made, 'event of item', n) AS event_id, made AS at, 'action_item.created' AS action, 'action_item' AS subject_type, id AS subject_id,
        'ACTION_ITEM' AS topic, customer_id AS actor_id, boss_id AS person_id, area, ARRAY[customer_id, organisation_id] AS told
    FROM i
    UNION ALL SELECT pg_temp.key(made, 'event of submission', i), made, 'submission.submitted', 'submission', submission_id,
        'EVIDENCE', owner_id, by_id, area, ARRAY[owner_id, customer_id]
    FROM u WHERE state <> 'DRAFT' AND i % 4 = 0
    UNION ALL SELECT pg_temp.key(r.created_at, 'event of risk', i * 20 + r.number), r.created_at, 'risk.added', 'risk', r.id,
        'RISK', CASE WHEN by_customer THEN ra.customer_id ELSE ra.supplier_id END, NULL, ra.area, ARRAY[ra.customer_id, ra.supplier_id]
    FROM ra JOIN risk r ON r.risk_analysis_id = ra.id WHERE r.number IN (1, 11) AND pg_temp.die(i, 4, 2) = 0) all_events;
-- The record as it was then, with sorted keys and without spaces, as the seal wants it.
CREATE TEMP TABLE w ON COMMIT DROP AS
SELECT v.*, CASE subject_type WHEN 'action_item' THEN (
    SELECT '{' || string_agg(to_json(key)::text || ':' || value::text, ',' ORDER BY key COLLATE "C") || '}'
    FROM action_item, json_each(row_to_json(action_item)) WHERE action_item.id = v.subject_id) END AS after
FROM v;
INSERT INTO event (id, at, action, subject_type, subject_id, topic, organisation_id, person_id, service_area, after)
SELECT event_id, at, action, subject_type, subject_id, topic, actor_id, person_id, area, after::json FROM w;
CREATE TEMP TABLE x ON COMMIT DROP AS
SELECT sequence, event_id, organisation_id, row_number() OVER (PARTITION BY organisation_id ORDER BY sequence) AS position
FROM (SELECT DISTINCT sequence, event_id, unnest(told) AS organisation_id FROM v) told;
INSERT INTO event_audience (id, event_id, organisation_id, position)
SELECT pg_temp.key(at, 'told', sequence * 1000 + o.n), x.event_id, organisation_id, position
FROM x JOIN o ON o.id = x.organisation_id JOIN v USING (sequence);
-- Seals, as `api/src/ledger/seal.rs` makes them.
CREATE TEMP TABLE y ON COMMIT DROP AS SELECT sequence, '{' || string_agg(to_json(organisation_id)::text || ':' || position, ',' ORDER BY organisation_id) || '}' AS audience
FROM x GROUP BY sequence;
DO $$
DECLARE
    one record;
    previous text := repeat('0', 64);
BEGIN
    FOR one IN SELECT w.*, audience FROM w JOIN y USING (sequence) ORDER BY sequence LOOP
        previous := encode(sha256(convert_to(previous || concat(
            '{"action":', to_json(one.action), ',"after":', coalesce(one.after, 'null'),
            ',"at":"', to_char(one.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z'), '","audience":', one.audience,
            ',"before":null,"id":"', one.event_id, '","organisation":"', one.actor_id,
            '","person":', coalesce(to_json(one.person_id)::text, 'null'), ',"sequence":', one.sequence,
            ',"serviceArea":', coalesce(to_json(one.area)::text, 'null'), ',"subjectId":"', one.subject_id,
            '","subjectType":"', one.subject_type, '","token":null,"topic":"', one.topic, '"}'), 'UTF8')), 'hex');
        INSERT INTO ledger_seal (id, sequence, event_id, hash, sealed_at) VALUES (one.event_id, one.sequence, one.event_id, previous, one.at);
    END LOOP;
END $$;
COMMIT;
VACUUM (ANALYZE);
CHECKPOINT;
