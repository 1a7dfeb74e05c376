//! Following action items in the schema.

use async_graphql::{ComplexObject, Context, SimpleObject, Subscription};
use entity::{action_item, event_audience, forum};
use futures::Stream;

use super::ActionItem;
use crate::{
    Result,
    graphql::{
        key::Key,
        loaded::{Loaded, session},
        scalar::Long,
    },
    topic::event::{follow::Wanted, graphql::FeedEntry},
};

/// A change of an action item.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ActionItemChange {
    #[graphql(flatten)]
    entry: FeedEntry,
}

impl From<Loaded<event_audience::Entity>> for ActionItemChange {
    fn from(row: Loaded<event_audience::Entity>) -> Self {
        Self { entry: row.into() }
    }
}

#[ComplexObject]
impl ActionItemChange {
    /// The action item as it stands now, which may be after later changes. Null when you no longer see it,
    /// as when this change or a later one moved it to a forum that is not one of yours.
    async fn action_item(&self, ctx: &Context<'_>) -> Result<Option<ActionItem>> {
        self.entry.record::<_, action_item::Entity>(ctx).await
    }
}

/// Subscriptions to action items.
#[derive(Default)]
pub struct ActionItemSubscription;

#[Subscription]
impl ActionItemSubscription {
    /// The changes of action items that you see, as they happen: raised, moved, started, reported done,
    /// verified and so on. Comments are not changes of the item: `events` tells of them. Resume with the
    /// last position you have seen: nothing is left out, and nothing comes twice. Narrowed to a record, it
    /// ends (without an error) when you no longer see that record.
    async fn action_item_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this action item; all when left out.")] action_item_id: Option<
            Key<action_item::Entity>,
        >,
        #[graphql(
            desc = "Only those that this forum followed before the change or follows after it; any forum when left out."
        )]
        forum_id: Option<Key<forum::Entity>>,
        #[graphql(
            desc = "The last position seen; what comes after it is delivered. Only new changes when left out."
        )]
        after: Option<Long>,
    ) -> Result<impl Stream<Item = Result<ActionItemChange>> + use<>> {
        let wanted = Wanted::changes_of::<action_item::Entity>()
            .of(action_item_id)
            .under("forum_id", forum_id);
        wanted
            .follow(session(ctx)?, after.map(|position| position.0))
            .await
    }
}
