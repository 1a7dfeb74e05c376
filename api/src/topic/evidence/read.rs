//! Loading evidence, files and uploads for an action.

use entity::{evidence, evidence_file, upload};
use uuid::Uuid;

use crate::{
    Result,
    access::{Facts, Resource, Scope},
};

impl Resource for evidence::Model {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        scope.get::<evidence::Entity>(id).await
    }

    fn facts(&self) -> Facts {
        Facts {
            owner: Some(self.owner_id),
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

impl Resource for evidence_file::Model {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        scope.get::<evidence_file::Entity>(id).await
    }

    fn facts(&self) -> Facts {
        Facts {
            owner: Some(self.owner_id),
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        None
    }
}

impl Resource for upload::Model {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        scope.get::<upload::Entity>(id).await
    }

    fn facts(&self) -> Facts {
        Facts {
            owner: Some(self.owner_id),
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}
