//! `node(id:)`: any record by its id, resolved through the same door as everything else.
//!
//! To make a type a node, add its line to `nodes!`.

use async_graphql::{Context, ID, Interface, Object};
use sea_orm::EntityName;
use uuid::Uuid;

use super::{
    key::{self, Keyed},
    loaded::{Loaded, alone, scope},
};
use crate::{
    Error, Result,
    access::{Scope, visible::Visible},
    topic::{
        action_item::graphql::ActionItem,
        agreement::graphql::Agreement,
        comment::graphql::Comment,
        event::graphql::Event,
        evidence::graphql::{Evidence, EvidenceFile},
        forum::graphql::{AgendaItem, Decision, Forum, ForumMember, Meeting},
        identity::graphql::{IdentityProvider, Session},
        organisation::graphql::{Organisation, Person},
        personal::graphql::SavedView,
        request::graphql::EvidenceRequest,
        risk::graphql::{Risk, RiskAcceptance, RiskAnalysis},
        submission::graphql::{Submission, SubmissionRound},
        support::graphql::SupportGrant,
        token::graphql::ApiToken,
    },
};

macro_rules! nodes {
    ($($table:ident => $object:ident),* $(,)?) => {
        /// Anything that has an id and can be read by it.
        #[derive(Interface)]
        #[graphql(field(name = "id", ty = "&ID", desc = "Identifies the record among all."))]
        pub enum Node {
            $(
                #[doc = concat!("See `", stringify!($object), "`.")]
                $object($object),
            )*
        }

        /// The record of this kind with this id, if it exists for the actor.
        pub(super) async fn find(scope: &Scope, prefix: &str, id: Uuid) -> Result<Option<Node>> {
            $(
                if prefix == <entity::$table::Entity as Keyed>::PREFIX {
                    let row = scope.maybe::<entity::$table::Entity>(id).await?;
                    return Ok(row.map(|row| Node::from($object::from(alone(row)))));
                }
            )*
            Ok(None)
        }

        /// The record of a table that a row tells of in a column, read together with those of its siblings.
        ///
        /// # Errors
        /// `Internal` when the database fails.
        pub async fn node_of<E: Visible>(
            ctx: &Context<'_>,
            row: &Loaded<E>,
            (table, column): (&str, E::Column),
        ) -> Result<Option<Node>> {
            $(
                if table == entity::$table::Entity.table_name() {
                    let object: Option<$object> = row.one(ctx, column).await?;
                    return Ok(object.map(Node::from));
                }
            )*
            Ok(None)
        }
    };
}

nodes! {
    action_item => ActionItem,
    agenda_item => AgendaItem,
    agreement => Agreement,
    api_token => ApiToken,
    comment => Comment,
    decision => Decision,
    event => Event,
    evidence => Evidence,
    evidence_file => EvidenceFile,
    evidence_request => EvidenceRequest,
    forum => Forum,
    forum_membership => ForumMember,
    identity_provider => IdentityProvider,
    meeting => Meeting,
    organisation => Organisation,
    person => Person,
    risk => Risk,
    risk_acceptance => RiskAcceptance,
    risk_analysis => RiskAnalysis,
    saved_view => SavedView,
    session => Session,
    submission => Submission,
    support_grant => SupportGrant,
    submission_round => SubmissionRound,
}

/// The query of any record.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The record with this id. Null when the id names nothing that you may see, whether the record exists
    /// or not; the error NOT_FOUND stands beside it.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id, as another field gave it.")] id: ID,
    ) -> Result<Option<Node>> {
        let scope = scope(ctx).await?;
        let (prefix, id) = key::parse(&id).ok_or(Error::NotFound)?;
        match find(&scope, prefix, id).await {
            // A record of a topic that the actor may not read looks like one that does not exist.
            Err(Error::Forbidden(_)) => Err(Error::NotFound),
            found => found?.ok_or(Error::NotFound).map(Some),
        }
    }
}
