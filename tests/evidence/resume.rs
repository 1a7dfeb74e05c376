//! Files in pieces, after the tus protocol: whatever breaks, what has come is there, and the file is whole
//! or not at all.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{a_draft, an_upload, files_of};
use crate::harness::{Client, Served, World, given::a_pdf};

const PIECE: &str = "application/offset+octet-stream";

/// An upload URL, as a tus client uses it.
#[derive(Clone)]
pub struct Upload {
    http: reqwest::Client,
    url: String,
}

impl Upload {
    pub fn at(url: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build();
        Self {
            http: http.expect("a client"),
            url: url.to_owned(),
        }
    }

    fn request(&self, method: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        self.http
            .request(method, &self.url)
            .header("tus-resumable", "1.0.0")
    }

    pub async fn create(&self, length: usize) -> Response {
        answer(self.request("POST").header("upload-length", length)).await
    }

    fn piece(&self, offset: usize, bytes: &[u8]) -> RequestBuilder {
        self.request("PATCH")
            .header("content-type", PIECE)
            .header("upload-offset", offset)
            .body(bytes.to_vec())
    }

    pub async fn adds(&self, offset: usize, bytes: &[u8]) -> Response {
        answer(self.piece(offset, bytes)).await
    }

    async fn head(&self) -> Response {
        answer(self.request("HEAD")).await
    }

    /// Where the upload stands; none when there is none.
    pub async fn offset(&self) -> Option<usize> {
        let head = self.head().await;
        match head.status().as_u16() {
            200 => Some(number(&head, "upload-offset")),
            404 => None,
            other => panic!("HEAD is answered with {other}"),
        }
    }

    async fn stands_at(&self, offset: usize) {
        for _ in 0..200 {
            if self.offset().await == Some(offset) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(self.offset().await, Some(offset));
    }

    /// Sends the head of a request that promises all of `bytes`, but breaks the connection after `cut`.
    async fn breaks_off(&self, offset: usize, bytes: &[u8], cut: usize, more: &str) {
        let rest = self.url.strip_prefix("http://").expect("plain HTTP");
        let (host, path) = rest.split_once('/').expect("a path");
        let mut connection = TcpStream::connect(host).await.expect("a connection");
        let head = format!(
            "PATCH /{path} HTTP/1.1\r\nHost: {host}\r\nTus-Resumable: 1.0.0\r\nContent-Type: {PIECE}\r\nUpload-Offset: {offset}\r\nContent-Length: {}\r\n{more}\r\n",
            bytes.len()
        );
        connection.write_all(head.as_bytes()).await.expect("sent");
        connection.write_all(&bytes[..cut]).await.expect("sent");
    }
}

async fn answer(request: RequestBuilder) -> Response {
    let answer = request.send().await.expect("the service answers");
    assert_eq!(answer.headers()["tus-resumable"], "1.0.0");
    answer
}

fn number(answer: &Response, header: &str) -> usize {
    let text = answer.headers()[header].to_str().expect("text");
    text.parse().expect("a number")
}

async fn code(answer: Response) -> String {
    let body: Value = answer.json().await.expect("JSON");
    let code = body["errors"][0]["extensions"]["code"].as_str();
    code.unwrap_or_else(|| panic!("an error: {body:#}"))
        .to_owned()
}

/// A PDF of this size.
pub fn a_long_pdf(size: usize, seed: u64) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut random = StdRng::seed_from_u64(seed);
    bytes.extend(std::iter::repeat_with(|| random.random::<u8>()).take(size - bytes.len()));
    bytes
}

pub async fn a_place(contributor: &Client, name: &str) -> (Value, Upload) {
    let evidence = a_draft(contributor).await;
    let url = an_upload(contributor, &evidence, name).await;
    (evidence, Upload::at(&url))
}

/// That the evidence has one file, which is this one.
pub async fn is_the_file(contributor: &Client, evidence: &Value, bytes: &[u8]) -> Value {
    let files = files_of(contributor, evidence).await;
    assert_eq!(files.len(), 1);
    assert_eq!(files[0]["sha256"], hex::encode(Sha256::digest(bytes)));
    let url = files[0]["downloadUrl"].as_str().expect("a URL");
    let fetched = contributor.fetch(url, &[]).await;
    assert!(fetched.bytes().await.expect("the bytes") == bytes);
    files[0]["id"].clone()
}

