//! The schema: what every topic brings, put together.

use async_graphql::{MergedObject, MergedSubscription, Schema as Assembled, ValidationMode};

use super::{allowed::AllowedQuery, links::Links, node::NodeQuery};
use crate::topic::{
    action_item::graphql::{ActionItemMutation, ActionItemQuery, ActionItemSubscription},
    agreement::graphql::{AgreementMutation, AgreementQuery},
    briefing::graphql::BriefingQuery,
    comment::graphql::CommentMutation,
    event::graphql::{EventQuery, EventSubscription},
    evidence::graphql::{EvidenceMutation, EvidenceQuery},
    forum::graphql::{ForumMutation, ForumQuery},
    identity::Federation,
    identity::graphql::{ProviderMutation, ProviderQuery, SessionMutation, SessionQuery},
    organisation::graphql::{OrganisationMutation, OrganisationQuery},
    personal::graphql::PersonalMutation,
    request::graphql::{RequestMutation, RequestQuery},
    risk::graphql::{RiskMutation, RiskQuery},
    search::graphql::SearchQuery,
    submission::graphql::{SubmissionMutation, SubmissionQuery, SubmissionSubscription},
    support::graphql::{SupportMutation, SupportQuery},
    token::graphql::{TokenMutation, TokenQuery},
};

/// Everything that can be read. Lists are Relay connections: ask for `first` and go on `after` the last
/// cursor. What you may not see is not there: in no list, count, search or reference.
#[derive(MergedObject, Default)]
pub struct Query(
    OrganisationQuery,
    AgreementQuery,
    EvidenceQuery,
    SubmissionQuery,
    RequestQuery,
    RiskQuery,
    ForumQuery,
    ActionItemQuery,
    BriefingQuery,
    EventQuery,
    TokenQuery,
    ProviderQuery,
    SessionQuery,
    SupportQuery,
    SearchQuery,
    NodeQuery,
    AllowedQuery,
);

/// Everything that can be done. Each mutation takes one `input`, leaves an event in the ledger (but for what
/// you keep for yourself alone), and is carried out once if it is sent with an `Idempotency-Key` header.
#[derive(MergedObject, Default)]
pub struct Mutation(
    OrganisationMutation,
    AgreementMutation,
    EvidenceMutation,
    SubmissionMutation,
    RequestMutation,
    RiskMutation,
    ForumMutation,
    ActionItemMutation,
    CommentMutation,
    TokenMutation,
    ProviderMutation,
    SessionMutation,
    SupportMutation,
    PersonalMutation,
);

/// Everything that can be followed as it happens.
#[derive(MergedSubscription, Default)]
pub struct Subscription(
    EventSubscription,
    ActionItemSubscription,
    SubmissionSubscription,
);

/// The schema of the service.
pub type Schema = Assembled<Query, Mutation, Subscription>;

/// Puts the schema together for a service that is reached at these links.
#[must_use]
pub fn build(links: Links, federation: Federation) -> Schema {
    Assembled::build(
        Query::default(),
        Mutation::default(),
        Subscription::default(),
    )
    // What comes from outside has been validated by `document`, and more strictly.
    .validation_mode(ValidationMode::Fast)
    .disable_suggestions()
    .data(links)
    .data(federation)
    .finish()
}

/// The schema in the definition language, as clients take it.
#[must_use]
pub fn definition() -> String {
    let schema = Assembled::build(
        Query::default(),
        Mutation::default(),
        Subscription::default(),
    )
    .finish();
    schema.sdl_with_options(
        async_graphql::SDLExportOptions::new()
            .sorted_fields()
            .include_specified_by(),
    )
}
