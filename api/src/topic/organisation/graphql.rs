//! Organisations and their people in the schema.

use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use entity::{
    OrganisationKind, PersonStatus, Role, ServiceArea, Topic, agreement, organisation, person,
    role_assignment,
};
use sea_orm::{ColumnTrait, Condition};

use super::{
    model::OrganisationNumber,
    review::{self, AccessConcern},
    write,
};
use crate::{
    Error, Result,
    access::{
        Actor, Grant, Scope, TokenScope,
        action::{ConfirmPersonAccess, CreatePerson, UpdatePerson},
    },
    graphql::{
        filter::{among, any_of, contains, is, whether},
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::DateTime,
    },
    topic::{
        agreement::graphql::Agreement,
        event::graphql::{Event, history},
        personal::graphql::{SavedView, UnseenEvents, saved_views, unseen_events},
    },
};

/// A tenant of the exchange: a municipality or a supplier.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Organisation {
    /// Identifies the organisation.
    pub id: ID,
    /// Its registered name.
    name: String,
    /// Its Swedish organisation number, written NNNNNN-NNNN.
    number: String,
    /// Municipality or supplier.
    kind: OrganisationKind,
    #[graphql(skip)]
    row: Loaded<organisation::Entity>,
}

impl From<Loaded<organisation::Entity>> for Organisation {
    fn from(row: Loaded<organisation::Entity>) -> Self {
        let number = row.number.parse::<OrganisationNumber>();
        Self {
            id: key::id::<organisation::Entity>(row.id),
            name: row.name.clone(),
            number: number.map_or_else(|_| row.number.clone(), |number| number.to_string()),
            kind: row.kind,
            row,
        }
    }
}

#[ComplexObject]
impl Organisation {
    /// Its people, by name. Of another organisation, those that one has to do with.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Person>> {
        let sort = Sort::by(person::Column::Name, OrderDirection::Asc);
        let organisation = person::Column::OrganisationId;
        self.row
            .page(ctx, organisation, sort, Paging::new(first, after))
            .await
    }

    /// The agreements in which it is the supplier, of those that you see, oldest first.
    async fn agreements_as_supplier(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Agreement>> {
        let sort = Sort::by(agreement::Column::CreatedAt, OrderDirection::Asc);
        let supplier = agreement::Column::SupplierId;
        self.row
            .page(ctx, supplier, sort, Paging::new(first, after))
            .await
    }

    /// What happened to it, latest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Event>> {
        history(ctx, &self.row, Paging::new(first, after)).await
    }
}

/// Somebody who acts for an organisation.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Person {
    /// Identifies the person.
    pub id: ID,
    /// Full name.
    name: String,
    /// Title at work. Null when not known.
    title: Option<String>,
    /// Whether the person may act.
    status: PersonStatus,
    /// When the person was added.
    created_at: DateTime,
    /// Counts changes; pass it as `expectedVersion` when changing the person.
    version: i32,
    #[graphql(skip)]
    row: Loaded<person::Entity>,
}

impl From<Loaded<person::Entity>> for Person {
    fn from(row: Loaded<person::Entity>) -> Self {
        Self {
            id: key::id::<person::Entity>(row.id),
            name: row.name.clone(),
            title: row.title.clone(),
            status: row.status,
            created_at: DateTime(row.created_at),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl Person {
    /// The employer.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row.required(ctx, person::Column::OrganisationId).await
    }

    /// Address at work. Null for people of other organisations: it is their employer's to give.
    async fn email(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let own = session(ctx)?.actor()?.organisation == self.row.organisation_id;
        Ok(own.then_some(self.row.email.as_str()))
    }

    /// The roles held. Empty for people of other organisations.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<HeldRole>> {
        use role_assignment::{Column, Entity};
        let rows: Vec<Loaded<Entity>> = self
            .row
            .all(ctx, Column::PersonId, Column::CreatedAt)
            .await?;
        Ok(rows
            .iter()
            .map(|row| HeldRole {
                role: row.role,
                service_area: row.service_area,
            })
            .collect())
    }

    /// When the person last signed in, for administrators. Null when never, and for everybody else.
    async fn last_sign_in_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let told = self.is_administered(ctx)?;
        Ok(self.row.last_sign_in_at.filter(|_| told).map(DateTime))
    }

    /// When an administrator last confirmed that the person needs the roles held, for administrators. Null when never,
    /// and for everybody else.
    async fn access_confirmed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let told = self.is_administered(ctx)?;
        Ok(self.row.access_confirmed_at.filter(|_| told).map(DateTime))
    }

    /// Who confirmed it, for administrators. Null when nobody did, and for everybody else.
    async fn access_confirmed_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        match self.is_administered(ctx)? {
            true => self.row.one(ctx, person::Column::AccessConfirmedBy).await,
            false => Ok(None),
        }
    }

    /// What happened to the person's entry, latest first; for administrators.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Event>> {
        history(ctx, &self.row, Paging::new(first, after)).await
    }
}

