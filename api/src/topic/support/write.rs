//! Giving the operator leave to look, and ending it.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use entity::{api_token, support_grant};
use sea_orm::ColumnTrait;

use crate::{
    Error, Result,
    access::{
        Permit,
        action::{EndSupportAccess, GrantSupportAccess},
    },
    validate::Check,
};

/// How long leave may last: over a weekend.
const LONGEST: TimeDelta = TimeDelta::hours(72);
/// The longest reason.
const REASON: usize = 1000;

/// Gives leave for a reason, until an instant.
///
/// # Errors
/// `Invalid` when a field breaks a rule.
pub async fn grant(
    permit: Permit<GrantSupportAccess>,
    reason: String,
    expires_at: DateTime<Utc>,
) -> Result<support_grant::Model> {
    let now = permit.now();
    let mut check = Check::default();
    check.text("reason", &reason, REASON);
    check.require("expiresAt", expires_at > now, "must lie in the future");
    check.require(
        "expiresAt",
        expires_at <= now + LONGEST,
        format!("must lie at most {} hours ahead", LONGEST.num_hours()),
    );
    check.finish()?;
    let row = support_grant::Model {
        id: permit.id(),
        organisation_id: permit.resource.id,
        reason,
        granted_by: permit.actor().person,
        granted_at: now,
        // PostgreSQL keeps no more.
        expires_at: expires_at.trunc_subsecs(6),
        revoked_at: None,
        version: 1,
    };
    let row = permit
        .create::<support_grant::Entity>(row, "granted")
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// Ends leave at once, and the tokens that were made under it.
///
/// # Errors
/// `InvalidState` when it was ended already.
pub async fn end(permit: Permit<EndSupportAccess>) -> Result<support_grant::Model> {
    let before = permit.resource.clone();
    if before.revoked_at.is_some() {
        return Err(Error::InvalidState(
            "This leave has been ended already; nothing needs to be done.".to_owned(),
        ));
    }
    let now = permit.now();
    let tokens = permit
        .find::<api_token::Entity>()?
        .filter(api_token::Column::SupportGrantId.eq(before.id))
        .filter(api_token::Column::RevokedAt.is_null())
        .all()
        .await?;
    for token in tokens {
        let ended = api_token::Model {
            revoked_at: Some(now),
            ..token.clone()
        };
        permit
            .change::<api_token::Entity>(&token, ended, "revoked")
            .await?;
    }
    let after = support_grant::Model {
        revoked_at: Some(now),
        ..before.clone()
    };
    let row = permit
        .change::<support_grant::Entity>(&before, after, "ended")
        .await?;
    permit.commit().await?;
    Ok(row)
}
