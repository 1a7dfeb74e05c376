//! Evidence in a bucket, on a bad road to it: what fails is told for what it is, in time, and nothing is
//! recorded that is not kept.

use std::{
    fs::File,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures::{StreamExt, stream};
use samsyn::{config::Evidence, store::blob::Blobs};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    a_draft, an_upload, files_of,
    multipart::Sender,
    resume::{Upload, a_long_pdf, a_place, is_the_file},
};
use crate::harness::{
    Answer, BINARY, Client, Folder, World,
    bucket::{ACCESS_KEY, Bucket, Mishap, PREFIX, Road, SECRET_KEY, Which},
    given::a_pdf,
};

/// How long a request may take here.
const PATIENCE: Duration = Duration::from_secs(3);
/// What the machine may be late by.
const SLACK: Duration = Duration::from_secs(2);

const EVERYTHING: Which = |_| true;
const PIECE: Which = |head| head.starts_with("PUT") && head.contains("partNumber=");
const COPY: Which = |head| head.starts_with("PUT") && head.contains("x-amz-copy-source");
const FETCH: Which = |head| head.starts_with("GET");
const BEGINNING: Which = |head| head.starts_with("POST") && head.contains("?uploads");
const END: Which = |head| head.starts_with("POST") && head.contains("?uploadId=");

/// The service on a bucket, with a road between the two that can be spoilt.
struct Scene {
    world: World,
    bucket: Bucket,
    road: Road,
    contributor: Client,
}

impl Scene {
    async fn open() -> Self {
        Self::open_for(PATIENCE).await
    }

    /// The same where requests may take so long.
    async fn open_for(patience: Duration) -> Self {
        let bucket = Bucket::given().await;
        let road = Road::to(&bucket.address).await;
        let evidence = bucket.settings_at(&road.address.to_string());
        let world = World::open_with(|settings| {
            settings.evidence = evidence;
            settings.server.request_timeout = patience;
        })
        .await;
        let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
        Self {
            world,
            bucket,
            road,
            contributor,
        }
    }

