//! Loading submissions for an action.

use entity::submission;
use uuid::Uuid;

use crate::{
    Result,
    access::{Facts, Resource, Scope},
};

impl Resource for submission::Model {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        scope.get::<submission::Entity>(id).await
    }

    fn facts(&self) -> Facts {
        Facts {
            customer: Some(self.customer_id),
            supplier: Some(self.supplier_id),
            area: Some(self.service_area),
            by: self.submitted_by,
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}
