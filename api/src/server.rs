//! The process's life as a server: bind, answer, and stop without breaking off what was begun.
//!
//! What always holds for every answer, whichever route gave it: it carries the security headers and
//! its request's id, and a panic on the way became an error with a reference instead of a broken
//! connection. Probes: `/healthz` (the process lives) and `/readyz` (it can do its work).

mod connection;
pub(crate) mod held;
mod peer;
mod unread;

use std::{any::Any, io, net::SocketAddr};

use anyhow::{Result, anyhow};
use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::get,
    serve::Listener,
};
use futures::FutureExt;
use http::{HeaderName, HeaderValue, StatusCode, header};
use tokio::net::TcpListener;
use tower::util::MapRequestLayer;
use tower_http::{
    catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer,
    timeout::RequestBodyTimeoutLayer,
};

pub use self::peer::Peer;
use self::{connection::Connections, peer::Proxies};
use crate::{
    Error,
    config::Server,
    telemetry::{panic_text, traced},
};

const HEALTH: &str = "/healthz";
const READY: &str = "/readyz";

/// The routes for whoever watches over the process.
pub(crate) const PROBES: [&str; 2] = [HEALTH, READY];

/// On every answer; no route has a reason to say otherwise. With `no-referrer`, browsers would not say of a form from
/// which of our pages it comes.
const ALWAYS: [(HeaderName, &str); 2] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
];

/// On every answer that does not say it itself, as pages that run scripts must, and files that are shown in a page.
const OTHERWISE: [(HeaderName, &str); 3] = [
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
];

/// The address to listen on cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} (setting `server.listen`)")]
pub struct CannotListen {
    address: SocketAddr,
    source: io::Error,
}

impl CannotListen {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.source.kind() {
            io::ErrorKind::AddrInUse => {
                "another program listens there: stop it, or choose another port with --listen (port 0 takes a free one)"
            }
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 need a privilege: choose a higher one with --listen, and a proxy before it"
            }
            _ => "choose an address of this machine with --listen, such as 127.0.0.1:8080",
        }
    }
}

/// Starts to listen; connections wait until [`serve`] takes them.
///
/// # Errors
/// When the address is taken, not allowed, or not this machine's.
pub async fn bind(settings: &Server) -> Result<TcpListener, CannotListen> {
    let address = settings.listen;
    TcpListener::bind(address)
        .await
        .map_err(|source| CannotListen { address, source })
}

/// Adds to the service's own routes what holds for all of them: where a request comes from, probes, log, panics, headers.
/// `ready` tells whether the service can do its work, for load balancers.
pub fn assemble<R, F>(routes: Router, ready: R, settings: &Server) -> Router
where
    R: Fn() -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<()>> + Send + 'static,
{
    let routes = knowing_peers(routes, settings)
        .route(HEALTH, get("alive\n"))
        .route(READY, get(async move || readiness(ready().await)))
        .layer(RequestBodyTimeoutLayer::new(settings.request_timeout))
        .layer(CatchPanicLayer::custom(|payload: Box<dyn Any + Send>| {
            answer_panic(&*payload)
        }));
    with_security_headers(traced(routes))
}

/// Routes whose requests tell from which address they come ([`Peer`]).
pub(crate) fn knowing_peers(routes: Router, settings: &Server) -> Router {
    let proxies = Proxies::within(&settings.trusted_proxies);
    routes.layer(MapRequestLayer::new(move |request| {
        proxies.find_out(request)
    }))
}

fn readiness(state: Result<()>) -> Response {
    match state {
        Ok(()) => "ready\n".into_response(),
        Err(cause) => {
            tracing::warn!(cause = format!("{cause:#}"), "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
        }
    }
}

fn answer_panic(payload: &(dyn Any + Send)) -> Response {
    Error::internal(anyhow!("panic: {}", panic_text(payload))).into_response()
}

fn with_security_headers(routes: Router) -> Router {
    let routes = ALWAYS.into_iter().fold(routes, |routes, (name, value)| {
        let value = HeaderValue::from_static(value);
        routes.layer(SetResponseHeaderLayer::overriding(name, value))
    });
    OTHERWISE.into_iter().fold(routes, |routes, (name, value)| {
        let value = HeaderValue::from_static(value);
        routes.layer(SetResponseHeaderLayer::if_not_present(name, value))
    })
}

/// Answers requests until SIGTERM or SIGINT (Ctrl-C). From then on no connection is accepted, and
/// what is under way has `server.shutdown_grace` to finish.
///
/// # Errors
/// When the signals cannot be listened for.
pub async fn serve(listener: TcpListener, router: Router, settings: &Server) -> Result<()> {
    let stop = stop_signal()?;
    serve_until(listener, router, settings, stop).await
}

/// Answers requests until `stop`, as [`serve`] does.
///
/// # Errors
/// When serving fails.
pub(crate) async fn serve_until(
    mut listener: TcpListener,
    router: Router,
    settings: &Server,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let connections = Connections::new(settings.connections, settings.request_timeout);
    let mut stop = Box::pin(stop);
    loop {
        // Axum's `accept` passes over connections that broke off, and waits when no file can be opened.
        let (stream, peer) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut stop => break,
        };
        // An answer goes out when it is written, not when the next one comes along.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        tokio::select! {
            () = connections.serve(stream, peer, router.clone()) => {}
            () = &mut stop => break,
        }
    }
    tracing::info!("stopping");
    // Whoever has connected already is answered, though nobody has taken the connection yet.
    while let Some((stream, peer)) = Listener::accept(&mut listener).now_or_never() {
        connections.serve(stream, peer, router.clone()).await;
    }
    drop(listener);
    let finished = tokio::time::timeout(settings.shutdown_grace, connections.finish());
    if finished.await.is_err() {
        tracing::warn!("stopped with requests unfinished: the grace period is over");
    }
    Ok(())
}

