//! How providers are reached: over TLS, on public addresses, quickly, and with answers of a bounded size.
//!
//! The address of a provider is what an administrator of some organisation typed. It must not lead into the
//! network that the service stands in: names are looked up here, and what they lead to is judged before anything
//! is connected to. Redirects are not followed, as the specification knows none.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    time::Duration,
};

use futures::StreamExt;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use url::{Host, Url};

/// How long a provider has to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer that is read; keys and metadata are some kilobytes.
const LARGEST: usize = 256 * 1024;

/// Why a provider could not be asked. It is for the log: what an administrator may know is said elsewhere.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// No connection, no answer in time, or one that is no HTTP.
    #[error("the provider does not answer")]
    Silent(#[from] reqwest::Error),
    /// It stands where providers are not spoken with.
    #[error("{0} is not spoken with: it is in plain text or not on a public address")]
    Forbidden(String),
    /// More than is read.
    #[error("the answer is larger than {LARGEST} bytes")]
    TooLarge,
    /// Headers that cannot be passed on.
    #[error(transparent)]
    Malformed(#[from] http::Error),
}

/// A client for providers.
#[derive(Clone)]
pub struct Http {
    client: Client,
    private: bool,
}

impl Http {
    /// With `private`, plain text and private networks are allowed, too.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn new(private: bool) -> anyhow::Result<Self> {
        // One that is there already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .https_only(!private);
        let client = match private {
            true => client,
            false => client.dns_resolver(PublicOnly),
        };
        Ok(Self {
            client: client.build()?,
            private,
        })
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unreachable> {
        let request = reqwest::Request::try_from(request)?;
        if !self.private && !is_allowed(request.url()) {
            return Err(Unreachable::Forbidden(request.url().to_string()));
        }
        let answer = self.client.execute(request).await?;
        let mut response = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let mut body = Vec::new();
        let mut pieces = answer.bytes_stream();
        while let Some(piece) = pieces.next().await {
            body.extend_from_slice(&piece?);
            if body.len() > LARGEST {
                return Err(Unreachable::TooLarge);
            }
        }
        Ok(response.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Unreachable;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unreachable>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Whether a provider may stand at this address, as far as it is known without looking up its name.
pub fn is_allowed(url: &Url) -> bool {
    let public = match url.host() {
        Some(Host::Domain(_)) => true,
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
        None => false,
    };
    public && url.scheme() == "https"
}

/// Finds the addresses of a name, without those of private networks.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|at| is_public(at.ip())).collect();
            if public.is_empty() {
                let text = format!("{} has no public address", name.as_str());
                return Err(io::Error::other(text).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to the public network (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let reserved = a == 0 || a >= 240 || (a == 192 && b == 0) || (a == 198 && b & !1 == 18);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_documentation()
                || shared
                || reserved)
        }
        // What is assigned at all stands in 2000::/3; 2002::/16 and 2001::/32 lead to addresses of IPv4.
        IpAddr::V6(ip) => {
            let [a, b, ..] = ip.segments();
            a & 0xe000 == 0x2000 && a != 0x2002 && !(a == 0x2001 && (b == 0 || b == 0xdb8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_stand_on_public_addresses() {
        for public in [
            "192.124.249.9",
            "8.8.8.8",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(public.parse().expect("an address")), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "192.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
        ] {
            assert!(
                !is_public(private.parse().expect("an address")),
                "{private}"
            );
        }
    }

    #[test]
    fn neither_plain_text_nor_an_address_of_the_own_network_is_spoken_with() {
        let allowed = |url: &str| is_allowed(&url.parse().expect("a URL"));
        assert!(allowed("https://login.example.se/"));
        for refused in [
            "http://login.example.se/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://169.254.169.254/latest",
            "https://2130706433/",
            "ftp://login.example.se/",
        ] {
            assert!(!allowed(refused), "{refused}");
        }
    }
}
