//! The rules of saved views.

use entity::saved_view;

use crate::validate::Check;

/// The most views that a person saves.
pub const MOST: u64 = 100;
/// The longest name, and the longest name of a page.
const NAME: usize = 100;
/// The longest query.
const QUERY: usize = 4_000;

/// How many unseen events are counted at the most.
pub const MOST_UNSEEN: u64 = 100;
/// How many of the latest events of the organisation are looked through for those that are unseen.
pub const LOOKED_THROUGH: i64 = 400;

/// What happens to records without anybody having to know: it is in their history.
pub const UNTOLD: &[&str] = &[
    "evidence_file.downloaded",
    "session.signed_in",
    "session.signed_out",
    "session.revoked",
];

/// The rules of a view.
pub fn rules(row: &saved_view::Model, check: &mut Check) {
    check.text("name", &row.name, NAME);
    check.text("page", &row.page, NAME);
    check.text("query", &row.query, QUERY);
}
