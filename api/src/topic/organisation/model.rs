//! Organisation numbers, e-mail addresses, and which roles fit which organisation.

use std::{fmt, str::FromStr};

use entity::{OrganisationKind, Role, ServiceArea, organisation, person};

use crate::validate::{Check, TITLE};

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
mod tests {
    use proptest::prelude::*;
    use sea_orm::Iterable;

    use super::*;

    fn number(text: &str) -> Result<String, String> {
        match text.parse::<OrganisationNumber>() {
            Ok(number) => Ok(number.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn a_number_is_read_in_every_usual_way() {
        for text in ["212000-1355", "2120001355", "16212000-1355", "162120001355"] {
            assert_eq!(number(text), Ok("212000-1355".to_owned()));
        }
    }

    #[test]
    fn what_is_wrong_with_a_number_is_told() {
        for (text, says) in [
            ("", "ten digits"),
            ("21200-01355", "such as"),
            ("212000135", "ten digits"),
            ("21200013-55", "such as"),
            ("212000–1355", "such as"),
            ("212000-135a", "such as"),
            ("212000-135٥", "such as"),
            ("-", "such as"),
            ("212000-1356", "check digit"),
            ("811228-9874", "personal number"),
            ("198112289874", "personal numbers"),
        ] {
            let error = number(text).expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn an_address_is_kept_in_lower_case() {
        let email: Email = "Åsa.Berg+it@Kommun.Example.SE".parse().expect("an address");
        assert_eq!(email.as_str(), "åsa.berg+it@kommun.example.se");
        for text in [
            "",
            "asa",
            "@example.se",
            "asa@",
            "asa@localhost",
            "asa@example..se",
            "a@b@example.se",
            "a b@example.se",
            "asa@example.se\n",
            "Asa <asa@example.se>",
        ] {
            assert!(text.parse::<Email>().is_err(), "{text}");
        }
        assert!(
            format!("{}@example.se", "a".repeat(250))
                .parse::<Email>()
                .is_err()
        );
    }

    #[test]
    fn every_role_but_administrator_belongs_to_one_kind() {
        for role in Role::iter() {
            let kinds = OrganisationKind::iter()
                .filter(|kind| roles_of(*kind).contains(&role))
                .count();
            assert_eq!(kinds, if role == Role::Administrator { 2 } else { 1 });
        }
    }

    #[test]
    fn a_role_fits_its_organisation_and_its_area() {
        use OrganisationKind::{Municipality, Supplier};
        let told = |kind, role, area| {
            let mut check = Check::default();
            role_rules(kind, role, area, &mut check);
            check.finish().is_err()
        };
        let network = Some(ServiceArea::Network);
        assert!(!told(Municipality, Role::ServiceAreaManager, network));
        assert!(!told(Supplier, Role::SupplierManager, None));
        assert!(told(Municipality, Role::ServiceAreaManager, None));
        assert!(told(Municipality, Role::ItManager, network));
        assert!(told(Municipality, Role::SupplierReader, None));
        assert!(told(Supplier, Role::ItManager, None));
    }

    /// The digits of a right number, from any nine.
    fn right_number() -> impl Strategy<Value = Vec<u8>> {
        ("[0-9]{2}[2-9][0-9]{6}", Just(()))
            .prop_map(|(nine, ())| {
                let ten = (0..10).map(|last| format!("{nine}{last}"));
                ten.filter(|digits| luhn(digits)).collect::<Vec<_>>()
            })
            .prop_map(|right| {
                assert_eq!(right.len(), 1, "one check digit fits");
                right.concat().into_bytes()
            })
    }

    fn is_read(digits: &[u8]) -> bool {
        let text: String = digits.iter().map(|digit| char::from(*digit)).collect();
        text.parse::<OrganisationNumber>().is_ok()
    }

    proptest! {
        #[test]
        fn a_right_number_survives_being_shown_and_read(digits in right_number()) {
            let text: String = digits.iter().map(|digit| char::from(*digit)).collect();
            let read: OrganisationNumber = text.parse().expect("a right number");
            prop_assert_eq!(read.to_string().parse(), Ok(read.clone()));
            prop_assert_eq!(read.digits(), text);
        }

        #[test]
        fn one_mistyped_digit_is_caught(
            mut digits in right_number(), place in 0_usize..10, typed in b'0'..=b'9',
        ) {
            prop_assume!(digits[place] != typed);
            digits[place] = typed;
            prop_assert!(!is_read(&digits));
        }

        #[test]
        fn two_swapped_digits_are_caught_but_for_09(mut digits in right_number(), place in 0_usize..9) {
            let (left, right) = (digits[place], digits[place + 1]);
            prop_assume!(left != right && !matches!((left, right), (b'0', b'9') | (b'9', b'0')));
            digits.swap(place, place + 1);
            prop_assert!(!is_read(&digits));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = text.parse::<OrganisationNumber>();
            let _ = text.parse::<Email>();
        }
    }
}
