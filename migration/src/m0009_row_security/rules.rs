//! The words that the policies of a table are written in.

/// Who may do what with the rows of a table, beside those on a duty.
pub(crate) struct Rules {
    pub(super) table: &'static str,
    seen: &'static str,
    added: &'static str,
    changed: &'static str,
    removed: &'static str,
}

pub(super) const NEVER: &str = "false";

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
    pub(super) fn policies(&self) -> impl Iterator<Item = String> {
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
pub(super) fn once(rule: &str) -> String {
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
