//! The rules of an agreement and its period.

use chrono::NaiveDate;
use entity::agreement;

use crate::validate::{Check, TITLE};

/// The longest reference.
const REFERENCE: usize = 100;

/// The rules of an agreement's row.
pub fn rules(agreement: &agreement::Model, check: &mut Check) {
    check.text("reference", &agreement.reference, REFERENCE);
    check.text("title", &agreement.title, TITLE);
    check.date("startsOn", Some(agreement.starts_on));
    check.date("endsOn", agreement.ends_on);
    check.dates_in_order("endsOn", Some(agreement.starts_on), agreement.ends_on);
}

/// Whether the agreement is in force on a day; its first and last days count.
#[must_use]
pub fn in_force(agreement: &agreement::Model, day: NaiveDate) -> bool {
    agreement.starts_on <= day && agreement.ends_on.is_none_or(|last| day <= last)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use entity::ServiceArea;
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn the_network_agreement(ends_on: Option<&str>) -> agreement::Model {
        agreement::Model {
            id: Uuid::nil(),
            customer_id: Uuid::nil(),
            supplier_id: Uuid::nil(),
            service_area: ServiceArea::Network,
            reference: "KS 2025/118".to_owned(),
            title: "Nätverk".to_owned(),
            starts_on: day("2025-03-01"),
            ends_on: ends_on.map(day),
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            version: 1,
        }
    }

    #[test]
    fn it_is_in_force_from_its_first_day_through_its_last() {
        let agreement = the_network_agreement(Some("2027-02-28"));
        for (on, expected) in [
            ("2025-02-28", false),
            ("2025-03-01", true),
            ("2027-02-28", true),
            ("2027-03-01", false),
        ] {
            assert_eq!(in_force(&agreement, day(on)), expected, "{on}");
        }
        assert!(in_force(&the_network_agreement(None), day("2099-01-01")));
    }

    #[test]
    fn it_does_not_end_before_it_starts() {
        let told = |agreement| {
            let mut check = Check::default();
            rules(&agreement, &mut check);
            check.finish()
        };
        assert!(told(the_network_agreement(Some("2025-03-01"))).is_ok());
        assert!(told(the_network_agreement(Some("2025-02-28"))).is_err());
    }
}
