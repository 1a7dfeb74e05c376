//! Loading agreements for an action.

use entity::agreement;
use uuid::Uuid;

use crate::{
    Result,
    access::{Facts, Resource, Scope},
};

impl Resource for agreement::Model {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        scope.get::<agreement::Entity>(id).await
    }

    fn facts(&self) -> Facts {
        Facts {
            customer: Some(self.customer_id),
            supplier: Some(self.supplier_id),
            area: Some(self.service_area),
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}
