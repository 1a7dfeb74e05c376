//! Small files together with a request, after the GraphQL multipart request specification: a form whose
//! fields are `operations` (the request, with null where a file belongs), `map` (which file belongs where)
//! and then the files.
//!
//! What always holds:
//! - Nothing is read for a caller who is not known, nor for a page that a browser did not ask about.
//! - A request holds [`MOST_BYTES`] at most, and [`AT_ONCE`] requests are held at the same time, of one
//!   organisation [`OF_ONE`]: forms that do not end keep no others out.
//! - The form is read strictly: each file is named once, belongs somewhere, and is there; each place is
//!   null before, and gets one file. What is left open is refused, not guessed.

use std::collections::HashMap;

use async_graphql::Executor;
use axum::{
    body::{Body, HttpBody},
    extract::Request,
};
use bytes::Bytes;
use futures::{FutureExt, stream};
use http::{
    HeaderMap, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use multer::{Field, Multipart};
use serde_json::Value;

use super::{
    Params, Transport,
    http::{Refused, bad_request, is_encoded},
    json,
    origin::is_asked_first,
    session, shown,
    streams::{Owner, owner},
};
use crate::{
    Error, Result,
    graphql::upload::{SentFile, SentFiles},
    places::Places,
};

/// How large such a request may be.
const MOST_BYTES: usize = 8 << 20;
/// How many files it may bring.
const MOST_FILES: usize = 10;
/// How many such requests are held in memory at the same time.
const AT_ONCE: usize = 8;
/// How many of them one organisation may have under way.
const OF_ONE: usize = 2;

/// The places for such requests.
pub(super) fn places() -> Places<Owner> {
    Places::new(OF_ONE).within(AT_ONCE)
}

/// Whether the body is a form with files.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map(http::HeaderValue::as_bytes);
    let form = b"multipart/form-data";
    kind.and_then(|kind| kind.get(..form.len()))
        .is_some_and(|kind| kind.eq_ignore_ascii_case(form))
}

/// Reads the request and its files.
///
/// # Errors
/// What is wrong with the form, or that its sender may not send one.
pub(super) async fn read<E: Executor>(
    service: &Transport<E>,
    request: Request,
) -> Result<(Params, SentFiles), Refused> {
    let (head, body) = request.into_parts();
    if !is_asked_first(&head.headers) {
        let text = "A form could be sent by any page, without its user's knowledge. Send the header GraphQL-Require-Preflight: 1 with it.";
        return Err(Error::Forbidden(text.to_owned()).into());
    }
    let boundary = boundary(&head.headers)?;
    let shown = shown(&head.headers)?.ok_or(ANONYMOUS)?;
    let caller = session(&(service.admit)(Some(shown)).await?);
    let place = service.forms.take(owner(caller.as_ref()));
    let place = place.ok_or_else(busy)?;
    let body = whole(&head.headers, body).await?;
    // Off the runtime's threads: hashing takes milliseconds.
    let form = tokio::task::spawn_blocking(move || parse(body, &boundary));
    let (operations, files) = form
        .await
        .map_err(Error::internal)?
        .map_err(|error| bad_request(&error))?;
    let params = Params::from_json(operations).map_err(|error| bad_request(&error))?;
    Ok((params, SentFiles::new(files, place)))
}

/// Said to a caller without a token.
const ANONYMOUS: Error = Error::Unauthenticated(
    "Files are taken from known callers only: send an API token as `Authorization: Bearer TOKEN`.",
);

fn busy() -> Error {
    Error::RateLimited {
        problem: "Too many requests with files are under way. Large files go to an upload URL, which createEvidenceUpload gives.".to_owned(),
        retry_after: 1,
    }
}

fn boundary(headers: &HeaderMap) -> Result<String, Refused> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let boundary = kind.and_then(|kind| multer::parse_boundary(kind).ok());
    // RFC 2046 allows 70 characters; without one, everything would be a boundary.
    let boundary = boundary.filter(|boundary| (1..=70).contains(&boundary.len()));
    match boundary {
        Some(boundary) if !is_encoded(headers) => Ok(boundary),
        _ => {
            let text = "must be multipart/form-data with a boundary, and the body sent as it is";
            let error = Error::invalid("Content-Type", text);
            Err(Refused::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, &error))
        }
    }
}

