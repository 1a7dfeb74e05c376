//! Who looks at a page, from where, and in which language: what a request says beside what it asks for.
//!
//! What always holds: the visitor's credentials are passed on to the API as they came, and to nobody else. The
//! portal neither reads nor keeps them.

use std::{convert::Infallible, net::SocketAddr};

use axum::{
    body::Body,
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderName, Method, Request, Uri, header, request::Parts},
};

use crate::{
    list::Asked,
    text::{Language, Text},
};

/// What is passed on to the API: who it is, from where, and under which name the log has the request.
const PASSED_ON: [HeaderName; 6] = [
    header::COOKIE,
    header::HOST,
    header::FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("traceparent"),
];

/// Holds the language that somebody chose.
pub const LANGUAGE: &str = "samsyn-language";
/// Holds the colours that somebody chose.
pub const THEME: &str = "samsyn-theme";

/// Whoever looks at a page.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The language of what is said.
    pub text: Text,
    /// The colours that were chosen: `light`, `dark`, or nothing for those of the system.
    pub theme: &'static str,
    /// The page, with what follows `?`.
    pub here: String,
    /// Whether a script asks, which has no use for a page to go on to.
    pub by_script: bool,
    passed_on: HeaderMap,
    peer: Option<ConnectInfo<SocketAddr>>,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

impl Visitor {
    fn of(parts: &Parts) -> Self {
        let mut passed_on = HeaderMap::new();
        for name in PASSED_ON {
            for value in parts.headers.get_all(&name) {
                passed_on.append(&name, value.clone());
            }
        }
        let theme = match cookie(&parts.headers, THEME) {
            Some("dark") => "dark",
            Some("light") => "light",
            _ => "",
        };
        Self {
            text: Text::new(Language::of(&parts.headers)),
            theme,
            here: local(&parts.uri),
            by_script: parts
                .headers
                .get(header::ACCEPT)
                .is_some_and(|accepted| accepted == "application/json"),
            passed_on,
            peer: parts.extensions.get().copied(),
        }
    }

    /// The same visitor at another page.
    #[must_use]
    pub fn at(self, here: String) -> Self {
        Self { here, ..self }
    }

    /// What follows `?` in the address.
    #[must_use]
    pub fn asked(&self) -> Asked {
        let query = self.here.split_once('?').map_or("", |(_, query)| query);
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Asked::from(pairs.into_owned().collect::<Vec<_>>())
    }

    /// A request to the API in this visitor's name.
    #[must_use]
    pub fn request(&self, method: Method, uri: &str, body: Body) -> Request<Body> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri.parse().unwrap_or_default();
        *request.headers_mut() = self.passed_on.clone();
        if let Some(peer) = &self.peer {
            request.extensions_mut().insert(*peer);
        }
        request
    }
}

fn local(uri: &Uri) -> String {
    uri.path_and_query()
        .map_or_else(|| uri.path().to_owned(), ToString::to_string)
}

/// The value of a cookie that says nothing secret.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The page to go back to, if it is one of ours: a path, and never the address of another site.
#[must_use]
pub fn own_page(wanted: Option<&str>) -> Option<&str> {
    let path = wanted?;
    let second = path.as_bytes().get(1);
    let ours = path.starts_with('/')
        && !matches!(second, Some(b'/' | b'\\'))
        && !path.contains(['\r', '\n', '\t', '\\']);
    ours.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_back_to_our_own_pages_alone() {
        for ours in ["/", "/evidence?kind=CERTIFICATE", "/risks#r1"] {
            assert_eq!(own_page(Some(ours)), Some(ours));
        }
        for other in [
            "",
            "evidence",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
        ] {
            assert_eq!(own_page(Some(other)), None, "{other}");
        }
    }

    #[test]
    fn only_what_the_api_needs_is_passed_on() {
        let request = Request::get("/risks?level=HIGH")
            .header("cookie", "__Host-samsyn=s; samsyn-language=en")
            .header("authorization", "Bearer x")
            .header("origin", "https://samsyn.example")
            .body(())
            .expect("a request");
        let visitor = Visitor::of(&request.into_parts().0);

        assert_eq!(visitor.here, "/risks?level=HIGH");
        let passed = visitor.request(Method::POST, "/graphql", Body::empty());
        let names: Vec<_> = passed.headers().keys().map(HeaderName::as_str).collect();
        assert_eq!(names, ["cookie"]);
        assert_eq!(visitor.text.language().code(), "en");
    }
}
