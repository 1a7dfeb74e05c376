//! What is deprecated says what to use instead, and until when it is kept: `api/README.md#deprecation`.

use chrono::NaiveDate;
use serde_json::json;

use super::part::{Part, parts, parts_of};
use crate::harness::World;

/// Stands before the day until which it is kept.
const REMOVED_AFTER: &str = "Removed after ";

#[tokio::test]
async fn everything_deprecated_says_what_to_use_instead_and_until_when_it_is_kept() {
    let parts = parts(&World::open().await).await;
    assert!(parts.len() > 500, "the schema is walked");
    assert_eq!(faults(&parts), [""; 0]);
}

#[test]
fn a_deprecation_without_a_reason_or_a_date_is_found() {
    let field = |name: &str, reason: &str| json!({ "name": name, "isDeprecated": true, "deprecationReason": reason });
    let sample = json!({
        "name": "Sample",
        "fields": [
            field("well", "Use `better`. Removed after 2027-06-30."),
            field("silent", ""),
            field("dateless", "Use `better`."),
            field("vague", "Use `better`. Removed after June."),
            field("reasonless", "Removed after 2027-06-30."),
            { "name": "used", "isDeprecated": false, "args": [field("argument", "No longer supported")] } ],
        "inputFields": [field("input", "Old")],
        "enumValues": [field("VALUE", "Old. Removed after 2027-02-30.")] });
    assert_eq!(
        faults(&parts_of(&sample)),
        [
            "Sample.silent",
            "Sample.dateless",
            "Sample.vague",
            "Sample.reasonless",
            "Sample.used(argument)",
            "Sample.input",
            "Sample.VALUE"
        ]
    );
}

/// The paths of what is deprecated, but not as promised.
fn faults(parts: &[Part]) -> Vec<&str> {
    let faulty = parts.iter().filter(|part| {
        let reason = part.deprecated.as_deref();
        reason.is_some_and(|reason| !promised(reason))
    });
    faulty.map(|part| part.path.as_str()).collect()
}

fn promised(reason: &str) -> bool {
    let Some((instead, last_day)) = reason.split_once(REMOVED_AFTER) else {
        return false;
    };
    let last_day = last_day.trim_end_matches('.').parse::<NaiveDate>();
    !instead.trim().is_empty() && last_day.is_ok()
}
