//! How risks are rated, what their levels are, and when and how long they can be accepted.

use async_graphql::Enum;
use chrono::{Months, NaiveDate};
use entity::{
    AcceptanceState::{self, Accepted, Declined, Requested},
    ReviewState, risk, risk_acceptance, risk_analysis,
};

use crate::{
    error::{Error, Result},
    topic::{Machine, Transition},
    validate::{BODY, Check, TITLE},
};

/// The lowest score that needs acceptance when it remains after treatment.
pub const HIGH_FROM: i32 = 10;

/// The highest score there is.
const HIGHEST: i32 = 25;

/// Each level and the lowest score that has it, rising.
pub const LEVELS: [(i32, RiskLevel); 4] = [
    (1, RiskLevel::Low),
    (5, RiskLevel::Moderate),
    (HIGH_FROM, RiskLevel::High),
    (15, RiskLevel::Critical),
];

/// How many months ahead a risk can be accepted: a rule of the register, so that every acceptance
/// comes up in the yearly management review (ISO/IEC 27001, 9.3) at least once before it is renewed.
pub const LONGEST_ACCEPTANCE: Months = Months::new(12);

/// How serious a risk is, by its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
pub enum RiskLevel {
    /// A score from 1 to 4.
    Low,
    /// A score from 5 to 9.
    Moderate,
    /// A score from 10 to 14; needs treatment or acceptance.
    High,
    /// A score from 15 to 25; needs treatment or acceptance.
    Critical,
}

impl RiskLevel {
    /// The level of a score.
    #[must_use]
    pub fn of(score: i32) -> Self {
        LEVELS
            .iter()
            .rev()
            .find(|(from, _)| *from <= score)
            .map_or(Self::Low, |(_, level)| *level)
    }

    /// The scores that have this level, rising.
    pub fn scores(self) -> impl Iterator<Item = i32> {
        (1..=HIGHEST).filter(move |score| Self::of(*score) == self)
    }
}

/// Likelihood × impact.
#[must_use]
pub fn score(likelihood: i32, impact: i32) -> i32 {
    likelihood.saturating_mul(impact)
}

/// The score that is left when the planned treatment is done; the present one while none is planned.
#[must_use]
pub fn remaining_score(risk: &risk::Model) -> i32 {
    risk.residual_score.unwrap_or(risk.score)
}

/// Whether a date of review has passed; the day itself is still in time.
#[must_use]
pub fn review_overdue(review_on: Option<NaiveDate>, today: NaiveDate) -> bool {
    review_on.is_some_and(|day| day < today)
}

/// Refuses changes of an analysis, or of its risks, while others rely on it as it stands.
pub fn editable(state: ReviewState) -> Result<()> {
    let advice = match state {
        ReviewState::Draft | ReviewState::Returned => return Ok(()),
        ReviewState::Submitted => {
            "This risk analysis waits for the customer's review. Change it when it has been returned or, once approved, opened with reviseRiskAnalysis."
        }
        ReviewState::Approved | ReviewState::Superseded => {
            "This risk analysis has been approved. Open it for changes with reviseRiskAnalysis first."
        }
    };
    Err(Error::InvalidState(advice.to_owned()))
}

/// Refuses to open for changes what was not approved.
pub fn revisable(state: ReviewState) -> Result<()> {
    let advice = match state {
        ReviewState::Approved | ReviewState::Superseded => return Ok(()),
        ReviewState::Submitted => {
            "This risk analysis waits for the customer's review. It can be opened for changes once it is approved."
        }
        ReviewState::Draft | ReviewState::Returned => {
            "This risk analysis is open for changes already. Change it, then hand it in with submitRiskAnalysis."
        }
    };
    Err(Error::InvalidState(advice.to_owned()))
}

/// The rules of an analysis' row.
pub fn analysis_rules(analysis: &risk_analysis::Model, check: &mut Check) {
    check.text("title", &analysis.title, TITLE);
    check.optional_text("description", analysis.description.as_deref(), BODY);
    check.date("reviewOn", analysis.review_on);
}

