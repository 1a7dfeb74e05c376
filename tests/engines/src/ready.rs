//! Whether an engine answers, asked over its own protocol: a port that is open is not yet a server that works, least of
//! all that of a container. The few bytes that it takes are spoken here, as a client for each would weigh more than all of this.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::engine::Engine;

/// What moto is installed by, with its version.
const S3: &str = include_str!("../../harness/s3.txt");
/// The same of s3s-fs.
const S3_DISK: &str = include_str!("../s3-disk");
/// The roles that PostgreSQL knows beside `postgres`: whom the tables belong to, and as whom the service works.
pub const ROLES: &str = "CREATE ROLE samsyn_owner LOGIN; CREATE ROLE samsyn_service LOGIN";
/// How long one that is there may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The version of an engine, if it is there and does what it is asked.
pub async fn version(engine: Engine, address: &str) -> Result<String> {
    let asked = async {
        match engine {
            Engine::Postgres => postgres(address, "SHOW server_version").await,
            Engine::Redis => redis(address).await,
            Engine::S3 => s3(address, S3, "moto[server]==").await,
            Engine::S3Disk => s3(address, S3_DISK, "version=").await,
        }
    };
    let answer = timeout(PATIENCE, asked).await;
    let answer = answer.context("it does not answer")??;
    Ok(answer
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned())
}

/// Has PostgreSQL do something as `postgres`, and gives the first value that it answers.
pub async fn postgres(address: &str, sql: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let about = b"user\0postgres\0database\0postgres\0\0";
    let length = i32::try_from(8 + about.len())?.to_be_bytes();
    let version = (3_i32 << 16).to_be_bytes();
    stream
        .write_all(&[&length[..], &version, about].concat())
        .await?;
    until_idle(&mut stream).await?;
    let length = i32::try_from(4 + sql.len() + 1)?.to_be_bytes();
    stream
        .write_all(&[b"Q", &length[..], sql.as_bytes(), b"\0"].concat())
        .await?;
    until_idle(&mut stream).await
}

/// Reads messages until the server awaits the next query; gives the first value among them.
async fn until_idle(stream: &mut TcpStream) -> Result<String> {
    let mut value = String::new();
    loop {
        let kind = stream.read_u8().await?;
        let length = usize::try_from(stream.read_i32().await?)?;
        let mut body = vec![0; length.saturating_sub(4)];
        stream.read_exact(&mut body).await?;
        match kind {
            b'Z' => return Ok(value),
            b'E' => {
                let fields: Vec<_> = body.split(|byte| *byte == 0).collect();
                let text = fields.iter().find(|field| field.first() == Some(&b'M'));
                let text = text.and_then(|field| field.get(1..)).unwrap_or_default();
                bail!("PostgreSQL says: {}", String::from_utf8_lossy(text));
            }
            // It wants a password.
            b'R' if body != [0; 4] => bail!("PostgreSQL does not trust us"),
            // How many values, the length of the first, and that.
            b'D' if value.is_empty() => {
                value = String::from_utf8_lossy(body.get(6..).unwrap_or_default()).into_owned();
            }
            _ => {}
        }
    }
}

async fn redis(address: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"INFO server\r\nQUIT\r\n").await?;
    let mut said = String::new();
    stream.read_to_string(&mut said).await?;
    let version = said
        .lines()
        .find_map(|line| line.strip_prefix("redis_version:"));
    let version = version.with_context(|| format!("Redis says: {}", said.trim()))?;
    Ok(version.to_owned())
}

/// A store's version stands in what it is installed by.
async fn s3(address: &str, installed_by: &str, before: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream
        .write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        .await?;
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await?;
    if !said.starts_with(b"HTTP/1.") {
        bail!("the store does not speak HTTP");
    }
    let version = installed_by
        .lines()
        .find_map(|line| line.strip_prefix(before));
    Ok(version.unwrap_or("unknown").to_owned())
}
