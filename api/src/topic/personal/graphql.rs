//! What is one's own, in the schema.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::saved_view;

use super::{
    read,
    write::{self, Wanted},
};
use crate::{
    Error, Result,
    access::{
        Scope,
        action::{MarkEventsSeen, RemoveSavedView, SaveView},
    },
    graphql::{
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        scalar::{DateTime, Long},
    },
};

/// A view of a page of the portal, or of another client, that you have saved to come back to. Nobody else sees it.
#[derive(SimpleObject)]
pub struct SavedView {
    /// Identifies the view among all records.
    pub id: ID,
    /// What you call it.
    name: String,
    /// Of which page, as the client names it.
    page: String,
    /// What is narrowed and ordered there, as the client writes it.
    query: String,
    /// When it was first saved.
    created_at: DateTime,
    /// When it was last saved.
    updated_at: DateTime,
    /// Counts its changes, from 1.
    version: i32,
}

impl From<Loaded<saved_view::Entity>> for SavedView {
    fn from(row: Loaded<saved_view::Entity>) -> Self {
        Self {
            id: key::id::<saved_view::Entity>(row.id),
            name: row.name.clone(),
            page: row.page.clone(),
            query: row.query.clone(),
            created_at: DateTime(row.created_at),
            updated_at: DateTime(row.updated_at),
            version: row.version,
        }
    }
}

/// What is new since you last looked.
#[derive(SimpleObject)]
pub struct UnseenEvents {
    /// How many events that others have caused: up to 100, of the latest 400 of your organisation.
    count: i32,
    /// The position of the latest of them: what markEventsSeen takes when you have looked. Null when there is none.
    latest_position: Option<Long>,
}

/// The views of the person who asks.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn saved_views(scope: &Scope) -> Result<Vec<SavedView>> {
    let rows = Loaded::<saved_view::Entity>::together(read::views(scope).await?);
    Ok(rows.into_iter().map(SavedView::from).collect())
}

/// What is new to the person who asks; none for an integration.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn unseen_events(scope: &Scope) -> Result<Option<UnseenEvents>> {
    let Some(person) = scope.actor().person else {
        return Ok(None);
    };
    let unseen = read::unseen(scope, person).await?;
    Ok(Some(UnseenEvents {
        count: i32::try_from(unseen.len()).map_err(Error::internal)?,
        latest_position: unseen.first().and_then(|row| row.position).map(Long),
    }))
}

/// The view to save.
#[derive(InputObject)]
pub struct SaveViewInput {
    /// What you call it: up to 100 characters. A view of the same page with this name is replaced.
    name: String,
    /// Of which page, as the client names it: up to 100 characters.
    page: String,
    /// What is narrowed and ordered there, as the client writes it: up to 4 000 characters.
    query: String,
}

/// Which view to remove.
#[derive(InputObject)]
pub struct RemoveSavedViewInput {
    /// Which view.
    id: Key<saved_view::Entity>,
    /// The version that is removed; whatever it is when left out.
    expected_version: Option<i32>,
}

/// Up to where you have seen what is new.
#[derive(InputObject)]
pub struct MarkEventsSeenInput {
    /// The position of the last event that you have seen. One further back than what you have seen before changes nothing.
    position: Long,
}

/// Mutations of what is one's own.
#[derive(Default)]
pub struct PersonalMutation;

#[Object]
impl PersonalMutation {
    /// Saves a view of a page for yourself. Up to 100 are kept. It is no record of the exchange, and leaves no event.
    async fn save_view(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The view.")] input: SaveViewInput,
    ) -> Result<SavedView> {
        let permit = session(ctx)?.permit_at_home::<SaveView>().await?;
        let wanted = Wanted {
            name: input.name,
            page: input.page,
            query: input.query,
        };
        Ok(alone(write::save(permit, wanted).await?).into())
    }

    /// Removes a view that you have saved, and tells what it was.
    async fn remove_saved_view(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: RemoveSavedViewInput,
    ) -> Result<SavedView> {
        let permit = session(ctx)?
            .permit::<RemoveSavedView>(input.id.id, input.expected_version)
            .await?;
        Ok(alone(write::remove(permit).await?).into())
    }

    /// Notes up to where you have seen what is new, and tells what is new after that. It leaves no event.
    async fn mark_events_seen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to where.")] input: MarkEventsSeenInput,
    ) -> Result<UnseenEvents> {
        let permit = session(ctx)?.permit_at_home::<MarkEventsSeen>().await?;
        write::mark(permit, input.position.0).await?;
        let unseen = unseen_events(&*scope(ctx).await?).await?;
        unseen.ok_or(Error::NotFound)
    }
}