    /// Waits until the bucket has as many objects, and nothing that is unfinished.
    async fn bucket_comes_to_hold(&self, objects: usize) {
        for _ in 0..100 {
            let unfinished = self.bucket.unfinished().await;
            if unfinished.is_empty() && self.bucket.objects().await.len() == objects {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "left: {:?}, {:?}",
            self.bucket.objects().await,
            self.bucket.unfinished().await
        );
    }
}

/// That it says what to do, and nothing of what is behind.
fn tells_what_to_do(scene: &Scene, error: &Value) {
    let told = error.to_string();
    assert_eq!(error["extensions"]["code"], "UNAVAILABLE", "{told}");
    assert!(told.contains("Try again in a minute"), "{told}");
    let reference = error["extensions"]["reference"].as_str();
    assert!(told.contains(reference.expect("a reference")));
    let insides = [
        &scene.bucket.name,
        ACCESS_KEY,
        PREFIX,
        "127.0.0.1",
        "SlowDown",
        "S3",
    ];
    for inside in insides {
        assert!(!told.contains(inside), "{told}");
    }
}

fn is_unavailable(scene: &Scene, answer: &Answer) {
    assert_eq!(answer.status, 503, "{:#}", answer.body);
    assert_eq!(answer.headers["retry-after"], "60");
    tells_what_to_do(scene, &answer.body["errors"][0]);
}

async fn is_unavailable_in_time<T>(asks: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let answer = asks.await;
    assert!(begun.elapsed() < PATIENCE + SLACK, "{:?}", begun.elapsed());
    answer
}

#[tokio::test]
#[ignore = "needs a store: cargo run -p engines -- s3 -- COMMAND"]
async fn what_passes_is_not_noticed() {
    let scene = Scene::open_for(Duration::from_secs(60)).await;
    let bytes = a_long_pdf(6 << 20, 1);
    let mishaps = [
        (Mishap::Busy, EVERYTHING, 2),
        (Mishap::CutOff, PIECE, 1),
        (Mishap::CutOff, COPY, 1),
        (Mishap::AnswerLost, PIECE, 1),
        (Mishap::AnswerLost, COPY, 1),
    ];
    for (mishap, which, times) in mishaps {
        let evidence = a_draft(&scene.contributor).await;
        let url = an_upload(&scene.contributor, &evidence, "rutin.pdf").await;
        scene.road.brings(mishap, which, times);
        let sent = scene.contributor.put(&url, bytes.clone()).await;
        assert_eq!(sent.status, 201, "{mishap:?}: {:#}", sent.body);
        assert_eq!(scene.road.is_clear(), 0, "{mishap:?} happened");

        // What is fetched breaks off, too, and goes on.
        scene.road.brings(Mishap::AnswerCutOff, FETCH, 1);
        is_the_file(&scene.contributor, &evidence, &bytes).await;
        assert_eq!(scene.road.is_clear(), 0);
    }
    scene.bucket_comes_to_hold(1).await;
}

#[tokio::test]
#[ignore = "needs a store: cargo run -p engines -- s3 -- COMMAND"]
async fn whatever_step_fails_nothing_is_recorded_and_the_url_works_still() {
    let scene = Scene::open().await;
    let mishaps = [
        (Mishap::Busy, BEGINNING),
        (Mishap::Busy, PIECE),
        (Mishap::Busy, END),
        (Mishap::Busy, COPY),
        (Mishap::CutOff, BEGINNING),
        (Mishap::CutOff, PIECE),
        (Mishap::Refused, END),
        (Mishap::Silence, PIECE),
        (Mishap::Silence, COPY),
        // It is complete, and nobody knows.
        (Mishap::AnswerLost, END),
    ];
    for (number, (mishap, which)) in mishaps.into_iter().enumerate() {
        let evidence = a_draft(&scene.contributor).await;
        let url = an_upload(&scene.contributor, &evidence, "rutin.pdf").await;
        let bytes = a_pdf(&format!("{number}"));
        scene.road.only_brings(mishap, which);
        let failed = is_unavailable_in_time(scene.contributor.put(&url, bytes.clone())).await;
        assert_eq!(failed.status, 503, "{number}: {mishap:?}");
        is_unavailable(&scene, &failed);
        assert!(files_of(&scene.contributor, &evidence).await.is_empty());
        scene.bucket_comes_to_hold(number).await;

        scene.road.is_clear();
        let again = scene.contributor.put(&url, bytes.clone()).await;
        assert_eq!(again.status, 201, "{:#}", again.body);
        is_the_file(&scene.contributor, &evidence, &bytes).await;
    }
}

#[tokio::test]
#[ignore = "needs a store: cargo run -p engines -- s3 -- COMMAND"]
async fn who_sends_slowly_learns_it_while_sending() {
    let scene = Scene::open().await;
    let evidence = a_draft(&scene.contributor).await;
    let url = an_upload(&scene.contributor, &evidence, "rutin.pdf").await;
    scene.road.only_brings(Mishap::Busy, EVERYTHING);
    let first = bytes::Bytes::from(a_long_pdf(6 << 20, 2));
    let endless = stream::iter([Ok::<_, std::io::Error>(first)]).chain(stream::pending());
    let body = reqwest::Body::wrap_stream(endless);
    let failed = is_unavailable_in_time(scene.contributor.put(&url, body)).await;
    is_unavailable(&scene, &failed);
}

#[tokio::test]
#[ignore = "needs a store: cargo run -p engines -- s3 -- COMMAND"]
async fn a_resumed_upload_goes_on_where_it_stood_when_the_store_failed() {
    let scene = Scene::open().await;
    let bytes = a_long_pdf(9000, 3);
    let (evidence, upload) = a_place(&scene.contributor, "rutin.pdf").await;
    assert_eq!(upload.create(bytes.len()).await.status(), 201);
    assert_eq!(upload.adds(0, &bytes[..4000]).await.status(), 204);

    // Neither a piece in the middle counts, nor one that ends the file, at whichever step that fails.
    for (which, to) in [
        (EVERYTHING, 8000),
        (EVERYTHING, 9000),
        (FETCH, 9000),
        (BEGINNING, 9000),
        (PIECE, 9000),
        (END, 9000),
        (COPY, 9000),
    ] {
        scene.road.only_brings(Mishap::Busy, which);
        let failed = is_unavailable_in_time(upload.adds(4000, &bytes[4000..to])).await;
        assert_eq!(failed.status(), 503);
        let told: Value = failed.json().await.expect("JSON");
        tells_what_to_do(&scene, &told["errors"][0]);
        assert_eq!(upload.offset().await, Some(4000));
        assert!(files_of(&scene.contributor, &evidence).await.is_empty());
    }
    scene.road.is_clear();
    assert_eq!(upload.adds(4000, &bytes[4000..]).await.status(), 204);
    is_the_file(&scene.contributor, &evidence, &bytes).await;
}

#[tokio::test]
#[ignore = "needs a store: cargo run -p engines -- s3 -- COMMAND"]
async fn a_file_with_its_mutation_is_sent_again_when_the_store_is_back() {
    let scene = Scene::open().await;
    let evidence = a_draft(&scene.contributor).await;
    let sender = Sender::to(&scene.world);
    let sends = async || sender.sends(&evidence, &a_pdf("liten"), "k").await;
    scene.road.only_brings(Mishap::Refused, EVERYTHING);
    let failed = sends().await;
    tells_what_to_do(&scene, &failed["errors"][0]);
    assert!(files_of(&scene.contributor, &evidence).await.is_empty());
    scene.road.is_clear();
    let sent = sends().await;
    assert!(
        sent["errors"].is_null(),
        "its key stood for nothing: {sent:#}"
    );
    is_the_file(&scene.contributor, &evidence, &a_pdf("liten")).await;
}

#[tokio::test]
#[ignore = "needs a store: cargo run -p engines -- s3 -- COMMAND"]
async fn a_download_that_cannot_be_had_is_none() {
    let scene = Scene::open().await;
    let evidence = a_draft(&scene.contributor).await;
    let url = an_upload(&scene.contributor, &evidence, "rutin.pdf").await;
    let bytes = a_long_pdf(1 << 20, 4);
    assert_eq!(scene.contributor.put(&url, bytes.clone()).await.status, 201);
    let files = files_of(&scene.contributor, &evidence).await;
    let download = files[0]["downloadUrl"].as_str().expect("a URL");
    let fetches = async || scene.contributor.fetch(download, &[]).await;

    scene.road.only_brings(Mishap::Silence, FETCH);
    let failed = is_unavailable_in_time(fetches()).await;
    assert_eq!(failed.status(), 503);
    let news = scene.contributor.news().await;
    let fetched = |event: &Value| event["action"] == "evidence_file.downloaded";
    assert!(!news.iter().any(fetched), "nothing was given out");

    scene.road.only_brings(Mishap::AnswerCutOff, FETCH);
    let broken = fetches().await;
    assert_eq!(broken.status(), 200);
    assert!(
        broken.bytes().await.is_err(),
        "half a file does not pass for a whole one"
    );
    scene.road.is_clear();
    assert!(fetches().await.bytes().await.expect("the file") == bytes);
}

#[tokio::test]
#[ignore = "needs a store: cargo run -p engines -- s3 -- COMMAND"]
async fn what_a_crash_left_is_swept_and_nothing_else() {
    let bucket = Bucket::given().await;
    let blobs = Blobs::open(&bucket.settings(), PATIENCE)
        .await
        .expect("it opens");
    let id = uuid::Uuid::now_v7();
    let piece = bytes::Bytes::from_static(b"x");
    blobs.keep_part(id, piece).await.expect("it is kept");
    for key in ["incoming/a", "other/b", "incoming-too/c"] {
        bucket.is_left_with(&format!("{PREFIX}/{key}")).await;
    }
    bucket.is_left_with("incoming/d").await;

    // To moto every upload was begun in 2010; an object is as old as it is.
    let hour = Duration::from_secs(60 * 60);
    assert_eq!(blobs.sweep(hour).await.expect("swept"), 1);
    let others = ["incoming/d", "incoming-too/c", "other/b"];
    let mut left = bucket.unfinished().await;
    left.sort_unstable();
    let mut expected = others.map(|key| match key {
        "incoming/d" => key.to_owned(),
        key => format!("{PREFIX}/{key}"),
    });
    expected.sort_unstable();
    assert_eq!(left, expected);
    assert_eq!(bucket.objects().await, [format!("{PREFIX}/incoming/{id}")]);
    assert_eq!(blobs.sweep(Duration::ZERO).await.expect("swept"), 1);
    assert!(bucket.objects().await.is_empty());
}

/// `samsyn serve` on a copy of the world with these settings, and what it says.
struct Serving {
    process: Child,
    folder: Folder,
    base: String,
}

impl Serving {
    fn start(evidence: &Evidence) -> Self {
        let listen = a_free_address();
        let folder = Folder::copy();
        let process = serve(evidence, folder.path(), &listen);
        Self {
            process,
            folder,
            base: format!("http://{listen}"),
        }
    }

