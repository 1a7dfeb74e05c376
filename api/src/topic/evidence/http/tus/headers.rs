//! The headers of the tus protocol, read strictly: a number that is not one is refused, never guessed.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use sha1::Sha1;
use sha2::{Sha256, digest::DynDigest};

use super::super::Refused;
use crate::{Error, store::arrival::too_large};

pub(super) const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(super) const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
pub(super) const TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub(super) const TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
pub(super) const TUS_CHECKSUM_ALGORITHM: HeaderName =
    HeaderName::from_static("tus-checksum-algorithm");
pub(super) const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(super) const UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// Which file the upload has become; of Samsyn's own.
pub(super) const UPLOAD_FILE_ID: HeaderName = HeaderName::from_static("upload-file-id");
const UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");

/// The one version of the protocol that is spoken.
pub(super) const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
/// What a piece of a file is sent as.
const OCTETS: &str = "application/offset+octet-stream";
/// The algorithms of [`Checksum`].
pub(super) const ALGORITHMS: HeaderValue = HeaderValue::from_static("sha256,sha1");

/// Whether the client speaks our version of the protocol.
pub(super) fn version(headers: &HeaderMap) -> Result<(), Refused> {
    if headers.get(TUS_RESUMABLE) == Some(&VERSION) {
        return Ok(());
    }
    let text = "must be 1.0.0, the version of tus that is spoken here; a whole file is sent by PUT";
    let error = Error::invalid("Tus-Resumable", text);
    Err(Refused::with(StatusCode::PRECONDITION_FAILED, error).telling(TUS_VERSION, VERSION))
}

/// The size of the whole file.
pub(super) fn length(headers: &HeaderMap, limit: u64) -> Result<i64, Refused> {
    let length = number(headers, &UPLOAD_LENGTH)?;
    match u64::try_from(length) {
        Ok(0) => Err(Error::invalid("Upload-Length", "is 0: choose a file with content").into()),
        Ok(bytes) if bytes <= limit => Ok(length),
        _ => Err(too_large(limit).into()),
    }
}

/// Where in the file the bytes begin.
pub(super) fn offset(headers: &HeaderMap) -> Result<i64, Refused> {
    number(headers, &UPLOAD_OFFSET)
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<i64, Refused> {
    let text = only(headers, name).unwrap_or_default();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number.ok_or_else(|| bad(name, "must be given once, as a whole number of bytes"))
}

/// The value of a header that is there once, and is text.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

fn bad(name: &HeaderName, problem: &str) -> Refused {
    let error = Error::invalid(name.as_str(), problem);
    Refused::with(StatusCode::BAD_REQUEST, error)
}

/// How many bytes the body has, if that is said.
pub(super) fn content_length(headers: &HeaderMap) -> Option<i64> {
    only(headers, &CONTENT_LENGTH)?.parse().ok()
}

/// Whether a creation brings a piece of the file with it.
pub(super) fn announces_piece(headers: &HeaderMap) -> bool {
    match content_length(headers) {
        Some(length) => length > 0,
        None => headers.contains_key(CONTENT_TYPE),
    }
}

/// Whether the body is a piece of a file; the parameters of the media type do not matter.
pub(super) fn is_piece(headers: &HeaderMap) -> Result<(), Refused> {
    let given = only(headers, &CONTENT_TYPE).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(OCTETS) {
        return Ok(());
    }
    let error = Error::invalid("Content-Type", format!("must be {OCTETS}"));
    Err(Refused::with(StatusCode::UNSUPPORTED_MEDIA_TYPE, error))
}

/// What the bytes of a request are to hash to.
pub(super) struct Checksum {
    sum: Box<dyn DynDigest + Send + Sync>,
    expected: Vec<u8>,
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checksum({} bytes)", self.expected.len())
    }
}

impl Checksum {
    /// The checksum that the client gives, if it gives one.
    pub(super) fn read(headers: &HeaderMap) -> Result<Option<Self>, Refused> {
        if !headers.contains_key(UPLOAD_CHECKSUM) {
            return Ok(None);
        }
        let wrong = || {
            let text = "must be given once, as sha256 or sha1, a space, and the hash in Base64";
            bad(&UPLOAD_CHECKSUM, text)
        };
        let given = only(headers, &UPLOAD_CHECKSUM).ok_or_else(wrong)?;
        let (algorithm, hash) = given.split_once(' ').ok_or_else(wrong)?;
        let sum: Box<dyn DynDigest + Send + Sync> = match algorithm {
            "sha256" => Box::new(Sha256::default()),
            "sha1" => Box::new(Sha1::default()),
            _ => return Err(wrong()),
        };
        let expected = STANDARD.decode(hash).ok();
        let expected = expected
            .filter(|expected| expected.len() == sum.output_size())
            .ok_or_else(wrong)?;
        Ok(Some(Self { sum, expected }))
    }

    /// Takes the next bytes in, off the runtime's threads: a part takes milliseconds.
    pub(super) async fn feed(mut self, part: Bytes) -> crate::Result<Self> {
        let fed = tokio::task::spawn_blocking(move || {
            self.sum.update(&part);
            self
        });
        fed.await.map_err(Error::internal)
    }

