//! Who there is: two municipalities and three suppliers, with people in every role.
//!
//! All of them are invented. Their organisation numbers have right check digits and lie in series that
//! are not given out (212000-99… to municipalities, 55999… to companies); their addresses end in
//! `.example`, which is nobody's domain (RFC 2606).

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    OrganisationKind::{self, Municipality, Supplier},
    PersonStatus, Role,
    ServiceArea::{self, ApplicationHosting, Clients, Network},
    TokenUsage, organisation, person,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    access::{Actor, ClientProof, Door, Grant, NewToken, TokenScope},
    topic::organisation::model::OrganisationNumber,
};

/// The richer of the two municipalities.
pub const ALVSUNDA: &str = "Älvsunda kommun";
/// The municipality that shares a supplier with it.
pub const NORRVIK: &str = "Norrviks kommun";
/// Application hosting, for both.
pub const FJALLNARA: &str = "Fjällnära Drift AB";
/// Network.
pub const BALTESPANNAR: &str = "Bältespännar Nät AB";
/// Clients.
pub const KLIENTVERKET: &str = "Klientverket i Mälardalen AB";

/// How long the tokens of the demo work from the day on which the world is made.
const TOKEN_LIFETIME: TimeDelta = TimeDelta::days(365);

/// An organisation of the world.
pub struct Tenant {
    /// Its registered name.
    pub name: &'static str,
    /// Its organisation number.
    pub number: &'static str,
    /// What it is.
    pub kind: OrganisationKind,
    domain: &'static str,
    /// The areas of the agreements of a supplier; every area of a municipality.
    areas: &'static [ServiceArea],
    people: &'static [Employee],
}

struct Employee {
    name: &'static str,
    title: &'static str,
    grant: Grant,
}

const fn one(name: &'static str, title: &'static str, role: Role) -> Employee {
    Employee {
        name,
        title,
        grant: Grant { role, area: None },
    }
}

const fn area_manager(name: &'static str, title: &'static str, area: ServiceArea) -> Employee {
    let grant = Grant {
        role: Role::ServiceAreaManager,
        area: Some(area),
    };
    Employee { name, title, grant }
}