impl Person {
    /// Whether the caller administers the person's organisation.
    fn is_administered(&self, ctx: &Context<'_>) -> Result<bool> {
        let actor = session(ctx)?.actor()?;
        let own = actor.organisation == self.row.organisation_id;
        Ok(own && actor.may_read(Topic::Administration))
    }
}

/// A role as it is held.
#[derive(SimpleObject)]
pub struct HeldRole {
    /// The role.
    pub role: Role,
    /// The service area. Null for every role but SERVICE_AREA_MANAGER.
    pub service_area: Option<ServiceArea>,
}

impl From<&Grant> for HeldRole {
    fn from(grant: &Grant) -> Self {
        Self {
            role: grant.role,
            service_area: grant.area,
        }
    }
}

/// Who is calling.
pub struct Viewer(pub std::sync::Arc<Actor>);

/// Who is calling: a person or an integration, for one organisation.
#[Object]
impl Viewer {
    /// The person's or integration's name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The organisation acted for.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        let row = scope(ctx)
            .await?
            .get::<organisation::Entity>(self.0.organisation)
            .await?;
        Ok(alone(row).into())
    }

    /// The person. Null for an integration.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let Some(id) = self.0.person else {
            return Ok(None);
        };
        let row = scope(ctx).await?.get::<person::Entity>(id).await?;
        Ok(Some(alone(row).into()))
    }

    /// The roles held.
    async fn roles(&self) -> Vec<HeldRole> {
        self.0.grants().iter().map(HeldRole::from).collect()
    }

    /// What the token is limited to; every scope in a session.
    async fn scopes(&self) -> Vec<TokenScope> {
        match self.0.scopes() {
            Some(scopes) => scopes.to_vec(),
            None => TokenScope::every().collect(),
        }
    }

    /// The views that you have saved, by page and name, at most 100. Empty for an integration, which cannot save any.
    async fn saved_views(&self, ctx: &Context<'_>) -> Result<Vec<SavedView>> {
        saved_views(&*scope(ctx).await?).await
    }

    /// What is new since you last looked: what others have done and you may read of. Null for an integration, which
    /// follows `events` instead.
    async fn unseen_events(&self, ctx: &Context<'_>) -> Result<Option<UnseenEvents>> {
        unseen_events(&*scope(ctx).await?).await
    }
}

/// By what people are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum PersonOrderField {
    /// By name.
    #[default]
    Name,
    /// By when they were added.
    CreatedAt,
}

/// In which order people are listed.
#[derive(InputObject, Default)]
pub struct PersonOrder {
    /// What the list is ordered by.
    #[graphql(default)]
    field: PersonOrderField,
    /// In which direction.
    #[graphql(default)]
    direction: OrderDirection,
}

impl PersonOrder {
    fn sort(&self) -> Sort<person::Entity> {
        let column = match self.field {
            PersonOrderField::Name => person::Column::Name,
            PersonOrderField::CreatedAt => person::Column::CreatedAt,
        };
        Sort::by(column, self.direction)
    }
}

/// Which people are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct PersonFilter {
    /// Of this organisation.
    organisation_id: Option<Key<organisation::Entity>>,
    /// True for those of one's own organisation, false for those of others.
    colleague: Option<bool>,
    /// Whose name contains this text, whatever its case.
    name_contains: Option<String>,
    /// Of one of these statuses.
    status: Option<Vec<PersonStatus>>,
    /// Colleagues whose access should be looked at for one of these reasons; for administrators.
    access_concern: Option<Vec<AccessConcern>>,
}

impl PersonFilter {
    fn condition(self, scope: &Scope) -> Result<Condition> {
        use person::Column;
        let own = Column::OrganisationId.eq(scope.actor().organisation);
        let concerns = self.access_concern.map(|wanted| of_concern(scope, wanted));
        Ok(Condition::all()
            .add_option(is(Column::OrganisationId, self.organisation_id))
            .add_option(whether(self.colleague, Condition::all().add(own)))
            .add_option(contains(Column::Name, self.name_contains))
            .add_option(among(Column::Status, self.status))
            .add_option(concerns.transpose()?))
    }
}

/// One of these is true of a colleague's access.
fn of_concern(scope: &Scope, wanted: Vec<AccessConcern>) -> Result<Condition> {
    if !scope.actor().may_read(Topic::Administration) {
        let text = "Whose access should be looked at is for administrators, with a token that has the scope ADMINISTRATION_READ.";
        return Err(Error::Forbidden(text.to_owned()));
    }
    let conditions = wanted
        .into_iter()
        .map(|concern| review::condition(scope, concern));
    let conditions: Vec<Condition> = conditions.collect::<Result<_>>()?;
    Ok(any_of(Some(conditions), |condition| condition).unwrap_or_else(Condition::all))
}

