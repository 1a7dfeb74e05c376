//! Loading sessions for an action, and the provider of an organisation.

use entity::{email_domain, identity_provider, session};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Result,
    access::{Facts, Resource, Scope},
};

impl Resource for session::Model {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        scope.get::<session::Entity>(id).await
    }

    fn facts(&self) -> Facts {
        Facts {
            owner: Some(self.organisation_id),
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

/// The provider of the actor's organisation, if one is set.
///
/// # Errors
/// `Forbidden` for whoever is not an administrator.
pub async fn provider(scope: &Scope) -> Result<Option<identity_provider::Model>> {
    let found = scope.find::<identity_provider::Entity>()?;
    found.one().await
}

/// The domains that the actor's organisation claims, in the order of the alphabet.
///
/// # Errors
/// As [`provider`].
pub async fn domains(scope: &Scope) -> Result<Vec<email_domain::Model>> {
    scope
        .find::<email_domain::Entity>()?
        .order(
            Expr::col(email_domain::Column::Domain.as_column_ref()),
            Order::Asc,
        )
        .all()
        .await
}