    /// Whether the bytes were what the client meant to send.
    pub(super) fn matches(self) -> Result<(), Refused> {
        if *self.sum.finalize() == *self.expected {
            return Ok(());
        }
        let text = "does not match the bytes that came: send the same piece again";
        let error = Error::invalid("Upload-Checksum", text);
        let status = StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST);
        Err(Refused::with(status, error))
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn headers(given: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            let value = value.parse().expect("a header value");
            headers.append(HeaderName::from_static(name), value);
        }
        headers
    }

    fn status<T>(read: Result<T, Refused>) -> u16 {
        read.map_or_else(|refused| refused.status.as_u16(), |_| 200)
    }

    #[test]
    fn a_length_is_a_number_of_bytes_within_the_limit() {
        for (given, expected) in [
            (&[("upload-length", "1")][..], 200),
            (&[("upload-length", "1000")], 200),
            (&[("upload-length", "1001")], 413),
            (&[("upload-length", "9223372036854775807")], 413),
            (&[("upload-length", "9223372036854775808")], 400),
            (&[("upload-length", "0")], 422),
            (&[("upload-length", "-1")], 400),
            (&[("upload-length", "+1")], 400),
            (&[("upload-length", "1e3")], 400),
            (&[("upload-length", "")], 400),
            (&[("upload-length", "1"), ("upload-length", "1")], 400),
            (&[("upload-defer-length", "1")], 400),
            (&[], 400),
        ] {
            assert_eq!(status(length(&headers(given), 1000)), expected, "{given:?}");
        }
    }

    #[test]
    fn another_version_of_the_protocol_is_refused() {
        assert_eq!(
            status(version(&headers(&[("tus-resumable", "1.0.0")]))),
            200
        );
        for given in [&[][..], &[("tus-resumable", "0.2.2")]] {
            let refused = version(&headers(given)).expect_err("another version");
            assert_eq!(refused.status, 412);
            assert_eq!(refused.headers[TUS_VERSION], "1.0.0");
        }
    }

    #[test]
    fn a_piece_has_a_media_type_of_its_own() {
        for (given, expected) in [
            ("application/offset+octet-stream", 200),
            ("Application/Offset+Octet-Stream; charset=x", 200),
            ("application/octet-stream", 415),
            ("", 415),
        ] {
            assert_eq!(
                status(is_piece(&headers(&[("content-type", given)]))),
                expected
            );
        }
        assert_eq!(status(is_piece(&HeaderMap::new())), 415);
    }

    async fn checked(given: &str, bytes: &'static [u8]) -> u16 {
        match Checksum::read(&headers(&[("upload-checksum", given)])) {
            Ok(Some(sum)) => {
                let fed = sum.feed(Bytes::from_static(bytes)).await.expect("hashed");
                status(fed.matches())
            }
            Ok(None) => panic!("there is one"),
            Err(refused) => refused.status.as_u16(),
        }
    }

    #[tokio::test]
    async fn a_checksum_tells_whether_the_bytes_came_whole() {
        let sha256 = "sha256 LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
        let sha1 = "sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=";
        for (given, bytes, expected) in [
            (sha256, &b"hello"[..], 200),
            (sha256, b"hallo", 460),
            (sha256, b"", 460),
            (sha1, b"hello", 200),
            (sha1, b"hello ", 460),
            ("md5 XUFAKrxLKna5cZ2REBfFkg==", b"hello", 400),
            ("sha1", b"hello", 400),
            ("sha1 ", b"hello", 400),
            ("sha1 not base64", b"hello", 400),
            ("sha256 qvTGHdzF6KLavt4PO0gs2a6pQ00=", b"hello", 400),
        ] {
            assert_eq!(checked(given, bytes).await, expected, "{given}");
        }
        assert!(Checksum::read(&HeaderMap::new()).expect("none").is_none());
    }

    proptest! {
        #[test]
        fn whatever_the_headers_hold_they_are_read_or_refused(
            values in vec((0..5_usize, vec(any::<u8>(), 0..300)), 0..6),
            limit: u64,
        ) {
            let names = [UPLOAD_LENGTH, UPLOAD_OFFSET, UPLOAD_CHECKSUM, TUS_RESUMABLE, CONTENT_TYPE];
            let mut given = HeaderMap::new();
            for (name, bytes) in values {
                if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                    given.append(names[name].clone(), value);
                }
            }
            if let Ok(length) = length(&given, limit) {
                prop_assert!(length > 0 && length.unsigned_abs() <= limit);
            }
            prop_assert!(offset(&given).is_ok_and(|offset| offset >= 0) || offset(&given).is_err());
            let refusals = [status(version(&given)), status(is_piece(&given)), status(Checksum::read(&given))];
            prop_assert!(refusals.iter().all(|status| (200..500).contains(status)));
        }

        #[test]
        fn a_number_is_read_as_it_is_written(number in 0..=i64::MAX) {
            let given = headers(&[("upload-offset", &number.to_string())]);
            prop_assert_eq!(offset(&given).expect("a number"), number);
        }
    }
}