/// Resolves when the process is told to stop; listens from the moment it is called.
#[cfg(unix)]
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Resolves when the process is told to stop.
#[cfg(not(unix))]
pub(crate) fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use axum::{body::Body, extract::Request};
    use serde_json::Value;
    use tokio::{net::TcpStream, sync::Notify, task::JoinHandle, time::timeout};
    use tower::ServiceExt;

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    fn assembled(ready: fn() -> Result<()>) -> Router {
        let own_policy = [(header::CONTENT_SECURITY_POLICY, "default-src 'self'")];
        let routes = Router::new()
            .route("/page", get(async move || (own_policy, "page")))
            .route("/panic", get(async || -> &str { panic!("s3cret detail") }))
            .fallback(StatusCode::NOT_FOUND);
        assemble(routes, move || async move { ready() }, &Server::default())
    }

    async fn get_from(router: Router, path: &str) -> Response {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        router.oneshot(request).await.expect("an answer")
    }

    async fn text(answer: Response) -> String {
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 16)
            .await
            .expect("a body");
        String::from_utf8(bytes.to_vec()).expect("text")
    }

    #[tokio::test]
    async fn every_answer_carries_the_security_headers_and_an_id() {
        for path in ["/page", "/panic", "/nowhere", HEALTH, READY] {
            let answer = get_from(assembled(|| Ok(())), path).await;
            for (name, value) in ALWAYS {
                assert_eq!(answer.headers()[&name], value, "{path}");
            }
            assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
            assert!(answer.headers().contains_key("x-request-id"), "{path}");
        }
    }

    #[tokio::test]
    async fn only_a_page_that_says_so_may_load_anything() {
        let strict = get_from(assembled(|| Ok(())), "/nowhere").await;
        let policy = strict.headers()[header::CONTENT_SECURITY_POLICY].to_str();
        assert!(policy.expect("text").starts_with("default-src 'none'"));

        let own = get_from(assembled(|| Ok(())), "/page").await;
        assert_eq!(
            own.headers()[header::CONTENT_SECURITY_POLICY],
            "default-src 'self'"
        );
    }

    #[tokio::test]
    async fn a_panic_becomes_an_error_that_tells_only_a_reference() {
        let answer = get_from(assembled(|| Ok(())), "/panic").await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);

        let body = text(answer).await;
        assert!(!body.contains("s3cret"), "{body}");
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(body["errors"][0]["extensions"]["code"], "INTERNAL");
        assert!(body["errors"][0]["extensions"]["reference"].is_string());
    }

    #[tokio::test]
    async fn a_service_that_is_not_ready_is_alive_and_keeps_the_cause_to_itself() {
        let broken = || assembled(|| Err(anyhow!("s3cret host is down")));

        assert_eq!(get_from(broken(), HEALTH).await.status(), StatusCode::OK);
        let answer = get_from(broken(), READY).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(text(answer).await, "not ready\n");
    }

    #[tokio::test]
    async fn a_taken_address_is_named_with_its_setting() {
        let taken = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let settings = Server {
            listen: taken.local_addr().expect("an address"),
            ..Server::default()
        };
        let error = bind(&settings).await.expect_err("a refusal");

        let address = settings.listen;
        assert_eq!(
            error.to_string(),
            format!("cannot listen on {address} (setting `server.listen`)")
        );
        assert!(error.hint().contains("--listen"));
    }

    /// A server that was told to stop while it answers one slow request.
    struct Stopping {
        server: JoinHandle<Result<()>>,
        address: SocketAddr,
        answer: JoinHandle<reqwest::Result<String>>,
        finish: Arc<Notify>,
    }

    async fn told_to_stop_while_answering(grace: Duration) -> Stopping {
        let [entered, finish, stop] = std::array::from_fn(|_| Arc::new(Notify::new()));
        let (begin, end) = (entered.clone(), finish.clone());
        let slow = async move || {
            begin.notify_one();
            end.notified().await;
            "whole"
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let told = stop.clone();
        let settings = Server {
            shutdown_grace: grace,
            ..Server::default()
        };
        let server = tokio::spawn(async move {
            let routes = Router::new().route("/", get(slow));
            serve_until(
                listener,
                routes,
                &settings,
                async move { told.notified().await },
            )
            .await
        });
        // Without it no client over HTTP can be made; one that is there already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let answer = tokio::spawn(async move {
            let answer = reqwest::get(format!("http://{address}/")).await?;
            answer.text().await
        });
        entered.notified().await;
        stop.notify_one();
        Stopping {
            server,
            address,
            answer,
            finish,
        }
    }

    #[tokio::test]
    async fn a_stop_lets_requests_finish_and_accepts_no_more() {
        let stopping = told_to_stop_while_answering(LONG).await;
        while TcpStream::connect(stopping.address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stopping.finish.notify_one();

        let answer = stopping.answer.await.expect("a request");
        assert_eq!(answer.expect("an answer"), "whole");
        let stopped = timeout(LONG, stopping.server).await.expect("an end");
        stopped.expect("no panic").expect("no error");
    }

    #[tokio::test]
    async fn a_stop_does_not_wait_longer_than_the_grace_period() {
        let stopping = told_to_stop_while_answering(Duration::from_millis(20)).await;

        let stopped = timeout(LONG, stopping.server).await.expect("an end");
        stopped.expect("no panic").expect("no error");
    }
}
