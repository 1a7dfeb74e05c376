//! The way of a tour: it asks the portal for whatever it is told to, and holds every answer to what holds for all.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex},
};

use apollo_compiler::Schema;
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, header},
    response::Response,
};
use chrono::{DateTime, Utc};
use tower::ServiceExt;
use url::form_urlencoded;

use crate::{
    markup::{self, Held},
    stand_in::{self, StandIn},
    templates,
};

/// What a page has that others' changes appear on.
pub const LIVE: &str = "<main id=\"main\" tabindex=\"-1\" data-live>";
const HOME: &str = env!("CARGO_MANIFEST_DIR");

/// Where everything is asked, and what was found.
pub struct Tour {
    pub language: &'static str,
    portal: Router,
    pub stand_in: Arc<StandIn>,
    held: Held,
    /// Pieces of templates that no page had yet, and their templates.
    pub unseen: Mutex<BTreeMap<String, String>>,
    /// What is wrong, and where it was first.
    pub problems: Mutex<BTreeMap<String, String>>,
}

impl Tour {
    pub fn begin(language: &'static str) -> Self {
        let schema = fs::read_to_string(Path::new(HOME).join("../api/schema.graphql"));
        let schema = Schema::parse_and_validate(schema.expect("the schema"), "schema.graphql");
        let now: DateTime<Utc> = "2026-03-01T08:00:00Z".parse().expect("a moment");
        let stand_in = Arc::new(StandIn {
            schema: schema.expect("the schema holds"),
            today: now.date_naive(),
            documents: Mutex::default(),
            answered: Mutex::default(),
        });
        let mut messages = String::new();
        every_file("messages", &mut |text| messages.push_str(text));
        Self {
            language,
            portal: portal::routes(stand_in::routes(stand_in.clone()), Arc::new(move || now)),
            held: Held::to(&messages, &routes()),
            unseen: Mutex::new(templates::pieces(&Path::new(HOME).join("templates"))),
            problems: Mutex::default(),
            stand_in,
        }
    }

    /// Looks at a page. What the API answers is told by cookies.
    pub async fn sees(&self, path: &str, cookies: &str, expected: u16) {
        self.visits(path, None, cookies, expected).await;
    }

    /// What a page has.
    pub async fn reads(&self, path: &str) -> String {
        text_of(self.asks(path, None, "").await).await
    }

    /// What the page has that answers a form of this type.
    pub async fn reads_after(&self, path: &str, kind: &str, body: &str, cookies: &str) -> String {
        text_of(self.asks(path, Some((kind, body)), cookies).await).await
    }

    /// Sends a form of this type.
    pub async fn sends(&self, path: &str, kind: &str, body: &str, cookies: &str, expected: u16) {
        self.visits(path, Some((kind, body)), cookies, expected)
            .await;
    }

    async fn visits(&self, path: &str, sent: Option<(&str, &str)>, cookies: &str, expected: u16) {
        let answer = self.asks(path, sent, cookies).await;
        let place = format!("{path} with {cookies}");
        self.looks_at(answer, expected, &place).await;
    }

    async fn asks(&self, path: &str, sent: Option<(&str, &str)>, cookies: &str) -> Response {
        let cookies = format!("samsyn-language={}; {cookies}", self.language);
        let mut request = Request::get(path).header(header::ACCEPT, "text/html");
        if let Some((kind, _)) = sent {
            request = Request::post(path).header(header::CONTENT_TYPE, kind);
        }
        let body = Body::from(sent.map_or("", |(_, body)| body).to_owned());
        let request = request.header(header::COOKIE, &cookies).body(body);
        let answer = self.portal.clone().oneshot(request.expect("a request"));
        answer.await.expect("an answer")
    }

    pub async fn looks_at(&self, answer: Response, expected: u16, place: &str) {
        let (head, body) = answer.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        let page = String::from_utf8_lossy(&body);
        let said = |name| {
            head.headers
                .get(name)
                .map_or("", |value| value.to_str().expect("text"))
        };
        let mut problems = vec![];
        if head.status != expected {
            problems.push(format!("{} instead of {expected}", head.status));
        }
        if head.status.is_redirection() {
            let to = said(header::LOCATION);
            let query = to.split_once('?').map_or("", |(_, query)| query);
            let back =
                form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "return_to");
            for place in [Some(to), back.as_ref().map(|(_, back)| back.as_ref())]
                .into_iter()
                .flatten()
            {
                if !self.held.leads(place, true) {
                    problems.push(format!("one is sent to {place}, which is no page"));
                }
            }
        }
        if said(header::CONTENT_TYPE).starts_with("text/html") {
            let mut unseen = self.unseen.lock().expect("the pieces");
            unseen.retain(|piece, _| !page.contains(piece.as_str()));
            problems.extend(markup::problems(&page, self.language, &self.held));
            if page.contains(LIVE) && place.starts_with("/do/") {
                problems.push("what is typed here would be put back".to_owned());
            }
        }
        let mut known = self.problems.lock().expect("the problems");
        for problem in problems {
            known.entry(problem).or_insert_with(|| place.to_owned());
        }
    }
}

async fn text_of(answer: Response) -> String {
    let body = to_bytes(answer.into_body(), usize::MAX).await;
    String::from_utf8(body.expect("a body").to_vec()).expect("text")
}

fn every_file(folder: &str, visit: &mut impl FnMut(&str)) {
    let mut folders = vec![Path::new(HOME).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            match entry.path().is_dir() {
                true => folders.push(entry.path()),
                false => visit(&fs::read_to_string(entry.path()).expect("text")),
            }
        }
    }
}

/// The routes of the portal, as its code has them: as text, or by the name of a constant; and whether they are pages.
pub fn routes() -> BTreeMap<String, bool> {
    let mut routes = BTreeMap::new();
    every_file("src", &mut |code| {
        let calls = code.split(".route(").skip(1);
        for (named, handler) in calls.filter_map(|call| call.split_once(',')) {
            let text = match named.starts_with('"') {
                true => Some(named),
                false => code.split(&format!("const {named}: &str = ")).nth(1),
            };
            let path = text.and_then(|text| text.split('"').nth(1));
            let is_page = !handler.trim_start().starts_with("post");
            routes.insert(path.expect("a path").to_owned(), is_page);
        }
    });
    routes
}

/// The codes of the API, as its table of errors documents them.
pub fn codes() -> Vec<String> {
    let documented = fs::read_to_string(Path::new(HOME).join("../api/README.md"));
    let documented = documented.expect("they are documented");
    let table = documented.split("| code |").nth(1).expect("a table");
    let rows = table.split("\n\n").next().into_iter().flat_map(str::lines);
    let codes = rows.filter_map(|row| row.strip_prefix("| `")?.split('`').next());
    codes.map(str::to_owned).collect()
}
