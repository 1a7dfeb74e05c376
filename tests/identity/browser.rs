//! A browser as far as signing in needs one: it keeps cookies by host, follows redirects when it is told to, and
//! fills in forms.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use reqwest::{Client, redirect::Policy};
use url::Url;

/// What a page answered.
pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    /// Where it sends the browser on to.
    pub fn leads_to(&self) -> Option<Url> {
        let location = self.headers.get(header::LOCATION)?.to_str().ok()?;
        self.url.join(location).ok()
    }
}

/// A browser of its own, with cookies of its own.
pub struct Browser {
    client: Client,
    cookies: BTreeMap<(String, String), String>,
}

impl Browser {
    pub fn new() -> Self {
        Self::sending(HeaderMap::new())
    }

    /// One whose requests are passed on by a proxy, with this about where they come from.
    pub fn behind_a_proxy(forwarded_for: &'static str) -> Self {
        let told = HeaderValue::from_static(forwarded_for);
        Self::sending(
            [(HeaderName::from_static("x-forwarded-for"), told)]
                .into_iter()
                .collect(),
        )
    }

    fn sending(headers: HeaderMap) -> Self {
        let client = Client::builder()
            .redirect(Policy::none())
            .default_headers(headers)
            .user_agent("Provwebb/1.0");
        Self {
            client: client.build().expect("a client"),
            cookies: BTreeMap::new(),
        }
    }

    /// Opens a page without following where it leads.
    pub async fn open(&mut self, url: &str) -> Page {
        self.send(Method::GET, url, None).await
    }

    /// Sends a form of a page of the same origin.
    pub async fn submit(&mut self, url: &str, fields: &[(&str, &str)]) -> Page {
        self.send(Method::POST, url, Some(fields)).await
    }

    /// Follows a page to where it leads in the end, or to the first address that begins with `until`.
    pub async fn follow_until(&mut self, mut page: Page, until: &str) -> Page {
        for _ in 0..20 {
            let Some(next) = page.leads_to() else {
                return page;
            };
            if next.as_str().starts_with(until) {
                return page;
            }
            page = self.open(next.as_str()).await;
        }
        panic!("it leads in circles: {}", page.url);
    }

    pub async fn follow(&mut self, page: Page) -> Page {
        self.follow_until(page, "nowhere:").await
    }

    /// The cookie that it has for a host and port.
    pub fn cookie(&self, of: &str, name: &str) -> Option<&str> {
        let host = authority(&of.parse().expect("a URL"));
        self.cookies
            .get(&(host, name.to_owned()))
            .map(String::as_str)
    }

    /// Has a cookie planted, or taken away.
    pub fn plant(&mut self, of: &str, name: &str, value: Option<&str>) {
        let key = (authority(&of.parse().expect("a URL")), name.to_owned());
        match value {
            Some(value) => self.cookies.insert(key, value.to_owned()),
            None => self.cookies.remove(&key),
        };
    }

    async fn send(&mut self, method: Method, url: &str, form: Option<&[(&str, &str)]>) -> Page {
        let url: Url = url.parse().expect("a URL");
        let host = authority(&url);
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .filter(|((of, _), _)| *of == host)
            .map(|((_, name), value)| format!("{name}={value}"))
            .collect();
        let mut request = self.client.request(method, url.clone());
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(fields) = form {
            let body = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields)
                .finish();
            request = request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ORIGIN, url.origin().ascii_serialization())
                .body(body);
        }
        let answer = request.send().await.expect("it answers");
        let (status, headers) = (answer.status(), answer.headers().clone());
        for set in headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().expect("text");
            let (pair, rest) = set.split_once(';').unwrap_or((set, ""));
            let (name, value) = pair.split_once('=').expect("a name and a value");
            let key = (host.clone(), name.trim().to_owned());
            let gone = value.is_empty() || rest.to_lowercase().contains("max-age=0");
            match gone {
                true => self.cookies.remove(&key),
                false => self.cookies.insert(key, value.to_owned()),
            };
        }
        let text = answer.text().await.expect("a text");
        Page {
            url,
            status,
            headers,
            text,
        }
    }
}

fn authority(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}
