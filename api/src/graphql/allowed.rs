//! `allowedActions(id:)`: what the viewer may do with a record, so that a client need not know the action table.
//!
//! To have the actions on a new kind of record offered, add its line to `resources!`: the record on which they
//! are done, as the action table names it.

use async_graphql::{Context, ID, Object};
use uuid::Uuid;

use super::{
    key::{self, Keyed},
    loaded::scope,
    node,
};
use crate::{
    Error, Result,
    access::{
        Scope,
        action::{Action, allowed},
    },
    topic::{
        action_item::FollowedActionItem,
        forum::{ForumMeeting, ForumWithMembers, MeetingAgendaItem, MeetingDecision},
        risk::{AnalysedRisk, Analysis, AskedAcceptance},
    },
};

macro_rules! resources {
    ($($table:ident: $resource:ty),* $(,)?) => {
        /// What the actor may do with the record of this kind with this id.
        async fn on(scope: &Scope, prefix: &str, id: Uuid) -> Result<Vec<Action>> {
            $(
                if prefix == <entity::$table::Entity as Keyed>::PREFIX {
                    return allowed::<$resource>(scope, id).await;
                }
            )*
            // With what else can be seen nothing is done.
            node::find(scope, prefix, id).await?.ok_or(Error::NotFound)?;
            Ok(vec![])
        }
    };
}

resources! {
    action_item: FollowedActionItem,
    agenda_item: MeetingAgendaItem,
    agreement: entity::agreement::Model,
    api_token: entity::api_token::Model,
    decision: MeetingDecision,
    evidence: entity::evidence::Model,
    evidence_file: entity::evidence_file::Model,
    evidence_request: entity::evidence_request::Model,
    forum: ForumWithMembers,
    meeting: ForumMeeting,
    organisation: entity::organisation::Model,
    person: entity::person::Model,
    risk: AnalysedRisk,
    risk_acceptance: AskedAcceptance,
    risk_analysis: Analysis,
    saved_view: entity::saved_view::Model,
    session: entity::session::Model,
    submission: entity::submission::Model,
    support_grant: entity::support_grant::Model,
}

/// The query of what may be done.
#[derive(Default)]
pub struct AllowedQuery;

#[Object]
impl AllowedQuery {
    /// What you may do with the record with this id: the mutations that your roles, token and service areas and the
    /// conditions on the record (such as that nobody reviews what they handed in) allow, in the order of the
    /// table of permissions. Whether its state allows them now is not looked at: ask it for its state. What is done
    /// on behalf of your organisation, as DRAFT_EVIDENCE, is asked for with the organisation's id. NOT_FOUND when the id names nothing
    /// that you may see, whether the record exists or not.
    async fn allowed_actions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The record's id, as another field gave it.")] id: ID,
    ) -> Result<Vec<Action>> {
        let scope = scope(ctx).await?;
        let (prefix, id) = key::parse(&id).ok_or(Error::NotFound)?;
        match on(&scope, prefix, id).await {
            // A record of a topic that the actor may not read looks like one that does not exist.
            Err(Error::Forbidden(_)) => Err(Error::NotFound),
            found => found,
        }
    }
}
