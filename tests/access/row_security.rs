//! PostgreSQL's row-level security by itself, without the filters of the service: asked in plain SQL as the
//! service's role, for every actor and of every table, it shows what [`Visible`] says, and lets nobody
//! rewrite what has happened.
//!
//! These tests need PostgreSQL, so that they stand aside where it is not what is tried: see `tests/engines`.

use std::{collections::BTreeSet, sync::Arc};

use async_graphql::resolver_utils::EnumType;
use entity::{Role, ServiceArea, Topic};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use samsyn::access::{Actor, Areas, Grant, TokenScope, visible::Visible};
use sea_orm::{
    ActiveEnum, ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    EntityTrait, Iterable, ModelTrait, QueryFilter, Statement, TransactionTrait, Value,
};
use uuid::Uuid;

use super::shake::shake;
use crate::harness::{Records, World, engine::tables};

/// Tables without row-level security, and why.
const OPEN: &[(&str, &str)] = &[(
    "seaql_migrations",
    "which steps the tables have been through; the service may read it, and nobody's records are in it",
)];

/// Duties, as the policies know them.
const DUTIES: &[&str] = &[
    "authenticate",
    "seal",
    "audit",
    "operate",
    "repeat",
    "sweep",
    "tell",
    "invite",
    "hand_on",
    "deactivate",
];

/// A connection of one of the server's roles.
async fn connection(records: &Records, role: &str) -> DatabaseConnection {
    let Records::Database(database) = records else {
        panic!("this test needs PostgreSQL: cargo run -p engines -- postgres -- COMMAND");
    };
    let mut options = ConnectOptions::new(database.url(role));
    options.max_connections(1);
    Database::connect(options).await.expect("a connection")
}

/// A transaction with these settings, and nothing of the service's.
async fn claiming(db: &DatabaseConnection, settings: &[(&str, String)]) -> DatabaseTransaction {
    let tx = db.begin().await.expect("a transaction");
    claim_in(&tx, settings).await;
    tx
}

async fn claim_in(tx: &DatabaseTransaction, settings: &[(&str, String)]) {
    for (name, value) in settings {
        let sql = "SELECT set_config($1, $2, true)";
        let values = [format!("samsyn.{name}").into(), value.clone().into()];
        let claim = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
        tx.query_one_raw(claim).await.expect("a claim");
    }
}

/// What an actor is, written by hand.
fn claim(actor: &Actor) -> Vec<(&'static str, String)> {
    let areas = match actor.areas() {
        Areas::All => "*".to_owned(),
        Areas::Only(areas) => joined(areas.iter().map(ActiveEnum::to_value)),
    };
    let topics = Topic::iter().filter(|topic| actor.may_read(*topic));
    let own_tokens = actor.has_scope(TokenScope::AdministrationRead);
    let own_tokens = own_tokens.then(|| "OWN_TOKENS".to_owned());
    let administers = actor.has_scope(TokenScope::AdministrationWrite)
        && (actor.grants().iter()).any(|grant| grant.role == Role::Administrator);
    let administers = administers.then(|| "ADMINISTERS".to_owned());
    vec![
        ("organisation", actor.organisation.to_string()),
        (
            "person",
            actor.person.map(|id| id.to_string()).unwrap_or_default(),
        ),
        ("kind", actor.kind.to_value()),
        ("areas", areas),
        (
            "topics",
            joined(
                topics
                    .map(|topic| topic.to_value())
                    .chain(own_tokens)
                    .chain(administers),
            ),
        ),
    ]
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(",")
}

/// Everybody of the world, and as many who hold other roles with narrower tokens.
async fn everybody(world: &World, random: &mut StdRng) -> Vec<Arc<Actor>> {
    let mut all = Vec::new();
    for one in &world.actors {
        let known = world.door.authenticate(&one.token).await;
        let known = known.expect("a token of the world");
        all.push(varied(&known, random));
        all.push(known);
    }
    all
}

