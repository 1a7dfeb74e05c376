//! Connections: how many there are, how long they may be silent, and how much of each is kept in memory.
//!
//! What always holds:
//! - There are no more connections than [`Server::connections`](crate::config::Server::connections), but for
//!   those that became WebSockets, which are counted where they are served. When one more comes, one that does
//!   nothing makes room: the oldest that never asked for anything, or else the oldest without a request under
//!   way. While there is none, or none that has been heard out ([`HEARING`]), it waits with those behind it.
//!   Whoever opens thousands keeps nobody out.
//! - A connection asks within [`FIRST_REQUEST`] or is closed, and between requests it is kept for [`IDLE`]. The
//!   bodies of requests have a timeout of their own.
//! - Whoever does not read what it is sent is cut off: nothing is kept for it for ever, neither a download nor
//!   a stream of events.
//! - What is left unread of a body is taken off the line ([`unread`](super::unread)).
//! - The head of a request has at most [`HEAD`] bytes.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::ConnectInfo};
use http::Request;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::TcpStream,
    sync::Notify,
    time::{Instant, sleep, sleep_until},
};
use tokio_io_timeout::TimeoutStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::{Layer, ServiceExt};
use tower_http::metrics::{InFlightRequestsLayer, in_flight_requests::InFlightRequestsCounter};

use super::unread::Unread;

/// How soon a new connection brings its first request, or the rest of the head that it began.
const FIRST_REQUEST: Duration = Duration::from_secs(10);

/// How long a new connection is safe from making room, so that what it asked for arrives and is looked at.
/// Without that, a flood of connections would close the one that came with a request a moment before.
const HEARING: Duration = Duration::from_millis(250);

/// How long a connection that makes room has for the rest of its last answer.
const LEAVING: Duration = Duration::from_secs(1);

/// How soon it is looked again whether there is room.
const AGAIN: Duration = Duration::from_millis(10);

/// How long a connection is kept for its next request. Proxies keep theirs for 60 s, and must be the first to
/// close: otherwise they would send a request into a connection that is being closed.
const IDLE: Duration = Duration::from_secs(75);

/// The largest head of a request; a document in the URL has room in it.
const HEAD: u16 = 32 << 10;

/// How much of the bodies of one HTTP/2 connection may be under way unread.
const WINDOW: u32 = 128 << 10;

/// Requests under way on one HTTP/2 connection.
const STREAMS: u32 = 64;

/// How often a silent HTTP/2 peer is asked whether it is there, and how soon it must say so.
const PING: Duration = Duration::from_secs(30);

/// The connections of the process.
pub(super) struct Connections {
    most: usize,
    reads_within: Duration,
    open: Mutex<Open>,
    tasks: TaskTracker,
    stopping: CancellationToken,
    http: Builder<TokioExecutor>,
}

/// Those that are open, oldest first.
#[derive(Default)]
struct Open {
    next: u64,
    by_age: BTreeMap<u64, Arc<Connection>>,
}

/// What is known of a connection.
struct Connection {
    opened: Instant,
    /// Whether it ever asked for anything.
    asked: AtomicBool,
    under_way: InFlightRequestsCounter,
    /// Told when it is to make room.
    leave: Notify,
}

