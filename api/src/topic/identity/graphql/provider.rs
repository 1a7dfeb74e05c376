//! The OpenID provider of an organisation in the schema.

use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use entity::{Role, ServiceArea, email_domain, identity_provider, person};

use crate::{
    Error, Result,
    access::action::{ForgetPersonIdentity, RemoveIdentityProvider, SetIdentityProvider},
    graphql::{
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, Paging},
        scalar::DateTime,
    },
    oidc::Failure,
    topic::{
        event::graphql::{Event, history},
        identity::{
            Federation,
            federation::{BACK_CHANNEL, CALLBACK, SIGNED_OUT},
            model::{Mapping, mappings},
            read, write,
        },
        organisation::graphql::Person,
    },
};

/// The OpenID provider by which the people of the own organisation sign in, and what is asked of it. For
/// administrators.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct IdentityProvider {
    /// Identifies the settings.
    pub id: ID,
    /// The provider's issuer identifier.
    issuer: String,
    /// As which client this service is registered with it.
    client_id: String,
    /// Whether the client has a secret. The secret itself is shown to nobody.
    has_client_secret: bool,
    /// Whether access tokens that the provider gives to machine clients are taken (RFC 9068).
    takes_access_tokens: bool,
    /// Whether the provider's word for an address is taken although it does not say `email_verified`.
    vouches_for_email: bool,
    /// Whether people whom nobody has added are let in, with the least role.
    just_in_time: bool,
    /// The claim that every sign-in needs. Null when none is required.
    required_claim: Option<String>,
    /// What that claim must say, or have among what it says. Null when none is required.
    required_value: Option<String>,
    /// The claim by which roles are given. Null when the provider has no say in roles.
    role_claim: Option<String>,
    /// When it was set.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    /// Counts changes; pass it as `expectedVersion` when changing the settings.
    version: i32,
    #[graphql(skip)]
    row: Loaded<identity_provider::Entity>,
}

