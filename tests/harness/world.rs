//! The service in the test's own process, on a copy of the world.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{Router, body::Body, http::Request};
use chrono::TimeDelta;
use samsyn::{
    access::{
        Door, TokenScope,
        authn::session::{Browser, Lifetime},
    },
    app::App,
    clock::Clock,
    config::{Database, Evidence, Limits, MOST_POINTS, ServiceUrl, Settings},
    graphql::schema::Schema,
    server,
    topic::token::oauth::word,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::{Actor, Answer, Client, Folder, bucket::Bucket, mutation_document};

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
    pub base: String,
    /// Where files are kept that come in, if that is not the folder. Those of the demo are not there.
    bucket: Option<Bucket>,
}

impl World {
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    /// The same with settings of one's own.
    pub async fn open_with(adjust: impl FnOnce(&mut Settings)) -> Self {
        let folder = Folder::copy();
        let bucket = Bucket::if_given().await;
        let in_folder = || Evidence {
            url: Evidence::url_in(folder.path()),
            ..Evidence::default()
        };
        let mut settings = Settings {
            database: Database {
                url: ServiceUrl::new(folder.records.url()),
                ..Database::default()
            },
            evidence: bucket.as_ref().map_or_else(in_folder, Bucket::settings),
            // What is tried here asks for more at once than a client may; `transport` tries the limits.
            limits: Limits {
                cost: 100_000_000,
                token_points_per_minute: MOST_POINTS,
                organisation_points_per_minute: MOST_POINTS,
                anonymous_points_per_minute: MOST_POINTS,
                concurrent_requests_per_token: 1000,
                ..Limits::default()
            },
            ..Settings::default()
        };
        adjust(&mut settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let base = format!("http://{address}/");
        let app = App::open(&settings, base.parse().expect("a URL"), Clock::system())
            .await
            .expect("the world opens");
        let router = app.routes(&settings);
        let how = settings.server.clone();
        let served = server::assemble(router.clone(), async || Ok(()), &how);
        tokio::spawn(async move { server::serve(listener, served, &how).await });
        let actors =
            fs::read_to_string(folder.path().join("demo.json")).expect("the world has its actors");
        Self {
            router,
            base,
            bucket,
            schema: app.schema().clone(),
            door: app.door,
            actors: serde_json::from_str::<Kept>(&actors)
                .expect("the actors can be read")
                .actors,
            folder,
        }
    }

    /// The first actor of the organisation with this role, as [`Actor::is`] reads them.
    pub fn actor(&self, organisation: &str, role: &str) -> Arc<Actor> {
        let found = self
            .actors
            .iter()
            .find(|actor| actor.is(organisation, role));
        Arc::new(
            found
                .unwrap_or_else(|| panic!("the world has a {role} of {organisation}"))
                .clone(),
        )
    }

    /// The same as a client over HTTP.
    pub fn client(&self, organisation: &str, role: &str) -> Client {
        self.client_with(&self.actor(organisation, role).token)
    }

    /// Somebody with this token.
    pub fn client_with(&self, token: &str) -> Client {
        Client::new(&format!("{}graphql", self.base), Some(token))
    }

    /// Somebody without any token.
    pub fn anonymous(&self) -> Client {
        Client::new(&format!("{}graphql", self.base), None)
    }

    /// How many files, and parts of files, its store has.
    pub async fn stored(&self) -> usize {
        match &self.bucket {
            Some(bucket) => bucket.holds().await,
            None => files_below(&self.folder.path().join("evidence")),
        }
    }

    /// What the routes answer a request of any kind: the status and the body. A panic is not caught.
    pub async fn call(&self, request: Request<Body>) -> (u16, bytes::Bytes) {
        let response = self.router.clone().oneshot(request).await;
        let (parts, body) = response.expect("the routes answer").into_parts();
        let body = axum::body::to_bytes(body, 16 << 20);
        (parts.status.as_u16(), body.await.expect("a whole body"))
    }

    /// Sends a document as somebody, or as nobody.
    pub async fn send(&self, token: Option<&str>, document: &str, variables: Value) -> Answer {
        let header = token.map(|token| ("authorization", format!("Bearer {token}")));
        self.send_with(header, document, variables).await
    }

    /// Sends a document in the session of a browser that has this cookie.
    pub async fn send_in_session(&self, secret: &str, document: &str, variables: Value) -> Answer {
        let cookie = format!("__Host-samsyn={secret}");
        self.send_with(Some(("cookie", cookie)), document, variables)
            .await
    }

    async fn send_with(
        &self,
        header: Option<(&str, String)>,
        document: &str,
        variables: Value,
    ) -> Answer {
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if let Some((name, value)) = header {
            request = request.header(name, value);
        }
        let body = json!({ "query": document, "variables": variables }).to_string();
        let request = request.body(Body::from(body)).expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the service answers");
        let (head, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX)
            .await
            .expect("a body");
        Answer {
            status: head.status,
            headers: head.headers,
            body: serde_json::from_slice(&bytes).expect("the answer is JSON"),
        }
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

    /// Begins a session for whoever has this token, as the demo's page does; gives what its cookie holds.
    pub async fn begins_a_session(&self, token: &str) -> String {
        let actor = self.door.authenticate(token).await.expect("an actor");
        let lifetime = Lifetime {
            idle: TimeDelta::hours(1),
            most: TimeDelta::hours(2),
        };
        let begun = self
            .door
            .sign_in_without_provider(&actor, Browser::default(), lifetime)
            .await;
        begun.expect("a session").reveal()
    }

    /// The same; gives its id.
    pub async fn signs_in(&self, token: &str) -> String {
        let secret = self.begins_a_session(token).await;
        let document = "{ sessions(first: 100) { nodes { id current } } }";
        let own = self.send_in_session(&secret, document, json!({})).await;
        let own = own.data(document)["sessions"]["nodes"].clone();
        let current = own.as_array().expect("a list").iter();
        let mut current = current.filter(|session| session["current"] == true);
        let id = current.next().expect("the session itself")["id"].clone();
        id.as_str().expect("an id").to_owned()
    }

    /// An access token with this scope alone, of a machine client of the organisation with this role.
    pub async fn machine(&self, organisation: &str, role: &str, scope: TokenScope) -> String {
        let administrator = self.actor(organisation, "ADMINISTRATOR").token.clone();
        let input = json!({
            "name": "Prov", "scopes": TokenScope::every().map(word).collect::<Vec<_>>(), "roles": [{ "role": role }],
            "expiresAt": self.door.clock().now() + TimeDelta::days(1),
        });
        let made = self
            .does(
                &administrator,
                "createMachineClient",
                input,
                "{ clientId clientSecret }",
            )
            .await;
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        let form = [
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", text("clientId")),
            ("client_secret", text("clientSecret")),
            ("scope", word(scope)),
        ];
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = Request::post("/oauth/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .expect("a request");
        let (status, told) = self.call(request).await;
        assert_eq!(status, 200, "{told:?}");
        let told: Value = serde_json::from_slice(&told).expect("JSON");
        told["access_token"].as_str().expect("a token").to_owned()
    }

    /// Sends the bytes of a file to an upload URL.
    pub async fn put(&self, url: &str, bytes: &'static str) -> Value {
        let path = url.strip_prefix(&self.base).expect("a URL of this service");
        let request = Request::put(format!("/{path}"))
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

fn files_below(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let count = |path: PathBuf| {
        if path.is_dir() { files_below(&path) } else { 1 }
    };
    entries.map(|entry| count(entry.path())).sum()
}