#[tokio::test]
async fn a_file_sent_in_pieces_is_that_file() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (evidence, upload) = a_place(&contributor, "rutin.pdf").await;
    let before = world.stored().await;
    let bytes = a_long_pdf(9000, 1);

    let told = answer(upload.http.request(Method::OPTIONS, &upload.url)).await;
    assert_eq!(told.status(), 204);
    assert_eq!(told.headers()["tus-version"], "1.0.0");
    assert_eq!(
        told.headers()["tus-extension"],
        "creation,creation-with-upload,expiration,checksum,termination"
    );
    assert_eq!(number(&told, "tus-max-size"), 2 << 30);
    assert_eq!(told.headers()["tus-checksum-algorithm"], "sha256,sha1");

    assert_eq!(upload.offset().await, None);
    let created = upload.create(bytes.len()).await;
    assert_eq!(created.status(), 201);
    assert_eq!(created.headers()["location"], upload.url.as_str());
    let first = upload.adds(0, &bytes[..4000]).await;
    assert_eq!(
        (first.status().as_u16(), number(&first, "upload-offset")),
        (204, 4000)
    );
    let expires = first.headers()["upload-expires"].to_str().expect("text");
    let expires = chrono::DateTime::parse_from_rfc2822(expires).expect("a time");
    assert!(expires > chrono::Utc::now());

    let head = upload.head().await;
    assert_eq!(
        (
            number(&head, "upload-offset"),
            number(&head, "upload-length")
        ),
        (4000, 9000)
    );
    assert_eq!(head.headers()["cache-control"], "no-store");
    assert!(
        files_of(&contributor, &evidence).await.is_empty(),
        "nothing is to be seen yet"
    );

    let last = upload.adds(4000, &bytes[4000..]).await;
    assert_eq!(
        (last.status().as_u16(), number(&last, "upload-offset")),
        (204, 9000)
    );
    let id = is_the_file(&contributor, &evidence, &bytes).await;
    assert_eq!(
        last.headers()["upload-file-id"],
        id.as_str().expect("an id")
    );
    assert_eq!(world.stored().await, before + 1, "no piece is left");

    // Whoever did not get the last answer learns the same.
    let head = upload.head().await;
    assert_eq!(
        (
            number(&head, "upload-offset"),
            number(&head, "upload-length")
        ),
        (9000, 9000)
    );
    assert_eq!(
        head.headers()["upload-file-id"],
        id.as_str().expect("an id")
    );
    for again in [upload.adds(9000, b"").await, upload.create(10).await] {
        assert_eq!(again.status(), 409, "the URL works once");
        assert_eq!(code(again).await, "INVALID_STATE");
    }
    assert_eq!(
        contributor.put(&upload.url, a_pdf("en till")).await.status,
        409
    );
}

#[tokio::test]
async fn a_file_can_come_with_its_creation() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let bytes = a_long_pdf(5000, 2);
    let with = |upload: &Upload, bytes: &[u8]| {
        let request = upload.request("POST").header("upload-length", 5000);
        request.header("content-type", PIECE).body(bytes.to_vec())
    };
    let (evidence, upload) = a_place(&contributor, "rutin.pdf").await;
    let whole = answer(with(&upload, &bytes)).await;
    assert_eq!(
        (whole.status().as_u16(), number(&whole, "upload-offset")),
        (201, 5000)
    );
    let told: Value = whole.json().await.expect("JSON");
    assert_eq!(
        told["file"]["id"],
        is_the_file(&contributor, &evidence, &bytes).await
    );

    let (evidence, upload) = a_place(&contributor, "rutin.pdf").await;
    let part = answer(with(&upload, &bytes[..10])).await;
    assert_eq!(
        (part.status().as_u16(), number(&part, "upload-offset")),
        (201, 10)
    );
    assert_eq!(upload.adds(10, &bytes[10..]).await.status(), 204);
    is_the_file(&contributor, &evidence, &bytes).await;
}

