//! Support in the schema.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use entity::support_grant;
use sea_orm::Condition;

use super::write;
use crate::{
    Result,
    access::action::{EndSupportAccess, GrantSupportAccess},
    graphql::{
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::DateTime,
    },
    topic::{
        event::graphql::{Event, history},
        organisation::graphql::Person,
    },
};

/// Leave for the operator of Samsyn to look at the own organisation's records, for a while. What is done by it is done
/// with API tokens that are listed and in the history like others.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SupportGrant {
    /// Identifies the leave.
    pub id: ID,
    /// What it was given for.
    reason: String,
    /// When it was given.
    granted_at: DateTime,
    /// From when it is over.
    expires_at: DateTime,
    /// When it was ended before. Null when it was not.
    revoked_at: Option<DateTime>,
    #[graphql(skip)]
    row: Loaded<support_grant::Entity>,
}

impl From<Loaded<support_grant::Entity>> for SupportGrant {
    fn from(row: Loaded<support_grant::Entity>) -> Self {
        Self {
            id: key::id::<support_grant::Entity>(row.id),
            reason: row.reason.clone(),
            granted_at: DateTime(row.granted_at),
            expires_at: DateTime(row.expires_at),
            revoked_at: row.revoked_at.map(DateTime),
            row,
        }
    }
}

#[ComplexObject]
impl SupportGrant {
    /// Whether it holds now.
    async fn active(&self, ctx: &Context<'_>) -> Result<bool> {
        let now = scope(ctx).await?.now();
        Ok(self.revoked_at.is_none() && self.expires_at.0 > now)
    }

    /// The administrator who gave it. Null when that one is not to be seen any more.
    async fn granted_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, support_grant::Column::GrantedBy).await
    }

    /// What happened to it, latest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Event>> {
        history(ctx, &self.row, Paging::new(first, after)).await
    }
}

/// Queries of support.
#[derive(Default)]
pub struct SupportQuery;

#[Object]
impl SupportQuery {
    /// The leave that the own organisation has given the operator of Samsyn, latest first; for administrators.
    async fn support_grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<SupportGrant>> {
        let sort = Sort::by(support_grant::Column::GrantedAt, OrderDirection::Desc);
        list(ctx, Condition::all(), sort, Paging::new(first, after)).await
    }
}

/// Leave for the operator of Samsyn.
#[derive(InputObject)]
pub struct GrantSupportAccessInput {
    /// What for: up to 1000 characters. The operator and everybody who administers the organisation reads it.
    reason: String,
    /// From when it is over: at most 72 hours ahead.
    expires_at: DateTime,
}

/// Which leave to end.
#[derive(InputObject)]
pub struct EndSupportAccessInput {
    /// Which leave.
    id: Key<support_grant::Entity>,
}

/// Mutations of support.
#[derive(Default)]
pub struct SupportMutation;

#[Object]
impl SupportMutation {
    /// Lets the operator of Samsyn look at the own organisation's records, for a reason and a while.
    async fn grant_support_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The leave.")] input: GrantSupportAccessInput,
    ) -> Result<SupportGrant> {
        let permit = session(ctx)?.permit_at_home::<GrantSupportAccess>().await?;
        let row = write::grant(permit, input.reason, input.expires_at.0).await?;
        Ok(alone(row).into())
    }

    /// Ends leave at once, with every token that was made under it.
    async fn end_support_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: EndSupportAccessInput,
    ) -> Result<SupportGrant> {
        let permit = session(ctx)?
            .permit::<EndSupportAccess>(input.id.id, None)
            .await?;
        Ok(alone(write::end(permit).await?).into())
    }
}
