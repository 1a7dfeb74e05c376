//! The bytes of evidence: received once, kept under their own hash, never changed.
//!
//! [`Blobs`] stands on an object store that is chosen by URL, and lays out in it
//! - `<owner>/<sha256>`: a whole file of this organisation; the same bytes are there once, however
//!   often they are handed in,
//! - `incoming/<uuid>`: an upload under way, or a part of one that goes on in another request.
//!
//! What always holds:
//! - A file is to be seen only when it is whole, hashed, within the limit and of an accepted kind
//!   ([`media`]). It becomes so in one step (a rename within the folder; in a bucket, a copy).
//! - An upload that fails, or whose future is dropped, is undone. What a crash leaves under
//!   `incoming`, or unfinished in a bucket, goes by [`Blobs::sweep`].
//! - A store that fails is told from a file that is refused: [`Error::Unavailable`], and the same
//!   may be asked for again. Only a file that must be there and is not is a fault of the service.
//! - When [`Blobs::receive`] has returned, the file survives a power cut: in a folder, its bytes
//!   and both directories are fsynced, before and after the rename. (Removal is not: a removed file
//!   may reappear after one.)
//! - However large the file, an upload holds two parts of 5 MiB at most (arriving and being
//!   written), a download two chunks of 256 KiB. Bytes are hashed, inspected, and written to and
//!   read from files outside of the runtime's own threads.
//!
//! A whole file that no row points to is possible (the caller gives up in the moment of publishing,
//! or the process ends before it commits the row) and harmless: nobody can address it, and the same
//! bytes handed in again take its place.

use std::{
    fmt::Display,
    fs,
    future::ready,
    io,
    ops::Range,
    path::{self, PathBuf},
    pin::pin,
    sync::Arc,
    time::{Duration, SystemTime},
};

use anyhow::{Context, anyhow, bail};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{
    Stream, StreamExt, TryStreamExt,
    stream::{self, BoxStream},
};
use object_store::{
    GetOptions, GetResultPayload, MultipartUpload, ObjectStore, ObjectStoreExt,
    local::LocalFileSystem, memory::InMemory, path::Path,
};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncSeekExt},
    sync::mpsc,
    task::spawn_blocking,
};
use tokio_util::io::ReaderStream;
use url::Url;
use uuid::Uuid;

use super::{
    arrival::{Arrival, Cut, broken_off},
    media::{self, Inspection},
    s3::{Bucket, told},
};
use crate::{Error, Result, config::Evidence, error::Away, telemetry::meters::METERS};

/// How much of a file is read at a time for a download.
const CHUNK: usize = 256 * 1024;

/// Where uploads stand while they are under way. Owners are UUIDs, so none is called so.
const INCOMING: &str = "incoming";

/// The store of evidence bytes; cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    unlisted: Unlisted,
}

/// Where what is being written stands, for the store does not list it.
#[derive(Debug, Clone)]
enum Unlisted {
    /// Nowhere else.
    Nowhere,
    /// In this folder, which is `incoming` in the file system.
    Folder(PathBuf),
    /// In this bucket.
    Bucket(Arc<Bucket>),
}

/// A file that has arrived whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The hash of its bytes, in lower-case hexadecimal: with the owner, its address.
    pub sha256: String,
    /// How many bytes it has.
    pub size: i64,
    /// What it is: the media type of a kind in [`media::ACCEPTED`].
    pub media_type: String,
}

impl Blobs {
    /// Opens the store that the settings name, and tries whether a bucket can be used. No call to it
    /// takes longer than `patience`.
    ///
    /// # Errors
    /// When it cannot be used; the error names the settings to look at.
    pub async fn open(settings: &Evidence, patience: Duration) -> anyhow::Result<Self> {
        let Some(s3) = settings.s3() else {
            return Self::local(settings.url.expose());
        };
        let bucket = Bucket::new(&s3, patience)?;
        bucket.check(&s3, &incoming(Uuid::now_v7())).await?;
        Ok(Self {
            store: bucket.objects(),
            unlisted: Unlisted::Bucket(Arc::new(bucket)),
        })
    }

