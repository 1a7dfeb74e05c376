//! What the model says of risks and acceptances, as conditions in SQL.

use chrono::NaiveDate;
use entity::{AcceptanceState, risk, risk_acceptance};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};

use crate::{
    Result,
    access::Scope,
    topic::risk::model::{AcceptanceStanding, HIGH_FROM},
};

/// The score that is left after treatment: [`remaining_score`] in SQL.
pub(super) fn remaining() -> SimpleExpr {
    after_treatment(risk::Column::ResidualScore, risk::Column::Score)
}

/// What a column holds of a risk after treatment; what another holds of it now while that is not assessed.
pub(super) fn after_treatment(residual: risk::Column, now: risk::Column) -> SimpleExpr {
    Expr::col(residual.as_column_ref()).if_null(Expr::col(now.as_column_ref()))
}

pub(super) fn open() -> Condition {
    Condition::all().add(risk::Column::ClosedAt.is_null())
}

/// The condition that a risk can be accepted: [`acceptable`] in SQL.
pub(super) fn stays_high() -> Condition {
    open().add(remaining().gte(HIGH_FROM))
}

/// The condition that a risk should be accepted and no acceptance holds today.
pub(super) fn lacks_acceptance(scope: &Scope) -> Result<Condition> {
    Ok(stays_high().add(accepted_so(scope, &[AcceptanceStanding::Accepted])?.not()))
}

/// The condition that a risk has an acceptance which stands in one of these ways today.
pub(super) fn accepted_so(scope: &Scope, wanted: &[AcceptanceStanding]) -> Result<Condition> {
    use AcceptanceStanding::{Accepted, Declined, Expired, Requested};
    let has = |standing| -> Result<Condition> {
        let acceptances = scope.find::<risk_acceptance::Entity>()?;
        let risks = acceptances
            .filter(stands(standing, scope.today()))
            .column(risk_acceptance::Column::RiskId);
        Ok(Condition::all().add(risk::Column::Id.in_subquery(risks)))
    };
    wanted
        .iter()
        .try_fold(Condition::any().add(Expr::val(1).eq(0)), |any, standing| {
            Ok(any.add(match standing {
                Requested | Accepted => has(*standing)?,
                Expired | Declined => has(*standing)?.add(has(Accepted)?.not()),
            }))
        })
}

/// The condition that an acceptance stands so: [`AcceptanceStanding::on`] in SQL.
pub(super) fn stands(standing: AcceptanceStanding, today: NaiveDate) -> Condition {
    use risk_acceptance::Column;
    let (state, last_day) = match standing {
        AcceptanceStanding::Requested => (AcceptanceState::Requested, None),
        AcceptanceStanding::Accepted => (
            AcceptanceState::Accepted,
            Some(Column::AcceptedUntil.gte(today)),
        ),
        AcceptanceStanding::Expired => (
            AcceptanceState::Accepted,
            Some(Column::AcceptedUntil.lt(today)),
        ),
        AcceptanceStanding::Declined => (AcceptanceState::Declined, None),
    };
    Condition::all()
        .add(Column::State.eq(state))
        .add_option(last_day)
}
