//! Whose access an administrator should look at: accounts that nobody uses, roles that should not be in one hand, and
//! access that nobody has confirmed for a year.
//!
//! Scans and penetration tests of municipalities find accounts that are over-privileged or not in use (section 3.2.3 of
//! the audit): here they are a list.

use async_graphql::Enum;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{PersonStatus, Role, ServiceArea, api_token, person, role_assignment};
use sea_orm::{
    ColumnTrait, Condition, Iterable,
    sea_query::{Expr, ExprTrait},
};

use crate::{Result, access::Scope};

/// How long nobody has to have used an account for it to be dormant.
const DORMANT: TimeDelta = TimeDelta::days(90);
/// How long a confirmation of somebody's access holds.
const CONFIRMED: TimeDelta = TimeDelta::days(365);

/// Why somebody's access should be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum AccessConcern {
    /// The person may act, and has neither signed in nor used a token for 90 days.
    Dormant,
    /// The person holds ADMINISTRATOR beside a role in the exchange, and so could give rights and use them; or manages
    /// every single service area, which is what other roles are for.
    WideRoles,
    /// Nobody has confirmed for a year that the person needs the access.
    ReviewDue,
    /// The person may no longer act, or no longer administers, and has made tokens that still work for integrations,
    /// machine clients or the directory: whoever makes a secret knows it. Have somebody else make new ones, and revoke
    /// these.
    SecretsKnown,
}

/// The people of whom this is true: of those who may act alone, but for [`AccessConcern::SecretsKnown`].
///
/// # Errors
/// `Forbidden` when the actor may not read what it takes to know.
pub fn condition(scope: &Scope, concern: AccessConcern) -> Result<Condition> {
    let own = Condition::all().add(person::Column::OrganisationId.eq(scope.actor().organisation));
    let active = person::Column::Status.eq(PersonStatus::Active);
    Ok(own.add(match concern {
        AccessConcern::Dormant => dormant(scope)?.add(active),
        AccessConcern::WideRoles => Condition::all().add(wide(scope)?).add(active),
        AccessConcern::ReviewDue => due(scope.now()).add(active),
        AccessConcern::SecretsKnown => secrets_known(scope)?,
    }))
}

fn dormant(scope: &Scope) -> Result<Condition> {
    use person::Column;
    let since = scope.now() - DORMANT;
    let in_use = scope
        .find::<api_token::Entity>()?
        .filter(api_token::Column::PersonId.is_not_null())
        .filter(api_token::Column::LastUsedAt.gte(since))
        .column(api_token::Column::PersonId);
    let last = Expr::col(Column::LastSignInAt.as_column_ref())
        .if_null(Expr::col(Column::CreatedAt.as_column_ref()));
    Ok(Condition::all()
        .add(last.lt(since))
        .add(Column::Id.not_in_subquery(in_use)))
}

fn wide(scope: &Scope) -> Result<Condition> {
    use role_assignment::Column;
    let holders = |condition: Condition| {
        let rows = scope.find::<role_assignment::Entity>()?.filter(condition);
        Ok::<_, crate::Error>(person::Column::Id.in_subquery(rows.column(Column::PersonId)))
    };
    let with = |condition| Condition::all().add(condition);
    let both = Condition::all()
        .add(holders(with(Column::Role.eq(Role::Administrator)))?)
        .add(holders(with(Column::Role.ne(Role::Administrator)))?);
    let mut everywhere = Condition::all();
    for area in ServiceArea::iter() {
        everywhere = everywhere.add(holders(with(Column::ServiceArea.eq(area)))?);
    }
    Ok(Condition::any().add(both).add(everywhere))
}

fn due(now: DateTime<Utc>) -> Condition {
    use person::Column;
    let last = Expr::col(Column::AccessConfirmedAt.as_column_ref())
        .if_null(Expr::col(Column::CreatedAt.as_column_ref()));
    Condition::all().add(last.lt(now - CONFIRMED))
}

fn secrets_known(scope: &Scope) -> Result<Condition> {
    use api_token::Column;
    let makers = scope
        .find::<api_token::Entity>()?
        .filter(Column::PersonId.is_null())
        .filter(Column::CreatedBy.is_not_null())
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(scope.now()))
        .column(Column::CreatedBy);
    let administrators = scope
        .find::<role_assignment::Entity>()?
        .filter(role_assignment::Column::Role.eq(Role::Administrator))
        .column(role_assignment::Column::PersonId);
    let gone = Condition::any()
        .add(person::Column::Status.eq(PersonStatus::Inactive))
        .add(person::Column::Id.not_in_subquery(administrators));
    Ok(Condition::all()
        .add(gone)
        .add(person::Column::Id.in_subquery(makers)))
}
