//! How much memory the bodies of requests occupy together.
//!
//! Each body has its limit, but very many at a time would still be too much. What has come of all of them is
//! counted, and a request that finds no room is answered 503 at once. The beginning of each body is counted
//! apart from the rest, so that whoever holds large bodies keeps no small ones out. For routes that read a body
//! into memory; those that stream it have no use for this.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::Error;

/// How much of each body is its beginning.
const BEGINNING: usize = 16 << 10;
/// The room for the beginnings of all bodies.
const BEGINNINGS: usize = 8 << 20;
/// The room for the rest of all bodies, unless one alone may be larger than half of it.
const RESTS: usize = 12 << 20;

/// The room for bodies. Clones share it.
#[derive(Clone)]
pub(crate) struct Held {
    beginnings: Arc<Semaphore>,
    rests: Arc<Semaphore>,
}

impl Held {
    /// Room for bodies of at most `largest` bytes.
    pub(crate) fn new(largest: usize) -> Self {
        let rests = RESTS.max(largest.saturating_mul(2));
        Self {
            beginnings: Arc::new(Semaphore::new(BEGINNINGS)),
            rests: Arc::new(Semaphore::new(rests.min(Semaphore::MAX_PERMITS))),
        }
    }
}

/// What one body has taken of the room; given back when it is dropped.
struct Taken {
    held: Held,
    bytes: AtomicUsize,
}

/// How many of these bytes belong to the beginning of a body, and how many to the rest.
fn parted(bytes: usize) -> (usize, usize) {
    let beginning = bytes.min(BEGINNING);
    (beginning, bytes - beginning)
}

impl Taken {
    /// Takes room for so many bytes more, or none if there is not enough.
    fn more(&self, bytes: usize) -> bool {
        let before = self.bytes.load(Ordering::Relaxed);
        let ((beginning, rest), (begun, behind)) = (parted(before + bytes), parted(before));
        let Some(beginning) = room(&self.held.beginnings, beginning - begun) else {
            return false;
        };
        let Some(rest) = room(&self.held.rests, rest - behind) else {
            return false;
        };
        beginning.forget();
        rest.forget();
        self.bytes.store(before + bytes, Ordering::Relaxed);
        true
    }
}

fn room(of: &Semaphore, bytes: usize) -> Option<SemaphorePermit<'_>> {
    of.try_acquire_many(bytes.try_into().ok()?).ok()
}

impl Drop for Taken {
    fn drop(&mut self) {
        let (beginning, rest) = parted(*self.bytes.get_mut());
        self.held.beginnings.add_permits(beginning);
        self.held.rests.add_permits(rest);
    }
}

/// Answers a request if there is room for its body.
pub(crate) async fn bounded(State(held): State<Held>, request: Request, next: Next) -> Response {
    let taken = Arc::new(Taken {
        held,
        bytes: AtomicUsize::new(0),
    });
    let full = Arc::new(AtomicBool::new(false));
    let (counting, telling) = (taken.clone(), full.clone());
    let counted = move |chunk: Bytes| {
        if counting.more(chunk.len()) {
            // A chunk keeps the buffer that it was read into, which may be far larger than itself.
            return Ok(Bytes::copy_from_slice(&chunk));
        }
        telling.store(true, Ordering::Relaxed);
        Err(axum::Error::new("no room for the body"))
    };
    let request = request.map(|body| {
        let chunks = body.into_data_stream();
        Body::from_stream(chunks.map(move |chunk| chunk.and_then(&counted)))
    });
    let response = next.run(request).await;
    // The room is taken for as long as the request may hold what came, not only while it comes.
    drop(taken);
    if full.load(Ordering::Relaxed) {
        return busy();
    }
    response
}

fn busy() -> Response {
    let text = "Too many large requests are under way. Send it again in some seconds.";
    let mut response = Error::LimitExceeded(text.to_owned()).into_response();
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

#[cfg(test)]
mod tests {
    use axum::{Router, middleware::from_fn_with_state, routing::post};
    use futures::stream;
    use tokio::sync::Notify;
    use tower::ServiceExt;

    use super::*;

    const LARGEST: usize = RESTS / 2;

    fn routes(held: Held) -> Router {
        Router::new()
            .route("/", post(async |body: Bytes| body.len().to_string()))
            .layer(axum::extract::DefaultBodyLimit::max(LARGEST))
            .layer(from_fn_with_state(held, bounded))
    }

    async fn sends(routes: &Router, body: Body) -> StatusCode {
        let request = Request::post("/").body(body).expect("a request");
        let answer = routes.clone().oneshot(request).await;
        answer.expect("an answer").status()
    }

    /// A body of these bytes that ends only when it is told to.
    fn unfinished(bytes: Vec<u8>, end: Arc<Notify>) -> Body {
        let begun = stream::iter([Ok::<_, std::io::Error>(bytes)]);
        let rest = stream::once(async move {
            end.notified().await;
            Ok(Vec::new())
        });
        Body::from_stream(begun.chain(rest))
    }

    #[tokio::test]
    async fn large_bodies_are_refused_while_others_hold_the_room_and_small_ones_are_not() {
        let held = Held::new(LARGEST);
        let routes = routes(held.clone());
        let end = Arc::new(Notify::new());
        let holding: Vec<_> = (0..2)
            .map(|_| {
                let (routes, end) = (routes.clone(), end.clone());
                tokio::spawn(async move { sends(&routes, unfinished(vec![0; LARGEST], end)).await })
            })
            .collect();
        while held.rests.available_permits() > 2 * BEGINNING {
            tokio::task::yield_now().await;
        }

        let large = sends(&routes, vec![0; 1 << 20].into()).await;
        assert_eq!(large, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            sends(&routes, vec![0; BEGINNING].into()).await,
            StatusCode::OK
        );

        end.notify_waiters();
        for one in holding {
            assert_eq!(one.await.expect("no panic"), StatusCode::OK);
        }
        assert_eq!(
            sends(&routes, vec![0; 1 << 20].into()).await,
            StatusCode::OK
        );
        assert_eq!(held.rests.available_permits(), RESTS);
        assert_eq!(held.beginnings.available_permits(), BEGINNINGS);
    }

    #[tokio::test]
    async fn a_body_larger_than_the_usual_room_finds_some_when_it_is_allowed() {
        let largest = RESTS + 1;
        let routes = Router::new()
            .route("/", post(async |body: Bytes| body.len().to_string()))
            .layer(axum::extract::DefaultBodyLimit::max(largest))
            .layer(from_fn_with_state(Held::new(largest), bounded));
        assert_eq!(
            sends(&routes, vec![0; largest].into()).await,
            StatusCode::OK
        );
    }
}
