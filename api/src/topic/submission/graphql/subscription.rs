//! Following submissions in the schema.

use async_graphql::{ComplexObject, Context, SimpleObject, Subscription};
use entity::{agreement, event_audience, submission};
use futures::Stream;

use super::Submission;
use crate::{
    Result,
    graphql::{
        key::Key,
        loaded::{Loaded, session},
        scalar::Long,
    },
    topic::event::{follow::Wanted, graphql::FeedEntry},
};

/// A change of a submission.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SubmissionChange {
    #[graphql(flatten)]
    entry: FeedEntry,
}

impl From<Loaded<event_audience::Entity>> for SubmissionChange {
    fn from(row: Loaded<event_audience::Entity>) -> Self {
        Self { entry: row.into() }
    }
}

#[ComplexObject]
impl SubmissionChange {
    /// The submission as it stands now, which may be after later changes. Null when you no longer see it,
    /// as when your organisation has left the risk analysis that was handed in.
    async fn submission(&self, ctx: &Context<'_>) -> Result<Option<Submission>> {
        self.entry.record::<_, submission::Entity>(ctx).await
    }
}

/// Subscriptions to submissions.
#[derive(Default)]
pub struct SubmissionSubscription;

#[Subscription]
impl SubmissionSubscription {
    /// The changes of submissions that you see, as they happen: prepared, handed in, approved, returned and
    /// superseded; a customer is told from the first handing in. Comments are not changes of the
    /// submission: `events` tells of them. Resume with the last position you have seen: nothing is left
    /// out, and nothing comes twice. Narrowed to a record, it ends (without an error) when you no longer
    /// see that record.
    async fn submission_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this submission; all when left out.")] submission_id: Option<
            Key<submission::Entity>,
        >,
        #[graphql(desc = "Only those under this agreement; under any when left out.")] agreement_id: Option<
            Key<agreement::Entity>,
        >,
        #[graphql(
            desc = "The last position seen; what comes after it is delivered. Only new changes when left out."
        )]
        after: Option<Long>,
    ) -> Result<impl Stream<Item = Result<SubmissionChange>> + use<>> {
        let wanted = Wanted::changes_of::<submission::Entity>()
            .of(submission_id)
            .under("agreement_id", agreement_id);
        wanted
            .follow(session(ctx)?, after.map(|position| position.0))
            .await
    }
}
