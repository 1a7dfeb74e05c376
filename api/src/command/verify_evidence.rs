//! `samsyn verify-evidence`: the proof that every file that was taken in is there, and is what it was.

use anyhow::{Context, Result, bail};
use entity::evidence_file;
use futures::TryStreamExt;
use sha2::{Digest, Sha256};

use super::{SettingsArgs, print};
use crate::{access::Door, clock::Clock, error::Error, graphql::key, store::blob::Blobs};

/// Check that every file of evidence is in the store, unchanged
///
/// Reads each file that the database knows and compares its length and SHA-256 with what was taken in. Names
/// each that is missing or was altered, and ends with 1 if there is one. Changes no record; the service may
/// run at the same time. Together with `verify-ledger` it shows that a restored backup is whole.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    settings: SettingsArgs,
}

const EXAMPLES: &str = "\
Examples:
  samsyn verify-evidence
  samsyn verify-evidence --data /srv/restored";

/// What has been found so far.
#[derive(Default)]
struct Found {
    files: u64,
    bytes: u64,
    unfit: u64,
}

/// Reads every file and says what was found.
///
/// # Errors
/// When a file does not fit, or database or store cannot be read.
pub(super) async fn run(args: Args) -> Result<()> {
    let settings = args.settings.sources().load()?;
    super::settings::must_exist(&settings)?;
    let door = Door::open(settings.database.url.expose(), 2, Clock::system()).await?;
    let blobs = Blobs::open(&settings.evidence, settings.server.request_timeout).await?;
    let mut found = Found::default();
    let mut after = None;
    loop {
        let files = door
            .files(after)
            .await
            .context("the database holds no files that can be read; is it this version's?")?;
        let Some(last) = files.last() else { break };
        after = Some(last.id);
        for file in &files {
            found.note(file, problem(&blobs, file).await?)?;
        }
    }
    if found.unfit > 0 {
        let Found { files, unfit, .. } = found;
        bail!("{unfit} of {files} files are missing or altered: take them from a backup");
    }
    let Found { files, bytes, .. } = found;
    print(&format!("Evidence: {files} files, {bytes} bytes: whole"))
}

impl Found {
    fn note(&mut self, file: &evidence_file::Model, problem: Option<String>) -> Result<()> {
        self.files += 1;
        self.bytes += u64::try_from(file.size).unwrap_or_default();
        let Some(problem) = problem else {
            return Ok(());
        };
        self.unfit += 1;
        let id = key::id::<evidence_file::Entity>(file.id).0;
        print(&format!("{id} ({}): {problem}", file.sha256))
    }
}

/// What is wrong with a file, if anything is.
async fn problem(blobs: &Blobs, file: &evidence_file::Model) -> Result<Option<String>> {
    let mut bytes = match blobs.read(file.owner_id, &file.sha256, None).await {
        Ok(bytes) => bytes,
        Err(error @ Error::Unavailable { .. }) => return Err(error.into()),
        Err(_) => return Ok(Some("missing".to_owned())),
    };
    let mut hash = Sha256::new();
    let mut size = 0;
    while let Some(part) = bytes.try_next().await.context("the store fails")? {
        hash.update(&part);
        size += part.len();
    }
    if i64::try_from(size).ok() != Some(file.size) {
        let was = file.size;
        return Ok(Some(format!(
            "{size} bytes instead of {was}: altered by its length"
        )));
    }
    let altered = hex::encode(hash.finalize()) != file.sha256;
    Ok(altered.then(|| "altered".to_owned()))
}