fn varied(one: &Actor, random: &mut StdRng) -> Arc<Actor> {
    let some = |random: &mut StdRng| random.random_bool(0.5);
    let areas: Vec<_> = ServiceArea::iter().collect();
    let roles: Vec<_> = Role::iter().collect();
    let mut grants: Vec<_> = (0..random.random_range(0..3))
        .map(|_| *roles.choose(random).expect("a role"))
        .filter(|role| *role != Role::ServiceAreaManager)
        .map(|role| Grant { role, area: None })
        .collect();
    if some(random) {
        let area = areas.choose(random).copied();
        grants.push(Grant {
            role: Role::ServiceAreaManager,
            area,
        });
    }
    let person = one.person.filter(|_| some(random));
    let tenant = (one.organisation, one.kind);
    let scopes = TokenScope::items().iter().map(|item| item.value);
    let scopes = scopes.filter(|_| some(random)).collect();
    Arc::new(Actor::new(tenant, person, one.name.clone(), grants).with_token(Uuid::nil(), scopes))
}

/// The ids of rows.
fn ids<M: ModelTrait>(rows: &[M]) -> BTreeSet<Uuid> {
    use sea_orm::{IdenStatic as _, Iterable as _};
    let id = <M::Entity as EntityTrait>::Column::iter()
        .find(|column| column.as_str() == "id")
        .expect("every table has an id");
    let ids = rows.iter().map(|row| match row.get(id) {
        Value::Uuid(Some(id)) => id,
        other => panic!("not an id: {other:?}"),
    });
    ids.collect()
}

/// What the service's rule alone shows.
async fn by_rule<E: Visible>(db: &DatabaseConnection, actor: &Actor) -> BTreeSet<Uuid> {
    if !E::topics().iter().any(|topic| actor.may_read(*topic)) {
        return BTreeSet::new();
    }
    let rows = E::find().filter(E::visible(actor)).all(db).await;
    ids(&rows.expect("the table can be read"))
}

/// What the policies alone show.
async fn by_policy<E: EntityTrait<Model: Sync>>(tx: &DatabaseTransaction) -> BTreeSet<Uuid> {
    ids(&E::find().all(tx).await.expect("the table can be read"))
}

