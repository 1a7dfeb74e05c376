//! What signing in does to the records, before and until it is known who acts.
//!
//! What always holds:
//! - Everything happens in the name of one organisation, whose provider was asked: its people alone are looked
//!   among, added and let in, whatever the provider says. On PostgreSQL the transaction claims no more.
//! - Issuer and subject are who somebody is. An address leads to a person once, when that one comes for the first
//!   time; from then on it says nothing.
//! - What came of it is an event that the organisation's administrators see.

use chrono::{DateTime, Utc};
use entity::{
    OrganisationKind, PersonStatus, Role, Topic, identity_provider, linked_identity, person,
    role_assignment, session,
};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ActiveValue::Unchanged, ColumnTrait, Condition,
    DatabaseTransaction, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, Set,
};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    Actor, Credential, Door, Grant, NewSession, Secret,
    authn::session::{Browser, Lifetime},
    claim::Claim,
    reach::Reach,
};
use crate::{Error, Result, ledger};

/// A provider, and for what kind of organisation it speaks.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its settings.
    pub row: identity_provider::Model,
    /// What its organisation is.
    pub kind: OrganisationKind,
}

/// Whom a provider has identified, as far as its organisation's rules have been applied.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// As whom the provider knows the person.
    pub subject: String,
    /// The person's address, if the provider vouches for it and it is of the organisation's domains; or why not.
    pub email: Result<String, Unwelcome>,
    /// Full name, if the provider tells.
    pub name: Option<String>,
    /// Roles that are given or taken by the provider's claims; none where it has no say.
    pub roles: Option<MappedRoles>,
    /// What the provider calls its own session.
    pub provider_session: Option<String>,
    /// The ID token, sealed.
    pub id_token: Option<String>,
}

/// The roles over which a provider has a say, and those of them that it gives.
#[derive(Clone, Debug, Default)]
pub struct MappedRoles {
    /// All that are mapped.
    pub governed: Vec<Grant>,
    /// Those that the person has by the claims.
    pub given: Vec<Grant>,
}

/// Why somebody whom the provider knows is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwelcome {
    /// Nobody with this address was added, and the organisation lets in nobody else.
    NotInvited,
    /// There is no address that would tell who comes for the first time.
    NoAddress,
    /// Nobody vouches for the address.
    UnverifiedAddress,
    /// The address is not of a domain that leads to the provider.
    ForeignDomain,
    /// The person of this address signs in as another subject.
    OtherSubject,
    /// The person may no longer act.
    Inactive,
}

impl Unwelcome {
    /// In a word, for events.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NotInvited => "NOT_INVITED",
            Self::NoAddress => "NO_EMAIL",
            Self::UnverifiedAddress => "EMAIL_NOT_VERIFIED",
            Self::ForeignDomain => "EMAIL_OF_OTHER_DOMAIN",
            Self::OtherSubject => "OTHER_SUBJECT",
            Self::Inactive => "INACTIVE",
        }
    }
}

/// On PostgreSQL a function looks (`migration/src/m0009_row_security.rs`): nobody is known yet.
const ON_POSTGRES: &str = "SELECT * FROM providers($1, $2)";
const ON_SQLITE: &str = "SELECT p.*, o.kind AS organisation_kind FROM identity_provider p \
    JOIN organisation o ON o.id = p.organisation_id \
    WHERE p.id = $2 OR p.issuer = $1 OR p.organisation_id IN ( \
        SELECT d.organisation_id FROM email_domain d WHERE d.domain = $1 AND d.confirmed_at IS NOT NULL)";