/// The organisations, municipalities first.
pub const TENANTS: &[Tenant] = &[
    Tenant {
        name: ALVSUNDA,
        number: "212000-9903",
        kind: Municipality,
        domain: "alvsunda.example",
        areas: &[ApplicationHosting, Network, Clients],
        people: &[
            one("Anna Lindqvist", "IT-chef", Role::ItManager),
            one(
                "Johan Ekström",
                "Informationssäkerhetssamordnare",
                Role::SecurityCoordinator,
            ),
            one(
                "Fatima Haddad",
                "IT-säkerhetsansvarig",
                Role::ItSecurityOfficer,
            ),
            area_manager(
                "Maria Sandberg",
                "Tjänsteområdesansvarig applikationsdrift",
                ApplicationHosting,
            ),
            area_manager("Erik Nyström", "Tjänsteområdesansvarig nätverk", Network),
            area_manager("Sara Öberg", "Tjänsteområdesansvarig klienter", Clients),
            one("Karin Holm", "Kommunrevisor", Role::Reader),
            one(
                "Lars-Åke Bengtsson",
                "Ledamot i kommunstyrelsen",
                Role::Reader,
            ),
            one("Peter Wallin", "Systemförvaltare", Role::Administrator),
        ],
    },
    Tenant {
        name: NORRVIK,
        number: "212000-9911",
        kind: Municipality,
        domain: "norrvik.example",
        areas: &[ApplicationHosting, Network, Clients],
        people: &[
            one("Ulrika Dahl", "IT-chef", Role::ItManager),
            one(
                "Mehmet Yilmaz",
                "Informationssäkerhetssamordnare",
                Role::SecurityCoordinator,
            ),
            one(
                "Eva Sjögren",
                "IT-säkerhetsansvarig",
                Role::ItSecurityOfficer,
            ),
            area_manager(
                "Oskar Bergman",
                "Tjänsteområdesansvarig applikationsdrift",
                ApplicationHosting,
            ),
            area_manager("Lina Åkesson", "Tjänsteområdesansvarig nätverk", Network),
            area_manager("Tomas Hedlund", "Tjänsteområdesansvarig klienter", Clients),
            one("Ingrid Falk", "Kommunrevisor", Role::Reader),
            one("Henrik Norén", "Administratör", Role::Administrator),
        ],
    },
    Tenant {
        name: FJALLNARA,
        number: "559990-0015",
        kind: Supplier,
        domain: "fjallnara.example",
        areas: &[ApplicationHosting],
        people: &[
            one("Björn Åkerlund", "Leveransansvarig", Role::SupplierManager),
            one(
                "Lisa Nordin",
                "Informationssäkerhetsspecialist",
                Role::SupplierContributor,
            ),
            one("Amir Rezaei", "Drifttekniker", Role::SupplierContributor),
            one("Cecilia Grahn", "Kvalitetscontroller", Role::SupplierReader),
            one("Mats Eklöf", "IT-administratör", Role::Administrator),
        ],
    },
    Tenant {
        name: BALTESPANNAR,
        number: "559990-0023",
        kind: Supplier,
        domain: "baltespannar.example",
        areas: &[Network],
        people: &[
            one("Helena Strand", "Kundansvarig", Role::SupplierManager),
            one("David Lund", "Nätverkstekniker", Role::SupplierContributor),
            one(
                "Nora Viklund",
                "Säkerhetsanalytiker",
                Role::SupplierContributor,
            ),
            one("Per Hägg", "Avtalscontroller", Role::SupplierReader),
            one("Jenny Blom", "IT-administratör", Role::Administrator),
        ],
    },
    Tenant {
        name: KLIENTVERKET,
        number: "559990-0031",
        kind: Supplier,
        domain: "klientverket.example",
        areas: &[Clients],
        people: &[
            one("Stefan Ask", "Leveranschef", Role::SupplierManager),
            one("Elin Wikström", "Klienttekniker", Role::SupplierContributor),
            one("Ali Hosseini", "Paketerare", Role::SupplierContributor),
            one("Agneta Rosén", "Ekonomichef", Role::SupplierReader),
            one("Kjell Stenberg", "IT-administratör", Role::Administrator),
        ],
    },
];

/// Programs that read action items, for whom, with the only role their tokens have.
const INTEGRATIONS: [(&str, &str, Role); 2] = [
    (ALVSUNDA, "Servicedesk (integration)", Role::Reader),
    (
        FJALLNARA,
        "Ärendesystem (integration)",
        Role::SupplierReader,
    ),
];

const EVERY_SCOPE: [TokenScope; 10] = [
    TokenScope::EvidenceRead,
    TokenScope::EvidenceWrite,
    TokenScope::RiskRead,
    TokenScope::RiskWrite,
    TokenScope::ForumRead,
    TokenScope::ForumWrite,
    TokenScope::ActionItemRead,
    TokenScope::ActionItemWrite,
    TokenScope::AdministrationRead,
    TokenScope::AdministrationWrite,
];

/// Somebody as whom a visitor of the demo can act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Visitor {
    /// The organisation's name.
    pub organisation: String,
    /// What the organisation is.
    pub kind: OrganisationKind,
    /// The areas that the person sees; those of the agreements for a supplier's.
    pub service_areas: Vec<ServiceArea>,
    /// The roles.
    pub roles: Vec<Role>,
    /// The name of the person or program.
    pub name: String,
    /// The secret of an API token.
    pub token: String,
}

/// Everybody as whom a visitor can act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cast {
    /// People, whose tokens have every scope.
    pub actors: Vec<Visitor>,
    /// Programs, whose tokens can only read action items.
    pub integrations: Vec<Visitor>,
}

/// The title at work of somebody of the demo's.
#[must_use]
pub fn title(name: &str) -> &'static str {
    let mut everybody = TENANTS.iter().flat_map(|tenant| tenant.people);
    let found = everybody.find(|employee| employee.name == name);
    found.map_or("", |employee| employee.title)
}

