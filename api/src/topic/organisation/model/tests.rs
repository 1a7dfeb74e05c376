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
