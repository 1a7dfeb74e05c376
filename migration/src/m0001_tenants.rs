//! Step 1: organisations, their people and roles, how these sign in, agreements and API tokens.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait,
};

use crate::table::{Table, create, drop};

const ORGANISATION_KIND: &[&str] = &["MUNICIPALITY", "SUPPLIER"];
const PERSON_STATUS: &[&str] = &["ACTIVE", "INACTIVE"];
const ROLE: &[&str] = &[
    "IT_MANAGER",
    "SECURITY_COORDINATOR",
    "IT_SECURITY_OFFICER",
    "SERVICE_AREA_MANAGER",
    "READER",
    "SUPPLIER_MANAGER",
    "SUPPLIER_CONTRIBUTOR",
    "SUPPLIER_READER",
    "ADMINISTRATOR",
];
const SERVICE_AREA: &[&str] = &["APPLICATION_HOSTING", "NETWORK", "CLIENTS"];

const TOKEN_USAGE: &[&str] = &["BEARER", "PROVISIONING", "CALENDAR", "CLIENT_CREDENTIALS"];

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::new("organisation")
            .text("number", 10)
            .text("name", 200)
            .one_of("kind", ORGANISATION_KIND)
            .time("created_at")
            .int("version")
            .unique(&["number"])
            .check("length(number) = 10"),
        Table::new("person")
            .refers("organisation_id", "organisation")
            .text("name", 200)
            .text("email", 254)
            .text("title", 200)
            .null()
            .one_of("status", PERSON_STATUS)
            .time("created_at")
            .time("last_sign_in_at")
            .null()
            .time("access_confirmed_at")
            .null()
            .refers("access_confirmed_by", "person")
            .null()
            .text("external_id", 255)
            .null()
            .time("withdrawn_at")
            .null()
            .int("version")
            .check("withdrawn_at IS NULL OR status = 'INACTIVE'")
            .unique(&["organisation_id", "email"])
            .unique_with(&["organisation_id", "external_id"], "external_id"),
        Table::new("role_assignment")
            .refers("person_id", "person")
            .one_of("role", ROLE)
            .one_of("service_area", SERVICE_AREA)
            .null()
            .time("created_at")
            .check("(role = 'SERVICE_AREA_MANAGER') = (service_area IS NOT NULL)")
            .unique(&["person_id", "role", "service_area"])
            .unique_without(&["person_id", "role"], "service_area"),
        Table::new("agreement")
            .refers("customer_id", "organisation")
            .refers("supplier_id", "organisation")
            .one_of("service_area", SERVICE_AREA)
            .text("reference", 100)
            .text("title", 200)
            .date("starts_on")
            .date("ends_on")
            .null()
            .time("created_at")
            .time("updated_at")
            .int("version")
            .check("customer_id <> supplier_id")
            .check("ends_on IS NULL OR ends_on >= starts_on")
            .unique(&["customer_id", "reference"])
            .index(&["customer_id", "service_area"])
            .index(&["supplier_id"]),
        Table::new("support_grant")
            .refers("organisation_id", "organisation")
            .text("reason", 1000)
            .refers("granted_by", "person")
            .null()
            .time("granted_at")
            .time("expires_at")
            .time("revoked_at")
            .null()
            .int("version")
            .check("expires_at > granted_at")
            .index(&["organisation_id", "granted_at", "id"]),
        Table::new("api_token")
            .refers("organisation_id", "organisation")
            .refers("person_id", "person")
            .null()
            .text("name", 200)
            .one_of("usage", TOKEN_USAGE)
            .text("hash", 64)
            .text("hint", 12)
            .json("public_keys")
            .null()
            .text("provider_client", 500)
            .null()
            .json("scopes")
            .json("roles")
            .refers("support_grant_id", "support_grant")
            .null()
            .refers("created_by", "person")
            .null()
            .time("created_at")
            .time("expires_at")
            .time("revoked_at")
            .null()
            .time("last_used_at")
            .null()
            .int("version")
            .unique(&["hash"])
            .unique_with(&["organisation_id", "provider_client"], "provider_client")
            .check("expires_at > created_at")
            .check(
                "usage = 'CLIENT_CREDENTIALS' OR (public_keys IS NULL AND provider_client IS NULL)",
            )
            .check("usage = 'BEARER' OR usage = 'CALENDAR' OR person_id IS NULL")
            .check("usage <> 'CALENDAR' OR person_id IS NOT NULL")
            .index(&["organisation_id", "created_at", "id"]),
        Table::new("access_token")
            .refers("client_id", "api_token")
            .refers("organisation_id", "organisation")
            .text("hash", 64)
            .json("scopes")
            .text("assertion_id", 200)
            .null()
            .time("created_at")
            .time("expires_at")
            .time("revoked_at")
            .null()
            .unique(&["hash"])
            .unique_with(&["client_id", "assertion_id"], "assertion_id")
            .index(&["expires_at"]),
        Table::new("identity_provider")
            .refers("organisation_id", "organisation")
            .text("issuer", 500)
            .text("client_id", 500)
            .text("client_secret", 4000)
            .null()
            .bool("takes_access_tokens")
            .bool("vouches_for_email")
            .bool("just_in_time")
            .text("required_claim", 100)
            .null()
            .text("required_value", 200)
            .null()
            .text("role_claim", 100)
            .null()
            .json("role_mapping")
            .time("created_at")
            .time("updated_at")
            .int("version")
            .check("(required_claim IS NULL) = (required_value IS NULL)")
            .unique(&["organisation_id"])
            .index(&["issuer"]),
        Table::new("email_domain")
            .refers("organisation_id", "organisation")
            .text("domain", 253)
            .time("claimed_at")
            .time("confirmed_at")
            .null()
            .unique(&["organisation_id", "domain"])
            .unique_with(&["domain"], "confirmed_at"),
        Table::new("linked_identity")
            .refers("organisation_id", "organisation")
            .refers("person_id", "person")
            .text("issuer", 500)
            .text("subject", 255)
            .time("linked_at")
            .time("unlinked_at")
            .null()
            .unique_without(&["organisation_id", "issuer", "subject"], "unlinked_at")
            .index(&["person_id"]),
        Table::new("session")
            .refers("organisation_id", "organisation")
            .refers("person_id", "person")
            .text("hash", 64)
            .refers("linked_identity_id", "linked_identity")
            .null()
            .text("provider_session", 500)
            .null()
            .text("id_token", 20_000)
            .null()
            .text("browser", 300)
            .null()
            .text("address", 45)
            .null()
            .int("idle_seconds")
            .time("created_at")
            .time("last_used_at")
            .time("expires_at")
            .time("revoked_at")
            .null()
            .int("version")
            .unique(&["hash"])
            .check("expires_at > created_at")
            .index(&["organisation_id", "created_at", "id"])
            .index_without(&["person_id"], "revoked_at"),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, tables()).await
    }
}
