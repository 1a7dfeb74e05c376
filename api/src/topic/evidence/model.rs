//! The rules of evidence, and its validity.

use async_graphql::Enum;
use chrono::{Days, NaiveDate};
use entity::{EvidenceKind, evidence};

use crate::{
    error::{Error, Result},
    validate::{BODY, Check, TITLE},
};

/// How many days before its last day evidence counts as expiring. The source is the agreed domain
/// ("Evidence validity … EXPIRING (90 days)") and the briefing of the strategic forum, which tells
/// what expires within 90 days; one number serves both.
pub const EXPIRING_DAYS: u32 = 90;

/// The longest certificate number.
const CERTIFICATE_NUMBER: usize = 100;

/// Whether evidence holds on a day, told by its dates alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
pub enum Validity {
    /// Its first day of validity has not come.
    Upcoming,
    /// It holds, and does so for more than 90 days yet, or has no last day.
    Valid,
    /// It holds, for 90 days more or fewer. The last day itself still counts.
    Expiring,
    /// Its last day of validity has passed.
    Expired,
}

impl Validity {
    /// The validity on a day.
    #[must_use]
    pub fn on(today: NaiveDate, from: Option<NaiveDate>, until: Option<NaiveDate>) -> Self {
        if from.is_some_and(|first| today < first) {
            return Self::Upcoming;
        }
        match until {
            Some(last) if last < today => Self::Expired,
            Some(last) if last <= horizon(today) => Self::Expiring,
            _ => Self::Valid,
        }
    }
}

/// The latest last day that counts as expiring on a day; for queries that filter by validity.
#[must_use]
pub fn horizon(today: NaiveDate) -> NaiveDate {
    today
        .checked_add_days(Days::new(EXPIRING_DAYS.into()))
        .unwrap_or(NaiveDate::MAX)
}

/// The rules of an evidence row, drafts too.
pub fn rules(evidence: &evidence::Model, check: &mut Check) {
    check.text("title", &evidence.title, TITLE);
    check.optional_text("description", evidence.description.as_deref(), BODY);
    check.optional_text(
        "certificationBody",
        evidence.certification_body.as_deref(),
        TITLE,
    );
    check.optional_text(
        "certificateNumber",
        evidence.certificate_number.as_deref(),
        CERTIFICATE_NUMBER,
    );
    check.optional_text("standard", evidence.standard.as_deref(), TITLE);
    check.optional_text("scope", evidence.scope.as_deref(), BODY);
    check.date("validFrom", evidence.valid_from);
    check.date("validUntil", evidence.valid_until);
    check.dates_in_order("validUntil", evidence.valid_from, evidence.valid_until);
}