impl Connections {
    /// None yet, and so many at the most; a peer may pause for so long in reading what it is sent.
    pub(super) fn new(most: usize, reads_within: Duration) -> Arc<Self> {
        Arc::new(Self {
            most,
            reads_within,
            open: Mutex::default(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
            http: http(),
        })
    }

    /// Serves a connection in the background, as soon as there is room.
    pub(super) async fn serve(
        self: &Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        router: Router,
    ) {
        let (id, connection) = self.entered().await;
        let all = self.clone();
        self.tasks.spawn(async move {
            all.run(stream, peer, router, &connection).await;
            all.open().by_age.remove(&id);
        });
    }

    /// Lets requests that are under way finish, and serves no more.
    pub(super) async fn finish(&self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn entered(&self) -> (u64, Arc<Connection>) {
        loop {
            if let Some(entered) = self.enter() {
                return entered;
            }
            sleep(AGAIN).await;
        }
    }

    fn enter(&self) -> Option<(u64, Arc<Connection>)> {
        let mut open = self.open();
        if open.by_age.len() >= self.most {
            open.make_room()?;
        }
        let (id, connection) = (open.next, Arc::new(Connection::new()));
        open.next += 1;
        open.by_age.insert(id, connection.clone());
        Some((id, connection))
    }

    async fn run(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        router: Router,
        connection: &Arc<Connection>,
    ) {
        let asking = connection.clone();
        let answers = InFlightRequestsLayer::new(connection.under_way.clone()).layer(router);
        let answers = answers.map_request(move |request: Request<_>| {
            asking.asked.store(true, Ordering::Relaxed);
            let mut request = Unread::of(request);
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        let service = TowerToHyperService::new(answers);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.reads_within));
        let stream = TokioIo::new(Box::pin(stream));
        let served = self.http.serve_connection_with_upgrades(stream, service);
        let mut served = std::pin::pin!(served);
        let first = Instant::now() + FIRST_REQUEST;
        let mut leaves = None;
        let mut told = false;
        loop {
            tokio::select! {
                ended = served.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(error, "a connection broke off");
                    }
                    return;
                }
                () = sleep_until(first), if !connection.has_asked() => {
                    if !connection.has_asked() {
                        return;
                    }
                }
                () = connection.leave.notified() => {
                    if !connection.has_asked() {
                        return;
                    }
                    served.as_mut().graceful_shutdown();
                    leaves = Some(Instant::now() + LEAVING);
                }
                // It may have asked for something meanwhile, and gets its answer.
                () = sleep_until(leaves.unwrap_or(first)), if leaves.is_some() => {
                    if connection.under_way.get() == 0 {
                        return;
                    }
                    leaves = Some(Instant::now() + LEAVING);
                }
                () = self.stopping.cancelled(), if !told => {
                    told = true;
                    served.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

impl Open {
    /// Tells one that does nothing to leave; nothing if there is none, or none yet.
    fn make_room(&mut self) -> Option<()> {
        let silent = self.by_age.iter().find(|(_, one)| !one.has_asked());
        let idle = || self.by_age.iter().find(|(_, one)| one.under_way.get() == 0);
        let (&id, _) = silent.or_else(idle).filter(|(_, one)| one.was_heard())?;
        self.by_age.remove(&id)?.leave.notify_one();
        Some(())
    }
}

impl Connection {
    fn new() -> Self {
        Self {
            opened: Instant::now(),
            asked: AtomicBool::default(),
            under_way: InFlightRequestsCounter::default(),
            leave: Notify::default(),
        }
    }

    /// Whether it had the time to ask for something.
    fn was_heard(&self) -> bool {
        self.opened.elapsed() >= HEARING
    }

    fn has_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

fn http() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .max_buf_size(HEAD.into());
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEAD.into())
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .enable_connect_protocol();
    builder
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::{body::Body, routing::get};
    use bytes::Bytes;
    use futures::stream;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
        time::timeout,
    };

    use super::*;

    const LONG: Duration = Duration::from_secs(30);
    const ASKS: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    const READS_WITHIN: Duration = Duration::from_millis(200);

    /// Serves "whole" at once, at `/slow` when it is told to, and at `/endless` without end, on so many
    /// connections.
    async fn served(most: usize) -> (SocketAddr, Arc<Notify>) {
        let end = Arc::new(Notify::new());
        let ended = end.clone();
        let slow = async move || {
            ended.notified().await;
            "whole"
        };
        let routes = Router::new()
            .route("/", get("whole"))
            .route("/slow", get(slow))
            .route("/endless", get(endless));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let connections = Connections::new(most, READS_WITHIN);
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                connections.serve(stream, peer, routes.clone()).await;
            }
        });
        (address, end)
    }

    async fn endless() -> Body {
        let piece = Bytes::from_static(&[b' '; 4096]);
        let pieces = std::iter::repeat(Ok::<_, Infallible>(piece));
        Body::from_stream(stream::iter(pieces))
    }

    async fn connected(to: SocketAddr, says: &[u8]) -> TcpStream {
        let mut line = TcpStream::connect(to).await.expect("a connection");
        line.write_all(says).await.expect("it is sent");
        line
    }