/// Which organisations are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct OrganisationFilter {
    /// Of one of these kinds.
    kind: Option<Vec<OrganisationKind>>,
    /// Whose name contains this text, whatever its case.
    name_contains: Option<String>,
}

impl OrganisationFilter {
    fn condition(self) -> Condition {
        use organisation::Column;
        Condition::all()
            .add_option(among(Column::Kind, self.kind))
            .add_option(contains(Column::Name, self.name_contains))
    }
}

/// Queries of organisations and people.
#[derive(Default)]
pub struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    /// Who is calling, with which roles and scopes.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer> {
        Ok(Viewer(session(ctx)?.actor()?))
    }

    /// The own organisation and those it has to do with, by name.
    async fn organisations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<OrganisationFilter>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Organisation>> {
        let sort = Sort::by(organisation::Column::Name, OrderDirection::Asc);
        list(
            ctx,
            filter.unwrap_or_default().condition(),
            sort,
            Paging::new(first, after),
        )
        .await
    }

    /// Colleagues, and the people of organisations one has to do with.
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<PersonFilter>,
        #[graphql(desc = "In which order; by name when left out.")] order: Option<PersonOrder>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Person>> {
        let condition = filter.unwrap_or_default().condition(&*scope(ctx).await?)?;
        let sort = order.unwrap_or_default().sort();
        list(ctx, condition, sort, Paging::new(first, after)).await
    }
}

/// A role to give.
#[derive(InputObject)]
pub struct RoleInput {
    /// The role; it must fit the kind of the organisation.
    role: Role,
    /// The service area: required for SERVICE_AREA_MANAGER, to be left out for others.
    service_area: Option<ServiceArea>,
}

impl From<RoleInput> for Grant {
    fn from(input: RoleInput) -> Self {
        Self {
            role: input.role,
            area: input.service_area,
        }
    }
}

/// A new person of the own organisation. What is left out stays empty.
#[derive(InputObject)]
pub struct CreatePersonInput {
    /// Full name.
    name: String,
    /// Address at work; no two people of an organisation share one.
    email: String,
    /// Title at work.
    title: Option<String>,
    /// The roles to give; none lets the person sign in and see the directory only.
    roles: Vec<RoleInput>,
}

/// A change of a person. What is left out stays; null leaves it, too.
#[derive(InputObject)]
pub struct UpdatePersonInput {
    /// Which person.
    id: Key<person::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// Full name.
    name: Option<String>,
    /// Title at work; null empties it.
    title: MaybeUndefined<String>,
    /// Whether the person may act. INACTIVE ends the person's sessions and the use of the person's tokens at once.
    status: Option<PersonStatus>,
    /// All roles that the person shall hold from now on.
    roles: Option<Vec<RoleInput>>,
}

/// Whose access is confirmed.
#[derive(InputObject)]
pub struct ConfirmPersonAccessInput {
    /// Which person.
    id: Key<person::Entity>,
    /// The version that was looked at: roles that were changed since are not confirmed unseen.
    expected_version: i32,
}

/// Mutations of people.
#[derive(Default)]
pub struct OrganisationMutation;

#[Object]
impl OrganisationMutation {
    /// Adds a person to the own organisation.
    async fn create_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new person.")] input: CreatePersonInput,
    ) -> Result<Person> {
        let permit = session(ctx)?.permit_at_home::<CreatePerson>().await?;
        let roles = input.roles.into_iter().map(Grant::from).collect();
        let row =
            write::create_person(permit, input.name, &input.email, input.title, roles, |_| {})
                .await?;
        Ok(alone(row).into())
    }

    /// Confirms that a person of the own organisation needs the roles held, as is to be done once a year. Nobody
    /// confirms one's own.
    async fn confirm_person_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] input: ConfirmPersonAccessInput,
    ) -> Result<Person> {
        let permit = session(ctx)?
            .permit::<ConfirmPersonAccess>(input.id.id, Some(input.expected_version))
            .await?;
        Ok(alone(write::confirm_access(permit).await?).into())
    }

    /// Changes a person of the own organisation: name, title, status, roles. Nobody changes oneself.
    async fn update_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdatePersonInput,
    ) -> Result<Person> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<UpdatePerson>(input.id.id, expected)
            .await?;
        let roles = input
            .roles
            .map(|roles| roles.into_iter().map(Grant::from).collect());
        let fill = |row: &mut person::Model| {
            if let Some(name) = input.name {
                row.name = name;
            }
            input.title.update_to(&mut row.title);
            row.status = input.status.unwrap_or(row.status);
        };
        let row = write::update_person(permit, fill, roles).await?;
        Ok(alone(row).into())
    }
}
