//! `[evidence]`: where the bytes of evidence are kept.
//!
//! The settings of an S3-compatible store belong together: [`Evidence::check`] sees to it that none is
//! missing and none stands without the others, so that whoever reads [`Evidence::s3`] has all of them.

use std::{net::IpAddr, path::Path};

use serde::{Deserialize, Deserializer};
use url::{Host, Url};

use super::{server::is_origin, source::DEFAULT_DATA, value};

/// Where the bytes of evidence are kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Evidence {
    /// `file:FOLDER`, `s3://BUCKET[/PREFIX]`, or `memory:` for files that are gone with the process.
    #[serde(deserialize_with = "url")]
    pub url: value::ServiceUrl,
    /// Where the S3-compatible store is, unless it is Amazon's.
    #[serde(deserialize_with = "endpoint")]
    pub endpoint: Option<Url>,
    /// The region that the bucket is in.
    #[serde(deserialize_with = "region")]
    pub region: Option<String>,
    /// Whose key the store is used with.
    #[serde(deserialize_with = "value::secret")]
    pub access_key: Option<value::Secret>,
    /// The secret of that key.
    #[serde(deserialize_with = "value::secret")]
    pub secret_key: Option<value::Secret>,
    /// Whether files may go to the store unencrypted, past this machine.
    #[serde(deserialize_with = "value::truth")]
    pub allow_http: bool,
    /// The largest file that is taken, in bytes.
    #[serde(deserialize_with = "value::size")]
    pub max_bytes: u64,
}

/// A bucket of an S3-compatible store, and how it is reached.
#[derive(Debug, Clone, Copy)]
pub struct S3<'a> {
    /// The bucket's name.
    pub bucket: &'a str,
    /// What all keys in it begin with; empty for none.
    pub prefix: &'a str,
    /// Where the store is, unless it is Amazon's.
    pub endpoint: Option<&'a Url>,
    /// The region that the bucket is in.
    pub region: &'a str,
    /// Whose key the store is used with.
    pub access_key: &'a value::Secret,
    /// The secret of that key.
    pub secret_key: &'a value::Secret,
}

/// What a store with an endpoint of its own is told, if nothing else is said: most do not look at it.
const USUAL_REGION: &str = "us-east-1";

/// The largest object that S3 moves to its place in one step.
const LARGEST_IN_S3: u64 = 5 << 30;

impl Default for Evidence {
    fn default() -> Self {
        Self {
            url: Self::url_in(Path::new(DEFAULT_DATA)),
            endpoint: None,
            region: None,
            access_key: None,
            secret_key: None,
            allow_http: false,
            max_bytes: 2 << 30,
        }
    }
}

impl Evidence {
    /// The folder for evidence inside a data folder.
    #[must_use]
    pub fn url_in(data: &Path) -> value::ServiceUrl {
        value::ServiceUrl::new(format!("file:{}", data.join("evidence").display()))
    }

    /// The bucket that is meant, if it is one and nothing of it is missing.
    #[must_use]
    pub fn s3(&self) -> Option<S3<'_>> {
        let (bucket, prefix) = self.bucket()?;
        let usual = self.endpoint.as_ref().map(|_| USUAL_REGION);
        Some(S3 {
            bucket,
            prefix,
            endpoint: self.endpoint.as_ref(),
            region: self.region.as_deref().or(usual)?,
            access_key: self.access_key.as_ref()?,
            secret_key: self.secret_key.as_ref()?,
        })
    }

    fn bucket(&self) -> Option<(&str, &str)> {
        bucket(self.url.expose().strip_prefix(S3_SCHEME)?)
    }

    /// Whether the settings fit one another; otherwise the one to look at, and why.
    pub(super) fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if self.bucket().is_none() {
            return match self.only_for_s3() {
                Some(name) => Err((name, "it is for `evidence.url` = s3://BUCKET alone")),
                None => Ok(()),
            };
        }
        if self.access_key.is_none() {
            return Err(("url", "a bucket needs `evidence.access_key`, too"));
        }
        if self.secret_key.is_none() {
            return Err(("url", "a bucket needs `evidence.secret_key`, too"));
        }
        let Some(s3) = self.s3() else {
            return Err((
                "url",
                "a bucket needs `evidence.region`, too, or `evidence.endpoint` if it is not Amazon's",
            ));
        };
        if s3.is_plain_http() && !s3.is_here() && !self.allow_http {
            return Err((
                "endpoint",
                "http:// leads to this machine alone, for files and keys are sent unencrypted; use https://, or set `evidence.allow_http` to true",
            ));
        }
        if self.max_bytes > LARGEST_IN_S3 {
            return Err(("max_bytes", "a bucket takes files of 5 GiB at most"));
        }
        Ok(())
    }

    fn only_for_s3(&self) -> Option<&'static str> {
        let given = [
            ("endpoint", self.endpoint.is_some()),
            ("region", self.region.is_some()),
            ("access_key", self.access_key.is_some()),
            ("secret_key", self.secret_key.is_some()),
            ("allow_http", self.allow_http),
        ];
        given
            .iter()
            .find(|(_, given)| *given)
            .map(|(name, _)| *name)
    }
}

impl S3<'_> {
    /// Whether what is sent to the store can be read on the way.
    #[must_use]
    pub fn is_plain_http(&self) -> bool {
        self.endpoint.is_some_and(|url| url.scheme() == "http")
    }

    /// Whether the store is on this machine.
    fn is_here(&self) -> bool {
        match self.endpoint.and_then(Url::host) {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
            None => false,
        }
    }
}

const S3_SCHEME: &str = "s3://";

/// Reads BUCKET[/PREFIX]: names that mean the same to every store, and in every URL.
fn bucket(text: &str) -> Option<(&str, &str)> {
    let (bucket, prefix) = text.split_once('/').unwrap_or((text, ""));
    let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'.');
    let segment = |part: &str| {
        let known = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_');
        !part.is_empty() && part != "." && part != ".." && part.bytes().all(known)
    };
    let named = (3..=63).contains(&bucket.len()) && bucket.bytes().all(plain);
    (named && (prefix.is_empty() || prefix.split('/').all(segment))).then_some((bucket, prefix))
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<value::ServiceUrl, D::Error> {
    value::unseen(
        deserializer,
        "file:FOLDER, s3://BUCKET, s3://BUCKET/PREFIX or memory:, a prefix of letters, digits, `-`, `.` and `_`, and no keys",
        |text| {
            let accepted = match text.strip_prefix(S3_SCHEME) {
                Some(rest) => bucket(rest).is_some(),
                None => text.starts_with("file:") || text.starts_with("memory:"),
            };
            accepted.then(|| value::ServiceUrl::new(text.to_owned()))
        },
    )
}

fn endpoint<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    value::unseen(
        deserializer,
        "an http or https address without a path or keys, such as https://s3.example.se",
        |text| Url::parse(text).ok().filter(is_origin).map(Some),
    )
}

fn region<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    value::scalar(deserializer, "a name such as eu-north-1", |text| {
        let known = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
        let named = !text.is_empty() && text.bytes().all(known);
        named.then(|| Some(text.to_owned()))
    })
}
