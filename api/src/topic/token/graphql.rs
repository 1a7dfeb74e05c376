//! API tokens in the schema.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Json, Object, SimpleObject};
use entity::{PersonStatus, TokenUsage, api_token, person};
use sea_orm::{ColumnTrait, Condition};
use serde_json::Value;
use uuid::Uuid;

use super::{
    oauth::TOKEN as TOKEN_ENDPOINT,
    write::{self, Wanted},
};
use crate::{
    Result,
    access::{
        ClientProof, Grant, Secret, TokenScope,
        action::{
            CreateApiToken, CreateCalendarFeed, CreateIntegrationToken, CreateMachineClient,
            CreateProvisioningToken, RevokeApiToken,
        },
        authn,
    },
    graphql::{
        Links,
        filter::{among, contains, is, own},
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::DateTime,
    },
    topic::{
        calendar,
        event::graphql::{Event, history},
        organisation::graphql::{HeldRole, Person, RoleInput},
    },
};

/// A secret that identifies a person or an integration to this API: by itself, or as the client credentials of a
/// machine client. It was shown when the token was made, and never again.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ApiToken {
    /// Identifies the token. It is not the secret.
    pub id: ID,
    /// What it is for.
    name: String,
    /// How its secret is used.
    usage: TokenUsage,
    /// The first characters of the secret, to recognise it by.
    hint: String,
    /// The client at the organisation's own provider whose access tokens are taken for this machine client's. Null
    /// when none are.
    provider_client_id: Option<String>,
    /// When it was made.
    created_at: DateTime,
    /// From when it no longer works.
    expires_at: DateTime,
    /// When it was revoked. Null while it is not.
    revoked_at: Option<DateTime>,
    /// When it was last used, to the minute. Null when it never was.
    last_used_at: Option<DateTime>,
    #[graphql(skip)]
    row: Loaded<api_token::Entity>,
}

impl From<Loaded<api_token::Entity>> for ApiToken {
    fn from(row: Loaded<api_token::Entity>) -> Self {
        Self {
            id: key::id::<api_token::Entity>(row.id),
            name: row.name.clone(),
            usage: row.usage,
            hint: row.hint.clone(),
            provider_client_id: row.provider_client.clone(),
            created_at: DateTime(row.created_at),
            expires_at: DateTime(row.expires_at),
            revoked_at: row.revoked_at.map(DateTime),
            last_used_at: row.last_used_at.map(DateTime),
            row,
        }
    }
}

#[ComplexObject]
impl ApiToken {
    /// Whether it works now: it is neither revoked nor expired, and its person may act.
    async fn active(&self, ctx: &Context<'_>) -> Result<bool> {
        let in_time = self.revoked_at.is_none() && self.expires_at.0 > scope(ctx).await?.now();
        if self.row.person_id.is_none() {
            return Ok(in_time);
        }
        let person: Option<Loaded<person::Entity>> =
            self.row.one(ctx, api_token::Column::PersonId).await?;
        Ok(in_time && person.is_some_and(|person| person.status == PersonStatus::Active))
    }

    /// What it is limited to.
    async fn scopes(&self) -> Result<Vec<TokenScope>> {
        authn::scopes(&self.row)
    }

    /// The roles of an integration. Empty for a person's token, which acts with the roles that the
    /// person holds.
    async fn roles(&self) -> Result<Vec<HeldRole>> {
        Ok(authn::grants(&self.row)?
            .iter()
            .map(HeldRole::from)
            .collect())
    }

    /// As whom it acts. Null for an integration.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, api_token::Column::PersonId).await
    }

    /// Who made it. Null when the operator of Samsyn did.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, api_token::Column::CreatedBy).await
    }

    /// What happened to it, latest first; for administrators.
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

/// A token that was just made, with its secret.
#[derive(SimpleObject)]
pub struct CreatedApiToken {
    /// The secret, to be sent as `Authorization: Bearer …`. Keep it now: it is not shown again.
    secret: String,
    /// The token as it is listed from now on.
    api_token: ApiToken,
}

impl CreatedApiToken {
    fn new(row: api_token::Model, secret: Secret) -> Self {
        Self {
            secret: secret.reveal(),
            api_token: ApiToken::from(alone(row)),
        }
    }
}

/// By what API tokens are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ApiTokenOrderField {
    /// When it was made.
    #[default]
    CreatedAt,
    /// From when it no longer works.
    ExpiresAt,
    /// Its name.
    Name,
}

/// In which order API tokens are listed.
#[derive(InputObject, Default)]
pub struct ApiTokenOrder {
    /// What the list is ordered by.
    #[graphql(default)]
    field: ApiTokenOrderField,
    /// In which direction.
    #[graphql(default)]
    direction: OrderDirection,
}

impl ApiTokenOrder {
    fn sort(&self) -> Sort<api_token::Entity> {
        let column = match self.field {
            ApiTokenOrderField::CreatedAt => api_token::Column::CreatedAt,
            ApiTokenOrderField::ExpiresAt => api_token::Column::ExpiresAt,
            ApiTokenOrderField::Name => api_token::Column::Name,
        };
        Sort::by(column, self.direction)
    }
}