#[tokio::test]
async fn broken_off_anywhere_and_resumed_the_file_is_whole() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    for seed in 0..6 {
        let mut random = StdRng::seed_from_u64(seed);
        let size = random.random_range(20..12 << 20);
        let bytes = a_long_pdf(size, seed);
        let (evidence, upload) = a_place(&contributor, "rutin.pdf").await;
        assert_eq!(upload.create(size).await.status(), 201);
        let mut offset = 0;
        for _ in 0..random.random_range(1..5) {
            let promised = random.random_range(offset + 1..=size);
            let cut = random.random_range(0..promised - offset);
            upload
                .breaks_off(offset, &bytes[offset..promised], cut, "")
                .await;
            offset += cut;
            upload.stands_at(offset).await;
        }
        let last = upload.adds(offset, &bytes[offset..]).await;
        assert_eq!(last.status(), 204, "seed {seed}");
        is_the_file(&contributor, &evidence, &bytes).await;
    }
}

#[tokio::test]
async fn of_two_requests_at_the_same_place_one_adds() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (evidence, upload) = a_place(&contributor, "rutin.pdf").await;
    let bytes = a_long_pdf(20_000, 3);
    assert_eq!(upload.create(bytes.len()).await.status(), 201);
    for (from, to) in [(0, 7000), (7000, 20_000)] {
        let both = futures::join!(
            upload.adds(from, &bytes[from..to]),
            upload.adds(from, &bytes[from..to])
        );
        let mut told = [both.0.status().as_u16(), both.1.status().as_u16()];
        told.sort_unstable();
        assert_eq!(told, [204, 409]);
        assert_eq!(upload.offset().await, Some(to));
    }
    is_the_file(&contributor, &evidence, &bytes).await;
}

#[tokio::test]
async fn a_piece_that_does_not_match_its_checksum_does_not_count() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (evidence, upload) = a_place(&contributor, "rutin.pdf").await;
    let before = world.stored().await;
    let bytes = a_long_pdf(3000, 4);
    assert_eq!(upload.create(bytes.len()).await.status(), 201);
    let sha256 = |bytes: &[u8]| format!("sha256 {}", STANDARD.encode(Sha256::digest(bytes)));
    let sha1 = |bytes: &[u8]| format!("sha1 {}", STANDARD.encode(Sha1::digest(bytes)));
    let sends = async |offset: usize, to: usize, checksum: &str| {
        let piece = upload.piece(offset, &bytes[offset..to]);
        answer(piece.header("upload-checksum", checksum))
            .await
            .status()
            .as_u16()
    };
    assert_eq!(sends(0, 1000, &sha256(b"other")).await, 460);
    assert_eq!(sends(0, 3000, &sha1(b"other")).await, 460);
    assert_eq!(sends(0, 1000, "md5 AAAA").await, 400);
    assert_eq!(upload.offset().await, Some(0));
    assert_eq!(world.stored().await, before, "nothing of it is kept");

    assert_eq!(sends(0, 1000, &sha256(&bytes[..1000])).await, 204);
    let promised = format!("Upload-Checksum: {}\r\n", sha1(&bytes[1000..]));
    upload
        .breaks_off(1000, &bytes[1000..], 500, &promised)
        .await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        upload.offset().await,
        Some(1000),
        "half a piece cannot be compared"
    );
    assert_eq!(sends(1000, 3000, &sha1(&bytes[1000..])).await, 204);
    is_the_file(&contributor, &evidence, &bytes).await;
}

#[tokio::test]
async fn an_upload_that_is_ended_leaves_nothing_and_can_begin_anew() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (evidence, upload) = a_place(&contributor, "rutin.pdf").await;
    let before = world.stored().await;
    let ends = async || answer(upload.request("DELETE")).await.status().as_u16();
    assert_eq!(ends().await, 404, "nothing was begun");
    assert_eq!(upload.create(5000).await.status(), 201);
    assert_eq!(upload.adds(0, &a_long_pdf(1000, 5)).await.status(), 204);
    assert_eq!(world.stored().await, before + 1);
    assert_eq!(ends().await, 204);
    assert_eq!(world.stored().await, before);
    assert_eq!(upload.offset().await, None);
    assert_eq!(upload.adds(1000, b"x").await.status(), 404);

    // Beginning anew drops what there was, too.
    let bytes = a_long_pdf(2000, 6);
    assert_eq!(upload.create(4000).await.status(), 201);
    assert_eq!(upload.adds(0, &bytes[..1500]).await.status(), 204);
    assert_eq!(upload.create(bytes.len()).await.status(), 201);
    assert_eq!(upload.offset().await, Some(0));
    assert_eq!(world.stored().await, before);
    assert_eq!(upload.adds(0, &bytes).await.status(), 204);
    is_the_file(&contributor, &evidence, &bytes).await;
    assert_eq!(ends().await, 409, "a file is not ended");
}