impl Door {
    /// The provider to which addresses of this domain lead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn provider_of_domain(&self, domain: &str) -> Result<Option<Provider>> {
        Ok(self.providers(Some(domain), None).await?.pop())
    }

    /// Providers with this issuer identifier: several organisations may use the same.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn providers_of_issuer(&self, issuer: &str) -> Result<Vec<Provider>> {
        // No issuer has such a one, and PostgreSQL no text.
        match issuer.contains('\0') {
            true => Ok(vec![]),
            false => self.providers(Some(issuer), None).await,
        }
    }

    /// The provider with this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn provider(&self, id: Uuid) -> Result<Option<Provider>> {
        Ok(self.providers(None, Some(id)).await?.pop())
    }

    async fn providers(&self, text: Option<&str>, id: Option<Uuid>) -> Result<Vec<Provider>> {
        let rows = self
            .look(ON_POSTGRES, ON_SQLITE, [text.into(), id.into()])
            .await?;
        let provider = |row| {
            Ok(Provider {
                row: identity_provider::Model::from_query_result(row, "")?,
                kind: row.try_get("", "organisation_kind")?,
            })
        };
        rows.iter().map(provider).collect()
    }

    /// Lets somebody in whom the provider has identified: gives the person's session and its secret, or why not.
    /// Either is an event.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in(
        &self,
        provider: &Provider,
        visitor: Visitor,
        browser: Browser,
        lifetime: Lifetime,
    ) -> Result<Result<(session::Model, Secret), Unwelcome>> {
        let tx = self.begin_signing_in(provider).await?;
        let work = SigningIn {
            door: self,
            provider,
            tx: &tx,
        };
        let (person, identity) = match work.welcome(&visitor).await? {
            Ok(known) => known,
            Err(unwelcome) => {
                let seen = json!({ "subject": visitor.subject, "email": visitor.email.ok(), "address": browser.address });
                work.refuse(unwelcome.word(), seen).await?;
                self.end(tx).await?;
                return Ok(Err(unwelcome));
            }
        };
        let new = NewSession {
            organisation: person.organisation_id,
            person: person.id,
            identity: Some(identity),
            provider_session: visitor.provider_session,
            id_token: visitor.id_token,
            browser,
            lifetime,
        };
        let begun = work.begin(&person, new).await?;
        self.end(tx).await?;
        Ok(Ok(begun))
    }

    /// Lets a person in without asking a provider, as the demo does.
    ///
    /// # Errors
    /// `NotFound` when there is no such person, or it may not act.
    pub async fn sign_in_without_provider(
        &self,
        actor: &Actor,
        browser: Browser,
        lifetime: Lifetime,
    ) -> Result<Secret> {
        let id = actor.person.ok_or(Error::NotFound)?;
        let tx = self.begin_writing().await?;
        let organisation = (actor.organisation, actor.kind);
        Claim::to_sign_in(organisation).make_to_write(&tx).await?;
        let person = person::Entity::find_by_id(id).one(&tx).await?;
        let person = person
            .filter(|person| person.status == PersonStatus::Active)
            .ok_or(Error::NotFound)?;
        let new = NewSession {
            organisation: person.organisation_id,
            person: id,
            identity: None,
            provider_session: None,
            id_token: None,
            browser,
            lifetime,
        };
        let (_, secret) = begin_session(self, &tx, actor.kind, &person, new).await?;
        self.end(tx).await?;
        Ok(secret)
    }

    /// Records that a sign-in at this provider came to nothing, and why.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in_failed(
        &self,
        provider: &Provider,
        why: &str,
        seen: serde_json::Value,
    ) -> Result<()> {
        let tx = self.begin_signing_in(provider).await?;
        let work = SigningIn {
            door: self,
            provider,
            tx: &tx,
        };
        work.refuse(why, seen).await?;
        self.end(tx).await
    }

    /// Ends the session in which this is asked for. Gives it as it was, and the provider that it began at.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(
        &self,
        actor: &Actor,
    ) -> Result<Option<(session::Model, Option<Provider>)>> {
        let Some(Credential::Session(id)) = actor.credential else {
            return Ok(None);
        };
        let tx = self.begin_writing().await?;
        let organisation = (actor.organisation, actor.kind);
        Claim::to_sign_in(organisation).make_to_write(&tx).await?;
        let Some(row) = session::Entity::find_by_id(id).one(&tx).await? else {
            return Ok(None);
        };
        let identity = match row.linked_identity_id {
            Some(id) => linked_identity::Entity::find_by_id(id).one(&tx).await?,
            None => None,
        };
        Claim::of(actor).make(&tx).await?;
        end_session(self, &tx, actor, row.clone(), "signed_out").await?;
        self.end(tx).await?;
        let issuer = identity.map(|identity| identity.issuer);
        let providers = match &issuer {
            Some(issuer) => self.providers_of_issuer(issuer).await?,
            None => vec![],
        };
        let own = |provider: &Provider| provider.row.organisation_id == actor.organisation;
        Ok(Some((row, providers.into_iter().find(own))))
    }

    /// Ends the sessions that began at this provider and that it says have ended: one of its own, or all of a
    /// subject. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn provider_ended(
        &self,
        provider: &Provider,
        session: Option<&str>,
        subject: Option<&str>,
    ) -> Result<usize> {
        let tx = self.begin_signing_in(provider).await?;
        let identities = linked_identity::Entity::find()
            .filter(linked_identity::Column::OrganisationId.eq(provider.row.organisation_id))
            .filter(linked_identity::Column::Issuer.eq(&provider.row.issuer))
            .filter(
                Condition::all()
                    .add_option(subject.map(|one| linked_identity::Column::Subject.eq(one)))
                    .add_option(session.map(|one| {
                        let its = session::Column::ProviderSession.eq(one);
                        linked_identity::Column::Id.in_subquery(identities_in(its))
                    })),
            )
            .all(&tx)
            .await?;
        let mut ended = 0;
        for identity in identities {
            let open = session::Entity::find()
                .filter(session::Column::LinkedIdentityId.eq(identity.id))
                .filter(session::Column::RevokedAt.is_null())
                .filter(
                    Condition::all()
                        .add_option(session.map(|one| session::Column::ProviderSession.eq(one))),
                )
                .all(&tx)
                .await?;
            for row in open {
                let nobody = provider.nobody();
                end_session(self, &tx, &nobody, row, "ended_by_provider").await?;
                ended += 1;
            }
        }
        self.end(tx).await?;
        Ok(ended)
    }

    async fn begin_signing_in(&self, provider: &Provider) -> Result<DatabaseTransaction> {
        let tx = self.begin_writing().await?;
        let organisation = (provider.row.organisation_id, provider.kind);
        Claim::to_sign_in(organisation).make_to_write(&tx).await?;
        Ok(tx)
    }

    async fn end(&self, tx: DatabaseTransaction) -> Result<()> {
        tx.commit().await?;
        self.committed().await;
        Ok(())
    }
}

