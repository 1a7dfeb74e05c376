//! The service as a whole: the door, the evidence store and the schema, and the routes that lead to
//! them.

use std::{fs, path::Path, sync::Arc, time::Duration};

use anyhow::Context as _;
use async_graphql::{Data, Request, ServerError};
use axum::{Router, middleware::from_fn_with_state, routing::get};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde_json::Value;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    access::{Door, Session},
    bus::Bus,
    clock::Clock,
    config::{self, Settings},
    graphql::{
        Links,
        document::{Asked, Documents, Manifest},
        explorer,
        limits::Limits,
        schema::{self, Schema},
        transport::{self, Admit, Streams, Transport, budget::Budgets, origin::Origins},
    },
    server::{
        self,
        held::{self, Held},
    },
    store::blob::Blobs,
    topic::{
        calendar,
        evidence::{self, intake::Intake},
        identity::{self, Federation, Gatekeeper, http::DemoPeople},
        provisioning,
        token::oauth,
    },
};

/// Where GraphQL is served.
pub const GRAPHQL: &str = "/graphql";
/// Where GraphQL is served over WebSocket.
pub const SUBSCRIPTIONS: &str = "/graphql/ws";

/// How old a broken upload's remains must be before they are swept away: longer than an upload URL works.
const STALE: Duration = Duration::from_secs(48 * 60 * 60);
/// How often that is done.
const SWEEP: Duration = Duration::from_secs(60 * 60);

/// The service as a whole. Clones share it.
#[derive(Clone)]
pub struct App {
    /// The door to the data.
    pub door: Door,
    /// The evidence store.
    pub blobs: Blobs,
    bus: Bus,
    links: Links,
    federation: Federation,
    schema: Schema,
    documents: Arc<Documents>,
    budgets: Arc<dyn Budgets>,
    streams: Streams,
    limits: Limits,
}

impl App {
    /// Opens database and evidence store, and brings the database up to this version.
    ///
    /// # Errors
    /// When one of them cannot be opened; the error names the setting.
    pub async fn open(settings: &Settings, base: Url, clock: Clock) -> anyhow::Result<Self> {
        let database = &settings.database;
        let door = Door::open(database.url.expose(), database.max_connections, clock).await?;
        Self::behind(door, settings, base).await
    }

    /// Opens them new, to be filled by this process and then opened anew; see [`Door::open_to_fill`].
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn open_to_fill(
        settings: &Settings,
        base: Url,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let door = Door::open_to_fill(settings.database.url.expose(), clock).await?;
        Self::behind(door, settings, base).await
    }

    async fn behind(door: Door, settings: &Settings, base: Url) -> anyhow::Result<Self> {
        door.prepare().await?;
        let limits = settings.limits.guard(settings.server.request_timeout);
        let links = Links::new(base.clone());
        let federation = Federation::new(&settings.identity, base, door.clock().clone())?;
        let schema = schema::build(links.clone(), federation.clone());
        let bus = Bus::open(&settings.bus)?;
        Ok(Self {
            blobs: Blobs::open(&settings.evidence, settings.server.request_timeout).await?,
            links,
            federation,
            documents: Arc::new(documents(&schema, &settings.documents, &limits)?),
            schema,
            budgets: bus.budgets(door.clock().clone()),
            bus,
            streams: Streams::new(&limits),
            door,
            limits,
        })
    }

    /// The schema, for what uses the API within this process.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// A document as the schema executes it, for what uses the API within this process.
    ///
    /// # Errors
    /// Those that a client would be told.
    pub fn request(&self, document: &str, variables: Value) -> Result<Request, Vec<ServerError>> {
        let asked = Asked::Text(document.to_owned());
        let document = self.documents.find(asked, false)?;
        let operation = self.documents.operation(document, None, variables)?;
        Ok(operation.into_request().0)
    }

    /// The routes of the API and the portal.
    pub fn routes(&self, settings: &Settings) -> Router {
        self.routes_for(settings, DemoPeople::default())
    }

    fn routes_for(&self, settings: &Settings, people: DemoPeople) -> Router {
        let keeper = Gatekeeper::new(self.door.clone(), self.federation.clone());
        let graphql = Transport::new(
            self.schema.clone(),
            self.documents.clone(),
            self.limits.clone(),
            admit(
                self.door.clone(),
                keeper.clone(),
                Intake::new(self.blobs.clone(), settings.evidence.max_bytes),
            ),
            self.budgets.clone(),
        )
        .keeping(self.streams.clone());
        let files = evidence::http::routes(
            self.door.clone(),
            keeper,
            self.blobs.clone(),
            self.links.clone(),
            settings.evidence.max_bytes,
        );
        let origins = Origins::of(&settings.server);
        let held = from_fn_with_state(Held::new(self.limits.body_bytes), held::bounded);
        let graphql = origins.guard(transport::http::routes(graphql).layer(held));
        let api = origins.share(origins.keep_sessions(graphql.merge(files)));
        let clock = self.door.clock().clone();
        let asked = server::knowing_peers(api.clone(), &settings.server);
        let portal = portal::routes(asked, Arc::new(move || clock.now()));
        api.merge(origins.guard_forms(portal))
            .merge(identity::http::routes(
                self.door.clone(),
                self.federation.clone(),
                self.budgets.clone(),
                settings.identity.attempts_per_minute,
                &origins,
                people,
            ))
            .merge(oauth::routes(
                self.door.clone(),
                self.budgets.clone(),
                settings.identity.attempts_per_minute,
                &self.federation.address(""),
            ))
            .merge(calendar::http::routes(
                self.door.clone(),
                self.budgets.clone(),
                self.links.clone(),
            ))
            .merge(provisioning::http::routes(
                self.door.clone(),
                self.budgets.clone(),
                &self.federation.address(""),
            ))
            .route("/schema.graphql", get(definition))
    }

