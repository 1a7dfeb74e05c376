//! The cookies that the service sets: none that a script can read, or that is sent to or from another site.
//!
//! `__Host-` has the browser hold the service to that: such a cookie is of this host alone, of all its paths, and
//! never sent in plain text (RFC 6265bis, section 4.1.3.2). Browsers take the own machine for safe without TLS.

use cookie::{Cookie, SameSite, time::Duration};
use http::{HeaderMap, HeaderValue, header};

/// Holds the secret of a session.
pub const SESSION: &str = "__Host-samsyn";
/// Holds what a sign-in is about until the provider has answered.
pub const SIGN_IN: &str = "__Host-samsyn-sign-in";

/// The value of a cookie that the request carries. Of several of one name the first counts.
#[must_use]
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| Cookie::split_parse(line.to_owned()))
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
        .filter(|value| !value.is_empty())
}

/// Has the browser keep a cookie: for so many seconds, or until it is closed.
#[must_use]
pub fn keep(name: &'static str, value: String, seconds: Option<i64>) -> HeaderValue {
    let mut cookie = ours(name, value);
    cookie.set_max_age(seconds.map(Duration::seconds));
    header_of(&cookie)
}

/// Has the browser forget a cookie.
#[must_use]
pub fn forget(name: &'static str) -> HeaderValue {
    let mut cookie = ours(name, String::new());
    cookie.set_max_age(Duration::ZERO);
    header_of(&cookie)
}

fn ours(name: &'static str, value: String) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .build()
}

fn header_of(cookie: &Cookie<'_>) -> HeaderValue {
    // Names are ours, and values Base64 or made of its letters: there is nothing a header could not hold.
    HeaderValue::from_str(&cookie.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_kept_from_scripts_and_other_sites() {
        let kept = keep(SESSION, "session_abc".to_owned(), None);
        assert_eq!(
            kept.to_str().expect("text"),
            "__Host-samsyn=session_abc; HttpOnly; SameSite=Lax; Secure; Path=/"
        );
        let gone = forget(SESSION);
        assert!(gone.to_str().expect("text").contains("Max-Age=0"));
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("a=1; __Host-samsyn-sign-in=x"),
        );
        assert_eq!(read(&headers, SESSION), None);
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("__Host-samsyn=s; __Host-samsyn=t"),
        );
        assert_eq!(read(&headers, SESSION).as_deref(), Some("s"));
        assert_eq!(read(&headers, SIGN_IN).as_deref(), Some("x"));
    }
}