fn identities_in(condition: sea_orm::sea_query::SimpleExpr) -> sea_orm::sea_query::SelectStatement {
    use sea_orm::{QuerySelect, QueryTrait};
    session::Entity::find()
        .select_only()
        .column(session::Column::LinkedIdentityId)
        .filter(condition)
        .filter(session::Column::LinkedIdentityId.is_not_null())
        .into_query()
}

impl Provider {
    /// Its organisation, as long as nobody of it is known.
    fn nobody(&self) -> Actor {
        let organisation = (self.row.organisation_id, self.kind);
        Actor::new(organisation, None, String::new(), vec![])
    }
}

/// A sign-in under way, in its transaction.
struct SigningIn<'t> {
    door: &'t Door,
    provider: &'t Provider,
    tx: &'t DatabaseTransaction,
}

impl SigningIn<'_> {
    /// Which person it is, with the id of who that is to the provider; added or linked first, where the rules let it.
    async fn welcome(&self, visitor: &Visitor) -> Result<Result<(person::Model, Uuid), Unwelcome>> {
        let identity = linked_identity::Entity::find()
            .filter(linked_identity::Column::OrganisationId.eq(self.organisation()))
            .filter(linked_identity::Column::Issuer.eq(&self.provider.row.issuer))
            .filter(linked_identity::Column::Subject.eq(&visitor.subject))
            .filter(linked_identity::Column::UnlinkedAt.is_null())
            .one(self.tx)
            .await?;
        let (person, identity) = match identity {
            Some(identity) => {
                let person = self
                    .person(person::Column::Id.eq(identity.person_id))
                    .await?;
                (person.ok_or(Error::NotFound)?, identity.id)
            }
            None => match self.first_time(visitor).await? {
                Ok(known) => known,
                Err(unwelcome) => return Ok(Err(unwelcome)),
            },
        };
        if person.status != PersonStatus::Active {
            return Ok(Err(Unwelcome::Inactive));
        }
        if let Some(roles) = &visitor.roles {
            self.follow(&person, roles).await?;
        }
        Ok(Ok((person, identity)))
    }

    async fn first_time(
        &self,
        visitor: &Visitor,
    ) -> Result<Result<(person::Model, Uuid), Unwelcome>> {
        let email = match &visitor.email {
            Ok(email) => email,
            Err(unwelcome) => return Ok(Err(*unwelcome)),
        };
        let person = match self.person(person::Column::Email.eq(email)).await? {
            Some(person) if self.is_linked(&person).await? => {
                return Ok(Err(Unwelcome::OtherSubject));
            }
            Some(person) if person.status != PersonStatus::Active => {
                return Ok(Err(Unwelcome::Inactive));
            }
            Some(person) => person,
            None if self.provider.row.just_in_time => self.add(visitor, email).await?,
            None => return Ok(Err(Unwelcome::NotInvited)),
        };
        let identity = linked_identity::Model {
            id: self.door.clock().id(),
            organisation_id: self.organisation(),
            person_id: person.id,
            issuer: self.provider.row.issuer.clone(),
            subject: visitor.subject.clone(),
            linked_at: self.now(),
            unlinked_at: None,
        };
        let id = identity.id;
        self.create::<linked_identity::Entity>(identity, "linked")
            .await?;
        Ok(Ok((person, id)))
    }

    /// Whether the person has come as somebody of this issuer before.
    async fn is_linked(&self, person: &person::Model) -> Result<bool> {
        let identity = linked_identity::Entity::find()
            .filter(linked_identity::Column::PersonId.eq(person.id))
            .filter(linked_identity::Column::Issuer.eq(&self.provider.row.issuer))
            .filter(linked_identity::Column::UnlinkedAt.is_null())
            .one(self.tx)
            .await?;
        Ok(identity.is_some())
    }

    async fn add(&self, visitor: &Visitor, email: &str) -> Result<person::Model> {
        let row = person::Model {
            id: self.door.clock().id(),
            organisation_id: self.organisation(),
            name: visitor.name.clone().unwrap_or_else(|| email.to_owned()),
            email: email.to_owned(),
            title: None,
            status: PersonStatus::Active,
            created_at: self.now(),
            last_sign_in_at: None,
            access_confirmed_at: None,
            access_confirmed_by: None,
            external_id: None,
            withdrawn_at: None,
            version: 1,
        };
        self.create::<person::Entity>(row.clone(), "added").await?;
        let least = match self.provider.kind {
            OrganisationKind::Municipality => Role::Reader,
            OrganisationKind::Supplier => Role::SupplierReader,
        };
        let grant = Grant {
            role: least,
            area: None,
        };
        self.give(&row, grant).await?;
        Ok(row)
    }

    /// Gives and takes the roles over which the provider has a say; to an administrator it gives none, who could have
    /// written the mapping. That is a change of the person: whoever is about to change the roles as they were before is
    /// told so.
    async fn follow(&self, person: &person::Model, roles: &MappedRoles) -> Result<()> {
        let held = role_assignment::Entity::find()
            .filter(role_assignment::Column::PersonId.eq(person.id))
            .all(self.tx)
            .await?;
        let grant_of = |row: &role_assignment::Model| Grant {
            role: row.role,
            area: row.service_area,
        };
        let mut changed = false;
        for row in &held {
            let grant = grant_of(row);
            if roles.governed.contains(&grant) && !roles.given.contains(&grant) {
                let change = ledger::Change::removed::<role_assignment::Entity>("withdrawn", row)?;
                role_assignment::Entity::delete_by_id(row.id)
                    .exec(self.tx)
                    .await?;
                self.record(change).await?;
                changed = true;
            }
        }
        let administers = held.iter().any(|row| row.role == Role::Administrator);
        for grant in roles.given.iter().filter(|_| !administers) {
            if !held.iter().any(|row| grant_of(row) == *grant) {
                self.give(person, *grant).await?;
                changed = true;
            }
        }
        if changed {
            let later = person::ActiveModel {
                id: Unchanged(person.id),
                version: Set(person.version + 1),
                ..Default::default()
            };
            person::Entity::update(later).exec(self.tx).await?;
        }
        Ok(())
    }

    async fn give(&self, person: &person::Model, grant: Grant) -> Result<()> {
        let row = role_assignment::Model {
            id: self.door.clock().id(),
            person_id: person.id,
            role: grant.role,
            service_area: grant.area,
            created_at: self.now(),
        };
        self.create::<role_assignment::Entity>(row, "given").await
    }

    async fn begin(
        &self,
        person: &person::Model,
        new: NewSession,
    ) -> Result<(session::Model, Secret)> {
        begin_session(self.door, self.tx, self.provider.kind, person, new).await
    }

    async fn refuse(&self, why: &str, seen: serde_json::Value) -> Result<()> {
        let told = json!({ "reason": why, "seen": seen });
        let change = ledger::Change::told::<identity_provider::Entity>(
            "sign_in_refused",
            self.provider.row.id,
            told,
        );
        self.record(change).await
    }

    async fn person(
        &self,
        condition: sea_orm::sea_query::SimpleExpr,
    ) -> Result<Option<person::Model>> {
        Ok(person::Entity::find()
            .filter(person::Column::OrganisationId.eq(self.organisation()))
            .filter(condition)
            .one(self.tx)
            .await?)
    }

    async fn create<E>(&self, row: E::Model, verb: &str) -> Result<()>
    where
        E: EntityTrait,
        E::Model: Serialize + IntoActiveModel<E::ActiveModel> + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let change = ledger::Change::created::<E>(verb, &row)?;
        E::insert(row.into_active_model().reset_all())
            .exec_without_returning(self.tx)
            .await?;
        self.record(change).await
    }

    async fn record(&self, change: ledger::Change) -> Result<()> {
        record(self.door, self.tx, &self.provider.nobody(), change).await
    }

    fn organisation(&self) -> Uuid {
        self.provider.row.organisation_id
    }

    fn now(&self) -> DateTime<Utc> {
        self.door.clock().now()
    }
}

