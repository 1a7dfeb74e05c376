//! Sessions in the schema.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use entity::{person, session};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use crate::{
    Result,
    access::{action::RevokeSession, authn::session::ends_at},
    graphql::{
        filter::{is, own},
        key::{self, Key},
        loaded::{self, Loaded, alone, scope},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::DateTime,
    },
    topic::{
        event::graphql::{Event, history},
        identity::write,
        organisation::graphql::Person,
    },
};

/// A browser in which a person has signed in.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Session {
    /// Identifies the session. It is not the secret.
    pub id: ID,
    /// What the browser said it was. Null when it said nothing.
    browser: Option<String>,
    /// The address that it came from when the person signed in. Null when not known.
    address: Option<String>,
    /// When the person signed in.
    created_at: DateTime,
    /// When it was last used, to the minute.
    last_used_at: DateTime,
    /// From when it no longer works if it is not used again.
    ends_at: DateTime,
    /// When it was ended before its time. Null while it was not.
    revoked_at: Option<DateTime>,
    #[graphql(skip)]
    row: Loaded<session::Entity>,
}

impl From<Loaded<session::Entity>> for Session {
    fn from(row: Loaded<session::Entity>) -> Self {
        Self {
            id: key::id::<session::Entity>(row.id),
            browser: row.browser.clone(),
            address: row.address.clone(),
            created_at: DateTime(row.created_at),
            last_used_at: DateTime(row.last_used_at),
            ends_at: DateTime(ends_at(&row)),
            revoked_at: row.revoked_at.map(DateTime),
            row,
        }
    }
}

#[ComplexObject]
impl Session {
    /// Who signed in.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        self.row.required(ctx, session::Column::PersonId).await
    }

    /// Whether it works now: it was neither ended nor left unused for too long.
    async fn active(&self, ctx: &Context<'_>) -> Result<bool> {
        let now = scope(ctx).await?.now();
        Ok(self.revoked_at.is_none() && self.ends_at.0 > now)
    }

    /// Whether it is the one in which this is asked.
    async fn current(&self, ctx: &Context<'_>) -> Result<bool> {
        let actor = loaded::session(ctx)?.actor()?;
        Ok(actor.session() == Some(self.row.id))
    }

    /// What happened to it, latest first; for administrators.
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

/// Which sessions are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct SessionFilter {
    /// Of this person.
    person_id: Option<Key<person::Entity>>,
    /// True for one's own, false for those of others.
    own: Option<bool>,
    /// True for those that were ended before their time, false for those that were not.
    revoked: Option<bool>,
}

impl SessionFilter {
    fn condition(self, person: Option<Uuid>) -> Condition {
        use session::Column;
        Condition::all()
            .add_option(is(Column::PersonId, self.person_id))
            .add_option(own(Column::PersonId, person, self.own))
            .add_option(self.revoked.map(|revoked| match revoked {
                true => Column::RevokedAt.is_not_null(),
                false => Column::RevokedAt.is_null(),
            }))
    }
}

/// Queries of sessions.
#[derive(Default)]
pub struct SessionQuery;

#[Object]
impl SessionQuery {
    /// One's own sessions, latest first; for an administrator all of the own organisation's. With a token that needs
    /// the scope ADMINISTRATION_READ, and is empty without.
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<SessionFilter>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Session>> {
        let sort = Sort::by(session::Column::CreatedAt, OrderDirection::Desc);
        let person = scope(ctx).await?.actor().person;
        let condition = filter.unwrap_or_default().condition(person);
        list(ctx, condition, sort, Paging::new(first, after)).await
    }
}

/// Which session to end.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// Which session.
    id: Key<session::Entity>,
}

/// Mutations of sessions.
#[derive(Default)]
pub struct SessionMutation;

#[Object]
impl SessionMutation {
    /// Ends a session: one's own, or as administrator any of the organisation's. It stops working at once, and what
    /// is open in it is closed.
    async fn revoke_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: RevokeSessionInput,
    ) -> Result<Session> {
        let permit = loaded::session(ctx)?
            .permit::<RevokeSession>(input.id.id, None)
            .await?;
        Ok(alone(write::revoke(permit).await?).into())
    }
}