#[tokio::test]
async fn what_is_refused_at_the_end_leaves_nothing_and_the_url_works_still() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (evidence, upload) = a_place(&contributor, "rutin.pdf").await;
    let before = world.stored().await;
    let program = [b"\x7fELF\x02\x01\x01".to_vec(), vec![0; 2000]].concat();
    assert_eq!(upload.create(program.len()).await.status(), 201);
    assert_eq!(upload.adds(0, &program[..1000]).await.status(), 204);
    let refused = upload.adds(1000, &program[1000..]).await;
    assert_eq!(refused.status(), 422);
    assert_eq!(code(refused).await, "INVALID_INPUT");
    assert_eq!(
        (upload.offset().await, world.stored().await),
        (None, before)
    );

    assert_eq!(
        contributor.put(&upload.url, a_pdf("rätt fil")).await.status,
        201
    );
    is_the_file(&contributor, &evidence, &a_pdf("rätt fil")).await;
}

#[tokio::test]
async fn an_expired_upload_is_gone_with_all_that_had_come() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (_, upload) = a_place(&contributor, "rutin.pdf").await;
    assert_eq!(upload.create(5000).await.status(), 201);
    assert_eq!(upload.adds(0, &a_long_pdf(1000, 7)).await.status(), 204);
    assert!(world.door.forget_uploads().await.expect("swept").is_empty());

    let clock = world.door.clock();
    clock.set(clock.now() + TimeDelta::hours(24) + TimeDelta::seconds(1));
    assert_eq!(upload.offset().await, None);
    for late in [upload.adds(1000, b"x").await, upload.create(10).await] {
        assert_eq!(late.status(), 404);
        assert_eq!(code(late).await, "NOT_FOUND");
    }
    assert_eq!(world.door.forget_uploads().await.expect("swept").len(), 1);
    assert!(world.door.forget_uploads().await.expect("swept").is_empty());
}

#[tokio::test]
async fn a_url_that_is_not_known_tells_nothing_whatever_is_asked() {
    let world = World::open().await;
    let url = format!("{}evidence/uploads/upload_{}", world.base, "A".repeat(43));
    let unknown = Upload::at(&url);
    assert_eq!(unknown.head().await.status(), 404);
    for answered in [
        unknown.create(10).await,
        unknown.adds(0, b"x").await,
        answer(unknown.request("DELETE")).await,
    ] {
        assert_eq!(answered.status(), 404);
        assert_eq!(code(answered).await, "NOT_FOUND");
    }
}

#[tokio::test]
async fn an_upload_ends_with_the_token_it_was_asked_for_with() {
    let world = World::open().await;
    let manager = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let expires = chrono::Utc::now() + TimeDelta::days(1);
    let input = json!({ "name": "prov", "scopes": ["EVIDENCE_READ", "EVIDENCE_WRITE"], "expiresAt": expires });
    let made = manager
        .does("createApiToken", input, "{ secret apiToken { id } }")
        .await;
    let program = world.client_with(made["secret"].as_str().expect("a secret"));
    let (evidence, upload) = a_place(&program, "rutin.pdf").await;
    assert_eq!(upload.create(5000).await.status(), 201);
    assert_eq!(upload.adds(0, &a_long_pdf(1000, 8)).await.status(), 204);

    let id = made["apiToken"]["id"].clone();
    manager
        .does("revokeApiToken", json!({ "id": id }), "{ id }")
        .await;
    assert_eq!(upload.head().await.status(), 401);
    assert_eq!(upload.adds(1000, b"x").await.status(), 401);
    assert!(files_of(&manager, &evidence).await.is_empty());
}

