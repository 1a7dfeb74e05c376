//! From which address a request comes, whatever stands between.
//!
//! What always holds: an address that a request tells of itself counts only as far as those have told it who are
//! trusted to, from the last one backwards. Without a trusted proxy it is the one that the connection comes from.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use http::{Extensions, HeaderMap, request::Parts};
use ipnet::IpNet;

/// Who tells of others: each proxy appends from whom it has the request.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that a request comes from, if it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub Option<IpAddr>);

impl Peer {
    /// As the server has found it out.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get().copied().unwrap_or(Self(None))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

/// The proxies that are trusted to tell from whom they have a request.
#[derive(Clone, Debug)]
pub(super) struct Proxies(Arc<[IpNet]>);

impl Proxies {
    /// Those in these networks.
    pub(super) fn within(networks: &[IpNet]) -> Self {
        Self(networks.into())
    }

    /// The request, with where it comes from.
    pub(super) fn find_out(&self, mut request: Request) -> Request {
        let connected = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = connected.map(|ConnectInfo(peer)| self.caller(peer.ip(), request.headers()));
        request.extensions_mut().insert(Peer(peer));
        request
    }

    /// The last address that no trusted proxy has, of the connection and of those that were told. Where one is
    /// not told, or is told as something else, it is the last before it.
    fn caller(&self, connected: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut caller = connected.to_canonical();
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let told = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        let mut told = told.map(address);
        while self.trusts(caller)
            && let Some(Some(before)) = told.next()
        {
            caller = before;
        }
        caller
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address, with which some proxies tell the port, too.
fn address(told: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(told).ok()?.trim();
    let with_port = || text.parse().ok().map(|told: SocketAddr| told.ip());
    let address = text.parse().ok().or_else(with_port);
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    /// From where a request comes that has these lines, by proxies in 10.0.0.0/8 and at 2001:db8::1.
    fn caller(connected: &str, lines: &[&[u8]]) -> String {
        let networks = ["10.0.0.0/8", "2001:db8::1/128"].map(|text| text.parse().expect("one"));
        let mut request = Request::builder();
        for line in lines {
            request = request.header("X-Forwarded-For", *line);
        }
        let connected: IpAddr = connected.parse().expect("an address");
        let connected = ConnectInfo(SocketAddr::from((connected, 443)));
        let request = request.extension(connected).body(Body::empty());
        let found = Proxies::within(&networks).find_out(request.expect("a request"));
        let Peer(address) = Peer::of(found.extensions());
        address.expect("it is known").to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        for (connected, told, from) in [
            ("192.0.2.1", &b"198.51.100.7"[..], "192.0.2.1"),
            ("::ffff:192.0.2.1", b"198.51.100.7", "192.0.2.1"),
            ("10.0.0.1", b"198.51.100.7", "198.51.100.7"),
            ("::ffff:10.0.0.1", b"::ffff:198.51.100.7", "198.51.100.7"),
            ("2001:db8::1", b"2001:db8::2", "2001:db8::2"),
            ("2001:db8::2", b"198.51.100.7", "2001:db8::2"),
        ] {
            assert_eq!(caller(connected, &[told]), from, "{connected}");
        }
        assert_eq!(caller("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn the_last_address_counts_that_no_trusted_proxy_has() {
        for (lines, from) in [
            (
                &[&b"203.0.113.9, 198.51.100.7, 10.0.0.2"[..]][..],
                "198.51.100.7",
            ),
            (
                &[b"203.0.113.9,198.51.100.7:5123 ,\t10.0.0.2:80"],
                "198.51.100.7",
            ),
            (
                &[b"203.0.113.9", b"198.51.100.7", b"10.0.0.2, 10.0.0.3"],
                "198.51.100.7",
            ),
            (&[b"10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (&[b"[2001:db8::7]:5123"], "2001:db8::7"),
        ] {
            assert_eq!(caller("10.0.0.1", lines), from);
        }
    }

    #[test]
    fn nothing_before_what_is_no_address_counts() {
        for malformed in [
            "unknown",
            "",
            "10.0.0.2 10.0.0.3",
            "10.0.0.300",
            "\u{e9}",
            "fe80::1%1",
        ] {
            let line = format!("203.0.113.9, {malformed}, 10.0.0.2");
            assert_eq!(
                caller("10.0.0.1", &[line.as_bytes()]),
                "10.0.0.2",
                "{malformed}"
            );
            let lines = [&b"203.0.113.9"[..], malformed.as_bytes(), b"10.0.0.2"];
            assert_eq!(caller("10.0.0.1", &lines), "10.0.0.2", "{malformed}");
        }
    }

    #[test]
    fn a_request_by_no_connection_comes_from_nowhere() {
        let request = Request::new(Body::empty());
        let found = Proxies::within(&[]).find_out(request);
        assert_eq!(Peer::of(found.extensions()), Peer(None));
    }
}
