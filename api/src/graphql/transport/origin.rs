//! Which pages may use the API from a browser: CORS, and requests that a page sends in somebody's name.
//!
//! Pages of the service itself may. Those of other sites may if their origin stands, exactly, in
//! `server.allowed_origins`; never with credentials that the browser adds by itself. CORS sees to that for
//! requests, but browsers send the cookies of a site along with what any page of the same site opens: a
//! WebSocket, an image. So a session's cookie counts from the service's own pages alone, and where a person
//! follows a link ([`Origins::keep_sessions`]); what comes from elsewhere with one comes from nobody.
//!
//! A browser lets any page send what a form could send, without asking first: a `GET`, or a `POST` of a
//! form or of plain text, with the cookies of the user. CORS only keeps the page from reading the answer.
//! What always holds, so that no page makes a user do, pay for or be measured by what they do not see:
//! - `POST` is taken as `application/json` alone, which is asked about first; multipart with a header that
//!   [is](is_asked_first) asked about.
//! - `GET` carries no mutation. From a browser it is taken from the service's own pages, from allowed
//!   ones, out of the address bar, or with such a header. `Authorization` is one: a bearer token is
//!   nothing that a browser adds by itself, so who sends one has it. A request with a cookie that does
//!   not say where it comes from is of an old browser, and needs the header too.
//! - Programs that are not browsers send neither `Sec-Fetch-Site` nor `Origin` nor cookies, and need
//!   nothing. They have nothing of others that they could misuse.
//! - A WebSocket is not subject to CORS at all: the upgrade is refused to pages of other sites.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, COOKIE, HOST, ORIGIN, UPGRADE},
    uri::Authority,
};
use tower::{Layer, ServiceExt, util::MapRequestLayer};
use tower_http::cors::CorsLayer;
use url::Url;

use super::{
    accept::Media,
    http::{Refused, is_json},
};
use crate::{Error, config::Server};

/// How long a browser may remember what it was told; none remembers it for longer than two hours.
const REMEMBERED: Duration = Duration::from_secs(2 * 60 * 60);

/// Headers that no page can send without the browser asking first.
const ASKED_FIRST: [&str; 3] = [
    "graphql-require-preflight",
    "apollo-require-preflight",
    "x-apollo-operation-name",
];

/// What pages of allowed origins may send beside what every page may.
const SENT: [&str; 16] = [
    "accept",
    "apollo-require-preflight",
    "authorization",
    "content-type",
    "graphql-require-preflight",
    "idempotency-key",
    "last-event-id",
    "range",
    "tus-resumable",
    "upload-checksum",
    "upload-length",
    "upload-metadata",
    "upload-offset",
    "x-apollo-operation-name",
    "x-http-method-override",
    "x-request-id",
];

/// What they may read of an answer.
const READ: [&str; 19] = [
    "content-disposition",
    "content-range",
    "etag",
    "idempotency-replayed",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "tus-checksum-algorithm",
    "tus-extension",
    "tus-max-size",
    "tus-resumable",
    "tus-version",
    "upload-expires",
    "upload-file-id",
    "upload-length",
    "upload-metadata",
    "upload-offset",
    "x-request-id",
];

/// The origins whose pages may use the API.
#[derive(Clone)]
pub struct Origins {
    /// The service's own, if it was told.
    own: Option<HeaderValue>,
    allowed: Arc<[HeaderValue]>,
}

impl Origins {
    /// Those that the settings name.
    #[must_use]
    pub fn of(settings: &Server) -> Self {
        let own = settings.public_url.as_ref().map(Url::origin);
        let header = |origin: &str| HeaderValue::from_str(origin).ok();
        Self {
            own: own.and_then(|own| header(&own.ascii_serialization())),
            allowed: settings
                .allowed_origins
                .iter()
                .filter_map(|origin| header(origin))
                .collect(),
        }
    }

    /// Refuses on these routes what a page of another site could send without being asked about.
    pub fn guard(&self, routes: Router) -> Router {
        routes.layer(from_fn_with_state(self.clone(), guarded))
    }

    /// Refuses on these routes forms that were not sent by a page of the service itself. Whoever is no browser says
    /// nothing of where it comes from, and has no cookie that others could misuse.
    pub fn guard_forms<S>(&self, routes: Router<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        routes.layer(from_fn_with_state(self.clone(), own_forms))
    }

    /// Takes the cookies away on these routes from what pages of other sites send, allowed or not.
    pub fn keep_sessions(&self, routes: Router) -> Router {
        let origins = self.clone();
        routes.layer(MapRequestLayer::new(move |mut request: Request| {
            if !origins.may_be_in_session(&request) {
                request.headers_mut().remove(COOKIE);
            }
            request
        }))
    }

