use chrono::{DateTime, Days};
use entity::{RiskTreatment, ServiceArea};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn a_risk(current: (i32, i32), residual: (Option<i32>, Option<i32>)) -> risk::Model {
    risk::Model {
        id: Uuid::nil(),
        risk_analysis_id: Uuid::nil(),
        customer_id: Uuid::nil(),
        service_area: ServiceArea::Network,
        number: 1,
        title: "Obehörig åtkomst".to_owned(),
        description: None,
        likelihood: current.0,
        impact: current.1,
        score: score(current.0, current.1),
        treatment: RiskTreatment::Mitigate,
        treatment_plan: None,
        residual_likelihood: residual.0,
        residual_impact: residual.1,
        residual_score: residual.0.zip(residual.1).map(|(l, i)| score(l, i)),
        owner_id: None,
        review_on: None,
        closed_at: None,
        created_by: None,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        version: 1,
    }
}

fn told(risk: &risk::Model) -> Vec<String> {
    let mut check = Check::default();
    rules(risk, &mut check);
    match check.finish() {
        Err(Error::Invalid(violations)) => violations.into_iter().map(|v| v.path).collect(),
        _ => vec![],
    }
}

fn may_be_accepted_until(until: &str, today: &str) -> bool {
    let mut check = Check::default();
    acceptance_period("proposedUntil", day(until), day(today), &mut check);
    check.finish().is_ok()
}

#[test]
fn levels_begin_at_their_thresholds() {
    let levels = [1, 4, 5, 9, 10, 14, 15, 25].map(RiskLevel::of);
    use RiskLevel::{Critical, High, Low, Moderate};
    assert_eq!(
        levels,
        [Low, Low, Moderate, Moderate, High, High, Critical, Critical]
    );
}

#[test]
fn every_score_has_one_level() {
    let scores: Vec<_> = LEVELS
        .iter()
        .flat_map(|(_, level)| level.scores())
        .collect();
    assert_eq!(scores, (1..=25).collect::<Vec<_>>());
    assert!(RiskLevel::High.scores().eq(10..=14));
}

#[test]
fn a_review_is_in_time_on_its_day() {
    let on = |today| review_overdue(Some(day("2026-05-01")), day(today));
    assert!(!on("2026-04-30"));
    assert!(!on("2026-05-01"));
    assert!(on("2026-05-02"));
    assert!(!review_overdue(None, day("2026-05-01")));
}

#[test]
fn an_analysis_is_open_for_changes_or_can_be_opened_or_waits() {
    use ReviewState::{Approved, Draft, Returned, Submitted, Superseded};
    for (state, open, opened) in [
        (Draft, true, false),
        (Submitted, false, false),
        (Returned, true, false),
        (Approved, false, true),
        (Superseded, false, true),
    ] {
        assert_eq!(editable(state).is_ok(), open, "{state:?}");
        assert_eq!(revisable(state).is_ok(), opened, "{state:?}");
    }
}

#[test]
fn a_risk_after_treatment_has_both_or_neither_and_is_no_higher() {
    assert_eq!(told(&a_risk((3, 4), (None, None))), [""; 0]);
    assert_eq!(told(&a_risk((3, 4), (Some(3), Some(4)))), [""; 0]);
    assert_eq!(told(&a_risk((3, 4), (Some(1), None))), ["residualImpact"]);
    assert_eq!(
        told(&a_risk((3, 4), (None, Some(1)))),
        ["residualLikelihood"]
    );
    assert_eq!(
        told(&a_risk((3, 4), (Some(3), Some(5)))),
        ["residualLikelihood"]
    );
}

#[test]
fn every_rating_out_of_bounds_is_told() {
    let wild = a_risk((0, 6), (Some(i32::MIN), Some(i32::MAX)));
    assert_eq!(
        told(&wild),
        [
            "likelihood",
            "impact",
            "residualLikelihood",
            "residualImpact"
        ]
    );
}

#[test]
fn only_what_stays_high_needs_acceptance() {
    assert!(acceptable(&a_risk((2, 5), (None, None))).is_ok());
    assert!(acceptable(&a_risk((5, 5), (Some(2), Some(5)))).is_ok());
    assert!(acceptable(&a_risk((5, 5), (Some(3), Some(3)))).is_err());
    assert!(acceptable(&a_risk((3, 3), (None, None))).is_err());
    let closed = risk::Model {
        closed_at: Some(DateTime::UNIX_EPOCH),
        ..a_risk((5, 5), (None, None))
    };
    assert!(acceptable(&closed).is_err());
}

#[test]
fn a_risk_is_accepted_for_a_year_at_most() {
    assert!(may_be_accepted_until("2026-05-01", "2026-05-01"));
    assert!(may_be_accepted_until("2027-05-01", "2026-05-01"));
    assert!(may_be_accepted_until("2029-02-28", "2028-02-29"));
    assert!(!may_be_accepted_until("2026-04-30", "2026-05-01"));
    assert!(!may_be_accepted_until("2027-05-02", "2026-05-01"));
}

#[test]
fn an_acceptance_holds_through_its_last_day() {
    let until = Some(day("2026-12-31"));
    let on = |today| AcceptanceStanding::on(day(today), Accepted, until);
    assert_eq!(on("2026-12-31"), AcceptanceStanding::Accepted);
    assert_eq!(on("2027-01-01"), AcceptanceStanding::Expired);
    for (state, expected) in [
        (Requested, AcceptanceStanding::Requested),
        (Declined, AcceptanceStanding::Declined),
    ] {
        assert_eq!(
            AcceptanceStanding::on(day("2030-01-01"), state, None),
            expected
        );
    }
}

proptest! {
    #[test]
    fn a_higher_score_is_never_a_lower_level(mut scores: Vec<i32>) {
        scores.sort_unstable();
        let levels: Vec<_> = scores.into_iter().map(RiskLevel::of).collect();
        prop_assert!(levels.is_sorted());
    }

    #[test]
    fn ratings_in_bounds_score_in_bounds(likelihood in 1..=5, impact in 1..=5) {
        prop_assert!((1..=25).contains(&score(likelihood, impact)));
        prop_assert_eq!(RiskLevel::of(score(likelihood, impact)) >= RiskLevel::High,
            likelihood * impact >= HIGH_FROM);
    }

    #[test]
    fn an_acceptance_that_expired_stays_expired(days in 0_u64..2_000, more in 0_u64..2_000) {
        let until = day("2026-12-31");
        let today = day("2026-01-01") + Days::new(days);
        let standing = |today| AcceptanceStanding::on(today, Accepted, Some(until));
        prop_assert!(standing(today) <= standing(today + Days::new(more)));
    }
}
