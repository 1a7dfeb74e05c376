//! Signing out, here and at the provider, and what providers tell of sessions that have ended there.

use http::HeaderMap;

use super::Service;
use crate::{
    Error,
    access::{Shown, sign_in::Provider},
    cookies,
    oidc::{Ended, Failure, jwt},
};

impl Service {
    /// Ends the session that the browser has, if it has one. Gives where it is signed out of the provider, too.
    pub(super) async fn end_session_of(&self, headers: &HeaderMap) -> Option<String> {
        let secret = cookies::read(headers, cookies::SESSION)?;
        let actor = self.door.recognise(&Shown::Cookie(secret)).await.ok()?;
        let ended = self.door.sign_out(&actor).await;
        let (session, provider) = ended
            .inspect_err(|error| tracing::warn!(%error, "a session could not be ended"))
            .ok()??;
        let provider = provider?;
        let client = self.federation.client(&provider.row).ok()?;
        let id_token = session.id_token.and_then(|sealed| {
            self.federation
                .vault()
                .open(&id_token_of(&provider), &sealed)
        });
        let url = self.federation.party().sign_out(&client, id_token).await?;
        Some(url.to_string())
    }

    pub(super) async fn told_of_end(&self, token: &str) -> Result<(), Failure> {
        let internal = |error: Error| Failure::Provider(anyhow::anyhow!("{error}"));
        let claims = jwt::unverified(token).unwrap_or_default();
        let issuer = jwt::text(&claims, "iss").unwrap_or_default();
        let providers = self
            .door
            .providers_of_issuer(issuer)
            .await
            .map_err(internal)?;
        let addressed = providers
            .iter()
            .filter(|provider| jwt::has(&claims, "aud", &provider.row.client_id));
        let mut known = false;
        for provider in addressed {
            known = true;
            let client = self.federation.client(&provider.row)?;
            let ended = self.federation.party().ended(&client, token).await?;
            let (session, subject) = match &ended {
                Ended::Session(session) => (Some(session.as_str()), None),
                Ended::Subject(subject) => (None, Some(subject.as_str())),
            };
            let ended = self.door.provider_ended(provider, session, subject).await;
            ended.map_err(internal)?;
        }
        match known {
            true => Ok(()),
            false => Err(Failure::Issuer),
        }
    }
}

/// What a sealed ID token is about.
pub(super) fn id_token_of(provider: &Provider) -> String {
    format!("ID token of {}", provider.row.organisation_id)
}
