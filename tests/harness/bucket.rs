//! A bucket of a store that speaks S3, for one test alone, and a bad road to it.
//!
//! The store is one that lets everybody in: `tests/engines` starts moto and names it in `SAMSYN_TEST_S3`.

use std::{
    env, io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use samsyn::config::Evidence;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

const VARIABLE: &str = "SAMSYN_TEST_S3";

/// What files are kept under in the bucket.
pub const PREFIX: &str = "prov/filer";
/// The key that the store is used with.
pub const ACCESS_KEY: &str = "PROVNYCKEL";
/// Its secret.
pub const SECRET_KEY: &str = "provhemlighet";

/// A bucket of a test's own.
pub struct Bucket {
    pub address: String,
    pub name: String,
    http: reqwest::Client,
}

impl Bucket {
    /// A new one, where the tests were given a store.
    pub async fn if_given() -> Option<Self> {
        match env::var(VARIABLE) {
            Ok(address) if !address.is_empty() => Some(Self::new(address).await),
            _ => None,
        }
    }

    /// A new one; the test fails where there is no store.
    pub async fn given() -> Self {
        let found = Self::if_given().await;
        found.unwrap_or_else(|| panic!("this needs a store: cargo run -p engines -- s3 -- COMMAND"))
    }

    async fn new(address: String) -> Self {
        // Without it no client over HTTP can be made; one that is there already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build();
        let bucket = Self {
            address,
            name: format!("samsyn-{}", Uuid::now_v7()),
            http: http.expect("a client"),
        };
        let made = bucket.http.put(bucket.url("")).send().await;
        assert!(made.expect("the store answers").status().is_success());
        bucket
    }

    fn url(&self, more: &str) -> String {
        format!("http://{}/{}{more}", self.address, self.name)
    }

    /// The settings to use it with.
    pub fn settings(&self) -> Evidence {
        self.settings_at(&self.address)
    }

    /// The same by another address.
    pub fn settings_at(&self, address: &str) -> Evidence {
        let settings = json!({
            "url": format!("s3://{}/{PREFIX}", self.name), "endpoint": format!("http://{address}"),
            "access_key": ACCESS_KEY, "secret_key": SECRET_KEY,
        });
        serde_json::from_value(settings).expect("settings")
    }

    async fn keys(&self, query: &str) -> Vec<String> {
        let answer = self.http.get(self.url(query)).send().await;
        let answer = answer.expect("the store answers");
        assert!(answer.status().is_success());
        let text = answer.text().await.expect("a list");
        let keys = text.split("<Key>").skip(1);
        keys.filter_map(|rest| rest.split('<').next())
            .map(str::to_owned)
            .collect()
    }

    /// The keys of all objects in it.
    pub async fn objects(&self) -> Vec<String> {
        self.keys("?list-type=2").await
    }

    /// The keys of all uploads that are not complete.
    pub async fn unfinished(&self) -> Vec<String> {
        self.keys("?uploads").await
    }

    /// How much there is in it, whole or not.
    pub async fn holds(&self) -> usize {
        self.objects().await.len() + self.unfinished().await.len()
    }

    /// Begins an upload to this key, as a service does that is killed thereafter.
    pub async fn is_left_with(&self, key: &str) {
        let begun = self.http.post(self.url(&format!("/{key}?uploads")));
        let begun = begun.send().await.expect("the store answers");
        assert!(begun.status().is_success());
    }
}

/// What may happen to a request on its way to the store.
#[derive(Clone, Copy, Debug)]
pub enum Mishap {
    /// The connection breaks while the request is sent.
    CutOff,
    /// The connection breaks while the answer is sent.
    AnswerCutOff,
    /// The store does what it is asked; its answer never comes.
    AnswerLost,
    /// The store takes it and never answers.
    Silence,
    /// The store answers 503.
    Busy,
    /// The store answers 403 and repeats the key, as stores do.
    Refused,
}

/// Which requests something happens to, by their head.
pub type Which = fn(&str) -> bool;

/// Between the service and the store.
#[derive(Clone)]
pub struct Road {
    pub address: SocketAddr,
    to: String,
    happens: Arc<Mutex<Option<(Mishap, Which, usize)>>>,
}

impl Road {
    /// A good road to a store.
    pub async fn to(store: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let road = Self {
            address: listener.local_addr().expect("its address"),
            to: store.to_owned(),
            happens: Arc::default(),
        };
        let own = road.clone();
        tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                let road = own.clone();
                // A connection that breaks is what this is for.
                tokio::spawn(async move { road.carry(from).await.ok() });
            }
        });
        road
    }

    /// From now on this happens to so many requests of that kind.
    pub fn brings(&self, mishap: Mishap, which: Which, times: usize) {
        *self.happens.lock().expect("nobody panicked") = Some((mishap, which, times));
    }

    /// From now on this happens to all of them.
    pub fn only_brings(&self, mishap: Mishap, which: Which) {
        self.brings(mishap, which, usize::MAX);
    }

    /// Nothing happens any more. Tells how often something still would have, after `brings`.
    pub fn is_clear(&self) -> usize {
        let ended = self.happens.lock().expect("nobody panicked").take();
        ended.map_or(0, |(.., left)| left)
    }

    fn mishap(&self, head: &str) -> Option<Mishap> {
        let mut happens = self.happens.lock().expect("nobody panicked");
        let (mishap, which, left) = happens.as_mut()?;
        if *left == 0 || !which(head) {
            return None;
        }
        *left -= 1;
        Some(*mishap)
    }

    /// One request a connection, so that each can be met.
    async fn carry(&self, mut from: TcpStream) -> io::Result<()> {
        let (head, mut body) = head(&mut from).await?;
        let rest = length(&head).saturating_sub(body.len() as u64);
        match self.mishap(&head) {
            None => self.pass(&head, &body, from, rest, usize::MAX).await,
            Some(Mishap::AnswerLost) => self.pass(&head, &body, from, rest, 0).await,
            Some(Mishap::AnswerCutOff) => self.pass(&head, &body, from, rest, 100_000).await,
            Some(Mishap::CutOff) => {
                (&mut from).take(rest / 2).read_to_end(&mut body).await?;
                Ok(())
            }
            Some(Mishap::Silence) => std::future::pending().await,
            Some(Mishap::Busy) => answer(from, rest, "503 Slow Down", "SlowDown").await,
            Some(Mishap::Refused) => {
                answer(from, rest, "403 Forbidden", "InvalidAccessKeyId").await
            }
        }
    }

    async fn pass(
        &self,
        head: &str,
        body: &[u8],
        mut from: TcpStream,
        rest: u64,
        most: usize,
    ) -> io::Result<()> {
        let mut store = TcpStream::connect(&self.to).await?;
        let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        store.write_all(head.as_bytes()).await?;
        store.write_all(body).await?;
        copy(&mut (&mut from).take(rest), &mut store).await?;
        let mut answer = Vec::new();
        store.read_to_end(&mut answer).await?;
        answer.truncate(most);
        from.write_all(&answer).await
    }
}

/// The head of a request, and what came of its body with it.
async fn head(from: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut come = Vec::new();
    loop {
        if let Some(end) = come.windows(4).position(|four| four == b"\r\n\r\n") {
            let body = come.split_off(end + 4);
            return Ok((String::from_utf8_lossy(&come).into_owned(), body));
        }
        if from.read_buf(&mut come).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn length(head: &str) -> u64 {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    lengths
        .next()
        .map_or(0, |(_, value)| value.parse().expect("a length"))
}

async fn answer(mut from: TcpStream, rest: u64, status: &str, code: &str) -> io::Result<()> {
    copy(&mut (&mut from).take(rest), &mut tokio::io::sink()).await?;
    let body = format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>No.</Message>\
         <AWSAccessKeyId>{ACCESS_KEY}</AWSAccessKeyId></Error>"
    );
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    from.write_all(answer.as_bytes()).await
}
