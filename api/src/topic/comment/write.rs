//! Writing comments.

use entity::{CommentAudience, comment};

use crate::{
    Result,
    access::{Act, Permit},
    validate::{BODY, Check},
};

/// The record that a comment stands on; exactly one is named.
#[derive(Default)]
pub struct On {
    /// A submission.
    pub submission_id: Option<uuid::Uuid>,
    /// An evidence request.
    pub evidence_request_id: Option<uuid::Uuid>,
    /// A risk analysis.
    pub risk_analysis_id: Option<uuid::Uuid>,
    /// An action item.
    pub action_item_id: Option<uuid::Uuid>,
}

/// Adds a comment.
///
/// # Errors
/// `Invalid` when the text says nothing or is too long.
pub async fn add<A: Act>(
    permit: Permit<A>,
    on: On,
    audience: CommentAudience,
    body: String,
) -> Result<comment::Model> {
    let mut check = Check::default();
    check.text("body", &body, BODY);
    check.finish()?;
    let row = comment::Model {
        id: permit.id(),
        submission_id: on.submission_id,
        evidence_request_id: on.evidence_request_id,
        risk_analysis_id: on.risk_analysis_id,
        action_item_id: on.action_item_id,
        audience,
        body,
        author_id: permit.actor().person,
        organisation_id: permit.actor().organisation,
        created_at: permit.now(),
    };
    let row = permit.create::<comment::Entity>(row, "added").await?;
    permit.commit().await?;
    Ok(row)
}