/// Lets the organisations and their people in. Gives the visitors, and the actors by their names.
///
/// # Errors
/// When the database refuses.
pub async fn let_in(
    door: &Door,
    now: DateTime<Utc>,
) -> Result<(Cast, BTreeMap<String, Arc<Actor>>)> {
    let mut cast = Cast {
        actors: vec![],
        integrations: vec![],
    };
    let expires_at = now + TOKEN_LIFETIME;
    for tenant in TENANTS {
        let organisation = tenant.organisation(door)?;
        let home = organisation.id;
        door.as_operator().add_organisation(organisation).await?;
        for employee in tenant.people {
            let person = employee.person(door, home, tenant.domain);
            let new = NewToken {
                organisation: home,
                person: Some(person.id),
                name: "Demo".to_owned(),
                scopes: EVERY_SCOPE.to_vec(),
                roles: vec![],
                created_by: None,
                expires_at,
                support: None,
                usage: TokenUsage::Bearer,
                proof: ClientProof::default(),
            };
            door.as_operator()
                .add_person(person, &[employee.grant])
                .await?;
            let token = make(door, new).await?;
            cast.actors
                .push(tenant.visitor(employee.name, employee.grant, token));
        }
        for (_, name, role) in INTEGRATIONS.iter().filter(|(of, ..)| *of == tenant.name) {
            let grant = Grant {
                role: *role,
                area: None,
            };
            let new = NewToken {
                organisation: home,
                person: None,
                name: (*name).to_owned(),
                scopes: vec![TokenScope::ActionItemRead],
                roles: vec![grant],
                created_by: None,
                expires_at,
                support: None,
                usage: TokenUsage::Bearer,
                proof: ClientProof::default(),
            };
            let token = make(door, new).await?;
            cast.integrations.push(tenant.visitor(name, grant, token));
        }
    }
    let mut people = BTreeMap::new();
    for visitor in &cast.actors {
        let actor = door.authenticate(&visitor.token).await?;
        people.insert(visitor.name.clone(), actor);
    }
    Ok((cast, people))
}

async fn make(door: &Door, new: NewToken) -> Result<String> {
    let (row, secret) = new.make(door.clock())?;
    door.as_operator().add_token(row).await?;
    Ok(secret.reveal())
}

impl Tenant {
    fn organisation(&self, door: &Door) -> Result<organisation::Model> {
        Ok(organisation::Model {
            id: door.clock().id(),
            number: self
                .number
                .parse::<OrganisationNumber>()?
                .digits()
                .to_owned(),
            name: self.name.to_owned(),
            kind: self.kind,
            created_at: door.clock().now(),
            version: 1,
        })
    }

    fn visitor(&self, name: &str, grant: Grant, token: String) -> Visitor {
        Visitor {
            organisation: self.name.to_owned(),
            kind: self.kind,
            service_areas: grant.area.map_or(self.areas.to_vec(), |area| vec![area]),
            roles: vec![grant.role],
            name: name.to_owned(),
            token,
        }
    }
}

impl Employee {
    fn person(&self, door: &Door, organisation: Uuid, domain: &str) -> person::Model {
        person::Model {
            id: door.clock().id(),
            organisation_id: organisation,
            name: self.name.to_owned(),
            email: format!("{}@{domain}", mailbox(self.name)),
            title: Some(self.title.to_owned()),
            status: PersonStatus::Active,
            created_at: door.clock().now(),
            last_sign_in_at: None,
            access_confirmed_at: None,
            access_confirmed_by: None,
            external_id: None,
            withdrawn_at: None,
            version: 1,
        }
    }
}

/// A name as Swedish employers write it in addresses: `lars-ake.bengtsson`.
fn mailbox(name: &str) -> String {
    let plain = |letter| match letter {
        'å' | 'ä' => 'a',
        'ö' => 'o',
        'é' => 'e',
        ' ' => '.',
        other => other,
    };
    name.to_lowercase().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_plain() {
        assert_eq!(mailbox("Lars-Åke Bengtsson"), "lars-ake.bengtsson");
        assert_eq!(mailbox("Sara Öberg"), "sara.oberg");
    }
}