/// Which API tokens are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct ApiTokenFilter {
    /// That act as this person.
    person_id: Option<Key<person::Entity>>,
    /// True for one's own, false for those of others.
    own: Option<bool>,
    /// Whose secrets are used in one of these ways.
    usage: Option<Vec<TokenUsage>>,
    /// True for those of integrations, false for those of people.
    integration: Option<bool>,
    /// True for those that were revoked, false for those that were not.
    revoked: Option<bool>,
    /// That expire before this instant.
    expires_before: Option<DateTime>,
    /// Whose name contains this text, whatever its case.
    name_contains: Option<String>,
}

impl ApiTokenFilter {
    fn condition(self, person: Option<Uuid>) -> Condition {
        use api_token::Column;
        Condition::all()
            .add_option(is(Column::PersonId, self.person_id))
            .add_option(own(Column::PersonId, person, self.own))
            .add_option(among(Column::Usage, self.usage))
            .add_option(self.integration.map(|integration| match integration {
                true => Column::PersonId.is_null(),
                false => Column::PersonId.is_not_null(),
            }))
            .add_option(self.revoked.map(|revoked| match revoked {
                true => Column::RevokedAt.is_not_null(),
                false => Column::RevokedAt.is_null(),
            }))
            .add_option(
                self.expires_before
                    .map(|instant| Column::ExpiresAt.lt(instant.0)),
            )
            .add_option(contains(Column::Name, self.name_contains))
    }
}

/// Queries of API tokens.
#[derive(Default)]
pub struct TokenQuery;

#[Object]
impl TokenQuery {
    /// One's own API tokens; for an administrator all of the own organisation's. Needs a token with the
    /// scope ADMINISTRATION_READ, and is empty without.
    async fn api_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<ApiTokenFilter>,
        #[graphql(desc = "In which order; oldest first when left out.")] order: Option<
            ApiTokenOrder,
        >,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<ApiToken>> {
        let person = scope(ctx).await?.actor().person;
        list(
            ctx,
            filter.unwrap_or_default().condition(person),
            order.unwrap_or_default().sort(),
            Paging::new(first, after),
        )
        .await
    }
}

/// A new token that acts as oneself.
#[derive(InputObject)]
pub struct CreateApiTokenInput {
    /// What it is for: up to 200 characters.
    name: String,
    /// What it is limited to: at least one scope, each among those of the token in use.
    scopes: Vec<TokenScope>,
    /// From when it no longer works: at most 366 days ahead.
    expires_at: DateTime,
}

/// A new token for an integration.
#[derive(InputObject)]
pub struct CreateIntegrationTokenInput {
    /// What it is for: up to 200 characters. Events that the integration causes are known by it.
    name: String,
    /// What it is limited to: at least one scope, each among those of the token in use.
    scopes: Vec<TokenScope>,
    /// The roles that it acts with: at least one, fit for the kind of the organisation; never
    /// ADMINISTRATOR.
    roles: Vec<RoleInput>,
    /// From when it no longer works: at most 366 days ahead.
    expires_at: DateTime,
}

/// A new machine client.
#[derive(InputObject)]
pub struct CreateMachineClientInput {
    /// What it is for: up to 200 characters. Events that it causes are known by it.
    name: String,
    /// What its access tokens are limited to at most: at least one scope, each among those of the token in use.
    scopes: Vec<TokenScope>,
    /// The roles that it acts with: at least one, fit for the kind of the organisation; never
    /// ADMINISTRATOR.
    roles: Vec<RoleInput>,
    /// From when it no longer works: at most 366 days ahead.
    expires_at: DateTime,
    /// The public keys with which it may prove itself in place of its secret (private_key_jwt), as a JSON Web Key Set.
    /// Left out, the secret alone does.
    public_keys: Option<Json<Value>>,
    /// The client at the organisation's own provider whose access tokens shall be taken for its own, as their
    /// `client_id` says. Left out, none are.
    provider_client_id: Option<String>,
}

/// A machine client that was just registered, with its credentials.
#[derive(SimpleObject)]
pub struct CreatedMachineClient {
    /// The client id for `/oauth/token`.
    client_id: String,
    /// The client secret. Keep it now: it is not shown again.
    client_secret: String,
    /// Where access tokens are given; the metadata at `/.well-known/oauth-authorization-server` says so, too.
    token_endpoint: String,
    /// The client as it is listed among API tokens from now on; revoke it there.
    api_token: ApiToken,
}

/// A new token for the organisation's own directory.
#[derive(InputObject)]
pub struct CreateProvisioningTokenInput {
    /// What it is for: up to 200 characters. Events that the directory causes are known by it.
    name: String,
    /// From when it no longer works: at most 366 days ahead.
    expires_at: DateTime,
}

/// In which language a calendar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CalendarLanguage {
    /// Swedish.
    Swedish,
    /// English.
    English,
}

/// A new calendar to follow.
#[derive(InputObject)]
pub struct CreateCalendarFeedInput {
    /// Which program follows it, or on which device: up to 200 characters.
    name: String,
    /// In which language it is.
    language: CalendarLanguage,
}

