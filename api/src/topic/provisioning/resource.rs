//! People, groups and what the service can do, as SCIM has them (RFC 7643).

use entity::{PersonStatus, person};
use serde_json::{Value, json};

use super::group::id_of;
use crate::{access::Grant, graphql::key};

/// The schema of people.
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of groups.
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// The id of a person as directories see it: the same as in the API.
#[must_use]
pub fn id(row: &person::Model) -> String {
    key::id::<person::Entity>(row.id).0
}

/// A person.
#[must_use]
pub fn user(base: &str, row: &person::Model, groups: &[Grant]) -> Value {
    let groups = groups.iter().map(|grant| {
        let id = id_of(*grant);
        json!({ "value": id, "display": id, "$ref": format!("{base}/Groups/{id}"), "type": "direct" })
    });
    let mut resource = json!({
        "schemas": [USER],
        "id": id(row),
        "userName": row.email,
        "displayName": row.name,
        "name": { "formatted": row.name },
        "active": row.status == PersonStatus::Active,
        "emails": [{ "value": row.email, "type": "work", "primary": true }],
        "groups": groups.collect::<Vec<_>>(),
        "meta": { "resourceType": "User", "created": row.created_at.to_rfc3339(), "location": format!("{base}/Users/{}", id(row)) },
    });
    if let Some(title) = &row.title {
        resource["title"] = json!(title);
    }
    if let Some(external_id) = &row.external_id {
        resource["externalId"] = json!(external_id);
    }
    resource
}

/// A group with its members.
#[must_use]
pub fn group(base: &str, grant: Grant, members: &[&person::Model]) -> Value {
    let id_of_group = id_of(grant);
    let members = members.iter().map(|row| {
        let id = id(row);
        json!({ "value": id, "display": row.name, "$ref": format!("{base}/Users/{id}"), "type": "User" })
    });
    json!({
        "schemas": [GROUP],
        "id": id_of_group,
        "displayName": id_of_group,
        "members": members.collect::<Vec<_>>(),
        "meta": { "resourceType": "Group", "location": format!("{base}/Groups/{id_of_group}") },
    })
}

/// The resource with these attributes alone, or without those (RFC 7644, section 3.9). They are named by their paths,
/// the parts of which come and go with the whole; the id always stays.
#[must_use]
pub fn narrowed(mut resource: Value, only: &[String], without: &[String]) -> Value {
    let named = |paths: &[String], name: &str| {
        paths.iter().any(|path| {
            let path = path
                .rsplit_once(':')
                .map_or(path.as_str(), |(_, path)| path);
            let whole = path.split('.').next().unwrap_or_default();
            whole.eq_ignore_ascii_case(name)
        })
    };
    if let Value::Object(attributes) = &mut resource {
        attributes.retain(|name, _| {
            let always = matches!(name.as_str(), "id" | "schemas");
            always || ((only.is_empty() || named(only, name)) && !named(without, name))
        });
    }
    resource
}

/// A page of a list; `start` counts from 1.
#[must_use]
pub fn list(resources: &[Value], total: u64, start: u64) -> Value {
    json!({
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

/// What of SCIM the service can do.
#[must_use]
pub fn config(base: &str, most: u64) -> Value {
    json!({
        "schemas": [CONFIG],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": most },
        "changePassword": { "supported": false },
        "sort": { "supported": false },
        "etag": { "supported": false },
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "Bearer token", "primary": true,
            "description": "A token that an administrator makes with createProvisioningToken.",
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig") },
    })
}

/// The kinds of resources.
#[must_use]
pub fn types(base: &str) -> Vec<Value> {
    let kind = |name: &str, about: &str, schema: &str| {
        json!({
            "schemas": [RESOURCE_TYPE], "id": name, "name": name, "description": about,
            "endpoint": format!("/{name}s"), "schema": schema,
            "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{name}") },
        })
    };
    vec![
        kind("User", "People of the organisation", USER),
        kind("Group", "Roles that they hold", GROUP),
    ]
}

/// The schemas: what is kept of each kind.
#[must_use]
pub fn schemas(base: &str) -> Vec<Value> {
    let attribute = |name: &str, kind: &str, required: bool, mutability: &str, unique: &str| {
        json!({
            "name": name, "type": kind, "multiValued": false, "description": name, "required": required,
            "caseExact": false, "mutability": mutability, "returned": "default", "uniqueness": unique,
        })
    };
    let several = |name: &str, mutability: &str, parts: Vec<Value>| {
        json!({
            "name": name, "type": "complex", "multiValued": true, "description": name, "required": false,
            "mutability": mutability, "returned": "default", "subAttributes": parts,
        })
    };
    let part = |name: &str, mutability: &str| attribute(name, "string", false, mutability, "none");
    let reference = |to: &str| {
        let mut part = attribute("$ref", "reference", false, "readOnly", "none");
        part["referenceTypes"] = json!([to]);
        part
    };
    let read = |name: &str| part(name, "readOnly");
    let primary = attribute("primary", "boolean", false, "readOnly", "none");
    let user = vec![
        attribute("userName", "string", true, "readWrite", "server"),
        json!({
            "name": "name", "type": "complex", "multiValued": false, "description": "name", "required": true,
            "mutability": "readWrite", "returned": "default", "subAttributes": [part("formatted", "readWrite")],
        }),
        attribute("displayName", "string", true, "readWrite", "none"),
        part("title", "readWrite"),
        attribute("active", "boolean", true, "readWrite", "none"),
        several(
            "emails",
            "readOnly",
            vec![read("value"), read("type"), primary],
        ),
        several(
            "groups",
            "readOnly",
            vec![
                read("value"),
                read("display"),
                read("type"),
                reference("Group"),
            ],
        ),
    ];
    let group = vec![
        attribute("displayName", "string", true, "readOnly", "server"),
        several(
            "members",
            "readWrite",
            vec![
                part("value", "immutable"),
                read("display"),
                read("type"),
                reference("User"),
            ],
        ),
    ];
    let schema = |id: &str, name: &str, attributes: Vec<Value>| {
        json!({
            "schemas": [SCHEMA], "id": id, "name": name, "description": name, "attributes": attributes,
            "meta": { "resourceType": "Schema", "location": format!("{base}/Schemas/{id}") },
        })
    };
    vec![schema(USER, "User", user), schema(GROUP, "Group", group)]
}