    /// The same with the explorer, and with these people to sign in as, for the demo.
    pub fn routes_for_demo(&self, settings: &Settings, people: DemoPeople) -> Router {
        self.routes_for(settings, people)
            .route("/explorer", get(explore))
    }

    /// Serves on the listener until the process is told to stop.
    ///
    /// # Errors
    /// When serving fails.
    pub async fn serve(
        &self,
        listener: tokio::net::TcpListener,
        routes: Router,
        settings: &Settings,
    ) -> anyhow::Result<()> {
        self.serve_until(listener, routes, settings, server::stop_signal()?)
            .await
    }

    /// Serves on the listener until `stop`.
    ///
    /// # Errors
    /// When serving fails.
    pub async fn serve_until(
        &self,
        listener: tokio::net::TcpListener,
        routes: Router,
        settings: &Settings,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> anyhow::Result<()> {
        let sweeper = tokio::spawn(sweep(self.door.clone(), self.blobs.clone()));
        // What was committed by a process that ended before it could seal.
        self.door.seal().await;
        let following = tokio::spawn(self.bus.clone().follow(self.door.clone()));
        let leaving = CancellationToken::new();
        let (door, leaves) = (self.door.clone(), leaving.clone());
        let ready = move || {
            let (door, leaves) = (door.clone(), leaves.is_cancelled());
            async move {
                anyhow::ensure!(!leaves, "told to stop");
                Ok(door.ready().await?)
            }
        };
        let router = server::assemble(routes, ready, &settings.server);
        let streams = self.streams.clone();
        let delay = settings.server.shutdown_delay;
        let stop = async move {
            stop.await;
            leaving.cancel();
            sleep(delay).await;
            streams.stop();
        };
        let served = server::serve_until(listener, router, &settings.server, stop).await;
        // Told to close already, and each has seconds only.
        let _ = timeout(settings.server.shutdown_grace, self.streams.ended()).await;
        sweeper.abort();
        following.abort();
        served
    }
}

/// What reads documents, with those that the settings trust, and those of the portal.
fn documents(
    schema: &Schema,
    settings: &config::Documents,
    limits: &Limits,
) -> anyhow::Result<Documents> {
    let manifest = match &settings.trusted {
        Some(path) => manifest(path).with_context(|| {
            let path = path.display();
            format!("cannot use the manifest {path} (setting `documents.trusted`)")
        })?,
        None => Manifest::default(),
    };
    let manifest = manifest.with(portal::documents());
    let (only, automatic) = (settings.only_trusted, settings.automatic);
    Documents::new(&schema.sdl(), limits.clone())?
        .trusting(manifest, only, automatic)
        .context("setting `documents.trusted`")
}

fn manifest(path: &Path) -> anyhow::Result<Manifest> {
    Ok(fs::read_to_string(path)?.parse()?)
}

/// Turns what a request shows into the session that resolvers find in their context.
fn admit(door: Door, keeper: Gatekeeper, intake: Intake) -> Admit {
    Arc::new(move |shown| {
        let (door, keeper, intake) = (door.clone(), keeper.clone(), intake.clone());
        Box::pin(async move {
            let actor = match shown {
                Some(shown) => Some(keeper.recognise(&shown).await?),
                None => None,
            };
            let mut data = Data::default();
            data.insert(Session::new(door, actor));
            data.insert(intake);
            Ok(data)
        })
    })
}

async fn sweep(door: Door, blobs: Blobs) {
    let mut hours = tokio::time::interval(SWEEP);
    loop {
        hours.tick().await;
        match swept(&door, &blobs).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "remains of broken uploads were swept away"),
            Err(error) => {
                tracing::warn!(%error, "remains of broken uploads could not be swept away");
            }
        }
    }
}

async fn swept(door: &Door, blobs: &Blobs) -> crate::Result<usize> {
    let pieces = door.forget_uploads().await?;
    let forgotten = pieces.len();
    blobs.discard_parts(pieces).await;
    let tokens = door.forget_access_tokens().await?;
    if tokens > 0 {
        tracing::debug!(tokens, "access tokens that had expired were forgotten");
    }
    Ok(forgotten + blobs.sweep(STALE).await?)
}

async fn definition() -> ([(http::HeaderName, &'static str); 1], String) {
    (
        [(CONTENT_TYPE, "text/plain; charset=utf-8")],
        schema::definition(),
    )
}

async fn explore() -> impl axum::response::IntoResponse {
    // The explorer is the one page with scripts from elsewhere, pinned by their hashes.
    let csp = "default-src 'none'; script-src 'unsafe-inline' https://cdn.jsdelivr.net; \
               style-src 'unsafe-inline' https://cdn.jsdelivr.net; font-src data: https://cdn.jsdelivr.net; \
               img-src 'self' data:; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'";
    (
        [(CONTENT_SECURITY_POLICY, csp)],
        explorer::page(GRAPHQL, SUBSCRIPTIONS),
    )
}
