//! What an organisation's settings make of what its provider tells of somebody.

use entity::OrganisationKind;

use super::model::{Mapping, may_be_mapped};
use crate::{
    access::sign_in::{MappedRoles, Unwelcome},
    oidc::jwt::{self, Claims},
    topic::organisation::model::Email,
};

/// Whether the claims have what the organisation requires of every sign-in, such as that it was made with more
/// than a password.
#[must_use]
pub fn is_strong_enough(claims: &Claims, claim: Option<&str>, value: Option<&str>) -> bool {
    match (claim, value) {
        (Some(claim), Some(value)) => jwt::has(claims, claim, value),
        _ => true,
    }
}

/// The address, if the provider vouches for it: by saying so or, where the organisation says that it does
/// anyway, by not denying it.
///
/// # Errors
/// Why there is none.
pub fn address(claims: &Claims, vouches: bool) -> Result<Email, Unwelcome> {
    let email = jwt::text(claims, "email").and_then(|text| text.parse::<Email>().ok());
    let email = email.ok_or(Unwelcome::NoAddress)?;
    let verified = match claims.get("email_verified") {
        Some(said) => said == true || said == "true",
        None => vouches,
    };
    match verified {
        true => Ok(email),
        false => Err(Unwelcome::UnverifiedAddress),
    }
}

/// The roles that the claims give, if the provider has a say in them. A claim that is missing gives none: providers leave
/// out what is empty, and whoever left the last group must not keep its role. What no role of such an organisation can
/// be given by is passed over, however it came into the settings.
#[must_use]
pub fn roles(
    claims: &Claims,
    kind: OrganisationKind,
    claim: Option<&str>,
    mappings: &[Mapping],
) -> Option<MappedRoles> {
    let claim = claim.filter(|claim| !is_told_elsewhere(claims, claim))?;
    let fitting = || {
        mappings
            .iter()
            .filter(|mapping| may_be_mapped(kind, mapping.grant()))
    };
    let has = |mapping: &&Mapping| jwt::texts(claims, claim).any(|value| value == mapping.0);
    let mut roles = MappedRoles {
        governed: fitting().map(Mapping::grant).collect(),
        given: fitting().filter(has).map(Mapping::grant).collect(),
    };
    // Several values may give the same role.
    let mut seen = vec![];
    roles.given.retain(|grant| {
        let new = !seen.contains(grant);
        seen.push(*grant);
        new
    });
    Some(roles)
}

/// Whether the provider says that the claim is to be had elsewhere (OpenID Connect Core, section 5.6.2), as Entra ID does
/// of the groups of somebody who is in very many. What it would say is not known, so that it changes nothing.
fn is_told_elsewhere(claims: &Claims, claim: &str) -> bool {
    let named = claims.get("_claim_names");
    !claims.contains_key(claim) && named.is_some_and(|names| names.get(claim).is_some())
}

#[cfg(test)]
mod tests {
    use entity::Role;
    use serde_json::json;

    use super::*;

    fn claims(json: serde_json::Value) -> Claims {
        match json {
            serde_json::Value::Object(claims) => claims,
            other => panic!("not an object: {other}"),
        }
    }

    #[test]
    fn an_address_counts_when_somebody_vouches_for_it() {
        let told =
            |json, vouches| address(&claims(json), vouches).map(|email| email.as_str().to_owned());
        let of = Ok("anna@example.se".to_owned());
        assert_eq!(
            told(
                json!({ "email": "Anna@example.se", "email_verified": true }),
                false
            ),
            of
        );
        assert_eq!(
            told(
                json!({ "email": "anna@example.se", "email_verified": "true" }),
                false
            ),
            of
        );
        assert_eq!(told(json!({ "email": "anna@example.se" }), true), of);
        for (json, vouches, why) in [
            (
                json!({ "email": "anna@example.se" }),
                false,
                Unwelcome::UnverifiedAddress,
            ),
            (
                json!({ "email": "anna@example.se", "email_verified": false }),
                true,
                Unwelcome::UnverifiedAddress,
            ),
            (
                json!({ "email": "anna@example.se", "email_verified": null }),
                true,
                Unwelcome::UnverifiedAddress,
            ),
            (
                json!({ "email": "anna" , "email_verified": true }),
                true,
                Unwelcome::NoAddress,
            ),
            (
                json!({ "email": ["anna@example.se"], "email_verified": true }),
                true,
                Unwelcome::NoAddress,
            ),
            (json!({}), true, Unwelcome::NoAddress),
        ] {
            assert_eq!(told(json.clone(), vouches), Err(why), "{json}");
        }
    }

    #[test]
    fn what_is_required_stands_alone_or_in_a_list() {
        let strong = |json| is_strong_enough(&claims(json), Some("amr"), Some("mfa"));
        assert!(strong(json!({ "amr": ["pwd", "mfa"] })));
        assert!(strong(json!({ "amr": "mfa" })));
        for weak in [
            json!({}),
            json!({ "amr": ["pwd"] }),
            json!({ "amr": "mfax" }),
            json!({ "amr": { "mfa": true } }),
        ] {
            assert!(!strong(weak));
        }
        assert!(is_strong_enough(&claims(json!({})), None, None));
    }

    #[test]
    fn claims_give_what_is_mapped_and_no_role_of_the_other_side() {
        let mappings = [
            Mapping("samsyn-staff".to_owned(), Role::SupplierContributor, None),
            Mapping("samsyn-all".to_owned(), Role::SupplierContributor, None),
            Mapping("boss".to_owned(), Role::ItManager, None),
            Mapping("admins".to_owned(), Role::Administrator, None),
        ];
        let given = |json, claim| {
            roles(&claims(json), OrganisationKind::Supplier, claim, &mappings).map(|roles| {
                roles
                    .given
                    .iter()
                    .map(|grant| grant.role)
                    .collect::<Vec<_>>()
            })
        };
        let all = json!({ "groups": ["samsyn-staff", "samsyn-all", "boss", "admins"] });
        assert_eq!(
            given(all.clone(), Some("groups")),
            Some(vec![Role::SupplierContributor])
        );
        for nothing in [
            json!({ "groups": [] }),
            json!({}),
            json!({ "_claim_names": { "roles": "src1" } }),
        ] {
            assert_eq!(given(nothing, Some("groups")), Some(vec![]));
        }
        let elsewhere = json!({ "_claim_names": { "groups": "src1" }, "_claim_sources": {} });
        assert_eq!(given(elsewhere, Some("groups")), None);
        assert_eq!(given(all, None), None);
    }
}
