//! Loading support grants for an action.

use entity::support_grant;
use uuid::Uuid;

use crate::{
    Result,
    access::{Facts, Resource, Scope},
};

impl Resource for support_grant::Model {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        scope.get::<support_grant::Entity>(id).await
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
