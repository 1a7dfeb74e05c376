//! What actors may do: the action table.
//!
//! The table is data. Each row names an action, the roles that may do it, the token scope it needs
//! and the conditions on the record; `samsyn permissions` prints it for an auditor. An action is
//! also a type, so that a function which changes data can ask for the permit of exactly that action.
//! Every mutation of the API is named after its action.

use std::any::TypeId;

use entity::{Role, ServiceArea, Topic};
use uuid::Uuid;

use super::{Actor, Scope, TokenScope};
use crate::{Error, Result};

/// What the table knows of a record when it decides.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The organisation whose record it is.
    pub owner: Option<Uuid>,
    /// The customer it was or will be handed in to, or who holds the forum.
    pub customer: Option<Uuid>,
    /// The supplier of the agreement it stands under.
    pub supplier: Option<Uuid>,
    /// The organisation that shall do it.
    pub assignee: Option<Uuid>,
    /// Organisations that take part.
    pub participants: Vec<Uuid>,
    /// The service area it concerns.
    pub area: Option<ServiceArea>,
    /// Whether it concerns all service areas: then it is not for the managers of one.
    pub all_areas: bool,
    /// The person who handed it in, asked for it, or reported it: who may not decide on it.
    pub by: Option<Uuid>,
    /// The person who leads the forum.
    pub chair: Option<Uuid>,
    /// The person who shall do it, who may do so outside the own service areas.
    pub doer: Option<Uuid>,
}

/// A record on which an action is done. Loading goes through the scope, so that a record which the
/// actor cannot see never becomes a resource.
pub trait Resource: Sized + Send + Sync {
    /// Loads the record, with whatever its facts need.
    fn load(scope: &Scope, id: Uuid) -> impl Future<Output = Result<Self>> + Send;
    /// What the action table is told of it.
    fn facts(&self) -> Facts;
    /// The record's version, if it has one.
    fn version(&self) -> Option<i32>;
}

/// An action, as a type.
pub trait Act: Send + Sync {
    /// Its row in the table.
    const RULE: Rule;
    /// On what it is done.
    type Resource: Resource;
}

/// What must be true of the record, beside the role of the actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The record belongs to the actor's organisation.
    Owner,
    /// The actor's organisation is the customer.
    Customer,
    /// The actor's organisation is the supplier of the agreement.
    Supplier,
    /// The actor's organisation is customer or supplier of the agreement.
    Party,
    /// The actor's organisation takes part.
    Participant,
    /// The actor's organisation shall do it.
    Assignee,
    /// The actor is a person, and not the one who handed it in, asked for it or reported it: what is
    /// decided here is decided by somebody who can answer for it.
    NotOwnWork,
    /// The actor is a person, not an integration.
    Person,
    /// The actor is the chair.
    Chair,
}

impl Condition {
    fn holds(self, actor: &Actor, facts: &Facts) -> bool {
        let own = Some(actor.organisation);
        match self {
            Self::Owner => facts.owner == own,
            Self::Customer => facts.customer == own,
            Self::Supplier => facts.supplier == own,
            Self::Party => facts.customer == own || facts.supplier == own,
            Self::Participant => facts.participants.contains(&actor.organisation),
            Self::Assignee => facts.assignee == own,
            Self::NotOwnWork => actor.person.is_some() && facts.by != actor.person,
            Self::Person => actor.person.is_some(),
            Self::Chair => facts.chair.is_some() && facts.chair == actor.person,
        }
    }

    /// The condition in words, as the matrix and the error say it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Owner => "for the own organisation's records",
            Self::Customer => "for the customer",
            Self::Supplier => "for the supplier",
            Self::Party => "for a party of the agreement",
            Self::Participant => "for a participating organisation",
            Self::Assignee => "for the organisation that shall do it",
            Self::NotOwnWork => "by a person other than the one whose work or rights it concerns",
            Self::Person => "by a person, not by an integration",
            Self::Chair => "by the chair",
        }
    }
}

/// A row of the action table.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The action's name; a mutation has the same in camel case.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// Roles of which one is needed; none, for what everybody may do, with or without a role.
    pub roles: &'static [Role],
    /// The scope that a token needs.
    pub scope: TokenScope,
    /// What must be true of the record.
    pub when: &'static [Condition],
}

impl Rule {
    /// Decides whether the actor may do this with a record of which these are the facts.
    ///
    /// # Errors
    /// [`Error::Forbidden`], saying what is missing.
    pub fn check(&self, actor: &Actor, facts: &Facts) -> Result<()> {
        self.check_scope(actor)?;
        let anybody = self.roles.is_empty();
        if !anybody
            && !actor
                .grants()
                .iter()
                .any(|grant| self.roles.contains(&grant.role))
        {
            return Err(self.refusal(&format!("needs one of the roles {}", names(self.roles))));
        }
        let in_area = |area: Option<ServiceArea>| match facts.area {
            Some(_) => area.is_none() || area == facts.area,
            None => area.is_none() || !facts.all_areas,
        };
        let does_it = self.when.contains(&Condition::Assignee)
            && facts.doer.is_some()
            && facts.doer == actor.person;
        let covered = anybody
            || does_it
            || actor
                .grants()
                .iter()
                .any(|grant| self.roles.contains(&grant.role) && in_area(grant.area));
        if !covered {
            return Err(self.refusal("is for the managers of its service area"));
        }
        match self
            .when
            .iter()
            .find(|condition| !condition.holds(actor, facts))
        {
            Some(unmet) => Err(self.refusal(&format!("is done {}", unmet.words()))),
            None => Ok(()),
        }
    }