impl From<Loaded<identity_provider::Entity>> for IdentityProvider {
    fn from(row: Loaded<identity_provider::Entity>) -> Self {
        Self {
            id: key::id::<identity_provider::Entity>(row.id),
            issuer: row.issuer.clone(),
            client_id: row.client_id.clone(),
            has_client_secret: row.client_secret.is_some(),
            takes_access_tokens: row.takes_access_tokens,
            vouches_for_email: row.vouches_for_email,
            just_in_time: row.just_in_time,
            required_claim: row.required_claim.clone(),
            required_value: row.required_value.clone(),
            role_claim: row.role_claim.clone(),
            created_at: DateTime(row.created_at),
            updated_at: DateTime(row.updated_at),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl IdentityProvider {
    /// Which values of the role claim give which role.
    async fn role_mapping(&self) -> Result<Vec<RoleMapping>> {
        let mappings = mappings(&self.row)?;
        Ok(mappings.into_iter().map(RoleMapping::from).collect())
    }

    /// The domains whose addresses lead to the provider, or will when they are confirmed.
    async fn email_domains(&self, ctx: &Context<'_>) -> Result<Vec<EmailDomain>> {
        let rows = read::domains(&*scope(ctx).await?).await?;
        Ok(rows.into_iter().map(EmailDomain::from).collect())
    }

    /// To whom the provider's access tokens have to be addressed (`aud`) to be taken: this organisation at this service.
    async fn audience(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(federation(ctx)?.audience_of(self.row.organisation_id))
    }

    /// The redirect URI to register with the provider.
    async fn redirect_uri(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(federation(ctx)?.address(CALLBACK))
    }

    /// The post-logout redirect URI to register with the provider.
    async fn signed_out_uri(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(federation(ctx)?.address(SIGNED_OUT))
    }

    /// The back-channel logout URI to register with the provider.
    async fn back_channel_logout_uri(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(federation(ctx)?.address(BACK_CHANNEL))
    }

    /// What happened to the settings and at sign-ins that were refused, latest first.
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

/// A value of the role claim, and the role that it gives.
#[derive(SimpleObject)]
pub struct RoleMapping {
    /// What the claim says, or has among what it says.
    value: String,
    /// The role that it gives.
    role: Role,
    /// The service area. Null for every role but SERVICE_AREA_MANAGER.
    service_area: Option<ServiceArea>,
}

impl From<Mapping> for RoleMapping {
    fn from(Mapping(value, role, service_area): Mapping) -> Self {
        Self {
            value,
            role,
            service_area,
        }
    }
}

/// A domain whose addresses lead to the organisation's provider.
#[derive(SimpleObject)]
pub struct EmailDomain {
    /// What stands after the @ in addresses.
    domain: String,
    /// When the operator of Samsyn confirmed that it is the organisation's. Null until then, and nobody is led to the
    /// provider by it.
    confirmed_at: Option<DateTime>,
}

impl From<email_domain::Model> for EmailDomain {
    fn from(row: email_domain::Model) -> Self {
        Self {
            domain: row.domain,
            confirmed_at: row.confirmed_at.map(DateTime),
        }
    }
}

/// Queries of the identity provider.
#[derive(Default)]
pub struct ProviderQuery;

#[Object]
impl ProviderQuery {
    /// The provider by which the own organisation's people sign in, for administrators. Null when none is set.
    async fn identity_provider(&self, ctx: &Context<'_>) -> Result<Option<IdentityProvider>> {
        let row = read::provider(&*scope(ctx).await?).await?;
        Ok(row.map(|row| alone(row).into()))
    }
}

/// A value of the role claim that gives a role.
#[derive(InputObject)]
pub struct RoleMappingInput {
    /// What the claim says, or has among what it says.
    value: String,
    /// The role that it gives; it must fit the kind of the organisation, and is never ADMINISTRATOR.
    role: Role,
    /// The service area: required for SERVICE_AREA_MANAGER, to be left out for others.
    service_area: Option<ServiceArea>,
}

/// The settings of the provider, all of them.
#[derive(InputObject)]
pub struct SetIdentityProviderInput {
    /// The version that is replaced; to be left out when no provider is set yet.
    expected_version: Option<i32>,
    /// The provider's issuer identifier, exactly as its metadata has it.
    issuer: String,
    /// As which client this service is registered with it.
    client_id: String,
    /// The client's secret. Left out, it stays as it is; null takes it away, for a client that proves itself by PKCE
    /// alone.
    client_secret: MaybeUndefined<String>,
    /// Whether access tokens that the provider gives are taken, for machine clients with a `providerClientId` (RFC 9068).
    /// They have to be addressed to this organisation's `audience`.
    #[graphql(default)]
    takes_access_tokens: bool,
    /// Whether the provider's word for an address is taken although it does not say `email_verified`, as Entra ID
    /// does not.
    #[graphql(default)]
    vouches_for_email: bool,
    /// Whether people whom nobody has added are let in, with the least role: READER or SUPPLIER_READER.
    #[graphql(default)]
    just_in_time: bool,
    /// A claim that every sign-in needs, such as `acr` or `amr`. Left out, none is required.
    required_claim: Option<String>,
    /// What that claim must say, or have among what it says, such as `mfa`. To be left out where no claim is required.
    required_value: Option<String>,
    /// The claim by which roles are given, such as `groups`. At each sign-in the roles in the mapping are given and
    /// taken by it, all taken where it is missing; others are left as they are. To administrators it gives none: only
    /// another administrator does. Left out, the provider has no say in roles.
    role_claim: Option<String>,
    /// Which of its values give which role.
    #[graphql(default)]
    role_mapping: Vec<RoleMappingInput>,
    /// The domains whose addresses shall lead to the provider. The operator of Samsyn confirms each.
    email_domains: Vec<String>,
}

/// Nothing needs to be said: there is one provider.
#[derive(InputObject)]
pub struct RemoveIdentityProviderInput {
    /// The version that is removed.
    expected_version: i32,
}

/// Whom to forget.
#[derive(InputObject)]
pub struct ForgetPersonIdentityInput {
    /// Which person.
    id: Key<person::Entity>,
    /// The version that was looked at.
    expected_version: i32,
}

/// What was removed.
#[derive(SimpleObject)]
pub struct RemovedIdentityProvider {
    /// The id that the settings had.
    id: ID,
}

/// Mutations of the identity provider.
#[derive(Default)]
pub struct ProviderMutation;

#[Object]
impl ProviderMutation {
    /// Sets the OpenID provider by which the own organisation's people sign in, or replaces its settings. It is asked
    /// for its metadata before anything is kept.
    async fn set_identity_provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The settings.")] input: SetIdentityProviderInput,
    ) -> Result<IdentityProvider> {
        let session = session(ctx)?;
        let federation = federation(ctx)?;
        // Whoever may not set it has no address asked; and nobody writes while it is.
        drop(session.permit_at_home::<SetIdentityProvider>().await?);
        look_at(federation, &input.issuer).await?;
        let permit = session.permit_at_home::<SetIdentityProvider>().await?;
        let mappings = input.role_mapping.into_iter();
        let wanted = write::Wanted {
            issuer: input.issuer,
            client_id: input.client_id,
            client_secret: input.client_secret,
            takes_access_tokens: input.takes_access_tokens,
            vouches_for_email: input.vouches_for_email,
            just_in_time: input.just_in_time,
            required: (input.required_claim, input.required_value),
            role_claim: input.role_claim,
            role_mapping: mappings
                .map(|one| Mapping(one.value, one.role, one.service_area))
                .collect(),
            email_domains: input.email_domains,
        };
        let row = write::set(permit, federation, input.expected_version, wanted).await?;
        Ok(alone(row).into())
    }

    /// Forgets as whom the provider knows a person, whose account there was made anew, say: who comes next with the
    /// person's address, which the provider vouches for, is this one from then on.
    async fn forget_person_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom.")] input: ForgetPersonIdentityInput,
    ) -> Result<Person> {
        let permit = session(ctx)?
            .permit::<ForgetPersonIdentity>(input.id.id, Some(input.expected_version))
            .await?;
        Ok(alone(write::forget(permit).await?).into())
    }

    /// Takes the provider away, with the domains that lead to it. Nobody signs in by it any more; sessions that are
    /// open last until they end.
    async fn remove_identity_provider(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version.")] input: RemoveIdentityProviderInput,
    ) -> Result<RemovedIdentityProvider> {
        let permit = session(ctx)?
            .permit_at_home::<RemoveIdentityProvider>()
            .await?;
        let id = write::remove(permit, input.expected_version).await?;
        Ok(RemovedIdentityProvider {
            id: key::id::<identity_provider::Entity>(id),
        })
    }
}

async fn look_at(federation: &Federation, issuer: &str) -> Result<()> {
    let looked = federation.party().look_at(issuer).await;
    looked.map_err(|failure| {
        // The cause may tell of the network: it is for the log.
        if let Failure::Provider(cause) = &failure {
            tracing::warn!(cause = format!("{cause:#}"), "a provider could not be set");
        }
        Error::invalid(
            "issuer",
            "must be that of a provider which answers at /.well-known/openid-configuration below it, over https, with exactly this issuer in its metadata",
        )
    })
}

fn federation<'a>(ctx: &Context<'a>) -> Result<&'a Federation> {
    ctx.data::<Federation>()
        .map_err(|error| Error::internal(anyhow::anyhow!("no federation: {}", error.message)))
}
