//! Brings the database's tables up to what this version of the service expects, and back.
//!
//! All steps of one call are one transaction: either all of them are done, or nothing has changed.
//! Processes that start together wait for one another, and the later ones find nothing left to do.

use anyhow::{Context, Result};
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, TransactionTrait,
};
use sea_orm_migration::MigrationStatus;

use super::pool;

/// Any number will do that nothing else in the database locks by.
const LOCK: i64 = 0x5341_4d53_594e;

/// A step of the tables' history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name, which sorts in the order of history.
    pub name: String,
    /// Whether the database has been through it.
    pub applied: bool,
}

/// Takes the steps that the database has not been through, and names them.
///
/// # Errors
/// When the database cannot be opened, or a step fails; the database is then as it was.
pub async fn up(url: &str) -> Result<Vec<String>> {
    let database = pool::open(url, 1).await?;
    let taken = up_on(&database).await?;
    database.close().await?;
    Ok(taken)
}

/// The same, through a pool that is open.
pub(super) async fn up_on(database: &DatabaseConnection) -> Result<Vec<String>> {
    let transaction = begin(database).await?;
    let before = steps(&transaction).await?;
    Migrator::up(&transaction, None)
        .await
        .context("a step up failed, nothing was changed")?;
    transaction.commit().await?;
    Ok(names(before, |step| !step.applied))
}

/// Takes the last steps back, **with the data that they made room for**, and names them, last first.
///
/// # Errors
/// When the database cannot be opened, or a step fails; the database is then as it was.
pub async fn down(url: &str, count: u32) -> Result<Vec<String>> {
    let database = pool::open(url, 1).await?;
    let transaction = begin(&database).await?;
    let before = steps(&transaction).await?;
    Migrator::down(&transaction, Some(count))
        .await
        .context("a step down failed, nothing was changed")?;
    let after = steps(&transaction).await?;
    transaction.commit().await?;
    database.close().await?;
    let mut taken = names(before, |step| step.applied && !after.contains(step));
    taken.reverse();
    Ok(taken)
}

/// Every step, in order, without changing anything.
///
/// # Errors
/// When the database cannot be opened or read.
pub async fn status(url: &str) -> Result<Vec<Step>> {
    let database = pool::open(url, 1).await?;
    let steps = steps(&database).await?;
    database.close().await?;
    Ok(steps)
}

async fn begin(database: &DatabaseConnection) -> Result<DatabaseTransaction> {
    let transaction = database.begin_with_options(pool::WRITE).await?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({LOCK})");
        transaction.execute_unprepared(&lock).await?;
    }
    Ok(transaction)
}

async fn steps(database: &impl ConnectionTrait) -> Result<Vec<Step>> {
    let known = Migrator::get_migration_with_status_read_only(database)
        .await
        .map_err(unknown_step)?;
    Ok(known
        .iter()
        .map(|step| Step {
            name: step.name().to_owned(),
            applied: step.status() == MigrationStatus::Applied,
        })
        .collect())
}

/// The one error that the migrator makes itself: a step was taken that it does not have.
fn unknown_step(error: DbErr) -> anyhow::Error {
    let is_own = matches!(error, DbErr::Custom(_));
    let error = anyhow::Error::new(error);
    if is_own {
        error.context("the database belongs to a newer version of samsyn, use that one")
    } else {
        error.context("cannot read which steps the database has been through")
    }
}

fn names(steps: Vec<Step>, wanted: impl Fn(&Step) -> bool) -> Vec<String> {
    let wanted = steps.into_iter().filter(|step| wanted(step));
    wanted.map(|step| step.name).collect()
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use tempfile::TempDir;

    use super::*;

    struct Fresh {
        url: String,
        _folder: TempDir,
    }

    fn fresh() -> Fresh {
        let folder = TempDir::new().expect("a folder");
        let url = format!("sqlite://{}/samsyn.sqlite", folder.path().display());
        Fresh {
            url,
            _folder: folder,
        }
    }

    async fn applied(url: &str) -> usize {
        let steps = status(url).await.expect("the steps");
        steps.iter().filter(|step| step.applied).count()
    }

    #[tokio::test]
    async fn every_step_goes_up_once_and_all_the_way_down() {
        let database = fresh();
        let all = Migrator::migrations().len();
        assert_eq!(applied(&database.url).await, 0);

        let taken = up(&database.url).await.expect("steps up");
        assert_eq!(taken.len(), all);
        assert_eq!(applied(&database.url).await, all);
        assert!(up(&database.url).await.expect("nothing to do").is_empty());

        let last = down(&database.url, 1).await.expect("a step down");
        assert_eq!(last.as_slice(), &taken[all - 1..]);
        let mut rest = down(&database.url, u32::MAX).await.expect("steps down");
        rest.reverse();
        assert_eq!(rest.as_slice(), &taken[..all - 1]);
        assert_eq!(applied(&database.url).await, 0);
    }

    #[tokio::test]
    async fn a_database_of_a_newer_version_is_left_alone() {
        let database = fresh();
        up(&database.url).await.expect("steps up");
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999', 0)";
        let connection = pool::open(&database.url, 1).await.expect("a connection");
        let inserted = connection.execute_unprepared(newer).await;
        inserted.expect("a step of a newer version");

        let error = up(&database.url).await.expect_err("a refusal");
        assert_eq!(
            error.to_string(),
            "the database belongs to a newer version of samsyn, use that one"
        );
    }

    #[tokio::test]
    async fn processes_that_start_together_take_each_step_once() {
        let database = fresh();
        let taken = join_all((0..4).map(|_| up(&database.url))).await;

        let taken = taken.into_iter().flat_map(|steps| steps.expect("success"));
        assert_eq!(taken.count(), Migrator::migrations().len());
    }
}