#[tokio::test]
async fn the_protocol_is_kept_to_the_letter() {
    let world = World::open_with(|settings| settings.evidence.max_bytes = 10_000).await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (evidence, upload) = a_place(&contributor, "rutin.pdf").await;
    let status = async |request: RequestBuilder| answer(request).await.status().as_u16();
    let bytes = a_long_pdf(3000, 9);

    for version in ["0.2.2", ""] {
        let old = upload
            .http
            .head(&upload.url)
            .header("tus-resumable", version);
        let refused = answer(old).await;
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["tus-version"]),
            (412, &"1.0.0".parse().expect("a value"))
        );
    }
    assert_eq!(
        status(upload.request("POST")).await,
        400,
        "without a length"
    );
    assert_eq!(
        status(upload.request("POST").header("upload-defer-length", "1")).await,
        400
    );
    assert_eq!(upload.create(10_001).await.status(), 413);
    assert_eq!(upload.create(0).await.status(), 422);
    assert_eq!(status(upload.request("GET")).await, 405);

    assert_eq!(upload.create(bytes.len()).await.status(), 201);
    let piece = |offset: &str| {
        let piece = upload.request("PATCH").header("content-type", PIECE);
        piece.header("upload-offset", offset).body(bytes.clone())
    };
    assert_eq!(status(piece("1")).await, 409);
    assert_eq!(status(piece("-1")).await, 400);
    assert_eq!(status(piece("0").header("upload-offset", "0")).await, 400);
    assert_eq!(
        status(
            upload
                .request("PATCH")
                .header("upload-offset", "0")
                .body("x")
        )
        .await,
        415
    );
    let beyond = [&bytes[..], b"x"].concat();
    assert_eq!(upload.adds(0, &beyond).await.status(), 413);
    let unannounced = futures::stream::iter([Ok::<_, std::io::Error>(beyond)]);
    let unannounced = upload
        .piece(0, b"")
        .body(reqwest::Body::wrap_stream(unannounced));
    assert_eq!(status(unannounced).await, 413);
    assert_eq!(upload.offset().await, Some(0));

    let overriding = |method: &str| {
        upload
            .request("POST")
            .header("x-http-method-override", method)
    };
    let head = answer(overriding("HEAD")).await;
    assert_eq!(
        (head.status().as_u16(), number(&head, "upload-offset")),
        (200, 0)
    );
    let whole = overriding("PATCH")
        .header("content-type", PIECE)
        .header("upload-offset", 0);
    assert_eq!(status(whole.body(bytes.clone())).await, 204);
    is_the_file(&contributor, &evidence, &bytes).await;
}

#[tokio::test]
async fn unfinished_uploads_of_an_organisation_are_bounded() {
    let world = World::open_with(|settings| settings.evidence.max_bytes = 1000).await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let mut uploads = vec![];
    for _ in 0..5 {
        uploads.push(a_place(&contributor, "rutin.pdf").await.1);
    }
    for upload in &uploads[..4] {
        assert_eq!(upload.create(1000).await.status(), 201);
    }
    let refused = uploads[4].create(1).await;
    assert_eq!(refused.status(), 413);
    assert_eq!(code(refused).await, "LIMIT_EXCEEDED");
    let (_, of_others) = a_place(
        &world.client("Fjällnära", "SUPPLIER_CONTRIBUTOR"),
        "rutin.pdf",
    )
    .await;
    assert_eq!(of_others.create(1000).await.status(), 201);

    assert_eq!(answer(uploads[0].request("DELETE")).await.status(), 204);
    assert_eq!(uploads[4].create(1000).await.status(), 201);
    assert_eq!(
        uploads[4].adds(0, &a_long_pdf(1000, 10)).await.status(),
        204
    );
    assert_eq!(
        uploads[0].create(1000).await.status(),
        201,
        "what is whole is not unfinished"
    );
}

#[tokio::test]
async fn a_service_that_is_killed_between_pieces_loses_none() {
    let mut demo = Served::start();
    let (evidence, upload) = a_place(
        &demo.client("Bältespännar", "SUPPLIER_CONTRIBUTOR"),
        "rutin.pdf",
    )
    .await;
    let bytes = a_long_pdf(9000, 11);
    assert_eq!(upload.create(bytes.len()).await.status(), 201);
    assert_eq!(upload.adds(0, &bytes[..4000]).await.status(), 204);
    demo.is_killed_and_starts_again();

    let (_, secret) = upload.url.rsplit_once('/').expect("a secret");
    let graphql = &demo.announcement.graphql;
    let upload = Upload::at(&graphql.replace("/graphql", &format!("/evidence/uploads/{secret}")));
    assert_eq!(upload.offset().await, Some(4000));
    assert_eq!(upload.adds(4000, &bytes[4000..]).await.status(), 204);
    let contributor = demo.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    is_the_file(&contributor, &evidence, &bytes).await;
}