    fn check_scope(&self, actor: &Actor) -> Result<()> {
        if actor.has_scope(self.scope) {
            return Ok(());
        }
        let scope = async_graphql::InputType::to_value(&self.scope);
        Err(self.refusal(&format!("needs a token with the scope {scope}")))
    }

    fn refusal(&self, why: &str) -> Error {
        Error::Forbidden(format!("You may not do this: {} {why}.", self.name))
    }
}

fn names(roles: &[Role]) -> String {
    let names: Vec<_> = roles
        .iter()
        .map(|role| async_graphql::InputType::to_value(role).to_string())
        .collect();
    names.join(", ")
}

/// A mutation as `allowedActions` offers it.
struct Offer {
    action: Action,
    rule: Rule,
    /// On what it is done.
    on: TypeId,
}

/// The mutations that roles, token, service areas and the conditions on the record let the actor do with it.
///
/// # Errors
/// As loading the record fails.
pub async fn allowed<R: Resource + 'static>(scope: &Scope, id: Uuid) -> Result<Vec<Action>> {
    let facts = R::load(scope, id).await?.facts();
    let on = TypeId::of::<R>();
    let offered = OFFERS.iter().filter(|offer| offer.on == on);
    Ok(offered
        .filter(|offer| offer.rule.check(scope.actor(), &facts).is_ok())
        .map(|offer| offer.action)
        .collect())
}

macro_rules! actions {
    (
        mutations { $($(#[doc = $about:literal])+ $name:ident on $resource:ty, $scope:ident, $roles:tt, $when:tt;)* }
        routes { $($(#[doc = $route_about:literal])+ $route:ident on $route_resource:ty, $route_scope:ident, $route_roles:tt, $route_when:tt;)* }
    ) => {
        $(act!([$($about),+] $name on $resource, $scope, $roles, $when);)*
        $(act!([$($route_about),+] $route on $route_resource, $route_scope, $route_roles, $route_when);)*

        /// Something that can be done with a record: the mutation of the same name, as `UPDATE_PERSON` is `updatePerson`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
        pub enum Action {
            $($(#[doc = $about])+ $name,)*
        }

        /// Every mutation, as it is offered.
        pub(super) const OFFERS: &[Offer] = &[$(Offer {
            action: Action::$name,
            rule: $name::RULE,
            on: std::any::TypeId::of::<$resource>(),
        }),*];

        /// Every action, in the order of the topics; what is a route stands last.
        pub const TABLE: &[Rule] = &[$($name::RULE,)* $($route::RULE,)*];
    };
}

macro_rules! act {
    ([$($about:literal),+] $name:ident on $resource:ty, $scope:ident, [$($role:ident),* $(,)?], [$($when:ident),* $(,)?]) => {
        $(#[doc = $about])+
        pub struct $name;
        impl Act for $name {
            const RULE: Rule = Rule {
                name: stringify!($name),
                about: concat!($($about),+),
                roles: &[$(Role::$role),*],
                scope: TokenScope::$scope,
                when: &[$(Condition::$when),*],
            };
            type Resource = $resource;
        }
    };
}

mod table;
pub use table::*;

/// A row of the reading table: which roles read of a topic, and with which token scope.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The topic.
    pub topic: Topic,
    /// Roles of which one is needed; empty when every role reads it.
    pub roles: &'static [Role],
    /// The scope that a token needs, if one is needed.
    pub scope: Option<TokenScope>,
}

/// Whether roles and token both let the actor read of a topic.
pub(super) fn may_read(actor: &Actor, topic: Topic) -> bool {
    READINGS
        .iter()
        .filter(|reading| reading.topic == topic)
        .any(|reading| {
            let role = reading.roles.is_empty()
                || actor
                    .grants()
                    .iter()
                    .any(|grant| reading.roles.contains(&grant.role));
            role && reading.scope.is_none_or(|scope| actor.has_scope(scope))
        })
}

/// The refusal to read of a topic.
pub(super) fn unreadable(actor: &Actor, topic: Topic) -> Error {
    let reading = READINGS.iter().find(|reading| reading.topic == topic);
    let scope = reading.and_then(|reading| reading.scope);
    match scope {
        Some(scope) if !actor.has_scope(scope) => {
            let scope = async_graphql::InputType::to_value(&scope);
            Error::Forbidden(format!(
                "This token may not read this: it needs the scope {scope}."
            ))
        }
        _ => Error::Forbidden(format!(
            "Your roles do not let you read this: it needs one of {}.",
            names(reading.map_or(&[], |reading| reading.roles))
        )),
    }
}