    /// What comes next; nothing when the connection is closed.
    async fn hears(line: &mut TcpStream) -> String {
        let mut bytes = [0; 4096];
        let read = timeout(LONG, line.read(&mut bytes)).await.expect("an end");
        String::from_utf8_lossy(&bytes[..read.unwrap_or(0)]).into_owned()
    }

    #[tokio::test]
    async fn connections_that_never_asked_make_room() {
        let (address, _) = served(2).await;
        let mut first = connected(address, ASKS).await;
        assert!(hears(&mut first).await.ends_with("whole"));
        let mut silent = connected(address, b"GET / HTTP/1.1\r\nHost").await;

        let mut third = connected(address, ASKS).await;
        assert!(hears(&mut third).await.ends_with("whole"));
        assert_eq!(hears(&mut silent).await, "");
        first.write_all(ASKS).await.expect("it is kept");
        assert!(hears(&mut first).await.ends_with("whole"));
    }

    #[tokio::test]
    async fn idle_connections_make_room_and_busy_ones_stay() {
        let (address, end) = served(2).await;
        let mut idle = connected(address, ASKS).await;
        assert!(hears(&mut idle).await.ends_with("whole"));
        let slow = b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
        let mut busy = connected(address, slow).await;
        // It has asked before one more comes.
        sleep(Duration::from_millis(100)).await;
        let mut other = connected(address, slow).await;
        assert_eq!(hears(&mut idle).await, "");

        // Now all are busy, and who comes waits.
        sleep(Duration::from_millis(100)).await;
        let mut late = connected(address, ASKS).await;
        sleep(2 * HEARING).await;

        end.notify_waiters();
        for line in [&mut busy, &mut other, &mut late] {
            assert!(hears(line).await.ends_with("whole"));
        }
    }

    #[tokio::test]
    async fn a_flood_of_connections_closes_none_that_brings_a_request() {
        let (address, _) = served(8).await;
        let flood = tokio::spawn(async move {
            let mut held = std::collections::VecDeque::new();
            loop {
                held.push_back(connected(address, b"").await);
                if held.len() > 32 {
                    held.pop_front();
                }
            }
        });
        for _ in 0..5 {
            // The request comes a moment after its connection, as over any distance.
            let mut line = connected(address, b"").await;
            sleep(Duration::from_millis(20)).await;
            line.write_all(ASKS).await.expect("it is kept");
            assert!(hears(&mut line).await.ends_with("whole"));
        }
        flood.abort();
    }

    #[tokio::test]
    async fn whoever_does_not_read_is_cut_off() {
        let (address, _) = served(1).await;
        let mut line = connected(address, b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").await;
        // It has asked before one more comes, and would keep its place for ever.
        sleep(Duration::from_millis(100)).await;
        let served = timeout(LONG, async {
            while hears(&mut connected(address, ASKS).await).await.is_empty() {
                sleep(READS_WITHIN).await;
            }
        });
        served.await.expect("there is room again");
        let mut sent = Vec::new();
        let read = timeout(LONG, line.read_to_end(&mut sent)).await;
        let _ = read.expect("an end");
        assert!(sent.starts_with(b"HTTP/1.1 200"));
    }

    #[tokio::test]
    async fn a_head_without_end_is_refused() {
        let (address, _) = served(2).await;
        let head = [ASKS.strip_suffix(b"\r\n").expect("an end"), b"X: "].concat();
        let mut line = connected(address, &head).await;
        let more = vec![b'a'; 2 * usize::from(HEAD)];
        let _ = line.write_all(&more).await;
        assert!(hears(&mut line).await.starts_with("HTTP/1.1 431"));
    }

    #[tokio::test]
    async fn whoever_asks_for_nothing_is_not_waited_for() {
        let (address, _) = served(3).await;
        let silent = [&b""[..], b"PRI * HTTP/2.0", b"GET / HT"].map(async |says| {
            let mut line = connected(address, says).await;
            hears(&mut line).await
        });
        assert_eq!(futures::future::join_all(silent).await, ["", "", ""]);
    }
}
