//! The rules of a provider's settings.

use entity::{OrganisationKind, Role, ServiceArea, identity_provider};
use sea_orm::prelude::Json;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    Error, Result, access::Grant, oidc::http::is_allowed, topic::organisation::model::role_rules,
    validate::Check,
};

/// The longest identifier of an issuer or a client.
const IDENTIFIER: usize = 500;
/// The longest name of a claim.
const CLAIM: usize = 100;
/// The longest value of a claim.
const VALUE: usize = 200;
/// The longest client secret.
const SECRET: usize = 1000;
/// The longest domain (RFC 1035, section 2.3.4).
const DOMAIN: usize = 253;
/// How many domains, or mapped values, one organisation has at most.
const MOST: usize = 50;

/// A value of the claim that gives a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping(pub String, pub Role, pub Option<ServiceArea>);

impl Mapping {
    /// The role that it gives.
    #[must_use]
    pub fn grant(&self) -> Grant {
        Grant {
            role: self.1,
            area: self.2,
        }
    }
}

/// The values that give roles, as a provider's row keeps them.
///
/// # Errors
/// `Internal` when the row does not hold them.
pub fn mappings(provider: &identity_provider::Model) -> Result<Vec<Mapping>> {
    Vec::deserialize(&provider.role_mapping).map_err(Error::internal)
}

/// The same, as a row keeps them.
///
/// # Errors
/// `Internal` when they cannot be written as JSON.
pub fn kept(mappings: &[Mapping]) -> Result<Json> {
    serde_json::to_value(mappings).map_err(Error::internal)
}

/// Whether a role may be given by claims to people of such an organisation.
#[must_use]
pub fn may_be_mapped(kind: OrganisationKind, grant: Grant) -> bool {
    let mut check = Check::default();
    role_rules(kind, grant.role, grant.area, &mut check);
    check.finish().is_ok() && grant.role != Role::Administrator
}

/// The rules of a provider's row. With `private`, it may stand on a private network and speak plain text.
pub fn rules(row: &identity_provider::Model, private: bool, check: &mut Check) {
    check.text("issuer", &row.issuer, IDENTIFIER);
    check.require(
        "issuer",
        is_issuer(&row.issuer, private),
        "must be the issuer identifier of your provider: an https URL on a public address, without query and fragment, exactly as its metadata has it",
    );
    check.text("clientId", &row.client_id, IDENTIFIER);
    check.optional_text("requiredClaim", row.required_claim.as_deref(), CLAIM);
    check.optional_text("requiredValue", row.required_value.as_deref(), VALUE);
    check.require(
        "requiredValue",
        row.required_claim.is_some() == row.required_value.is_some(),
        "must be given if there is a requiredClaim, and not otherwise",
    );
    check.optional_text("roleClaim", row.role_claim.as_deref(), CLAIM);
}

fn is_issuer(text: &str, private: bool) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let reachable = is_allowed(&url) || (private && matches!(url.scheme(), "http" | "https"));
    bare && reachable && url.password().is_none()
}

/// The rules of a client secret that is given.
pub fn secret_rules(secret: Option<&str>, check: &mut Check) {
    check.optional_text("clientSecret", secret, SECRET);
}

/// The rules of what gives roles.
pub fn mapping_rules(
    kind: OrganisationKind,
    claim: Option<&str>,
    mappings: &[Mapping],
    check: &mut Check,
) {
    check.require(
        "roleMapping",
        mappings.is_empty() == claim.is_none(),
        "must be given if there is a roleClaim, and not otherwise",
    );
    check.require(
        "roleMapping",
        mappings.len() <= MOST,
        format!("must have at most {MOST} values"),
    );
    for Mapping(value, role, area) in mappings {
        check.text("roleMapping", value, VALUE);
        role_rules(kind, *role, *area, check);
        check.require(
            "roleMapping",
            *role != Role::Administrator,
            "must not give ADMINISTRATOR: a person answers for who may do what",
        );
    }
}

/// The domains in lower case, each once, in the order given.
pub fn domains(given: &[String], check: &mut Check) -> Vec<String> {
    check.require(
        "emailDomains",
        !given.is_empty(),
        "must name at least one domain: it is by their addresses that people are led to the provider",
    );
    check.require(
        "emailDomains",
        given.len() <= MOST,
        format!("must have at most {MOST} domains"),
    );
    let mut domains: Vec<String> = vec![];
    for text in given {
        let domain = text.to_lowercase();
        check.require(
            "emailDomains",
            is_domain(&domain),
            "must be what stands after the @ in addresses, such as example.se",
        );
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    domains
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
    };
    domain.len() <= DOMAIN && domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_an_https_url_and_nothing_more() {
        assert!(is_issuer("https://login.example.se", false));
        assert!(is_issuer("https://login.example.se/tenant/v2.0", false));
        for wrong in [
            "login.example.se",
            "http://login.example.se",
            "https://user@login.example.se",
            "https://login.example.se?tenant=1",
            "https://login.example.se#a",
            "https://127.0.0.1:8443",
            "",
        ] {
            assert!(!is_issuer(wrong, false), "{wrong}");
        }
        assert!(is_issuer("http://127.0.0.1:4000/a", true));
        assert!(!is_issuer("file:///etc/passwd", true));
    }

    #[test]
    fn domains_are_told_from_addresses_and_kept_once() {
        let given = ["Example.SE", "example.se", "mail.example.se"].map(str::to_owned);
        let mut check = Check::default();
        assert_eq!(
            domains(&given, &mut check),
            ["example.se", "mail.example.se"]
        );
        assert!(check.finish().is_ok());
        for wrong in [
            "",
            "se",
            "@example.se",
            "a b.se",
            "-a.se",
            "exämple.se",
            ".se",
            "a..se",
        ] {
            let mut check = Check::default();
            domains(&[wrong.to_owned()], &mut check);
            assert!(check.finish().is_err(), "{wrong}");
        }
    }

    #[test]
    fn claims_give_roles_of_the_own_kind_and_never_the_administrator_s() {
        use OrganisationKind::{Municipality, Supplier};
        let may = |kind, role, area| may_be_mapped(kind, Grant { role, area });
        assert!(may(Municipality, Role::ItManager, None));
        assert!(may(
            Municipality,
            Role::ServiceAreaManager,
            Some(ServiceArea::Network)
        ));
        assert!(!may(Municipality, Role::ServiceAreaManager, None));
        assert!(!may(Supplier, Role::ItManager, None));
        assert!(!may(Municipality, Role::SupplierManager, None));
        assert!(!may(Supplier, Role::Administrator, None));
    }
}
