//! `[server]`: where the service listens, and how long it waits.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use ipnet::IpNet;
use serde::{Deserialize, Deserializer};
use url::Url;

use super::value;

/// Where the service listens, and how long it waits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on; port 0 takes a free one.
    #[serde(deserialize_with = "address")]
    pub listen: SocketAddr,
    /// Where clients reach the service, if that is not where it listens (behind a proxy).
    #[serde(deserialize_with = "origin")]
    pub public_url: Option<Url>,
    /// Origins of other sites whose pages may use the API from a browser.
    #[serde(deserialize_with = "origins")]
    pub allowed_origins: Vec<String>,
    /// The proxies that are believed when they tell from whom they have a request.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Connections that are open at a time, WebSockets not counted; beyond that, idle ones are closed.
    #[serde(deserialize_with = "value::whole::<_, _, 16, 100_000>")]
    pub connections: usize,
    /// How long a request may take to be answered, and its body to make progress.
    #[serde(deserialize_with = "value::duration")]
    pub request_timeout: Duration,
    /// How long requests are still taken after the service was told to stop, while it says that it is not ready.
    #[serde(deserialize_with = "value::duration_or_none")]
    pub shutdown_delay: Duration,
    /// How long requests that are under way may go on after that.
    #[serde(deserialize_with = "value::duration")]
    pub shutdown_grace: Duration,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            connections: 512,
            request_timeout: Duration::from_secs(30),
            shutdown_delay: Duration::ZERO,
            shutdown_grace: Duration::from_secs(20),
        }
    }
}

impl Server {
    /// The address that absolute links start with, when the service is bound to `local`.
    #[must_use]
    pub fn base_url(&self, local: SocketAddr) -> Url {
        self.public_url.clone().unwrap_or_else(|| {
            let reachable = SocketAddr::new(reachable(local.ip()), local.port());
            Url::parse(&format!("http://{reachable}"))
                .expect("a socket address is a valid authority")
        })
    }
}

/// "Every address" cannot be dialled; this machine's own can.
fn reachable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    }
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    value::scalar(
        deserializer,
        "an IP address and a port, such as 127.0.0.1:8080 or [::]:8080",
        |text| text.parse().ok(),
    )
}

fn origin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    value::scalar(
        deserializer,
        "an http or https address without a path, such as https://samsyn.example.se",
        |text| Url::parse(text).ok().filter(is_origin).map(Some),
    )
}

/// Exactly as browsers send them, for they are compared so.
fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    value::list(
        deserializer,
        "a list of http or https origins as browsers send them, such as [\"https://portal.example.se\"]: \
         each by its name, without a path, a slash at the end or the scheme's own port",
        |text| {
            let url = Url::parse(text).ok().filter(is_origin)?;
            (url.origin().ascii_serialization() == text).then(|| text.to_owned())
        },
    )
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    value::list(
        deserializer,
        "a list of IP addresses and networks, such as [\"127.0.0.1\", \"10.0.0.0/8\", \"fd00::/8\"]",
        |text| {
            let one = || {
                text.parse()
                    .ok()
                    .map(|one: IpAddr| one.to_canonical().into())
            };
            text.parse().ok().or_else(one)
        },
    )
}

pub(super) fn is_origin(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_start_with_the_public_address_if_there_is_one() {
        let local = SocketAddr::from(([127, 0, 0, 1], 8080));
        let behind_a_proxy = Server {
            public_url: Some("https://samsyn.example.se".parse().expect("a valid url")),
            ..Server::default()
        };

        assert_eq!(
            behind_a_proxy.base_url(local).as_str(),
            "https://samsyn.example.se/"
        );
        assert_eq!(
            Server::default().base_url(local).as_str(),
            "http://127.0.0.1:8080/"
        );
    }

    #[test]
    fn links_never_lead_to_the_unspecified_address() {
        for (bound, link) in [
            ("0.0.0.0:80", "http://127.0.0.1/"),
            ("[::]:8080", "http://[::1]:8080/"),
        ] {
            let bound = bound.parse().expect("a valid address");
            assert_eq!(Server::default().base_url(bound).as_str(), link);
        }
    }
}
