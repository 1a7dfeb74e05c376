//! What the service's own role may do with each table, on PostgreSQL: no more than the code does.
//!
//! The role owns nothing and is given nothing else. Which rows it reaches is said by the policies
//! (`m0009_row_security`); what it may do with them at all, here. A table that is not named is out of its
//! reach, so a new table needs its line.

/// Each table, and what the service does with it. Nothing that happened is changed or removed: of events
/// and seals there is no `UPDATE`, and `DELETE` is for what joins others and what is kept for a while.
pub const OF_SERVICE: &[(&str, &str)] = &[
    ("access_token", "SELECT, INSERT, UPDATE, DELETE"),
    ("action_item", "SELECT, INSERT, UPDATE"),
    ("action_item_evidence", "SELECT, INSERT"),
    ("action_item_step", "SELECT, INSERT"),
    ("agenda_item", "SELECT, INSERT, UPDATE"),
    ("agreement", "SELECT, INSERT, UPDATE"),
    ("api_token", "SELECT, INSERT, UPDATE"),
    ("comment", "SELECT, INSERT"),
    ("decision", "SELECT, INSERT, UPDATE"),
    ("email_domain", "SELECT, INSERT, UPDATE, DELETE"),
    ("event", "SELECT, INSERT"),
    ("event_audience", "SELECT, INSERT, UPDATE (position)"),
    ("event_mark", "SELECT, INSERT, UPDATE"),
    ("evidence", "SELECT, INSERT, UPDATE"),
    ("evidence_file", "SELECT, INSERT, UPDATE"),
    ("evidence_request", "SELECT, INSERT, UPDATE"),
    ("forum", "SELECT, INSERT, UPDATE"),
    ("forum_membership", "SELECT, INSERT, DELETE"),
    ("idempotency_key", "SELECT, INSERT, UPDATE, DELETE"),
    ("identity_provider", "SELECT, INSERT, UPDATE, DELETE"),
    ("ledger_seal", "SELECT, INSERT"),
    ("linked_identity", "SELECT, INSERT, UPDATE"),
    ("meeting", "SELECT, INSERT, UPDATE"),
    ("organisation", "SELECT, INSERT"),
    ("person", "SELECT, INSERT, UPDATE"),
    ("resumable_upload", "SELECT, INSERT, UPDATE, DELETE"),
    ("risk", "SELECT, INSERT, UPDATE"),
    ("risk_acceptance", "SELECT, INSERT, UPDATE"),
    ("risk_analysis", "SELECT, INSERT, UPDATE"),
    ("risk_analysis_participant", "SELECT, INSERT"),
    ("role_assignment", "SELECT, INSERT, DELETE"),
    ("saved_view", "SELECT, INSERT, UPDATE, DELETE"),
    // Which steps have been taken: a service that is newer than its tables does not start.
    ("seaql_migrations", "SELECT"),
    ("search_entry", "SELECT, INSERT, UPDATE"),
    ("search_word", "SELECT, INSERT, DELETE"),
    ("session", "SELECT, INSERT, UPDATE"),
    ("submission", "SELECT, INSERT, UPDATE"),
    ("submission_file", "SELECT, INSERT"),
    ("submission_round", "SELECT, INSERT, UPDATE"),
    ("support_grant", "SELECT, INSERT, UPDATE"),
    ("upload", "SELECT, INSERT, UPDATE"),
    ("upload_part", "SELECT, INSERT, DELETE"),
];

/// The statements that give the role all this and nothing else, to be run in a transaction by the owner of
/// the tables in the schema of that name. They can be run again.
#[must_use]
pub fn statements(schema: &str, role: &str) -> Vec<String> {
    let (schema, role) = (quoted(schema), quoted(role));
    let mut statements = vec![
        format!("GRANT USAGE ON SCHEMA {schema} TO {role}"),
        format!("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"),
    ];
    statements.extend(
        OF_SERVICE
            .iter()
            .map(|(table, what)| format!("GRANT {what} ON {schema}.{table} TO {role}")),
    );
    statements.extend(
        ["acting", "granted", "clients_of", "signed_in", "providers"].map(|function| {
            format!("GRANT EXECUTE ON FUNCTION {schema}.{function}(text, uuid) TO {role}")
        }),
    );
    statements
}

/// A name as SQL takes it, whatever characters it has.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::statements;

    #[test]
    fn a_name_cannot_end_its_statement() {
        let all = statements("public", "x\"; DROP TABLE event; --");
        assert_eq!(
            all[0],
            "GRANT USAGE ON SCHEMA \"public\" TO \"x\"\"; DROP TABLE event; --\""
        );
    }
}
