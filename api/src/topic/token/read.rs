//! Loading tokens for an action.

use entity::api_token;
use uuid::Uuid;

use crate::{
    Result,
    access::{Facts, Resource, Scope},
};

impl Resource for api_token::Model {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        scope.get::<api_token::Entity>(id).await
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