    /// Lets the pages of allowed origins use these routes.
    pub fn share(&self, routes: Router) -> Router {
        if self.allowed.is_empty() {
            return routes;
        }
        let cors = CorsLayer::new()
            .allow_origin(self.allowed.to_vec())
            .allow_methods([
                Method::GET,
                Method::HEAD,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
            ])
            .allow_headers(SENT.map(HeaderName::from_static))
            .expose_headers(READ.map(HeaderName::from_static))
            .max_age(REMEMBERED);
        routes.layer(from_fn_with_state(cors, shared))
    }

    fn trusts(&self, request: &Request) -> bool {
        let headers = request.headers();
        let origin = headers.get(ORIGIN);
        if request.method() == Method::CONNECT || headers.contains_key(UPGRADE) {
            return origin.is_none_or(|origin| self.includes(origin, request));
        }
        if !request.method().is_safe() || is_asked_first(headers) || is_authorised(headers) {
            return true;
        }
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        match (site, origin) {
            (Some(b"same-origin" | b"none"), _) => true,
            (_, Some(origin)) => self.includes(origin, request),
            (Some(_), None) => false,
            (None, None) => !headers.contains_key(COOKIE),
        }
    }

    fn is_own(&self, request: &Request) -> bool {
        let headers = request.headers();
        match (headers.get("sec-fetch-site"), headers.get(ORIGIN)) {
            _ if request.method().is_safe() => true,
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => self.is_origin(origin, request),
            (None, None) => !headers.contains_key(COOKIE),
        }
    }

    /// Whether no page of another site sends this. Old browsers do not say where a request is from that needs no
    /// preflight; what those could send is refused by [`Origins::guard`].
    fn may_be_in_session(&self, request: &Request) -> bool {
        let headers = request.headers();
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        match (site, headers.get(ORIGIN)) {
            (Some(b"same-origin"), _) | (None, None) => true,
            (_, Some(origin)) => self.is_origin(origin, request),
            (Some(b"none"), None) => true,
            (Some(_), None) => headers
                .get("sec-fetch-mode")
                .is_some_and(|mode| mode == "navigate"),
        }
    }

    /// Whether pages of this origin are the service's own or allowed. A service that was not told where
    /// it is reached knows itself by the host that the request was sent to.
    fn includes(&self, origin: &HeaderValue, request: &Request) -> bool {
        self.is_origin(origin, request) || self.allowed.contains(origin)
    }

    fn is_origin(&self, origin: &HeaderValue, request: &Request) -> bool {
        match &self.own {
            Some(own) => origin == own,
            None => is_of_host(origin, request),
        }
    }
}

fn is_of_host(origin: &HeaderValue, request: &Request) -> bool {
    let authority = request.uri().authority().map(Authority::as_str);
    let header = || request.headers().get(HOST)?.to_str().ok();
    let origin = origin.to_str().ok();
    let of = origin.and_then(|origin| origin.split_once("://"));
    of.is_some_and(|(_, of)| authority.or_else(header) == Some(of))
}

/// Whether the request has a header that a browser lets no page send without asking the service first.
pub(super) fn is_asked_first(headers: &HeaderMap) -> bool {
    ASKED_FIRST.iter().any(|name| headers.contains_key(*name))
}

/// Whether the request has a header that a `GET` needs for other reasons, and that is asked about too.
fn is_authorised(headers: &HeaderMap) -> bool {
    headers.contains_key(AUTHORIZATION) || is_json(headers)
}

async fn guarded(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    if origins.trusts(&request) {
        return next.run(request).await;
    }
    let text = "A page of another site could have sent this without its user's knowledge. Send the header GraphQL-Require-Preflight: 1 with it; pages of other sites also need their origin in the setting server.allowed_origins.";
    let error = Error::Forbidden(text.to_owned());
    let media = Media::negotiate(request.headers()).unwrap_or(Media::Json);
    Refused::from(error).into_response(media, None)
}

async fn own_forms(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    if origins.is_own(&request) {
        return next.run(request).await;
    }
    let text =
        "This form was sent by a page of another site. Open the page here, and send it from there.";
    Error::Forbidden(text.to_owned()).into_response()
}