/// Asks both of every table, in everybody's name.
async fn both_say_the_same(world: &World, everybody: &[Arc<Actor>], about: &str) {
    let whole = world.folder.records.by_hand().await;
    let service = connection(&world.folder.records, "samsyn_service").await;
    let (mut seen, mut wrong) = (0, Vec::new());
    for (number, actor) in everybody.iter().enumerate() {
        let tx = claiming(&service, &claim(actor)).await;
        macro_rules! compare {
            ($($table:ident),+) => {$({
                let rule = by_rule::<entity::$table::Entity>(&whole, actor).await;
                let policy = by_policy::<entity::$table::Entity>(&tx).await;
                seen += rule.len();
                if rule != policy {
                    let more = policy.difference(&rule).count();
                    let less = rule.difference(&policy).count();
                    wrong.push(format!("{} {:?}: {} shows {more} too many, {less} too few",
                        stringify!($table), actor.name, about));
                }
            })+};
        }
        compare!(
            action_item,
            action_item_evidence,
            action_item_step,
            agenda_item,
            agreement,
            api_token,
            comment,
            decision,
            email_domain,
            event,
            evidence,
            evidence_file,
            evidence_request,
            forum,
            forum_membership,
            identity_provider,
            linked_identity,
            meeting,
            organisation,
            person,
            resumable_upload,
            risk,
            risk_acceptance,
            risk_analysis,
            risk_analysis_participant,
            role_assignment,
            event_mark,
            saved_view,
            search_entry,
            session,
            submission,
            submission_file,
            submission_round,
            support_grant,
            upload,
            upload_part
        );
        // There are many words, each as its entry: some actors will do.
        if number % 8 == 0 {
            compare!(search_word);
        }
        // Whole organisations are told of events: see the policy.
        let told = entity::event_audience::Entity::find().all(&tx).await;
        let told = told.expect("the table can be read");
        assert!(
            told.iter()
                .all(|row| row.organisation_id == actor.organisation)
        );
        tx.rollback().await.expect("it ends");
    }
    assert!(
        wrong.is_empty(),
        "{}: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(20)]
    );
    assert!(seen > 5000, "the world is large enough to tell: {seen}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn the_policies_show_what_the_rules_of_visibility_say() {
    let world = World::open().await;
    let mut random = StdRng::seed_from_u64(1);
    let everybody = everybody(&world, &mut random).await;
    both_say_the_same(&world, &everybody, "the world as it is").await;
}

/// A world in which anything belongs to anybody, as no use of the service would leave it.
#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn the_two_agree_on_worlds_that_were_shaken() {
    let world = World::open().await;
    let seed = rand::random();
    let mut random = StdRng::seed_from_u64(seed);
    let everybody = everybody(&world, &mut random).await;
    for turn in 0..2 {
        shake(&world.folder.records, seed.wrapping_add(turn)).await;
        let about = format!("the world shaken by {seed}, turn {turn},");
        both_say_the_same(&world, &everybody, &about).await;
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn without_a_claim_no_row_is_there_and_no_table_is_without_policies() {
    let world = World::open().await;
    let service = connection(&world.folder.records, "samsyn_service").await;
    // A claim that was made before leaves nothing behind.
    let actor = world.actor("Älvsunda", "IT_MANAGER");
    let actor = world
        .door
        .authenticate(&actor.token)
        .await
        .expect("an actor");
    let claimed = claiming(&service, &claim(&actor)).await;
    claimed.commit().await.expect("it ends");

    let all = tables(&service).await;
    assert!(all.len() > 30, "all tables are found: {all:?}");
    for table in &all {
        if OPEN.iter().any(|(open, _)| open == table) {
            continue;
        }
        let count = format!("SELECT count(*) FROM {table}");
        assert_eq!(number(&service, &count).await, 0, "{table}");
        let secured = format!(
            "SELECT count(*) FROM pg_class c WHERE oid = '{table}'::regclass AND relrowsecurity \
             AND relforcerowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)"
        );
        assert_eq!(
            number(&service, &secured).await,
            1,
            "{table} is not secured"
        );
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn what_happened_is_rewritten_by_nobody_on_whatever_duty() {
    let world = World::open().await;
    let service = connection(&world.folder.records, "samsyn_service").await;
    let owner = connection(&world.folder.records, "samsyn_owner").await;
    for duty in DUTIES {
        for statement in [
            "UPDATE event SET action = 'nothing.happened'",
            "DELETE FROM event",
            "UPDATE ledger_seal SET hash = 'f'",
            "DELETE FROM ledger_seal",
            "DELETE FROM event_audience",
            "UPDATE event_audience SET event_id = event_id",
        ] {
            let said = refusal(&service, duty, statement).await;
            assert!(
                said.contains("permission denied"),
                "{duty}, {statement}: {said}"
            );
        }
    }
    // The owner has the right, and is stopped all the same.
    for statement in [
        "UPDATE event SET action = 'nothing.happened'",
        "DELETE FROM event",
        "TRUNCATE event CASCADE",
        "UPDATE ledger_seal SET hash = 'f'",
        "DELETE FROM ledger_seal",
        "DELETE FROM event_audience",
    ] {
        let said = refusal(&owner, "seal", statement).await;
        assert!(said.contains("is only added to"), "{statement}: {said}");
    }
    // The sealer numbers an event once.
    let again = "UPDATE event_audience SET position = position + 1000000";
    let said = refusal(&service, "seal", again).await;
    assert!(said.contains("is only added to"), "{said}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn nobody_writes_in_anothers_name_or_below_what_is_anothers() {
    let world = World::open().await;
    let whole = world.folder.records.by_hand().await;
    let service = connection(&world.folder.records, "samsyn_service").await;
    let one = world.actor("Klientverket", "SUPPLIER_MANAGER");
    let one = world.door.authenticate(&one.token).await.expect("an actor");
    let foreign = format!(
        "SELECT id FROM evidence WHERE owner_id <> '{}' LIMIT 1",
        one.organisation
    );
    let foreign: Uuid = first(&whole, &foreign).await;
    let other: Uuid = first(
        &whole,
        &format!(
            "SELECT id FROM organisation WHERE id <> '{}' LIMIT 1",
            one.organisation
        ),
    )
    .await;
    let own = one.organisation;
    for statement in [
        format!(
            "INSERT INTO evidence (id, owner_id, kind, title, created_at, updated_at, version) \
            VALUES (gen_random_uuid(), '{other}', 'POLICY', 'x', now(), now(), 1)"
        ),
        format!(
            "INSERT INTO upload (id, evidence_id, owner_id, name, hash, created_at, expires_at, version) \
            VALUES (gen_random_uuid(), '{foreign}', '{own}', 'x', 'x', now(), now(), 1)"
        ),
        format!(
            "INSERT INTO event (id, at, action, subject_type, subject_id, topic, organisation_id) \
            VALUES (gen_random_uuid(), now(), 'x', 'x', gen_random_uuid(), 'EVIDENCE', '{other}')"
        ),
        "INSERT INTO event (id, at, action, subject_type, subject_id, topic) \
            VALUES (gen_random_uuid(), now(), 'x', 'x', gen_random_uuid(), 'EVIDENCE')"
            .to_owned(),
    ] {
        let tx = claiming(&service, &claim(&one)).await;
        let said = tx
            .execute_unprepared(&statement)
            .await
            .expect_err(&statement);
        assert!(
            said.to_string().contains("row-level security"),
            "{statement}: {said}"
        );
    }
    let tx = claiming(&service, &claim(&one)).await;
    let moved = format!("UPDATE evidence SET owner_id = '{other}'");
    let said = tx
        .execute_unprepared(&moved)
        .await
        .expect_err("nothing is given away");
    assert!(said.to_string().contains("row-level security"), "{said}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn only_administrators_change_by_whom_people_sign_in_and_who_may_look() {
    let world = World::open().await;
    let service = connection(&world.folder.records, "samsyn_service").await;
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR");
    let administrator = world.door.authenticate(&administrator.token).await;
    let administrator = administrator.expect("an actor");
    let limited = |scope| Actor::clone(&administrator).limited(vec![scope]);
    let colleague = world.actor("Älvsunda", "IT_MANAGER");
    let colleague = world.door.authenticate(&colleague.token).await;
    let home = administrator.organisation;
    let adding = [
        format!(
            "INSERT INTO identity_provider (id, organisation_id, issuer, client_id, takes_access_tokens, \
                vouches_for_email, just_in_time, role_mapping, created_at, updated_at, version) \
            VALUES (gen_random_uuid(), '{home}', 'https://evil.example', 'x', true, true, true, '[]', now(), now(), 1)"
        ),
        format!(
            "INSERT INTO email_domain (id, organisation_id, domain, claimed_at) \
            VALUES (gen_random_uuid(), '{home}', 'evil.example', now())"
        ),
        format!(
            "INSERT INTO support_grant (id, organisation_id, reason, granted_at, expires_at, version) \
            VALUES (gen_random_uuid(), '{home}', 'x', now(), now() + interval '1 hour', 1)"
        ),
    ];
    let changing = [
        "UPDATE identity_provider SET issuer = 'https://evil.example'",
        "UPDATE support_grant SET reason = 'y'",
        "DELETE FROM email_domain",
        "DELETE FROM identity_provider",
    ];
    // Whoever administers may have a token that reads nothing of it.
    let writes = claim(&limited(TokenScope::AdministrationWrite));
    for nobody in [
        claim(&colleague.expect("an actor")),
        claim(&limited(TokenScope::AdministrationRead)),
    ] {
        for statement in &adding {
            let tx = claiming(&service, &nobody).await;
            let said = tx.execute_unprepared(statement).await;
            let said = said.expect_err(statement).to_string();
            assert!(said.contains("row-level security"), "{statement}: {said}");
        }
        let tx = claiming(&service, &writes).await;
        for statement in &adding {
            tx.execute_unprepared(statement).await.expect(statement);
        }
        claim_in(&tx, &nobody).await;
        for statement in changing {
            let done = tx.execute_unprepared(statement).await.expect(statement);
            assert_eq!(done.rows_affected(), 0, "{statement}");
        }
    }
}

/// What a statement is refused with.
async fn refusal(db: &DatabaseConnection, duty: &str, statement: &str) -> String {
    let tx = claiming(db, &[("duty", duty.to_owned())]).await;
    let refused = tx.execute_unprepared(statement).await;
    refused.expect_err(statement).to_string()
}

async fn number(db: &impl ConnectionTrait, sql: &str) -> i64 {
    first(db, sql).await
}

async fn first<T: sea_orm::TryGetable>(db: &impl ConnectionTrait, sql: &str) -> T {
    let asked = Statement::from_string(db.get_database_backend(), sql);
    let row = db
        .query_one_raw(asked)
        .await
        .expect("a query")
        .expect("a row");
    row.try_get_by_index(0).expect("a value of the right kind")
}