/// Begins a session in the person's own name.
async fn begin_session(
    door: &Door,
    tx: &DatabaseTransaction,
    kind: OrganisationKind,
    person: &person::Model,
    new: NewSession,
) -> Result<(session::Model, Secret)> {
    let (row, secret) = new.make(door.clock());
    let seen = person::ActiveModel {
        id: Unchanged(person.id),
        last_sign_in_at: Set(Some(door.clock().now())),
        ..Default::default()
    };
    person::Entity::update(seen).exec(tx).await?;
    let actor = Actor::new(
        (person.organisation_id, kind),
        Some(person.id),
        person.name.clone(),
        vec![],
    );
    Claim::of(&actor).make(tx).await?;
    session::Entity::insert(row.clone().into_active_model().reset_all())
        .exec_without_returning(tx)
        .await?;
    let change = ledger::Change::created::<session::Entity>("signed_in", &row)?;
    record(door, tx, &actor, change).await?;
    Ok((row, secret))
}

async fn end_session(
    door: &Door,
    tx: &DatabaseTransaction,
    actor: &Actor,
    before: session::Model,
    verb: &str,
) -> Result<()> {
    if before.revoked_at.is_some() {
        return Ok(());
    }
    let after = session::Model {
        revoked_at: Some(door.clock().now()),
        version: before.version + 1,
        ..before.clone()
    };
    let ended = session::ActiveModel {
        id: Unchanged(after.id),
        revoked_at: Set(after.revoked_at),
        version: Set(after.version),
        ..Default::default()
    };
    session::Entity::update(ended).exec(tx).await?;
    let change = ledger::Change::changed::<session::Entity>(verb, &before, &after)?;
    record(door, tx, actor, change).await
}

async fn record(
    door: &Door,
    tx: &DatabaseTransaction,
    actor: &Actor,
    change: ledger::Change,
) -> Result<()> {
    let reach = Reach::new(Topic::Administration, None, [actor.organisation]);
    let clock = door.clock();
    ledger::write(tx, clock.id(), clock.now(), Some(actor), change, reach).await
}