/// The rules of a risk's row, whose scores must have been made by [`score`].
pub fn rules(risk: &risk::Model, check: &mut Check) {
    check.text("title", &risk.title, TITLE);
    check.optional_text("description", risk.description.as_deref(), BODY);
    check.optional_text("treatmentPlan", risk.treatment_plan.as_deref(), BODY);
    check.date("reviewOn", risk.review_on);
    check.range("likelihood", risk.likelihood, 1..=5);
    check.range("impact", risk.impact, 1..=5);
    residual_rules(risk, check);
}

fn residual_rules(risk: &risk::Model, check: &mut Check) {
    match (risk.residual_likelihood, risk.residual_impact) {
        (None, None) => {}
        (Some(likelihood), Some(impact)) => {
            check.range("residualLikelihood", likelihood, 1..=5);
            check.range("residualImpact", impact, 1..=5);
            check.require(
                "residualLikelihood",
                score(likelihood, impact) <= score(risk.likelihood, risk.impact),
                "must, with residualImpact, give a score no higher than the present one: treatment does not raise a risk",
            );
        }
        (Some(_), None) => check.require(
            "residualImpact",
            false,
            "must be given together with residualLikelihood",
        ),
        (None, Some(_)) => check.require(
            "residualLikelihood",
            false,
            "must be given together with residualImpact",
        ),
    }
}

/// The customer's IT manager accepts the risk until a date.
pub const ACCEPT: Transition<AcceptanceState> = Transition {
    done: "accepted",
    from: &[Requested],
    to: Accepted,
};
/// The customer's IT manager does not accept the risk.
pub const DECLINE: Transition<AcceptanceState> = Transition {
    done: "declined",
    from: &[Requested],
    to: Declined,
};

impl Machine for AcceptanceState {
    const SUBJECT: &'static str = "A risk acceptance";
    const FIRST: Self = Requested;
    const TRANSITIONS: &'static [Transition<Self>] = &[ACCEPT, DECLINE];
}

/// Refuses acceptance, asked for or given, of a risk that does not need it.
pub fn acceptable(risk: &risk::Model) -> Result<()> {
    if risk.closed_at.is_some() {
        return Err(Error::InvalidState(
            "A risk that is closed needs no acceptance.".to_owned(),
        ));
    }
    let remaining = remaining_score(risk);
    if remaining < HIGH_FROM {
        return Err(Error::InvalidState(format!(
            "A risk with a remaining score of {remaining} needs no acceptance; that is for scores of {HIGH_FROM} or more."
        )));
    }
    Ok(())
}

/// The rules of the texts of an acceptance.
pub fn acceptance_rules(acceptance: &risk_acceptance::Model, check: &mut Check) {
    check.text("justification", &acceptance.justification, BODY);
    check.optional_text("note", acceptance.decision_note.as_deref(), BODY);
}

/// The rule of a last day of acceptance, proposed or decided today.
pub fn acceptance_period(path: &str, until: NaiveDate, today: NaiveDate, check: &mut Check) {
    let latest = today
        .checked_add_months(LONGEST_ACCEPTANCE)
        .unwrap_or(NaiveDate::MAX);
    check.not_past(path, until, today);
    check.require(
        path,
        until <= latest,
        format!(
            "must be {latest} or earlier: a risk is accepted for a year at most, so that the yearly review looks at it"
        ),
    );
}

/// Where an acceptance stands on a day: the state that was decided, or EXPIRED once its last day has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
#[graphql(name = "RiskAcceptanceState")]
pub enum AcceptanceStanding {
    /// It waits for the IT manager.
    Requested,
    /// The risk is accepted; the last day itself still counts.
    Accepted,
    /// It was accepted, and the last day has passed: the risk needs treatment or a new acceptance.
    Expired,
    /// It was not accepted; the risk must be treated.
    Declined,
}

impl AcceptanceStanding {
    /// The standing on a day of an acceptance in a state, with its last day.
    #[must_use]
    pub fn on(today: NaiveDate, state: AcceptanceState, accepted_until: Option<NaiveDate>) -> Self {
        match state {
            Requested => Self::Requested,
            Declined => Self::Declined,
            Accepted if accepted_until.is_some_and(|last| today <= last) => Self::Accepted,
            Accepted => Self::Expired,
        }
    }
}

#[cfg(test)]
mod tests;
