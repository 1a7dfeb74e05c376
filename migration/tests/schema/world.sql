-- One valid row of every kind that the tests break: a municipality and its hosting supplier.
INSERT INTO organisation (id, number, name, kind, created_at, version) VALUES
  ('municipality', '2120001355', 'Kommunen', 'MUNICIPALITY', '2026-01-01', 1),
  ('hosting-supplier', '5560000001', 'Driftbolaget', 'SUPPLIER', '2026-01-01', 1);
INSERT INTO person (id, organisation_id, name, email, status, created_at, version) VALUES
  ('it-manager', 'municipality', 'Ida', 'ida@kommunen.example', 'ACTIVE', '2026-01-01', 1);
INSERT INTO role_assignment (id, person_id, role, service_area, created_at) VALUES
  ('as-it-manager', 'it-manager', 'IT_MANAGER', NULL, '2026-01-01'),
  ('as-area-manager', 'it-manager', 'SERVICE_AREA_MANAGER', 'NETWORK', '2026-01-01');
INSERT INTO agreement (id, customer_id, supplier_id, service_area, reference, title, starts_on, created_at, updated_at, version) VALUES
  ('hosting', 'municipality', 'hosting-supplier', 'APPLICATION_HOSTING', 'KS 2025/118', 'Drift', '2025-03-01', '2026-01-01', '2026-01-01', 1);
INSERT INTO api_token (id, organisation_id, name, usage, hash, hint, scopes, roles, created_at, expires_at, version) VALUES
  ('dashboard', 'municipality', 'Instrumentpanel', 'BEARER', 'aa', 'aa', '[]', '[]', '2026-01-01', '2026-06-01', 1);
INSERT INTO evidence (id, owner_id, kind, title, valid_from, valid_until, created_at, updated_at, version) VALUES
  ('certificate', 'hosting-supplier', 'CERTIFICATE', 'ISO/IEC 27001', '2025-06-01', '2028-05-31', '2026-01-01', '2026-01-01', 1);
INSERT INTO risk_analysis (id, agreement_id, customer_id, owner_id, service_area, title, state, created_at, updated_at, version) VALUES
  ('analysis', 'hosting', 'municipality', 'municipality', 'APPLICATION_HOSTING', 'Drift 2026', 'DRAFT', '2026-01-01', '2026-01-01', 1);
INSERT INTO risk (id, risk_analysis_id, customer_id, service_area, number, title, likelihood, impact, score, treatment, created_at, updated_at, version) VALUES
  ('ransomware', 'analysis', 'municipality', 'APPLICATION_HOSTING', 1, 'Utpressningsprogram', 3, 5, 15, 'MITIGATE', '2026-01-01', '2026-01-01', 1);
INSERT INTO risk_acceptance (id, risk_id, risk_analysis_id, customer_id, service_area, state, justification, proposed_until, requested_organisation_id, requested_at, risk_version, risk_as_it_stood, version) VALUES
  ('acceptance', 'ransomware', 'analysis', 'municipality', 'APPLICATION_HOSTING', 'REQUESTED', 'Byte pågår.', '2026-12-31', 'hosting-supplier', '2026-01-01', 1, '{}', 1);
INSERT INTO submission (id, agreement_id, customer_id, supplier_id, service_area, evidence_id, state, title, rounds, created_at, updated_at, version) VALUES
  ('handed-in', 'hosting', 'municipality', 'hosting-supplier', 'APPLICATION_HOSTING', 'certificate', 'DRAFT', 'ISO/IEC 27001', 0, '2026-01-01', '2026-01-01', 1);
INSERT INTO submission_round (id, submission_id, number, content, submitted_at) VALUES
  ('first-round', 'handed-in', 1, '{}', '2026-01-01');
INSERT INTO evidence_request (id, agreement_id, customer_id, supplier_id, service_area, kind, title, due_on, state, created_at, updated_at, version) VALUES
  ('request', 'hosting', 'municipality', 'hosting-supplier', 'APPLICATION_HOSTING', 'RESTORE_TEST', 'Återläsningstest', '2026-03-31', 'OPEN', '2026-01-01', '2026-01-01', 1);
INSERT INTO forum (id, customer_id, level, name, parent_id, created_at, updated_at, version) VALUES
  ('strategic', 'municipality', 'STRATEGIC', 'Strategiskt forum', NULL, '2026-01-01', '2026-01-01', 1),
  ('tactical', 'municipality', 'TACTICAL', 'Taktiskt forum', 'strategic', '2026-01-01', '2026-01-01', 1);
INSERT INTO forum_membership (id, forum_id, organisation_id, person_id, duty, created_at) VALUES
  ('the-supplier-takes-part', 'strategic', 'hosting-supplier', NULL, 'MEMBER', '2026-01-01'),
  ('the-manager-chairs', 'strategic', 'municipality', 'it-manager', 'CHAIR', '2026-01-01');
INSERT INTO meeting (id, forum_id, title, starts_at, state, created_at, updated_at, version) VALUES
  ('spring', 'strategic', 'Vårmöte', '2026-04-01 09:00', 'PLANNED', '2026-01-01', '2026-01-01', 1);
INSERT INTO decision (id, meeting_id, number, text, created_at, updated_at, version) VALUES
  ('decision', 'spring', 1, 'Flerfaktorsinloggning införs.', '2026-01-01', '2026-01-01', 1);
INSERT INTO action_item (id, customer_id, forum_id, raised_in_id, title, state, priority, due_on, assignee_organisation_id, created_at, updated_at, version) VALUES
  ('item', 'municipality', 'strategic', 'strategic', 'Inför flerfaktorsinloggning', 'OPEN', 'NORMAL', '2026-06-30', 'hosting-supplier', '2026-01-01', '2026-01-01', 1);
INSERT INTO comment (id, submission_id, audience, body, organisation_id, created_at) VALUES
  ('remark', 'handed-in', 'SHARED', 'Bilagan saknas.', 'municipality', '2026-01-01');
