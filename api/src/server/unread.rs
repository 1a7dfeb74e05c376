//! Bodies of requests that nobody wanted to read to the end.
//!
//! A request may be refused before all of it has arrived. Were the connection closed on what is still being
//! sent, the client would never get to read why. So what is left unread is taken off the line and thrown
//! away, up to a bound. A client that waits for `100 Continue` is not made to send what nobody wants.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use futures::StreamExt;
use http::{HeaderMap, Request, header::EXPECT};
use http_body::{Frame, SizeHint};
use tokio::{runtime::Handle, time::timeout};

/// How much of a body is taken off the line, and for how long.
const BYTES: usize = 64 << 20;
const TIME: Duration = Duration::from_secs(10);

/// A body that is taken off the line when it is not wanted any more.
pub(super) struct Unread {
    body: Body,
    /// Whether the client sends it without being asked to.
    coming: bool,
}

impl Unread {
    /// The request with such a body.
    pub(super) fn of<B>(request: Request<B>) -> Request<Body>
    where
        B: HttpBody<Data = Bytes, Error: Into<axum::BoxError>> + Send + 'static,
    {
        let coming = !waits(request.headers());
        request.map(|body| {
            Body::new(Self {
                body: Body::new(body),
                coming,
            })
        })
    }
}

fn waits(headers: &HeaderMap) -> bool {
    headers.contains_key(EXPECT)
}

impl HttpBody for Unread {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.coming = true;
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        if !self.coming || self.body.is_end_stream() {
            return;
        }
        // Outside of the runtime the process is about to end.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(drain(std::mem::take(&mut self.body)));
        }
    }
}

/// When the bound is reached, the connection is closed however much is left.
async fn drain(body: Body) {
    let enough = async {
        let mut pieces = body.into_data_stream();
        let mut left = BYTES;
        while let Some(Ok(piece)) = pieces.next().await {
            match left.checked_sub(piece.len()) {
                Some(less) => left = less,
                None => break,
            }
        }
    };
    let _ = timeout(TIME, enough).await;
}
