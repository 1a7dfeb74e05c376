//! Which pages there are: those that the portal's router knows, and those that one comes to by following links.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs,
    path::Path,
};

use reqwest::{
    StatusCode,
    header::{
        ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE,
    },
    redirect,
};

use crate::harness::Served;

/// Where the portal's code is.
const CODE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../portal/src");

/// Somebody who asks for pages without a browser: signed in as a person of the demo, or not.
pub struct Visitor {
    http: reqwest::Client,
    base: String,
    cookie: Option<String>,
}

/// What came of it.
pub struct Shown {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Visitor {
    /// Somebody who is not signed in.
    pub fn nobody(demo: &Served) -> Self {
        Self::at(&demo.announcement.graphql.replace("/graphql", ""), None)
    }

    /// Somebody at the service with this address, with this cookie.
    pub fn at(base: &str, cookie: Option<String>) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .build();
        Self {
            http: http.expect("a client"),
            base: base.to_owned(),
            cookie,
        }
    }

    /// Somebody by the beginning of the name, signed in by the buttons of the demo.
    pub async fn signed_in(demo: &Served, name: &str) -> Self {
        let mut visitor = Self::nobody(demo);
        let actors = &demo.announcement.actors;
        let place = actors.iter().position(|actor| actor.name.starts_with(name));
        let place = place.unwrap_or_else(|| panic!("the world has a {name}"));
        let shown = visitor
            .sends("/sign-in/demo", &format!("person={place}&return_to=/"))
            .await;
        let cookies = shown.headers.get_all(SET_COOKIE).iter();
        let cookies = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        visitor.cookie = Some(cookies.collect::<Vec<_>>().join("; "));
        visitor
    }

    /// Asks for a page.
    pub async fn sees(&self, path: &str) -> Shown {
        self.asks(self.http.get(format!("{}{path}", self.base)))
            .await
    }

    /// How many bytes of a page come over the wire to a browser.
    pub async fn weighs(&self, path: &str) -> usize {
        let request = self.http.get(format!("{}{path}", self.base));
        let request = request.header(ACCEPT_ENCODING, "gzip, deflate, br");
        let answer = self.with_cookie(request).send().await;
        let answer = answer.expect("the service answers");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.bytes().await.expect("a body").len()
    }

    /// In which encoding a page comes that a page of this site, seen from ours, has led to.
    pub async fn encoding(&self, path: &str, site: &str) -> Option<String> {
        let request = self.http.get(format!("{}{path}", self.base));
        let request = request
            .header(ACCEPT_ENCODING, "gzip")
            .header("sec-fetch-site", site);
        let answer = self.with_cookie(request).send().await;
        let answer = answer.expect("the service answers");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let encoding = answer.headers().get(CONTENT_ENCODING)?;
        encoding.to_str().ok().map(str::to_owned)
    }

    fn with_cookie(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    /// Sends a form, as one of the portal's own pages does.
    pub async fn sends(&self, path: &str, form: &str) -> Shown {
        let own = [
            ("origin", self.base.as_str()),
            ("sec-fetch-site", "same-origin"),
        ];
        self.sends_from(path, form, &own).await
    }

    /// Sends a form from a page elsewhere, as these headers say.
    pub async fn sends_from(&self, path: &str, form: &str, headers: &[(&str, &str)]) -> Shown {
        let mut request = self
            .http
            .post(format!("{}{path}", self.base))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.asks(request).await
    }

    async fn asks(&self, request: reqwest::RequestBuilder) -> Shown {
        let answer = self
            .with_cookie(request)
            .send()
            .await
            .expect("the service answers");
        Shown {
            status: answer.status(),
            headers: answer.headers().clone(),
            text: answer.text().await.expect("text"),
        }
    }

    /// The pages that one comes to from the start page and by searching, by kind, with up to so many of each.
    pub async fn comes_to(&self, of_each: usize) -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut ahead = VecDeque::from(["/", "/search?q=certifikat"].map(str::to_owned));
        let mut known: BTreeSet<String> = ahead.iter().cloned().collect();
        while let Some(path) = ahead.pop_front() {
            let same = found.entry(kind(&path)).or_default();
            if same.len() >= of_each {
                continue;
            }
            let shown = self.sees(&path).await;
            let mut ahead_of_it = links(&shown.text);
            match shown.status {
                StatusCode::SEE_OTHER => ahead_of_it.push(shown.location().to_owned()),
                status => {
                    assert_eq!(status, StatusCode::OK, "{path}: {}", shown.text);
                    same.push(path);
                }
            }
            for link in ahead_of_it {
                if !is_elsewhere(&link) && known.insert(link.clone()) {
                    ahead.push_back(link);
                }
            }
        }
        found
    }
}

impl Shown {
    pub fn location(&self) -> &str {
        let location = self.headers.get(LOCATION);
        location
            .and_then(|location| location.to_str().ok())
            .unwrap_or_default()
    }
}

/// What is no page of the portal: files, and what programs read.
fn is_elsewhere(link: &str) -> bool {
    [
        "/assets/",
        "/evidence/files/",
        "/export/",
        "/files/",
        "/schema.graphql",
        "/explorer",
        "/sign-in",
    ]
    .iter()
    .any(|other| link.starts_with(other))
}

/// The addresses on a page that lead to the service itself, without what follows `#`.
pub fn links(page: &str) -> Vec<String> {
    let parts = page.split("href=\"").skip(1);
    let links = parts.filter_map(|part| part.split('"').next());
    let links = links.map(|link| link.replace("&amp;", "&").replace("&#38;", "&"));
    links
        .map(|link| link.split('#').next().unwrap_or_default().to_owned())
        .filter(|link| link.starts_with('/'))
        .collect()
}

/// What pages have in common that differ in their records alone: the route, and of what follows `?` whether a file is shown,
/// or something else in place of the page.
pub fn kind(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts = path.split('/').map(|part| match is_id(part) {
        true => "{id}",
        false => part,
    });
    let route = parts.collect::<Vec<_>>().join("/");
    let shows = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut shows = shows.filter(|(name, _)| ["file", "show"].contains(name));
    match shows.next() {
        Some((name, _)) => format!("{route}?{name}"),
        None => route,
    }
}

pub fn is_id(part: &str) -> bool {
    part.split_once('_').is_some_and(|(kind, id)| {
        kind.len() == 3 && id.len() == 32 && id.chars().all(|c| c.is_ascii_hexdigit())
    })
}

/// The routes of the portal, as its code has them.
pub fn routes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(CODE).to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the code").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let code = fs::read_to_string(&path).expect("the code");
                let routes = code.split(".route(").skip(1);
                found.extend(routes.filter_map(|part| Some(part.split('"').nth(1)?.to_owned())));
            }
        }
    }
    found
}
