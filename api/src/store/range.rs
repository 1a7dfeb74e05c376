//! Which part of a file a download asks for: the `Range` header of RFC 9110, section 14.
//!
//! One range is served as asked. A header that is malformed, in another unit, or asks for several
//! ranges is ignored, as the RFC allows, and the whole file is sent: never an error that a client
//! has to handle. A [`Selection::Part`] is never empty and always lies inside the file.

use std::ops::Range;

use http::StatusCode;

/// What of a file is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// The whole file.
    Whole,
    /// These bytes of it.
    Part(Range<u64>),
    /// No byte of the range exists; nothing is sent.
    Unsatisfiable,
}

impl Selection {
    /// Reads the value of a `Range` header for a file of `size` bytes.
    #[must_use]
    pub fn of(header: Option<&str>, size: u64) -> Self {
        let (start, end) = match header.and_then(bounds) {
            None | Some((None, None)) => return Self::Whole,
            Some((None, Some(length))) => (size.saturating_sub(length), size),
            Some((Some(first), None)) => (first, size),
            Some((Some(first), Some(last))) if last < first => return Self::Whole,
            Some((Some(first), Some(last))) => (first, last.saturating_add(1).min(size)),
        };
        if start < end {
            Self::Part(start..end)
        } else {
            Self::Unsatisfiable
        }
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Whole => StatusCode::OK,
            Self::Part(_) => StatusCode::PARTIAL_CONTENT,
            Self::Unsatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
        }
    }

    /// The answer's `Content-Range`, for a file of `size` bytes.
    #[must_use]
    pub fn content_range(&self, size: u64) -> Option<String> {
        match self {
            Self::Whole => None,
            Self::Part(part) => Some(format!("bytes {}-{}/{size}", part.start, part.end - 1)),
            Self::Unsatisfiable => Some(format!("bytes */{size}")),
        }
    }
}

/// The bounds of a single range in bytes: `a-b`, `a-`, or `-n` for the last `n`.
fn bounds(header: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (unit, range) = header.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    let bounds = (number(first)?, number(last)?);
    unit.trim().eq_ignore_ascii_case("bytes").then_some(bounds)
}

/// `Some(None)` for a bound that is left out, `None` for one that is not a number.
fn number(text: &str) -> Option<Option<u64>> {
    if text.is_empty() {
        return Some(None);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    // A number too long for u64 lies behind every file's end, like the largest one.
    digits.then(|| Some(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Selection::{self, Part, Unsatisfiable, Whole};

    #[test]
    fn the_cases_of_the_rfc() {
        for (header, expected) in [
            ("bytes=0-499", Part(0..500)),
            ("bytes=500-999", Part(500..1000)),
            ("bytes=0-0", Part(0..1)),
            ("bytes=999-", Part(999..1000)),
            ("bytes=-1", Part(999..1000)),
            ("bytes=-5000", Part(0..1000)),
            ("bytes=900-5000", Part(900..1000)),
            ("bytes=900-99999999999999999999999", Part(900..1000)),
            ("BYTES= 0-9 ", Part(0..10)),
            ("bytes=1000-", Unsatisfiable),
            ("bytes=1000-2000", Unsatisfiable),
            ("bytes=99999999999999999999999-", Unsatisfiable),
            ("bytes=-0", Unsatisfiable),
            ("bytes=0-1,5-6", Whole),
            ("bytes=5-4", Whole),
            ("bytes=-", Whole),
            ("bytes=+1-2", Whole),
            ("bytes=a-b", Whole),
            ("bytes", Whole),
            ("lines=0-1", Whole),
            ("", Whole),
        ] {
            assert_eq!(Selection::of(Some(header), 1000), expected, "{header}");
        }
        assert_eq!(Selection::of(None, 1000), Whole);
    }

    #[test]
    fn the_answer_says_what_it_carries() {
        let answer = |header| {
            let selection = Selection::of(header, 1000);
            (selection.status().as_u16(), selection.content_range(1000))
        };
        assert_eq!(answer(None), (200, None));
        assert_eq!(
            answer(Some("bytes=-1")),
            (206, Some("bytes 999-999/1000".to_owned()))
        );
        assert_eq!(
            answer(Some("bytes=1000-")),
            (416, Some("bytes */1000".to_owned()))
        );
    }

    proptest! {
        #[test]
        fn a_part_lies_inside_the_file(header in "bytes=[0-9]{0,21}-[0-9]{0,21}|.{0,40}", size: u64) {
            if let Part(part) = Selection::of(Some(&header), size) {
                prop_assert!(part.start < part.end && part.end <= size);
            }
        }
    }
}