/// `OPTIONS` that a browser did not send is answered by the route: tus has a use for it.
async fn shared(State(cors): State<CorsLayer>, request: Request, next: Next) -> Response {
    let asks = request
        .headers()
        .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() == Method::OPTIONS && !asks {
        return next.run(request).await;
    }
    cors.layer(next).oneshot(request).await.into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn trusts(settings: &Server, method: Method, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).uri("/graphql");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        Origins::of(settings).trusts(&request)
    }

    fn published() -> Server {
        Server {
            public_url: Some("https://samsyn.example.se".parse().expect("a URL")),
            allowed_origins: vec!["https://portal.example.se".to_owned()],
            ..Server::default()
        }
    }

    #[test]
    fn pages_of_other_sites_read_only_what_they_are_asked_about() {
        let cross = ("sec-fetch-site", "cross-site");
        let get = |headers: &[(&str, &str)]| trusts(&published(), Method::GET, headers);
        for programs_and_own_pages in [
            &[][..],
            &[("sec-fetch-mode", "cors")],
            &[("sec-fetch-site", "same-origin"), ("cookie", "a=b")],
            &[("sec-fetch-site", "none"), ("cookie", "a=b")],
            &[("origin", "https://samsyn.example.se")],
            &[("origin", "https://portal.example.se"), cross],
            &[
                ("origin", "https://evil.example"),
                cross,
                ("authorization", "Bearer a"),
            ],
            &[cross, ("apollo-require-preflight", "1")],
            &[cross, ("content-type", "application/json")],
        ] {
            assert!(get(programs_and_own_pages), "{programs_and_own_pages:?}");
        }
        for foreign in [
            &[cross][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "http://samsyn.example.se")],
            &[("origin", "https://portal.example.se.evil.example"), cross],
            &[cross, ("content-type", "text/plain; application/json")],
            &[("cookie", "a=b")],
        ] {
            assert!(!get(foreign), "{foreign:?}");
            assert!(!trusts(&published(), Method::HEAD, foreign), "{foreign:?}");
        }
    }

    #[test]
    fn cookies_count_from_own_pages_and_by_links_alone() {
        let counts = |headers: &[(&str, &str)]| {
            let mut request = Request::builder().uri("/evidence/files/x");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(Body::empty()).expect("a request");
            Origins::of(&published()).may_be_in_session(&request)
        };
        let (own, allowed) = ("https://samsyn.example.se", "https://portal.example.se");
        for headers in [
            &[][..],
            &[("origin", own)],
            &[("sec-fetch-site", "same-origin")],
            // By a name that the settings do not know; the cookie is of that name alone.
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "http://127.0.0.1:8080"),
            ],
            &[("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")],
            &[
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-mode", "navigate"),
            ],
        ] {
            assert!(counts(headers), "{headers:?}");
        }
        for headers in [
            &[("origin", allowed)][..],
            &[("origin", "null")],
            &[("origin", allowed), ("sec-fetch-mode", "navigate")],
            &[
                ("sec-fetch-site", "same-site"),
                ("sec-fetch-mode", "no-cors"),
            ],
            &[("sec-fetch-site", "cross-site")],
        ] {
            assert!(!counts(headers), "{headers:?}");
        }
    }

    #[test]
    fn forms_are_taken_from_own_pages_alone() {
        let sent = |headers: &[(&str, &str)]| {
            let mut request = Request::builder().method(Method::POST).uri("/sign-in");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let request = request.body(Body::empty()).expect("a request");
            Origins::of(&published()).is_own(&request)
        };
        let own = ("origin", "https://samsyn.example.se");
        for taken in [
            &[][..],
            &[("sec-fetch-site", "same-origin"), own],
            &[own, ("cookie", "a=b")],
        ] {
            assert!(sent(taken), "{taken:?}");
        }
        for refused in [
            &[("sec-fetch-site", "cross-site"), own][..],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://portal.example.se")],
            &[("origin", "null"), ("cookie", "a=b")],
            &[("cookie", "a=b")],
        ] {
            assert!(!sent(refused), "{refused:?}");
        }
    }

    #[test]
    fn sockets_are_for_own_and_allowed_pages() {
        let upgrade = ("upgrade", "websocket");
        let own_host = [
            upgrade,
            ("host", "127.0.0.1:8080"),
            ("origin", "http://127.0.0.1:8080"),
        ];
        assert!(trusts(&Server::default(), Method::GET, &[upgrade]));
        assert!(trusts(&Server::default(), Method::GET, &own_host));
        assert!(!trusts(&published(), Method::GET, &own_host));
        for (origin, trusted) in [
            ("https://samsyn.example.se", true),
            ("https://portal.example.se", true),
            ("https://evil.example", false),
            ("null", false),
        ] {
            // Nothing that a page could add makes up for its origin.
            let headers = [
                upgrade,
                ("origin", origin),
                ("apollo-require-preflight", "1"),
            ];
            assert_eq!(
                trusts(&published(), Method::GET, &headers),
                trusted,
                "{origin}"
            );
        }
    }
}
