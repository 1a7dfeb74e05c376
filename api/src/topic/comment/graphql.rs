//! Comments in the schema.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use entity::{CommentAudience, action_item, comment, evidence_request, risk_analysis, submission};

use super::write::{On, add};
use crate::{
    Result,
    access::action::{
        CommentOnActionItem, CommentOnEvidenceRequest, CommentOnRiskAnalysis, CommentOnSubmission,
    },
    graphql::{
        key::{self, Key},
        loaded::{Loaded, alone, session},
        scalar::DateTime,
    },
    topic::organisation::graphql::{Organisation, Person},
};

/// A remark in the conversation on a record. It is never changed or removed.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Comment {
    /// Identifies the comment.
    pub id: ID,
    /// What it says, as written. Show it as text: it is never markup.
    body: String,
    /// Who may read it.
    audience: CommentAudience,
    /// When it was written.
    created_at: DateTime,
    #[graphql(skip)]
    row: Loaded<comment::Entity>,
}

impl From<Loaded<comment::Entity>> for Comment {
    fn from(row: Loaded<comment::Entity>) -> Self {
        Self {
            id: key::id::<comment::Entity>(row.id),
            body: row.body.clone(),
            audience: row.audience,
            created_at: DateTime(row.created_at),
            row,
        }
    }
}

#[ComplexObject]
impl Comment {
    /// Who wrote it. Null when an integration did, or somebody whom you do not see.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, comment::Column::AuthorId).await
    }

    /// For which organisation.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row
            .required(ctx, comment::Column::OrganisationId)
            .await
    }
}

/// A remark on a submission.
#[derive(InputObject)]
pub struct CommentOnSubmissionInput {
    /// Which submission.
    submission_id: Key<submission::Entity>,
    /// What to say: up to 10 000 characters, kept as written.
    body: String,
    /// Who may read it.
    audience: CommentAudience,
}

/// A remark on an evidence request.
#[derive(InputObject)]
pub struct CommentOnEvidenceRequestInput {
    /// Which request.
    evidence_request_id: Key<evidence_request::Entity>,
    /// What to say: up to 10 000 characters, kept as written.
    body: String,
    /// Who may read it.
    audience: CommentAudience,
}

/// A remark on a risk analysis.
#[derive(InputObject)]
pub struct CommentOnRiskAnalysisInput {
    /// Which analysis.
    risk_analysis_id: Key<risk_analysis::Entity>,
    /// What to say: up to 10 000 characters, kept as written.
    body: String,
    /// Who may read it.
    audience: CommentAudience,
}

/// A remark on an action item.
#[derive(InputObject)]
pub struct CommentOnActionItemInput {
    /// Which action item.
    action_item_id: Key<action_item::Entity>,
    /// What to say: up to 10 000 characters, kept as written.
    body: String,
    /// Who may read it.
    audience: CommentAudience,
}

/// Mutations of comments.
#[derive(Default)]
pub struct CommentMutation;

#[Object]
impl CommentMutation {
    /// Remarks on a submission.
    async fn comment_on_submission(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The remark.")] input: CommentOnSubmissionInput,
    ) -> Result<Comment> {
        let id = input.submission_id.id;
        let permit = session(ctx)?
            .permit::<CommentOnSubmission>(id, None)
            .await?;
        let on = On {
            submission_id: Some(id),
            ..On::default()
        };
        Ok(alone(add(permit, on, input.audience, input.body).await?).into())
    }

    /// Remarks on an evidence request.
    async fn comment_on_evidence_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The remark.")] input: CommentOnEvidenceRequestInput,
    ) -> Result<Comment> {
        let id = input.evidence_request_id.id;
        let permit = session(ctx)?
            .permit::<CommentOnEvidenceRequest>(id, None)
            .await?;
        let on = On {
            evidence_request_id: Some(id),
            ..On::default()
        };
        Ok(alone(add(permit, on, input.audience, input.body).await?).into())
    }

    /// Remarks on a risk analysis.
    async fn comment_on_risk_analysis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The remark.")] input: CommentOnRiskAnalysisInput,
    ) -> Result<Comment> {
        let id = input.risk_analysis_id.id;
        let permit = session(ctx)?
            .permit::<CommentOnRiskAnalysis>(id, None)
            .await?;
        let on = On {
            risk_analysis_id: Some(id),
            ..On::default()
        };
        Ok(alone(add(permit, on, input.audience, input.body).await?).into())
    }

    /// Remarks on an action item.
    async fn comment_on_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The remark.")] input: CommentOnActionItemInput,
    ) -> Result<Comment> {
        let id = input.action_item_id.id;
        let permit = session(ctx)?
            .permit::<CommentOnActionItem>(id, None)
            .await?;
        let on = On {
            action_item_id: Some(id),
            ..On::default()
        };
        Ok(alone(add(permit, on, input.audience, input.body).await?).into())
    }
}
