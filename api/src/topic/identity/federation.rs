//! The service's side of signing in: its part towards the providers, its key, and how long sessions last.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{identity_provider, organisation};
use url::Url;
use uuid::Uuid;

use crate::{
    access::authn::session::Lifetime,
    clock::Clock,
    config,
    graphql::key,
    oidc::{Client, Failure, RelyingParty, http::Http},
    vault::Vault,
};

/// Where the form is, and where it is sent to.
pub const SIGN_IN: &str = "/sign-in";
/// Where providers send the browser back to.
pub const CALLBACK: &str = "/sign-in/callback";
/// Where the browser signs out.
pub const SIGN_OUT: &str = "/sign-out";
/// Where it comes to when it has.
pub const SIGNED_OUT: &str = "/signed-out";
/// Where providers tell that a session of theirs has ended.
pub const BACK_CHANNEL: &str = "/sign-out/back-channel";

/// The longest address that a browser is led to after signing in.
const LONGEST: usize = 1000;

/// What signing in needs beside the records. Clones share it.
#[derive(Clone)]
pub struct Federation(Arc<Inner>);

struct Inner {
    party: RelyingParty,
    vault: Vault,
    lifetime: Lifetime,
    private: bool,
    base: Url,
}

impl Federation {
    /// As the settings say, for a service that is reached at `base`.
    ///
    /// # Errors
    /// When a key is not one; the error names the setting.
    pub fn new(settings: &config::Identity, base: Url, clock: Clock) -> anyhow::Result<Self> {
        let private = settings.allow_private_providers;
        let party = RelyingParty::new(
            Http::new(private)?,
            clock,
            base.join(CALLBACK)?,
            base.join(SIGNED_OUT)?,
        );
        Ok(Self(Arc::new(Inner {
            party,
            vault: Vault::with(settings.key.iter().chain(&settings.previous_key))?,
            lifetime: Lifetime {
                idle: TimeDelta::from_std(settings.session_idle)?,
                most: TimeDelta::from_std(settings.session_lifetime)?,
            },
            private,
            base,
        })))
    }

    /// The service's part towards the providers.
    #[must_use]
    pub fn party(&self) -> &RelyingParty {
        &self.0.party
    }

    /// What encrypts.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// How long sessions last.
    #[must_use]
    pub fn lifetime(&self) -> Lifetime {
        self.0.lifetime
    }

    /// Whether providers may stand on private networks and speak plain text.
    #[must_use]
    pub fn allows_private(&self) -> bool {
        self.0.private
    }

    /// The address of one of the service's own pages.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.0.base.as_str().trim_end_matches('/'))
    }

    /// To whom access tokens are addressed that an organisation's provider gives for use here. It names the
    /// organisation: several may use one provider, and none takes tokens that were given to another.
    #[must_use]
    pub fn audience_of(&self, organisation: Uuid) -> String {
        let id = key::id::<organisation::Entity>(organisation).0;
        self.address(&format!("/organisations/{id}"))
    }

    /// Where to lead a browser to that wanted to go there: a page of the service, or else its front page.
    #[must_use]
    pub fn own_page(&self, wanted: Option<&str>) -> String {
        // It is kept in a cookie, which has its bounds.
        let short = wanted.filter(|path| path.len() <= LONGEST);
        let whole = short.and_then(|path| self.0.base.join(path).ok());
        match whole {
            Some(url) if url.origin() == self.0.base.origin() => {
                let query = url.query().map(|query| format!("?{query}"));
                // Two slashes, and the browser would take what follows for a host.
                format!(
                    "/{}{}",
                    url.path().trim_start_matches('/'),
                    query.unwrap_or_default()
                )
            }
            _ => "/".to_owned(),
        }
    }

    /// As which client the service is known to a provider.
    ///
    /// # Errors
    /// `Provider`, if the secret was encrypted with a key that is gone.
    pub fn client(&self, provider: &identity_provider::Model) -> Result<Client, Failure> {
        let secret = match &provider.client_secret {
            None => None,
            Some(sealed) => {
                let open = self.vault().open(&client_secret_of(provider.id), sealed);
                Some(open.ok_or_else(|| {
                    Failure::Provider(anyhow::anyhow!(
                        "its client secret was encrypted with a key that is neither identity.key nor identity.previous_key"
                    ))
                })?)
            }
        };
        Ok(Client {
            issuer: provider.issuer.clone(),
            id: provider.client_id.clone(),
            secret,
        })
    }
}

/// What a sealed client secret is about.
#[must_use]
pub fn client_secret_of(provider: Uuid) -> String {
    format!("client secret of {provider}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_led_to_own_pages_alone() {
        let base = "https://samsyn.example.se/".parse().expect("a URL");
        let clock = Clock::system();
        let federation = Federation::new(&config::Identity::default(), base, clock).expect("one");
        for (wanted, led) in [
            (None, "/"),
            (Some("/risks?area=NETWORK#top"), "/risks?area=NETWORK"),
            (Some("forums/1"), "/forums/1"),
            (Some("https://samsyn.example.se/a"), "/a"),
            (Some("//evil.example/a"), "/"),
            (Some("/\\evil.example"), "/"),
            (Some("\\\\evil.example"), "/"),
            (Some("https://evil.example/"), "/"),
            (Some("https:evil.example"), "/evil.example"),
            (Some("/.//evil.example"), "/evil.example"),
            (Some("javascript:alert(1)"), "/"),
            (Some("http://samsyn.example.se/"), "/"),
        ] {
            assert_eq!(federation.own_page(wanted), led, "{wanted:?}");
        }
    }
}