/// Tells everything that is missing before the evidence, with so many current files, can be handed in.
pub fn ready_to_hand_in(evidence: &evidence::Model, files: usize) -> Result<()> {
    if evidence.archived_at.is_some() {
        return Err(Error::InvalidState(
            "Evidence that is archived cannot be handed in; restore it or draft new evidence."
                .to_owned(),
        ));
    }
    let mut check = Check::default();
    rules(evidence, &mut check);
    if evidence.kind == EvidenceKind::Certificate {
        for (path, given) in [
            ("certificationBody", evidence.certification_body.is_some()),
            ("certificateNumber", evidence.certificate_number.is_some()),
            ("standard", evidence.standard.is_some()),
            ("validFrom", evidence.valid_from.is_some()),
            ("validUntil", evidence.valid_until.is_some()),
        ] {
            check.require(
                path,
                given,
                "must be filled in before a certificate is handed in",
            );
        }
    }
    check.require(
        "files",
        files > 0,
        "must hold at least one uploaded file before the evidence is handed in",
    );
    check.finish()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn a_drafted_certificate() -> evidence::Model {
        evidence::Model {
            id: Uuid::nil(),
            owner_id: Uuid::nil(),
            kind: EvidenceKind::Certificate,
            title: "ISO/IEC 27001".to_owned(),
            description: None,
            certification_body: None,
            certificate_number: None,
            standard: None,
            scope: None,
            valid_from: None,
            valid_until: None,
            created_by: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            archived_at: None,
            version: 1,
        }
    }

    fn missing(evidence: &evidence::Model, files: usize) -> Vec<String> {
        match ready_to_hand_in(evidence, files) {
            Err(Error::Invalid(told)) => told.into_iter().map(|v| v.path).collect(),
            _ => vec![],
        }
    }

    #[test]
    fn validity_changes_on_the_right_days() {
        let (from, until) = (Some(day("2025-06-01")), Some(day("2026-05-31")));
        for (today, expected) in [
            ("2025-05-31", Validity::Upcoming),
            ("2025-06-01", Validity::Valid),
            ("2026-03-01", Validity::Valid),
            ("2026-03-02", Validity::Expiring),
            ("2026-05-31", Validity::Expiring),
            ("2026-06-01", Validity::Expired),
        ] {
            assert_eq!(Validity::on(day(today), from, until), expected, "{today}");
        }
    }

    #[test]
    fn evidence_without_a_last_day_stays_valid() {
        let today = day("2026-01-01");
        assert_eq!(Validity::on(today, None, None), Validity::Valid);
        assert_eq!(Validity::on(today, Some(today), None), Validity::Valid);
    }

    #[test]
    fn a_draft_may_be_incomplete_but_not_handed_in() {
        let draft = a_drafted_certificate();
        let mut check = Check::default();
        rules(&draft, &mut check);
        assert!(check.finish().is_ok());
        assert_eq!(
            missing(&draft, 0),
            [
                "certificationBody",
                "certificateNumber",
                "standard",
                "validFrom",
                "validUntil",
                "files",
            ]
        );
    }

    #[test]
    fn a_complete_certificate_with_a_file_is_ready() {
        let certificate = evidence::Model {
            certification_body: Some("Certifieringsorganet AB".to_owned()),
            certificate_number: Some("C-1021".to_owned()),
            standard: Some("ISO/IEC 27001:2022".to_owned()),
            valid_from: Some(day("2025-06-01")),
            valid_until: Some(day("2028-05-31")),
            ..a_drafted_certificate()
        };
        assert!(ready_to_hand_in(&certificate, 1).is_ok());
        assert_eq!(missing(&certificate, 0), ["files"]);
    }

    #[test]
    fn other_kinds_need_no_more_than_a_file() {
        let report = evidence::Model {
            kind: EvidenceKind::RestoreTest,
            ..a_drafted_certificate()
        };
        assert!(ready_to_hand_in(&report, 1).is_ok());
    }

    #[test]
    fn archived_evidence_is_not_handed_in() {
        let archived = evidence::Model {
            archived_at: Some(DateTime::UNIX_EPOCH),
            ..a_drafted_certificate()
        };
        let error = ready_to_hand_in(&archived, 1).expect_err("must be refused");
        assert_eq!(error.code(), "INVALID_STATE");
    }

    fn any_day() -> impl Strategy<Value = NaiveDate> {
        (0_u64..40_000).prop_map(|days| day("1970-01-01") + Days::new(days))
    }

    proptest! {
        #[test]
        fn validity_never_goes_back(
            from in proptest::option::of(any_day()),
            until in proptest::option::of(any_day()),
            mut days in proptest::collection::vec(any_day(), 2..20),
        ) {
            days.sort();
            let course: Vec<_> = days.iter().map(|today| Validity::on(*today, from, until)).collect();
            prop_assert!(course.is_sorted(), "{course:?}");
        }

        #[test]
        fn the_last_day_holds_and_the_next_does_not(until in any_day()) {
            prop_assert_eq!(Validity::on(until, None, Some(until)), Validity::Expiring);
            let next = until + Days::new(1);
            prop_assert_eq!(Validity::on(next, None, Some(until)), Validity::Expired);
        }
    }
}