    /// Opens a folder (`FOLDER`, `file:FOLDER` or `file:///…`; made if need be, for this user only), or
    /// `memory:` for a store that is gone with the process.
    fn local(url: &str) -> anyhow::Result<Self> {
        let (scheme, rest) = url.split_once(':').unwrap_or(("file", url));
        match (scheme, rest.starts_with("//")) {
            ("memory", _) => Ok(Self {
                store: Arc::new(InMemory::new()),
                unlisted: Unlisted::Nowhere,
            }),
            ("file", true) => match Url::parse(url)?.to_file_path() {
                Ok(root) => Self::in_folder(&root),
                Err(()) => bail!("{url} is no folder of this machine; write file:///full/path"),
            },
            ("file", false) => Self::in_folder(rest.as_ref()),
            _ => bail!("{url} is no store for evidence; write file:FOLDER, s3://BUCKET or memory:"),
        }
    }

    fn in_folder(root: &path::Path) -> anyhow::Result<Self> {
        let folder = root.join(INCOMING);
        create_private(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let store = LocalFileSystem::new_with_prefix(root)?.with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            unlisted: Unlisted::Folder(folder),
        })
    }

    /// Takes in a file that is called `name` and has at most `limit` bytes.
    ///
    /// It is refused as soon as its name, size or content shows that it is not accepted; nothing of
    /// it is kept then.
    pub async fn receive<E: Display>(
        &self,
        owner: Uuid,
        name: &str,
        limit: u64,
        body: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Received> {
        let received = self.take_in(owner, name, limit, body).await;
        match &received {
            Ok(received) => METERS.upload_kept(u64::try_from(received.size).unwrap_or_default()),
            Err(Error::Internal { .. } | Error::Unavailable { .. }) => METERS.upload_broken(),
            Err(_) => METERS.upload_refused(),
        }
        received
    }

    async fn take_in<E: Display>(
        &self,
        owner: Uuid,
        name: &str,
        limit: u64,
        body: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Received> {
        let name = media::safe_name(name)?;
        let body = pin!(body.fuse());
        let mut arrival = Arrival::of(body, limit);
        let head = arrival.part().await.map_err(|cut| cut.of_a_file(limit))?;
        let Some(head) = head else {
            return Err(Error::invalid("file", "is empty; choose one with content"));
        };
        let intake = Intake::begin(&head, &name)?;

        let (orders, inbox) = mpsc::channel(1);
        let writer = tokio::spawn(write(Arc::clone(&self.store), inbox));
        let received = pour((owner, limit), head, arrival, intake, &orders).await;
        if received.is_err() {
            drop(orders); // which tells the writer to undo
        }
        // Its own failure, if there is one, is the cause of ours.
        let written = writer.await.map_err(Error::internal)?;
        written.map_err(failed)?;
        received
    }

    /// The bytes of a file, or a part of it that lies inside (see
    /// [`Selection`](super::range::Selection)).
    pub async fn read(
        &self,
        owner: Uuid,
        sha256: &str,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, io::Result<Bytes>>> {
        let options = GetOptions {
            range: range.map(Into::into),
            ..GetOptions::default()
        };
        let chunks = chunks(&*self.store, &address(owner, sha256)?, options).await;
        chunks.map_err(failed_to_read)
    }

    /// Keeps a part of a file that does not come by one request, until it is discarded or swept.
    pub async fn keep_part(&self, id: Uuid, bytes: Bytes) -> Result<()> {
        let kept = self.store.put(&incoming(id), bytes.into()).await;
        kept.map(drop).map_err(failed)
    }

    /// The bytes of parts, one after the other. One that is missing ends them with an error.
    pub fn parts(&self, ids: Vec<Uuid>) -> impl Stream<Item = io::Result<Bytes>> + use<> {
        let store = Arc::clone(&self.store);
        let parts = stream::iter(ids).then(move |id| {
            let store = Arc::clone(&store);
            async move { chunks(&*store, &incoming(id), GetOptions::default()).await }
        });
        parts.try_flatten()
    }

    /// Removes parts that are of no more use. What cannot be removed now is swept later: when the store
    /// fails, nobody waits until it has failed for each.
    pub async fn discard_parts(&self, ids: Vec<Uuid>) {
        let parts = stream::iter(ids.into_iter().map(|id| Ok(incoming(id))));
        let mut discarded = self.store.delete_stream(parts.boxed());
        while let Some(one) = discarded.next().await {
            match one {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => {
                    tracing::warn!(
                        cause = told(&error),
                        "parts of an upload will be swept later"
                    );
                    return;
                }
            }
        }
    }

    /// How many bytes a file has.
    pub async fn size(&self, owner: Uuid, sha256: &str) -> Result<u64> {
        let found = self.store.head(&address(owner, sha256)?).await;
        Ok(found.map_err(unread).map_err(failed_to_read)?.size)
    }

    /// Removes a file, if it is there. The caller sees to it that no row points to it, nor comes to
    /// point to it meanwhile.
    pub async fn remove(&self, owner: Uuid, sha256: &str) -> Result<()> {
        match self.store.delete(&address(owner, sha256)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    /// Removes what crashed uploads have left and nobody has written to for so long: longer than an upload
    /// URL works, for the parts of a file may come in days. Tells how many there were.
    pub async fn sweep(&self, older_than: Duration) -> Result<usize> {
        let now = SystemTime::now();
        let before = now
            .checked_sub(older_than)
            .unwrap_or(SystemTime::UNIX_EPOCH);
        match self.unlisted.clone() {
            Unlisted::Folder(folder) => {
                let swept = spawn_blocking(move || sweep_folder(&folder, before)).await;
                swept.map_err(Error::internal)?.map_err(Error::internal)
            }
            Unlisted::Bucket(bucket) => {
                let unfinished = bucket.sweep(INCOMING, before.into()).await;
                // Not every store can list them; most can forget them by a rule of the bucket.
                let unfinished = unfinished.unwrap_or_else(|error| {
                    tracing::warn!(
                        error = format!("{error:#}"),
                        "unfinished uploads stay in the bucket"
                    );
                    0
                });
                Ok(self.sweep_objects(before).await? + unfinished)
            }
            Unlisted::Nowhere => self.sweep_objects(before).await,
        }
    }

    async fn sweep_objects(&self, before: SystemTime) -> Result<usize> {
        let before = DateTime::<Utc>::from(before);
        let stale = self.store.list(Some(&Path::from(INCOMING)));
        let stale = stale.try_filter(move |object| ready(object.last_modified < before));
        let swept = self
            .store
            .delete_stream(stale.map_ok(|object| object.location).boxed());
        let swept: Vec<_> = swept.try_collect().await.map_err(failed)?;
        Ok(swept.len())
    }
}

/// What there is of an object, in chunks.
async fn chunks(
    store: &dyn ObjectStore,
    at: &Path,
    options: GetOptions,
) -> io::Result<BoxStream<'static, io::Result<Bytes>>> {
    let found = store.get_opts(at, options).await.map_err(unread)?;
    match found.payload {
        GetResultPayload::Stream(chunks) => Ok(chunks.map_err(unread).boxed()),
        // Not `into_stream`: its chunks of 8 KiB cost a change of thread each.
        GetResultPayload::File(file, _) => {
            let mut file = tokio::fs::File::from_std(file);
            file.seek(io::SeekFrom::Start(found.range.start)).await?;
            let part = file.take(found.range.end - found.range.start);
            Ok(ReaderStream::with_capacity(part, CHUNK).boxed())
        }
    }
}

/// A failure of the store that tells no more than may be told.
fn unread(error: object_store::Error) -> io::Error {
    let told = told(&error);
    io::Error::new(io::Error::from(error).kind(), told)
}

/// What a caller is told when the store fails.
fn failed(error: object_store::Error) -> Error {
    Error::unavailable(Away::Store, unread(error))
}

/// The same of reading. A file that is not there will not come by itself; everything else may pass.
fn failed_to_read(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => Error::internal(error),
        _ => Error::unavailable(Away::Store, error),
    }
}

/// Where an upload, or a part of one, stands while it is under way.
fn incoming(id: Uuid) -> Path {
    Path::from(format!("{INCOMING}/{id}"))
}

/// Where a whole file stands.
fn address(owner: Uuid, sha256: &str) -> Result<Path> {
    let is_hash = sha256.len() == 64
        && sha256
            .bytes()
            .all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
    if is_hash {
        Ok(Path::from(format!("{owner}/{sha256}")))
    } else {
        Err(Error::internal(anyhow!(
            "{sha256:?} is not the hash of evidence"
        )))
    }
}

/// What is found out about a file while it passes.
struct Intake {
    hash: Sha256,
    inspection: Inspection,
}

impl Intake {
    fn begin(head: &[u8], name: &str) -> Result<Self> {
        Ok(Self {
            hash: Sha256::new(),
            inspection: Inspection::begin(head, name)?,
        })
    }

    /// Off the runtime's threads: a part takes milliseconds.
    async fn feed(mut self, part: Bytes) -> Result<Self> {
        let fed = spawn_blocking(move || {
            self.hash.update(&part);
            self.inspection.feed(&part)?;
            Ok(self)
        });
        fed.await.map_err(Error::internal)?
    }
}

/// Hashes and inspects all that arrives, and has it written, and published at the end.
async fn pour<S, E>(
    (owner, limit): (Uuid, u64),
    head: Bytes,
    mut arrival: Arrival<'_, S>,
    mut intake: Intake,
    orders: &mpsc::Sender<Order>,
) -> Result<Received>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Display,
{
    let mut next = Some(head);
    while let Some(part) = next {
        intake = intake.feed(part.clone()).await?;
        orders
            .send(Order::Write(part))
            .await
            .or(Err(broken_off()))?;
        // Until it is being written, so that only one more part is in memory.
        drop(orders.reserve().await.or(Err(broken_off()))?);
        next = tokio::select! {
            part = arrival.part() => part.map_err(|cut| cut.of_a_file(limit))?,
            // The store fails: there is no use in waiting for more.
            () = orders.closed() => return Err(Cut::BrokenOff.of_a_file(limit)),
        };
    }
    let received = Received {
        sha256: hex::encode(intake.hash.finalize()),
        size: i64::try_from(arrival.size()).map_err(Error::internal)?,
        media_type: intake.inspection.finish()?.to_owned(),
    };
    let to = address(owner, &received.sha256)?;
    orders
        .send(Order::Publish(to))
        .await
        .or(Err(broken_off()))?;
    Ok(received)
}

/// What the writer of an upload is told.
enum Order {
    Write(Bytes),
    Publish(Path),
}

/// Writes one upload. It is a task of its own, so that it outlives a request that is given up: once
/// nobody is left to give orders, what has been written is undone.
async fn write(
    store: Arc<dyn ObjectStore>,
    mut orders: mpsc::Receiver<Order>,
) -> object_store::Result<()> {
    let at = incoming(Uuid::now_v7());
    let mut upload = store.put_multipart(&at).await?;
    let mut complete = false;
    let published = async {
        while let Some(order) = orders.recv().await {
            match order {
                Order::Write(part) => upload.put_part(part.into()).await?,
                Order::Publish(to) => {
                    upload.complete().await?;
                    complete = true;
                    if orders.is_closed() {
                        return Ok(false);
                    }
                    store.rename(&at, &to).await?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    };
    match published.await {
        Ok(true) => {}
        Ok(false) => undo(&*store, upload, &at, complete).await,
        Err(error) => {
            // Nobody is kept waiting: a store that fails may fail in this, too, and take its time.
            tokio::spawn(async move { undo(&*store, upload, &at, complete).await });
            return Err(error);
        }
    }
    Ok(())
}

/// Takes back an upload that was not published.
async fn undo(
    store: &dyn ObjectStore,
    mut upload: Box<dyn MultipartUpload>,
    at: &Path,
    complete: bool,
) {
    let undone = match complete {
        true => store.delete(at).await,
        false => match upload.abort().await {
            // It was complete after all, and nobody told.
            Err(object_store::Error::NotFound { .. }) => store.delete(at).await,
            aborted => aborted,
        },
    };
    if let Err(error) = undone {
        tracing::warn!(cause = told(&error), upload = %at, "could not undo an upload; it will be swept");
    }
}

/// Makes a folder that only this user can look into.
fn create_private(folder: &path::Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

fn sweep_folder(folder: &path::Path, before: SystemTime) -> io::Result<usize> {
    let mut swept = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.metadata().and_then(|found| found.modified()) {
            Ok(written) if written < before => fs::remove_file(entry.path())?,
            Ok(_) => continue,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue, // it was finished just now
            Err(error) => return Err(error),
        }
        swept += 1;
    }
    Ok(swept)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use proptest::{collection::vec, prelude::*, sample::Index};
    use tempfile::TempDir;

    use super::{super::arrival::PART, *};

    const HOSTING: Uuid = Uuid::from_u128(1);
    const NETWORK: Uuid = Uuid::from_u128(2);
    const LIMIT: u64 = 20 * 1024 * 1024;

    fn folder() -> (TempDir, Blobs) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = Url::from_directory_path(folder.path()).expect("a full path");
        let blobs = Blobs::local(url.as_str()).expect("the store opens");
        (folder, blobs)
    }

    /// Every file in the store, by its path in it.
    fn files(folder: &TempDir) -> Vec<String> {
        let within = |at: &path::Path| {
            fs::read_dir(at)
                .expect("a folder")
                .map(|entry| entry.expect("an entry").path())
        };
        let all = within(folder.path()).flat_map(|owner| within(&owner));
        all.map(|file| {
            file.strip_prefix(folder.path())
                .expect("inside")
                .display()
                .to_string()
        })
        .collect()
    }

    /// A PDF of this size.
    fn certificate(size: usize) -> Bytes {
        let pattern = (0..size).map(|i| (i % 251) as u8);
        b"%PDF-1.7\n"
            .iter()
            .copied()
            .chain(pattern)
            .take(size)
            .collect()
    }

    fn body(content: &Bytes) -> impl Stream<Item = io::Result<Bytes>> + use<> {
        stream::iter([Ok(content.clone())])
    }

    fn broken() -> io::Result<Bytes> {
        Err(io::Error::other("connection reset"))
    }

    async fn content(blobs: &Blobs, sha256: &str, range: Option<Range<u64>>) -> Vec<u8> {
        let chunks = blobs
            .read(HOSTING, sha256, range)
            .await
            .expect("it is there");
        let chunks: Vec<_> = chunks.try_collect().await.expect("it can be read");
        chunks.concat()
    }

    #[tokio::test]
    async fn what_was_received_is_read_back_whole_or_in_part() {
        let (_folder, on_disk) = folder();
        for blobs in [on_disk, Blobs::local("memory:").expect("the store opens")] {
            let sent = certificate(PART + 1000);
            let received = blobs
                .receive(HOSTING, "a.pdf", LIMIT, body(&sent))
                .await
                .expect("accepted");
            let sha256 = received.sha256.as_str();
            assert_eq!(sha256, hex::encode(Sha256::digest(&sent)));
            assert_eq!(
                (received.size, received.media_type.as_str()),
                (sent.len() as i64, "application/pdf")
            );
            assert_eq!(
                blobs.size(HOSTING, sha256).await.expect("it is there"),
                sent.len() as u64
            );
            assert!(content(&blobs, sha256, None).await == sent);
            let end = sent.len() as u64;
            for part in [0..1, 5..700_000, end - 10..end] {
                let expected = &sent[part.start as usize..part.end as usize];
                assert!(content(&blobs, sha256, Some(part)).await == expected);
            }
        }
    }

    #[tokio::test]
    async fn the_same_bytes_are_kept_once_per_owner() {
        let (folder, blobs) = folder();
        let sent = certificate(1000);
        let first = blobs
            .receive(HOSTING, "a.pdf", LIMIT, body(&sent))
            .await
            .expect("accepted");
        let again = blobs
            .receive(HOSTING, "b.pdf", LIMIT, body(&sent))
            .await
            .expect("accepted");
        assert_eq!((&first, files(&folder).len()), (&again, 1));

        blobs
            .receive(NETWORK, "a.pdf", LIMIT, body(&sent))
            .await
            .expect("accepted");
        assert_eq!(files(&folder).len(), 2);

        for _ in 0..2 {
            blobs
                .remove(NETWORK, &first.sha256)
                .await
                .expect("removed, or not there");
        }
        assert!(blobs.read(NETWORK, &first.sha256, None).await.is_err());
        assert!(content(&blobs, &first.sha256, None).await == sent);
    }

    #[tokio::test]
    async fn what_is_refused_leaves_nothing_behind() {
        let (folder, blobs) = folder();
        let whole = certificate(PART + 10);
        let text = Bytes::from([vec![b'a'; PART + 5], vec![0]].concat());
        for (name, limit, chunks, code) in [
            ("a.pdf", LIMIT, vec![], "INVALID_INPUT"),
            ("a.pdf", LIMIT, vec![Ok(Bytes::new())], "INVALID_INPUT"),
            ("a.exe", LIMIT, vec![Ok(whole.clone())], "INVALID_INPUT"),
            ("a.png", LIMIT, vec![Ok(whole.clone())], "INVALID_INPUT"),
            ("a.txt", LIMIT, vec![Ok(text)], "INVALID_INPUT"),
            (
                "a.pdf",
                LIMIT,
                vec![Ok(whole.clone()), broken()],
                "INVALID_INPUT",
            ),
            ("a.pdf", LIMIT, vec![broken()], "INVALID_INPUT"),
            ("a.pdf", 9, vec![Ok(whole.clone())], "LIMIT_EXCEEDED"),
            (
                "a.pdf",
                PART as u64 + 9,
                vec![Ok(whole.slice(..PART)), Ok(whole.slice(PART..))],
                "LIMIT_EXCEEDED",
            ),
        ] {
            let refused = blobs
                .receive(HOSTING, name, limit, stream::iter(chunks))
                .await;
            assert_eq!(refused.expect_err("refused").code(), code, "{name}");
            assert_eq!(files(&folder), [""; 0]);
        }
        let exactly = PART as u64 + 10;
        blobs
            .receive(HOSTING, "a.pdf", exactly, body(&whole))
            .await
            .expect("within the limit");
    }

    #[tokio::test]
    async fn an_upload_that_stalls_and_is_given_up_leaves_nothing_behind() {
        let (folder, blobs) = folder();
        let stalled = body(&certificate(2 * PART + 10)).chain(stream::pending());
        let upload = blobs.receive(HOSTING, "a.pdf", LIMIT, stalled);
        let given_up = tokio::time::timeout(Duration::from_millis(300), upload).await;
        assert!(
            given_up.is_err() && files(&folder).len() == 1,
            "it was under way"
        );
        settled(&folder).await;
        assert_eq!(files(&folder), [""; 0]);
    }

    #[tokio::test]
    async fn an_upload_given_up_at_any_moment_leaves_nothing_half_done() {
        let sent = certificate(2 * PART + 10);
        for polls in 0.. {
            let (folder, blobs) = folder();
            let mut upload = Box::pin(blobs.receive(HOSTING, "a.pdf", LIMIT, body(&sent)));
            let mut ended = false;
            for _ in 0..polls {
                ended = ended || futures::poll!(&mut upload).is_ready();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            drop(upload);
            settled(&folder).await;
            let kept = files(&folder);
            assert!(
                kept.len() <= 1 && kept.len() >= usize::from(ended),
                "{kept:?}"
            );
            for file in &kept {
                assert!(fs::read(folder.path().join(file)).expect("readable") == sent);
            }
            if ended {
                break;
            }
        }
    }

    /// Waits until nothing is left under `incoming`.
    async fn settled(folder: &TempDir) {
        for _ in 0..500 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            if !files(folder).iter().any(|file| file.starts_with(INCOMING)) {
                return;
            }
        }
        panic!("left behind: {:?}", files(folder));
    }

    #[tokio::test]
    async fn what_a_crash_left_is_swept_and_nothing_else() {
        let (folder, blobs) = folder();
        let kept = blobs
            .receive(HOSTING, "a.pdf", LIMIT, body(&certificate(10)))
            .await
            .expect("accepted");
        let yesterday = SystemTime::now() - Duration::from_secs(24 * 60 * 60);
        for (name, written) in [
            ("a#1", yesterday),
            ("b", yesterday),
            ("c#1", SystemTime::now()),
        ] {
            let file = File::create(folder.path().join(INCOMING).join(name)).expect("created");
            file.set_modified(written).expect("dated");
        }
        assert_eq!(
            blobs
                .sweep(Duration::from_secs(60 * 60))
                .await
                .expect("swept"),
            2
        );
        let mut left = files(&folder);
        left.sort_unstable();
        assert_eq!(
            left,
            [
                format!("{HOSTING}/{}", kept.sha256),
                "incoming/c#1".to_owned()
            ]
        );

        let remote = Blobs::local("memory:").expect("the store opens");
        let stale = Path::from(format!("{INCOMING}/a"));
        remote
            .store
            .put(&stale, certificate(10).into())
            .await
            .expect("put");
        assert_eq!(
            remote.sweep(Duration::from_secs(60)).await.expect("swept"),
            0
        );
        assert_eq!(remote.sweep(Duration::ZERO).await.expect("swept"), 1);
    }

    #[test]
    fn a_store_is_a_folder_or_memory() {
        let here = tempfile::tempdir().expect("a temporary folder");
        for (deep, scheme) in [("a/b", ""), ("c d/e", "file:")] {
            let folder = here.path().join(deep);
            Blobs::local(&format!("{scheme}{}", folder.display())).expect("the folder is made");
            assert!(folder.join(INCOMING).is_dir());
        }
        for url in ["s3://bucket", "file://elsewhere/x", "https://example.org/x"] {
            let refusal = Blobs::local(url).expect_err("not a store").to_string();
            assert!(refusal.contains("write file:"), "{refusal}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn how_the_body_is_cut_does_not_matter(size in 9..2 * PART + 9, cuts in vec(any::<Index>(), 0..20), broken_at: Option<Index>) {
            let sent = certificate(size);
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(size)).collect();
            cuts.extend([0, size]);
            cuts.sort_unstable();
            let mut chunks: Vec<_> = cuts.windows(2).map(|cut| Ok(sent.slice(cut[0]..cut[1]))).collect();
            if let Some(at) = broken_at {
                chunks.insert(at.index(chunks.len() + 1), broken());
            }
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            let (folder, blobs) = folder();
            let received = runtime.block_on(blobs.receive(HOSTING, "a.pdf", LIMIT, stream::iter(chunks)));
            let hash = broken_at.is_none().then(|| hex::encode(Sha256::digest(&sent)));
            prop_assert_eq!(received.ok().map(|received| received.sha256), hash.clone());
            let expected: Vec<_> = hash.map(|hash| format!("{HOSTING}/{hash}")).into_iter().collect();
            prop_assert_eq!(files(&folder), expected);
        }
    }
}
