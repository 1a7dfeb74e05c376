//! Loading organisations and people for an action.

use entity::{organisation, person};
use uuid::Uuid;

use crate::{
    Result,
    access::{Facts, Resource, Scope},
};

impl Resource for organisation::Model {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        scope.get::<organisation::Entity>(id).await
    }

    fn facts(&self) -> Facts {
        Facts {
            owner: Some(self.id),
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

/// The person is the one "by" whom nothing is decided on these rights: nobody raises their own.
impl Resource for person::Model {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        scope.get::<person::Entity>(id).await
    }

    fn facts(&self) -> Facts {
        Facts {
            owner: Some(self.organisation_id),
            by: Some(self.id),
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}
