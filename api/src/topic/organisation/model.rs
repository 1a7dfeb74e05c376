//! Organisation numbers, e-mail addresses, and which roles fit which organisation.

use std::{fmt, str::FromStr};

use entity::{OrganisationKind, Role, ServiceArea, organisation, person};

use crate::validate::{Check, TITLE};

/// The longest name that a directory has for a person.
const EXTERNAL_ID: usize = 255;
/// The longest e-mail address that mail systems carry (RFC 5321, 4.5.3.1.3, without the brackets).
const EMAIL: usize = 254;

/// A Swedish organisation number: ten digits, the third at least 2, the last a check digit.
///
/// Read from `212000-1355` or `2120001355`, with or without the century prefix `16` that some
/// registers write before it; shown as `212000-1355`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrganisationNumber(String);

/// Why a text is not what it should be; reads on from the name of its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(&'static str);

impl OrganisationNumber {
    /// The ten digits, as they are stored.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl FromStr for OrganisationNumber {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let digits = without_hyphen(text)
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
            .ok_or(Unreadable(
                "must be an organisation number such as 212000-1355",
            ))?;
        let number = match digits.len() {
            10 => digits.as_str(),
            12 => digits.strip_prefix("16").ok_or(Unreadable(
                "must begin with 16 when it has twelve digits; other prefixes belong to personal numbers",
            ))?,
            _ => return Err(Unreadable("must have ten digits, such as 212000-1355")),
        };
        if number.as_bytes()[2] < b'2' {
            return Err(Unreadable(
                "must have a third digit of 2 or more; this looks like a personal number",
            ));
        }
        if !luhn(number) {
            return Err(Unreadable(
                "has a wrong check digit; compare it with the register and type it again",
            ));
        }
        Ok(Self(number.to_owned()))
    }
}

impl fmt::Display for OrganisationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (head, tail) = self.0.split_at(6);
        write!(f, "{head}-{tail}")
    }
}

/// The number without the hyphen, which may stand before its last four digits and nowhere else.
fn without_hyphen(text: &str) -> Option<String> {
    match text.split_once('-') {
        None => Some(text.to_owned()),
        Some((head, tail)) => (tail.len() == 4).then(|| format!("{head}{tail}")),
    }
}

/// The Luhn check: every second digit from the right is doubled and its digits added; the sum of all
/// ends in 0.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0') * (1 + place as u32 % 2);
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// An e-mail address, in lower case so that one person is not two.
///
/// Only the shape is checked: whether the address is somebody's is learnt by writing to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for Email {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let address = text.to_lowercase();
        let plausible = address
            .split_once('@')
            .is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain));
        if plausible && address.chars().count() <= EMAIL {
            Ok(Self(address))
        } else {
            Err(Unreadable(
                "must be an e-mail address such as name@example.se",
            ))
        }
    }
}

fn is_local_part(local: &str) -> bool {
    !local.is_empty()
        && !local
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "@<>(),;:\"[]\\".contains(c))
}

fn is_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
}

/// The rules of an organisation's row; its number is right by its type.
pub fn rules(organisation: &organisation::Model, check: &mut Check) {
    check.text("name", &organisation.name, TITLE);
}

/// The rules of a person's row; the address is right by its type.
pub fn person_rules(person: &person::Model, check: &mut Check) {
    check.text("name", &person.name, TITLE);
    check.optional_text("title", person.title.as_deref(), TITLE);
    check.optional_text("externalId", person.external_id.as_deref(), EXTERNAL_ID);
}

/// The roles that people of such an organisation can hold.
#[must_use]
pub fn roles_of(kind: OrganisationKind) -> &'static [Role] {
    match kind {
        OrganisationKind::Municipality => &[
            Role::ItManager,
            Role::SecurityCoordinator,
            Role::ItSecurityOfficer,
            Role::ServiceAreaManager,
            Role::Reader,
            Role::Administrator,
        ],
        OrganisationKind::Supplier => &[
            Role::SupplierManager,
            Role::SupplierContributor,
            Role::SupplierReader,
            Role::Administrator,
        ],
    }
}

/// The rules of a role that a person of such an organisation is given.
pub fn role_rules(
    kind: OrganisationKind,
    role: Role,
    area: Option<ServiceArea>,
    check: &mut Check,
) {
    let fits = roles_of(kind).contains(&role);
    check.require(
        "role",
        fits,
        match kind {
            OrganisationKind::Municipality => "must be a role of a municipality",
            OrganisationKind::Supplier => "must be a role of a supplier",
        },
    );
    let needs_area = role == Role::ServiceAreaManager;
    check.require(
        "serviceArea",
        needs_area == area.is_some(),
        if needs_area {
            "must be given: a service-area manager is one for a certain area"
        } else {
            "must be left out: only a SERVICE_AREA_MANAGER has an area"
        },
    );
}

#[cfg(test)]
mod tests;
