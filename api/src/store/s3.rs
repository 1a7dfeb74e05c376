//! A bucket of an S3-compatible store: how it is reached, and what it keeps out of sight.
//!
//! What always holds:
//! - One call to the store ends within the time that a request may take, with all that object_store
//!   tries again meanwhile. Reading may go on for longer, as long as bytes come.
//! - What is logged or told of a failure repeats nothing of what the store repeats of the request, for
//!   the access key is part of that ([`told`]).
//! - Pieces of an upload that was never completed are in no list of objects. They are asked for by
//!   [`Bucket::sweep`] and removed; object_store has no words for that.

mod traced;

use std::{error::Error, sync::Arc, time::Duration};

use anyhow::{Context, anyhow, bail};
use chrono::{DateTime, Utc};
use http::{Method, Request};
use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    client::{HttpClient, HttpConnector, HttpError, HttpRequestBody},
    multipart::MultipartStore,
    path::Path,
    prefix::PrefixStore,
    signer::{SignedUrlOptions, Signer},
};
use serde::Deserialize;

use self::traced::Traced;
use crate::config::S3;

/// How long a link to the list of unfinished uploads works; it is used at once.
const LINK: Duration = Duration::from_secs(60);

/// A bucket, for what is not to be had through [`ObjectStore`].
#[derive(Debug)]
pub(super) struct Bucket {
    s3: AmazonS3,
    prefix: Path,
    http: HttpClient,
}

impl Bucket {
    /// Prepares to use the bucket that the settings name, where a request may take `patience`.
    pub(super) fn new(settings: &S3<'_>, patience: Duration) -> anyhow::Result<Self> {
        // One that is there already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let options = client(settings, patience);
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(settings.bucket)
            .with_region(settings.region)
            .with_access_key_id(settings.access_key.expose())
            .with_secret_access_key(settings.secret_key.expose())
            .with_virtual_hosted_style_request(
                // TLS knows no name with more dots.
                settings.endpoint.is_none() && !settings.bucket.contains('.'),
            )
            // Not every store removes many at once.
            .with_disable_bulk_delete(true)
            .with_retry(retries(patience))
            .with_client_options(options.clone())
            .with_http_connector(Traced::default());
        if let Some(endpoint) = settings.endpoint {
            builder = builder.with_endpoint(endpoint.as_str());
        }
        Ok(Self {
            s3: builder.build()?,
            prefix: Path::parse(settings.prefix)?,
            http: Traced::default().connect(&options)?,
        })
    }

    /// The bucket as a store of objects, all of them below the prefix.
    pub(super) fn objects(&self) -> Arc<dyn ObjectStore> {
        Arc::new(PrefixStore::new(self.s3.clone(), self.prefix.clone()))
    }

    /// Tries whether objects can be written and removed, with one at this path below the prefix.
    ///
    /// # Errors
    /// When they cannot, with the settings to look at.
    pub(super) async fn check(&self, settings: &S3<'_>, at: &Path) -> anyhow::Result<()> {
        use object_store::Error::{NotFound, PermissionDenied, Unauthenticated};
        let objects = self.objects();
        let tried = async {
            objects.put(at, PutPayload::new()).await?;
            objects.delete(at).await
        };
        let Err(error) = tried.await else {
            return Ok(());
        };
        let said = told(&error);
        let bucket = settings.bucket;
        let of = match settings.endpoint {
            Some(endpoint) => format!("at {}", endpoint.as_str().trim_end_matches('/')),
            None => format!("of AWS in {}", settings.region),
        };
        match error {
            NotFound { .. } => bail!(
                "there is no bucket {bucket} {of} (settings `evidence.url`, `evidence.endpoint`): make it, or name another; {said}"
            ),
            PermissionDenied { .. } | Unauthenticated { .. } => bail!(
                "the bucket {bucket} {of} cannot be written to with these keys (settings `evidence.access_key`, `evidence.secret_key`): {said}"
            ),
            _ => bail!(
                "the bucket {bucket} {of} cannot be reached (settings `evidence.url`, `evidence.endpoint`, `evidence.region`): {said}"
            ),
        }
    }

    /// Aborts uploads to this folder below the prefix that were begun before then and are not
    /// complete. Tells how many there were.
    pub(super) async fn sweep(&self, folder: &str, before: DateTime<Utc>) -> anyhow::Result<usize> {
        let mut swept = 0;
        let mut page = self.unfinished(folder, &[]).await?;
        loop {
            for upload in page.uploads.iter().filter(|one| one.initiated < before) {
                let at = Path::parse(&upload.key)?;
                match self.s3.abort_multipart(&at, &upload.upload_id).await {
                    Ok(()) => swept += 1,
                    // It was completed or aborted just now.
                    Err(object_store::Error::NotFound { .. }) => {}
                    Err(error) => return Err(anyhow!(told(&error))),
                }
            }
            let Some(next) = page.next() else {
                return Ok(swept);
            };
            page = self.unfinished(folder, &next).await?;
        }
    }

