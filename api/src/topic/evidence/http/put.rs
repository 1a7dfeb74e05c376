//! A file by one plain `PUT`: whole, or nothing of it is kept.

use std::sync::Arc;

use axum::{
    Json,
    extract::Request,
    response::{IntoResponse, Response},
};
use entity::evidence_file;
use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE},
};
use tokio::time::sleep;
use uuid::Uuid;

use super::{super::write, Refused, Service, described};
use crate::{
    Error, Result,
    access::{Act, Actor, Resource, action::ReceiveEvidenceFile, pauses},
    store::{arrival::too_large, blob::Received},
};

impl Service {
    /// Takes the file in and tells of it.
    pub(super) async fn put(&self, secret: &str, request: Request) -> Response {
        match self.take_in(secret, request).await {
            Ok(file) => (StatusCode::CREATED, Json(described(&file))).into_response(),
            Err(refused) => refused.into_response(),
        }
    }
}

impl Service {
    async fn take_in(
        &self,
        secret: &str,
        request: Request,
    ) -> Result<evidence_file::Model, Refused> {
        let (actor, upload) = self.door.uploader(secret).await?;
        ReceiveEvidenceFile::RULE.check(&actor, &upload.facts())?;
        if upload.finished_at.is_some() {
            return Err(write::used().into());
        }
        is_whole_file(request.headers(), self.limit)?;
        let _place = self
            .places
            .take(upload.owner_id)
            .ok_or_else(Refused::busy)?;

        let mut body = request.into_body().into_data_stream();
        let received = self
            .blobs
            .receive(upload.owner_id, &upload.name, self.limit, &mut body)
            .await?;
        let mut pauses = pauses();
        loop {
            let recorded = self.record(&actor, upload.id, received.clone()).await;
            match (recorded, pauses.next()) {
                // The bytes are kept; nothing of their record is.
                (Err(Error::Disturbed), Some(pause)) => sleep(pause).await,
                (recorded, _) => return Ok(recorded?),
            }
        }
    }

    async fn record(
        &self,
        actor: &Arc<Actor>,
        upload: Uuid,
        received: Received,
    ) -> Result<evidence_file::Model> {
        let permit = self
            .door
            .permit::<ReceiveEvidenceFile>(actor, upload, None)
            .await?;
        write::receive(permit, received).await
    }
}

/// Refuses by the headers what cannot become a file: parts and compressed forms of one (which would be
/// kept as if they were the file itself), and what is too large.
fn is_whole_file(headers: &HeaderMap, limit: u64) -> Result<()> {
    if headers.contains_key(CONTENT_RANGE) {
        let text =
            "is not accepted: send the whole file by one PUT, or in pieces after the tus protocol";
        return Err(Error::invalid("Content-Range", text));
    }
    if headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
    {
        return Err(Error::invalid(
            "Content-Encoding",
            "is not accepted: send the file as it is",
        ));
    }
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    match announced {
        Some(length) if length > limit => Err(too_large(limit)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(given: &[(HeaderName, &'static str)]) -> HeaderMap {
        given
            .iter()
            .map(|(name, text)| (name.clone(), HeaderValue::from_static(text)))
            .collect()
    }

    #[test]
    fn what_cannot_become_a_file_is_refused_by_its_headers() {
        for (given, code) in [
            (&[(CONTENT_LENGTH, "1000")][..], None),
            (&[], None),
            (&[(CONTENT_ENCODING, "identity")], None),
            (&[(CONTENT_LENGTH, "1001")], Some("LIMIT_EXCEEDED")),
            (
                &[(CONTENT_RANGE, "bytes 500-999/1000")],
                Some("INVALID_INPUT"),
            ),
            (&[(CONTENT_ENCODING, "gzip")], Some("INVALID_INPUT")),
        ] {
            let told = is_whole_file(&headers(given), 1000).err();
            assert_eq!(told.as_ref().map(Error::code), code, "{given:?}");
        }
    }
}
