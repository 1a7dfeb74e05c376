//! The service in the test's own process, on a copy of the world.

use std::{fs, sync::Arc};

use axum::{Router, body::Body, http::Request};
use samsyn::{
    access::Door,
    app::App,
    clock::Clock,
    config::{Database, Evidence, Limits, Settings},
    graphql::schema::Schema,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Actor, Answer, Folder, mutation_document};

/// What the demo keeps of its world beside the database.
#[derive(serde::Deserialize)]
struct Kept {
    actors: Vec<Actor>,
}

/// The service with a copy of the world.
pub struct World {
    pub folder: Folder,
    pub door: Door,
    pub actors: Vec<Actor>,
    pub schema: Schema,
    router: Router,
}

impl World {
    pub async fn open() -> Self {
        let folder = Folder::copy();
        let settings = Settings {
            database: Database {
                url: Database::url_in(folder.path()),
                ..Database::default()
            },
            evidence: Evidence {
                url: Evidence::url_in(folder.path()),
                ..Evidence::default()
            },
            // What is tried here asks for more at once than a client may; `transport` tries the limits.
            limits: Limits {
                complexity: 100_000_000,
                ..Limits::default()
            },
            ..Settings::default()
        };
        let base = "http://samsyn.test/".parse().expect("an address");
        let app = App::open(&settings, base, Clock::system())
            .await
            .expect("the world opens");
        let actors =
            fs::read_to_string(folder.path().join("demo.json")).expect("the world has its actors");
        Self {
            router: app.routes(&settings),
            schema: app.schema().clone(),
            door: app.door,
            actors: serde_json::from_str::<Kept>(&actors)
                .expect("the actors can be read")
                .actors,
            folder,
        }
    }

    /// The first actor of the organisation (by the beginning of its name) with this role.
    pub fn actor(&self, organisation: &str, role: &str) -> Arc<Actor> {
        let found = self.actors.iter().find(|actor| {
            actor.organisation.starts_with(organisation)
                && actor.roles.iter().any(|held| held == role)
        });
        Arc::new(
            found
                .unwrap_or_else(|| panic!("the world has a {role} of {organisation}"))
                .clone(),
        )
    }

    /// Sends a document as somebody, or as nobody.
    pub async fn send(&self, token: Option<&str>, document: &str, variables: Value) -> Answer {
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = json!({ "query": document, "variables": variables }).to_string();
        let request = request.body(Body::from(body)).expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the service answers");
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .expect("a body");
        let body = serde_json::from_slice(&bytes).expect("the answer is JSON");
        Answer { status, body }
    }

    /// The data of a document that must succeed, and how many statements it cost.
    pub async fn measure(&self, token: &str, document: &str, variables: Value) -> (Value, u64) {
        let before = self.door.statements();
        let answer = self.send(Some(token), document, variables).await;
        (answer.data(document), self.door.statements() - before)
    }

    /// Does a mutation that must succeed and returns what `selection` reads.
    pub async fn does(&self, token: &str, mutation: &str, input: Value, selection: &str) -> Value {
        let document = mutation_document(mutation, selection);
        let answer = self
            .send(Some(token), &document, json!({ "input": input }))
            .await;
        answer.data(mutation)[mutation].clone()
    }

    /// Sends the bytes of a file to an upload URL.
    pub async fn put(&self, url: &str, bytes: &'static str) -> Value {
        let path = url
            .strip_prefix("http://samsyn.test")
            .expect("a URL of this service");
        let request = Request::put(path)
            .body(Body::from(bytes))
            .expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the service answers");
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .expect("a body");
        serde_json::from_slice(&bytes).expect("the answer is JSON")
    }
}