/// A calendar to follow, with its address.
#[derive(SimpleObject)]
pub struct CreatedCalendarFeed {
    /// The address that a calendar program follows (iCalendar). Whoever knows it sees the calendar: keep it to yourself.
    /// It works for a year, and is not shown again.
    address: String,
    /// The secret in the address as it is listed among API tokens from now on; revoke it there.
    api_token: ApiToken,
}

/// Which token to revoke.
#[derive(InputObject)]
pub struct RevokeApiTokenInput {
    /// Which token.
    id: Key<api_token::Entity>,
}

/// Mutations of API tokens.
#[derive(Default)]
pub struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes an API token that acts as oneself, with the roles that one holds whenever it is used. Its
    /// secret stands in the answer, and is never shown again.
    async fn create_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new token.")] input: CreateApiTokenInput,
    ) -> Result<CreatedApiToken> {
        let session = session(ctx)?;
        let permit = session.permit_at_home::<CreateApiToken>().await?;
        let wanted = Wanted {
            name: input.name,
            scopes: input.scopes,
            expires_at: input.expires_at.0,
        };
        let (row, secret) = write::create(permit, wanted).await?;
        session.shows_secret();
        Ok(CreatedApiToken::new(row, secret))
    }

    /// Makes an API token for an integration of the own organisation, with roles of its own. Its secret
    /// stands in the answer, and is never shown again.
    async fn create_integration_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new token.")] input: CreateIntegrationTokenInput,
    ) -> Result<CreatedApiToken> {
        let session = session(ctx)?;
        let permit = session.permit_at_home::<CreateIntegrationToken>().await?;
        let wanted = Wanted {
            name: input.name,
            scopes: input.scopes,
            expires_at: input.expires_at.0,
        };
        let roles = input.roles.into_iter().map(Grant::from).collect();
        let (row, secret) = write::create_for_integration(permit, wanted, roles).await?;
        session.shows_secret();
        Ok(CreatedApiToken::new(row, secret))
    }

    /// Registers a machine client of the own organisation: it exchanges its credentials at `/oauth/token` for access
    /// tokens that work for minutes. Its secret stands in the answer, and is never shown again.
    async fn create_machine_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new client.")] input: CreateMachineClientInput,
    ) -> Result<CreatedMachineClient> {
        let session = session(ctx)?;
        let permit = session.permit_at_home::<CreateMachineClient>().await?;
        let wanted = Wanted {
            name: input.name,
            scopes: input.scopes,
            expires_at: input.expires_at.0,
        };
        let proof = ClientProof {
            public_keys: input.public_keys.map(|keys| keys.0),
            provider_client: input.provider_client_id,
        };
        let roles = input.roles.into_iter().map(Grant::from).collect();
        let (row, secret) = write::register_client(permit, wanted, roles, proof).await?;
        session.shows_secret();
        Ok(CreatedMachineClient {
            client_id: key::id::<api_token::Entity>(row.id).0,
            client_secret: secret.reveal(),
            token_endpoint: Links::of(ctx)?.page(TOKEN_ENDPOINT),
            api_token: ApiToken::from(alone(row)),
        })
    }

    /// Makes an address under which calendar programs follow your meetings and what you have to do by when. Besides
    /// what it lists it opens nothing.
    async fn create_calendar_feed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new calendar.")] input: CreateCalendarFeedInput,
    ) -> Result<CreatedCalendarFeed> {
        let session = session(ctx)?;
        let permit = session.permit_at_home::<CreateCalendarFeed>().await?;
        let (row, secret) = write::create_for_calendar(permit, input.name).await?;
        session.shows_secret();
        let language = match input.language {
            CalendarLanguage::Swedish => portal::Language::Swedish,
            CalendarLanguage::English => portal::Language::English,
        };
        let path = calendar::http::path(&secret.reveal(), language);
        Ok(CreatedCalendarFeed {
            address: Links::of(ctx)?.page(&path),
            api_token: ApiToken::from(alone(row)),
        })
    }

    /// Makes a token for the organisation's own directory, which keeps people and roles up to date with it by SCIM at
    /// `/scim/v2`, and does nothing else. Its secret stands in the answer, and is never shown again.
    async fn create_provisioning_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new token.")] input: CreateProvisioningTokenInput,
    ) -> Result<CreatedApiToken> {
        let session = session(ctx)?;
        let permit = session.permit_at_home::<CreateProvisioningToken>().await?;
        let made = write::create_for_directory(permit, input.name, input.expires_at.0).await?;
        session.shows_secret();
        Ok(CreatedApiToken::new(made.0, made.1))
    }

    /// Revokes an API token: one's own, or as administrator any of the organisation's. It stops working
    /// at once, also the one that is used for this.
    async fn revoke_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: RevokeApiTokenInput,
    ) -> Result<ApiToken> {
        let permit = session(ctx)?
            .permit::<RevokeApiToken>(input.id.id, None)
            .await?;
        Ok(ApiToken::from(alone(write::revoke(permit).await?)))
    }
}