async fn whole(headers: &HeaderMap, body: Body) -> Result<Bytes, Refused> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let least = announced.unwrap_or_else(|| body.size_hint().lower());
    let too_large = || {
        let mebibytes = MOST_BYTES >> 20;
        let text = format!(
            "The request is larger than {mebibytes} MiB, or broke off. Send larger files to an upload URL, which createEvidenceUpload gives."
        );
        Refused::http(StatusCode::PAYLOAD_TOO_LARGE, &Error::LimitExceeded(text))
    };
    if least > MOST_BYTES as u64 {
        return Err(too_large());
    }
    let whole = axum::body::to_bytes(body, MOST_BYTES).await;
    whole.map_err(|_| too_large())
}

/// Reads a form that has come whole: the request, with a placeholder where a file belongs, and the files.
///
/// # Errors
/// `Invalid`, saying what is wrong with the form.
fn parse(body: Bytes, boundary: &str) -> Result<(Value, Vec<SentFile>)> {
    let chunks = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut form = Multipart::new(chunks, boundary);
    let mut operations = field(&mut form, "operations")?;
    let map = field(&mut form, "map")?;
    let mut map = destinations(map)?;
    let mut files = Vec::with_capacity(map.len());
    while let Some(next) = at_once(form.next_field())? {
        let (name, file) = file(next)?;
        let paths = map
            .remove(&name)
            .ok_or_else(|| Error::invalid(&name, "must be named by `map`, and be there once"))?;
        let placeholder = file.placeholder();
        for path in paths {
            fill(&mut operations, &path, &placeholder)?;
        }
        files.push(file);
    }
    match map.into_keys().next() {
        None => Ok((operations, files)),
        Some(missing) => Err(Error::invalid(
            &missing,
            "is named by `map`, but was not sent",
        )),
    }
}

/// What has come whole is read without waiting.
fn at_once<T>(read: impl Future<Output = multer::Result<T>>) -> Result<T> {
    match read.now_or_never() {
        Some(Ok(read)) => Ok(read),
        Some(Err(multer::Error::IncompleteStream | multer::Error::IncompleteFieldData { .. })) => {
            Err(Error::invalid(
                "request",
                "did not come whole; send it again",
            ))
        }
        _ => Err(Error::invalid("request", "must be multipart/form-data")),
    }
}

/// The next field of the form, which is JSON and has this name.
fn field(form: &mut Multipart<'_>, name: &str) -> Result<Value> {
    let next = at_once(form.next_field())?.filter(|field| field.name() == Some(name));
    let text = "must stand in the form, `operations` first, then `map`, then the files";
    let next = next.ok_or_else(|| Error::invalid(name, text))?;
    let text = at_once(next.bytes())?;
    json::read(&text)
        .map_err(|error| Error::invalid(name, format!("must be JSON, but is not ({error})")))
}

/// Which file belongs where: the names of fields, each with the paths of its places.
fn destinations(map: Value) -> Result<HashMap<String, Vec<String>>> {
    let map: HashMap<String, Vec<String>> = serde_json::from_value(map).map_err(|_| {
        let text = r#"must be an object of lists of paths, such as {"0": ["variables.file"]}"#;
        Error::invalid("map", text)
    })?;
    if map.len() > MOST_FILES {
        return Err(Error::LimitExceeded(format!(
            "A request brings at most {MOST_FILES} files. Send the others in requests of their own."
        )));
    }
    match map.iter().find(|(_, paths)| paths.is_empty()) {
        Some((name, _)) => Err(Error::invalid(
            "map",
            format!("must say where {name} belongs"),
        )),
        None => Ok(map),
    }
}

fn file(field: Field<'_>) -> Result<(String, SentFile)> {
    let name = field.name().unwrap_or_default().to_owned();
    let Some(of_file) = field.file_name().map(str::to_owned) else {
        return Err(Error::invalid(&name, "must be a file, with a filename"));
    };
    let bytes = at_once(field.bytes())?;
    Ok((
        name,
        SentFile {
            name: of_file,
            bytes,
        },
    ))
}

/// Puts a placeholder where a file belongs.
fn fill(operations: &mut Value, path: &str, placeholder: &str) -> Result<()> {
    let mut steps = path.split('.');
    let place = match steps.next() {
        Some("variables") => operations
            .get_mut("variables")
            .and_then(|variables| steps.try_fold(variables, step)),
        _ => None,
    };
    match place {
        Some(place @ Value::Null) => {
            *place = placeholder.into();
            Ok(())
        }
        _ => Err(Error::invalid(
            "map",
            format!(
                "must lead to a null in the variables, such as variables.file, and to each once, which {path:?} does not"
            ),
        )),
    }
}

fn step<'v>(value: &'v mut Value, step: &str) -> Option<&'v mut Value> {
    match value {
        Value::Object(members) => members.get_mut(step),
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
