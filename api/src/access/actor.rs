//! Who is calling: a person or an integration, for one organisation, with roles.
//!
//! Nothing else identifies a caller, and an actor cannot be changed once it is made.

use async_graphql::{Enum, resolver_utils::EnumType};
use chrono::{DateTime, Utc};
use entity::{OrganisationKind, Role, ServiceArea, Topic};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::action::may_read;

/// What a token is limited to. A token never allows more than its holder's roles do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enum, Serialize, Deserialize,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TokenScope {
    /// Read evidence, submissions and evidence requests.
    EvidenceRead,
    /// Draft, upload, hand in, request and review evidence.
    EvidenceWrite,
    /// Read risk analyses, risks and acceptances.
    RiskRead,
    /// Work on risk analyses, hand them in, review them, and decide on acceptances.
    RiskWrite,
    /// Read meetings, agendas, decisions and the briefing.
    ForumRead,
    /// Set up forums, hold meetings, take down decisions.
    ForumWrite,
    /// Read action items.
    ActionItemRead,
    /// Create action items and move them through their states.
    ActionItemWrite,
    /// Read API tokens and the events of administration.
    AdministrationRead,
    /// Manage people, roles, agreements and API tokens.
    AdministrationWrite,
}

impl TokenScope {
    /// Every one.
    pub fn every() -> impl Iterator<Item = Self> {
        Self::items().iter().map(|item| item.value)
    }
}

/// A role as it is held: a service-area manager's names the area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// The area, for a service-area manager.
    pub area: Option<ServiceArea>,
}

/// Which service areas an actor sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Areas {
    /// Every one.
    All,
    /// These alone; perhaps none.
    Only(Vec<ServiceArea>),
}

/// By what an actor is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    /// An API token, by its id.
    Token(Uuid),
    /// A session of a browser, by its id.
    Session(Uuid),
    /// An access token that a machine client was given.
    Access {
        /// The access token.
        id: Uuid,
        /// The machine client.
        client: Uuid,
    },
    /// A token of the organisation's own provider, which says which machine client it is.
    Asserted {
        /// The machine client.
        client: Uuid,
    },
}

impl Credential {
    /// Whose requests it counts among: the token's or session's own, and the machine client's of all its tokens.
    #[must_use]
    pub fn id(self) -> Uuid {
        match self {
            Self::Token(id) | Self::Session(id) => id,
            Self::Access { client, .. } | Self::Asserted { client } => client,
        }
    }
}

/// Who is calling.
#[derive(Clone, Debug)]
pub struct Actor {
    /// For which organisation.
    pub organisation: Uuid,
    /// What that organisation is.
    pub kind: OrganisationKind,
    /// As which person; none for an integration.
    pub person: Option<Uuid>,
    /// By what it is known; none for what this process does itself.
    pub credential: Option<Credential>,
    /// The person's or integration's name, for logs and greetings.
    pub name: String,
    grants: Vec<Grant>,
    limited_to: Option<Vec<TokenScope>>,
    expires_at: Option<DateTime<Utc>>,
}

impl Actor {
    /// An actor with these roles, limited to these scopes if any are given.
    #[must_use]
    pub fn new(
        (organisation, kind): (Uuid, OrganisationKind),
        person: Option<Uuid>,
        name: String,
        grants: Vec<Grant>,
    ) -> Self {
        Self {
            organisation,
            kind,
            person,
            credential: None,
            name,
            grants,
            limited_to: None,
            expires_at: None,
        }
    }

    /// The same actor, using a token that is limited to `scopes`.
    #[must_use]
    pub fn with_token(self, token: Uuid, scopes: Vec<TokenScope>) -> Self {
        self.with(Credential::Token(token)).limited(scopes)
    }

    /// The same actor, limited to these scopes.
    #[must_use]
    pub fn limited(self, scopes: Vec<TokenScope>) -> Self {
        Self {
            limited_to: Some(scopes),
            ..self
        }
    }

    /// The same actor, known by this.
    #[must_use]
    pub fn with(self, credential: Credential) -> Self {
        Self {
            credential: Some(credential),
            ..self
        }
    }

    /// The API token in use, or the machine client.
    #[must_use]
    pub fn token(&self) -> Option<Uuid> {
        match self.credential {
            Some(Credential::Session(_)) | None => None,
            Some(credential) => Some(credential.id()),
        }
    }

    /// The session of the browser, if it is one.
    #[must_use]
    pub fn session(&self) -> Option<Uuid> {
        match self.credential {
            Some(Credential::Session(id)) => Some(id),
            _ => None,
        }
    }

    /// The same actor, whose token or session works no longer from this instant on.
    #[must_use]
    pub fn until(self, expires_at: DateTime<Utc>) -> Self {
        Self {
            expires_at: Some(expires_at),
            ..self
        }
    }

    /// From when the token or session no longer works; none for an actor without one.
    #[must_use]
    pub fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.expires_at
    }

    /// The roles held.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// What the token is limited to; none for a session, which is not limited.
    #[must_use]
    pub fn scopes(&self) -> Option<&[TokenScope]> {
        self.limited_to.as_deref()
    }

    /// Whether the token, if there is one, includes the scope.
    #[must_use]
    pub fn has_scope(&self, scope: TokenScope) -> bool {
        self.limited_to
            .as_ref()
            .is_none_or(|scopes| scopes.contains(&scope))
    }

    /// Whether roles and token both let the actor read of a topic.
    #[must_use]
    pub fn may_read(&self, topic: Topic) -> bool {
        may_read(self, topic)
    }

    /// The service areas whose records the actor sees. Suppliers are bounded by their agreements
    /// instead, and every customer's role but the service-area manager's covers all areas.
    #[must_use]
    pub fn areas(&self) -> Areas {
        let bounded =
            |grant: &Grant| matches!(grant.role, Role::ServiceAreaManager | Role::Administrator);
        if self.kind == OrganisationKind::Supplier || !self.grants.iter().all(bounded) {
            return Areas::All;
        }
        Areas::Only(self.grants.iter().filter_map(|grant| grant.area).collect())
    }
}