    async fn is_ready(&self) {
        let http = reqwest::Client::builder().no_proxy().build();
        let http = http.expect("a client");
        for _ in 0..200 {
            let answer = http.get(format!("{}/readyz", self.base)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("it serves within ten seconds: {}", self.says());
    }

    fn is_killed_and_starts_again(&mut self, evidence: &Evidence) {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it ends");
        let listen = self.base.strip_prefix("http://").expect("an address");
        self.process = serve(evidence, self.folder.path(), listen);
    }

    fn client(&self) -> Client {
        let kept = std::fs::read(self.folder.path().join("demo.json")).expect("the actors");
        let kept: Value = serde_json::from_slice(&kept).expect("JSON");
        let actors = kept["actors"].as_array().expect("actors");
        let contributor = actors.iter().find(|actor| {
            let organisation = actor["organisation"].as_str().unwrap_or_default();
            organisation.starts_with("Bältespännar") && actor["roles"][0] == "SUPPLIER_CONTRIBUTOR"
        });
        let token = contributor.expect("a contributor")["token"].as_str();
        Client::new(&format!("{}/graphql", self.base), token)
    }

    fn says(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).expect("what it says")
    }

    /// What it says when it ends by itself, because it cannot start.
    async fn gives_up(mut self) -> String {
        loop {
            if let Some(status) = self.process.try_wait().expect("its state can be read") {
                assert_eq!(status.code(), Some(1));
                return self.says();
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address of this machine where nobody listens.
fn a_free_address() -> String {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    free.local_addr().expect("its address").to_string()
}

fn serve(evidence: &Evidence, folder: &Path, listen: &str) -> Child {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.join("log"));
    let endpoint = evidence.endpoint.as_ref().expect("an endpoint");
    let mut command = Command::new(BINARY);
    command
        .args(["serve", "--listen", listen, "--data"])
        .arg(folder)
        .env("SAMSYN_EVIDENCE__URL", evidence.url.expose())
        .env("SAMSYN_EVIDENCE__ENDPOINT", endpoint.as_str())
        .env("SAMSYN_EVIDENCE__ACCESS_KEY", ACCESS_KEY)
        .env("SAMSYN_EVIDENCE__SECRET_KEY", SECRET_KEY)
        .env("SAMSYN_SERVER__REQUEST_TIMEOUT", "3s")
        .env("SAMSYN_LOG__FILTER", "debug")
        .stdin(Stdio::null())
        .stderr(log.expect("a log"));
    command.spawn().expect("the binary starts")
}

#[tokio::test]
#[ignore = "needs a store: cargo run -p engines -- s3 -- COMMAND"]
async fn a_service_that_cannot_use_its_bucket_does_not_start_and_says_why() {
    let bucket = Bucket::given().await;
    let road = Road::to(&bucket.address).await;
    let usable = bucket.settings_at(&road.address.to_string());

    let mut missing = usable.clone();
    let url = json!({ "url": "s3://samsyn-finns-inte" });
    missing.url = serde_json::from_value::<Evidence>(url).expect("a URL").url;
    let said = Serving::start(&missing).gives_up().await;
    assert!(
        said.contains("there is no bucket samsyn-finns-inte at http://127.0.0.1:"),
        "{said}"
    );
    assert!(
        said.contains("(settings `evidence.url`, `evidence.endpoint`)"),
        "{said}"
    );

    road.only_brings(Mishap::Refused, EVERYTHING);
    let said = Serving::start(&usable).gives_up().await;
    assert!(
        said.contains("settings `evidence.access_key`, `evidence.secret_key`"),
        "{said}"
    );
    assert!(said.contains("InvalidAccessKeyId"), "{said}");
    assert!(
        !said.contains(ACCESS_KEY) && !said.contains(SECRET_KEY),
        "{said}"
    );

    let said = Serving::start(&bucket.settings_at(&a_free_address()))
        .gives_up()
        .await;
    assert!(
        said.contains("cannot be reached") && said.contains("refused"),
        "{said}"
    );
}

#[tokio::test]
#[ignore = "needs a store: cargo run -p engines -- s3 -- COMMAND"]
async fn what_fails_stands_in_the_log_under_its_reference_and_no_key_does() {
    let bucket = Bucket::given().await;
    let road = Road::to(&bucket.address).await;
    let settings = bucket.settings_at(&road.address.to_string());
    let mut serving = Serving::start(&settings);
    serving.is_ready().await;
    let contributor = serving.client();
    let evidence = a_draft(&contributor).await;
    let url = an_upload(&contributor, &evidence, "rutin.pdf").await;
    road.only_brings(Mishap::Refused, EVERYTHING);
    let failed = contributor.put(&url, a_pdf("x")).await;
    assert_eq!(failed.status, 503, "{:#}", failed.body);
    let reference = &failed.body["errors"][0]["extensions"]["reference"];
    let said = serving.says();
    let line = said
        .lines()
        .find(|line| line.contains(reference.as_str().expect("a reference")));
    assert!(
        line.expect("a line").contains("InvalidAccessKeyId"),
        "{said}"
    );
    assert!(
        !said.contains(ACCESS_KEY) && !said.contains(SECRET_KEY),
        "{said}"
    );

    // Killed amid an upload, it sweeps what is left of that when it has started again.
    road.only_brings(Mishap::Silence, PIECE);
    let sending = tokio::spawn(async move {
        let http = reqwest::Client::builder().no_proxy().build();
        http.expect("a client")
            .put(&url)
            .body(a_pdf("x"))
            .send()
            .await
    });
    while bucket.unfinished().await.is_empty() {
        sleep(Duration::from_millis(20)).await;
    }
    road.is_clear();
    serving.is_killed_and_starts_again(&settings);
    let cut = sending.await.expect("it ends");
    assert!(cut.is_err(), "nobody was told that it is kept");
    serving.is_ready().await;
    for _ in 0..100 {
        if bucket.holds().await == 0 {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(bucket.holds().await, 0);
    assert!(files_of(&contributor, &evidence).await.is_empty());
    let upload = Upload::at(&an_upload(&contributor, &evidence, "rutin.pdf").await);
    assert_eq!(upload.create(20).await.status(), 201);
}
