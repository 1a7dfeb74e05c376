//! A body as it arrives, cut anew into parts of one size, so that whatever is done with it holds no
//! more than a part of it in memory.

use std::{fmt::Display, pin::Pin};

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream::Fuse};

use crate::Error;

/// How much of a body is handled at a time: the least that S3 takes as a part.
pub const PART: usize = 5 * 1024 * 1024;

/// A body as it arrives, cut anew into parts of [`PART`] bytes.
pub struct Arrival<'a, S> {
    body: Pin<&'a mut Fuse<S>>,
    /// What has come and stands in no part yet.
    pending: Bytes,
    /// The part that is being filled.
    part: BytesMut,
    size: u64,
    limit: u64,
}

/// Why a body ended before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The connection broke, or nothing came for too long.
    BrokenOff,
    /// It is longer than was allowed.
    TooLong,
}

impl<'a, S, E> Arrival<'a, S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Display,
{
    /// A body that may have at most `limit` bytes.
    pub fn of(body: Pin<&'a mut Fuse<S>>, limit: u64) -> Self {
        Self {
            body,
            pending: Bytes::new(),
            part: BytesMut::new(),
            size: 0,
            limit,
        }
    }

    /// The next part: [`PART`] bytes, or what is left at the end. They are copied, for a chunk may
    /// be a small slice that keeps a large buffer alive.
    ///
    /// # Errors
    /// When the body ends before its end.
    pub async fn part(&mut self) -> Result<Option<Bytes>, Cut> {
        while self.part.len() < PART {
            if self.pending.is_empty() {
                match self.body.next().await {
                    Some(chunk) => self.pending = self.admit(chunk)?,
                    None => break,
                }
            }
            if self.part.capacity() == 0 {
                self.part.reserve(PART);
            }
            let fits = self.pending.len().min(PART - self.part.len());
            self.part.extend_from_slice(&self.pending.split_to(fits));
        }
        Ok(self.rest())
    }

    /// What came after the last part: of a body that broke off, all that is left of it.
    pub fn rest(&mut self) -> Option<Bytes> {
        let part = std::mem::take(&mut self.part);
        (!part.is_empty()).then(|| part.freeze())
    }

    /// How many bytes have come.
    pub fn size(&self) -> u64 {
        self.size
    }

    fn admit(&mut self, chunk: Result<Bytes, E>) -> Result<Bytes, Cut> {
        let chunk = chunk.map_err(|cause| {
            tracing::debug!(%cause, "a body broke off");
            Cut::BrokenOff
        })?;
        self.size += chunk.len() as u64;
        if self.size > self.limit {
            Err(Cut::TooLong)
        } else {
            Ok(chunk)
        }
    }
}

impl Cut {
    /// What is told of a file that may have at most `limit` bytes.
    #[must_use]
    pub fn of_a_file(self, limit: u64) -> Error {
        match self {
            Self::BrokenOff => broken_off(),
            Self::TooLong => too_large(limit),
        }
    }
}

/// Said of a file with more than `limit` bytes.
#[must_use]
pub fn too_large(limit: u64) -> Error {
    let mebibytes = limit as f64 / f64::from(1024 * 1024);
    Error::LimitExceeded(format!(
        "The file is larger than {mebibytes:.1} MiB ({limit} bytes), the most that is accepted. Make it smaller, or hand it in as several files."
    ))
}

/// Said of a file of which a part is missing.
#[must_use]
pub fn broken_off() -> Error {
    Error::invalid("file", "did not arrive whole; upload it again")
}

#[cfg(test)]
mod tests {
    use std::{io, pin::pin};

    use futures::{FutureExt, stream};

    use super::*;

    fn arriving(chunks: Vec<io::Result<Bytes>>) -> impl Stream<Item = io::Result<Bytes>> {
        stream::iter(chunks)
    }

    fn next<S>(arrival: &mut Arrival<'_, S>) -> Result<Option<Bytes>, Cut>
    where
        S: Stream<Item = io::Result<Bytes>>,
    {
        arrival.part().now_or_never().expect("all has come")
    }

    #[test]
    fn what_came_before_a_break_is_there() {
        let broken = io::Error::other("connection reset");
        let chunks = vec![
            Ok(Bytes::from(vec![1; PART + 3])),
            Ok(Bytes::from(vec![2; 4])),
            Err(broken),
        ];
        let body = pin!(arriving(chunks).fuse());
        let mut arrival = Arrival::of(body, u64::MAX);
        let first = next(&mut arrival).expect("whole").expect("a part");
        assert_eq!(first.len(), PART);
        assert_eq!(next(&mut arrival), Err(Cut::BrokenOff));
        assert_eq!(arrival.rest().as_deref(), Some(&[1, 1, 1, 2, 2, 2, 2][..]));
        assert_eq!(arrival.rest(), None);
    }

    #[test]
    fn what_is_too_long_is_not_taken() {
        let body = pin!(arriving(vec![Ok(Bytes::from_static(b"12345"))]).fuse());
        let mut arrival = Arrival::of(body, 4);
        assert_eq!(next(&mut arrival), Err(Cut::TooLong));
        assert_eq!(arrival.rest(), None);
    }
}