    /// A page of the uploads to a folder that are not complete, behind these markers.
    async fn unfinished(
        &self,
        folder: &str,
        markers: &[(&'static str, String)],
    ) -> anyhow::Result<Page> {
        let folder = self.prefix.clone().join(folder);
        let query = [("uploads", String::new()), ("prefix", format!("{folder}/"))];
        let options = SignedUrlOptions::default().with_query(query.iter().chain(markers).cloned());
        let url = self
            .s3
            .signed_url_opts(Method::GET, &Path::default(), LINK, &options)
            .await?;
        let request = Request::get(url.as_str()).body(HttpRequestBody::empty())?;
        let answer = self.http.execute(request).await.map_err(unheard)?;
        let status = answer.status();
        let body = answer.into_body().bytes().await;
        let body = body.map_err(unheard)?;
        let text = String::from_utf8_lossy(&body);
        if !status.is_success() {
            return Err(cannot_list(&without_echo(&format!("{status}: {text}"))));
        }
        quick_xml::de::from_str(&text).context("the list of unfinished uploads is not understood")
    }
}

/// Of a failure the kind alone: the URL stands in its text, and the access key in that.
#[expect(clippy::needless_pass_by_value, reason = "map_err gives it away")]
fn unheard(error: HttpError) -> anyhow::Error {
    cannot_list(&format!("{:?}", error.kind()))
}

fn cannot_list(said: &str) -> anyhow::Error {
    anyhow!("the bucket's unfinished uploads cannot be listed: {said}")
}

/// No limit on a whole call, for a download takes as long as its reader does: on every wait for the
/// store instead.
fn client(settings: &S3<'_>, patience: Duration) -> ClientOptions {
    ClientOptions::new()
        .with_allow_http(settings.is_plain_http())
        .with_timeout_disabled()
        .with_connect_timeout(patience / 4)
        .with_read_timeout(patience * 2 / 3)
}

/// What is tried again ends within `patience`: the last attempt begins after a third of it at the
/// latest, and waits for two.
fn retries(patience: Duration) -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: patience / 15,
            base: 2.0,
        },
        max_retries: 100,
        retry_timeout: patience / 4,
    }
}

/// A page of the store's list of unfinished uploads.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    is_truncated: bool,
    next_key_marker: Option<String>,
    next_upload_id_marker: Option<String>,
    #[serde(rename = "Upload", default)]
    uploads: Vec<Unfinished>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Unfinished {
    key: String,
    upload_id: String,
    initiated: DateTime<Utc>,
}

impl Page {
    /// What to ask for the next page with, if there is one.
    fn next(self) -> Option<[(&'static str, String); 2]> {
        let key = self.next_key_marker.filter(|_| self.is_truncated)?;
        let upload = self.next_upload_id_marker.unwrap_or_default();
        Some([("key-marker", key), ("upload-id-marker", upload)])
    }
}

/// What a failure says, down to its cause.
pub(super) fn told(error: &dyn Error) -> String {
    let said = without_echo(&error.to_string());
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    match causes.last().map(ToString::to_string) {
        Some(cause) if !cause.contains('<') && !said.contains(&cause) => format!("{said}: {cause}"),
        _ => said,
    }
}

/// Takes out of a text what stands in XML, but for code and message of an error: stores repeat in it
/// what they were sent.
fn without_echo(text: &str) -> String {
    let Some((before, xml)) = text.split_once('<') else {
        return text.to_owned();
    };
    let elements = ["Code", "Message"].into_iter().filter_map(|name| {
        let (_, rest) = xml.split_once(&format!("<{name}>"))?;
        Some(rest.split_once('<')?.0)
    });
    let said: Vec<_> = elements.collect();
    format!("{before}{}", said.join(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_store_repeats_of_a_request_is_left_out() {
        let text = "403 Forbidden: <?xml version=\"1.0\"?><Error><Code>SignatureDoesNotMatch</Code>\
                    <Message>The signature does not match.</Message><AWSAccessKeyId>AKIA</AWSAccessKeyId>\
                    <StringToSign>AWS4</StringToSign></Error>";
        assert_eq!(
            without_echo(text),
            "403 Forbidden: SignatureDoesNotMatch: The signature does not match."
        );
        assert_eq!(without_echo("502: <html>AKIA</html>"), "502: ");
        assert_eq!(without_echo("connection refused"), "connection refused");
    }

    #[test]
    fn a_list_of_unfinished_uploads_is_read_page_by_page() {
        let text = "<?xml version=\"1.0\"?><ListMultipartUploadsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
            <Bucket>b</Bucket><IsTruncated>true</IsTruncated><NextKeyMarker>p/incoming/2</NextKeyMarker>\
            <NextUploadIdMarker>y</NextUploadIdMarker>\
            <Upload><Key>p/incoming/1</Key><UploadId>x</UploadId><Owner><ID>o</ID></Owner>\
            <Initiated>2026-03-03T08:00:00.000Z</Initiated></Upload>\
            <Upload><Key>p/incoming/2</Key><UploadId>y</UploadId><Initiated>2026-03-04T08:00:00.000Z</Initiated></Upload>\
            </ListMultipartUploadsResult>";
        let page: Page = quick_xml::de::from_str(text).expect("a list");
        let keys: Vec<_> = page.uploads.iter().map(|one| one.key.as_str()).collect();
        assert_eq!(keys, ["p/incoming/1", "p/incoming/2"]);
        assert!(page.uploads[0].initiated < page.uploads[1].initiated);
        let next = page.next().expect("another page");
        assert_eq!(
            next,
            [
                ("key-marker", "p/incoming/2".to_owned()),
                ("upload-id-marker", "y".to_owned())
            ]
        );

        let empty = "<ListMultipartUploadsResult><KeyMarker/><NextKeyMarker/><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>";
        let page: Page = quick_xml::de::from_str(empty).expect("a list");
        assert!(page.uploads.is_empty() && page.next().is_none());
    }

    #[test]
    fn whatever_is_tried_again_ends_in_time() {
        for seconds in [1, 30, 300] {
            let patience = Duration::from_secs(seconds);
            let retries = retries(patience);
            let last = retries.retry_timeout + retries.backoff.max_backoff + patience * 2 / 3;
            assert!(last < patience);
        }
    }
}
