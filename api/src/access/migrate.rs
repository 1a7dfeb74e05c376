//! Brings the database's tables up to what this version of the service expects, and back.
//!
//! All steps of one call are one transaction: either all of them are done, or nothing has changed.
//! Processes that start together wait for one another, and the later ones find nothing left to do.
//!
//! On SQLite the service does this by itself. On PostgreSQL the owner of the tables does it and gives the
//! service's role its rights ([`up`]); the service works as that role, and as no other: not as one that
//! row-level security does not bind, or that could take it away ([`prepare`]).

use anyhow::{Context, Result, bail, ensure};
use migration::{Migrator, MigratorTrait, grants};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement,
    TransactionTrait,
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

/// Takes the steps that the database has not been through, and names them. On PostgreSQL, gives the role of
/// the service the rights that it needs then, and takes all others of it.
///
/// # Errors
/// When the database cannot be opened, a step fails, or there is no such role or it could do more than it
/// is given; the database is then as it was.
pub async fn up(url: &str, service_role: Option<&str>) -> Result<Vec<String>> {
    let database = pool::open(url, 1).await?;
    let taken = up_on(&database, service_role).await?;
    database.close().await?;
    Ok(taken)
}

async fn up_on(database: &DatabaseConnection, service_role: Option<&str>) -> Result<Vec<String>> {
    let transaction = begin(database).await?;
    let before = steps(&transaction).await?;
    Migrator::up(&transaction, None)
        .await
        .context("a step up failed, nothing was changed")?;
    if let Some(role) = service_role {
        ensure!(
            transaction.get_database_backend() == DbBackend::Postgres,
            "--service-role is for PostgreSQL: SQLite has no roles"
        );
        grant(&transaction, role).await?;
    }
    transaction.commit().await?;
    Ok(names(before, |step| !step.applied))
}

async fn grant(transaction: &DatabaseTransaction, role: &str) -> Result<()> {
    let found = Role::named(transaction, role).await?.with_context(|| {
        format!("there is no role {role}; make it first: CREATE ROLE {role} LOGIN PASSWORD '…'")
    })?;
    found.must_be_bound(role)?;
    let schema = "SELECT current_schema()::text".to_owned();
    let schema = Statement::from_string(DbBackend::Postgres, schema);
    let schema = transaction.query_one_raw(schema).await?;
    let schema: String = schema
        .context("the database has no schema to make tables in")?
        .try_get_by_index(0)?;
    for statement in grants::statements(&schema, role) {
        transaction
            .execute_unprepared(&statement)
            .await
            .with_context(|| format!("cannot give {role} its rights, nothing was changed"))?;
    }
    Ok(())
}

/// Makes sure that the service can work with the database, as [`Door::prepare`](super::Door::prepare) says.
///
/// # Errors
/// What is wrong with the role or the tables, and what to do about it.
pub(super) async fn prepare(database: &DatabaseConnection) -> Result<()> {
    if database.get_database_backend() != DbBackend::Postgres {
        up_on(database, None).await?;
        return Ok(());
    }
    let (name, role) = Role::current(database).await?;
    role.must_be_bound(&name)?;
    let missing = steps(database).await.with_context(|| format!(
        "the role {name} cannot read the tables; as their owner, run `samsyn migrate up --service-role {name}`"
    ))?;
    let missing = names(missing, |step| !step.applied);
    if let Some(first) = missing.first() {
        bail!(
            "the database lacks {} of this version's steps, from {first} on; as the owner of the tables, \
             run `samsyn migrate up --service-role {name}`",
            missing.len()
        );
    }
    ensure!(
        role.granted,
        "the role {name} has no rights on the tables; as their owner, run `samsyn migrate up --service-role {name}`"
    );
    Ok(())
}

/// What a role of PostgreSQL may do, of its own or by those it belongs to.
struct Role {
    superuser: bool,
    bypasses: bool,
    owns: bool,
    granted: bool,
}

const ROLE: &str = "SELECT r.rolname::text AS name, r.rolsuper AS superuser, r.rolbypassrls AS bypasses, \
    EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace \
        AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owns, \
    coalesce(has_table_privilege(r.oid, to_regclass('event'), 'INSERT'), false) AS granted \
    FROM pg_roles r WHERE r.rolname = coalesce($1, current_user)";

impl Role {
    async fn named(database: &impl ConnectionTrait, name: &str) -> Result<Option<Self>> {
        let role = Self::read(database, Some(name)).await?;
        Ok(role.map(|(_, role)| role))
    }

    async fn current(database: &impl ConnectionTrait) -> Result<(String, Self)> {
        let role = Self::read(database, None).await?;
        role.context("the database does not know who is asking")
    }

    async fn read(
        database: &impl ConnectionTrait,
        name: Option<&str>,
    ) -> Result<Option<(String, Self)>> {
        let asked = Statement::from_sql_and_values(DbBackend::Postgres, ROLE, [name.into()]);
        let Some(row) = database.query_one_raw(asked).await? else {
            return Ok(None);
        };
        let role = Self {
            superuser: row.try_get("", "superuser")?,
            bypasses: row.try_get("", "bypasses")?,
            owns: row.try_get("", "owns")?,
            granted: row.try_get("", "granted")?,
        };
        Ok(Some((row.try_get("", "name")?, role)))
    }

    /// Refuses a role from which row-level security keeps nothing, or which could end it.
    fn must_be_bound(&self, name: &str) -> Result<()> {
        let why = match self {
            Self {
                superuser: true, ..
            } => "is a superuser",
            Self { bypasses: true, .. } => "has BYPASSRLS",
            Self { owns: true, .. } => "owns the tables, or belongs to a role that does",
            _ => return Ok(()),
        };
        bail!(
            "the role {name} {why}, so row-level security would not bind the service; make it a role of its own, \
             give it its rights with `samsyn migrate up --service-role ROLE`, and name it in `database.url`"
        )
    }
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

        let taken = up(&database.url, None).await.expect("steps up");
        assert_eq!(taken.len(), all);
        assert_eq!(applied(&database.url).await, all);
        assert!(
            up(&database.url, None)
                .await
                .expect("nothing to do")
                .is_empty()
        );

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
        up(&database.url, None).await.expect("steps up");
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999', 0)";
        let connection = pool::open(&database.url, 1).await.expect("a connection");
        let inserted = connection.execute_unprepared(newer).await;
        inserted.expect("a step of a newer version");

        let error = up(&database.url, None).await.expect_err("a refusal");
        assert_eq!(
            error.to_string(),
            "the database belongs to a newer version of samsyn, use that one"
        );
    }

    #[tokio::test]
    async fn processes_that_start_together_take_each_step_once() {
        let database = fresh();
        let taken = join_all((0..4).map(|_| up(&database.url, None))).await;

        let taken = taken.into_iter().flat_map(|steps| steps.expect("success"));
        assert_eq!(taken.count(), Migrator::migrations().len());
    }
}
