//! The groups of a directory's view: the roles that its people can be given, one for each area where a role has one.

use entity::{OrganisationKind, Role, ServiceArea};
use sea_orm::{ActiveEnum, Iterable};
use serde_json::Value;

use super::{
    change::{Operation, Patch},
    http::Refusal,
};
use crate::{access::Grant, topic::organisation::model::roles_of};

/// The roles that a directory may give in such an organisation.
#[must_use]
pub fn groups_of(kind: OrganisationKind) -> Vec<Grant> {
    let given = roles_of(kind)
        .iter()
        .filter(|role| **role != Role::Administrator);
    given
        .flat_map(|role| match role {
            Role::ServiceAreaManager => ServiceArea::iter()
                .map(|area| Grant {
                    role: *role,
                    area: Some(area),
                })
                .collect(),
            _ => vec![Grant {
                role: *role,
                area: None,
            }],
        })
        .collect()
}

/// The id and name of a group.
#[must_use]
pub fn id_of(grant: Grant) -> String {
    match grant.area {
        Some(area) => format!("{}.{}", grant.role.to_value(), area.to_value()),
        None => grant.role.to_value(),
    }
}

/// The group with this id.
#[must_use]
pub fn with_id(kind: OrganisationKind, id: &str) -> Option<Grant> {
    groups_of(kind)
        .into_iter()
        .find(|grant| id_of(*grant) == id)
}

/// Who shall be in a group, or no longer, by their ids.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// Who shall be the only ones, before the rest is looked at.
    pub only: Option<Vec<String>>,
    /// Who shall be in it.
    pub joined: Vec<String>,
    /// Who shall not.
    pub left: Vec<String>,
}

impl Members {
    /// What a patch says.
    ///
    /// # Errors
    /// When it is about anything but members.
    pub fn of_patch(patch: &Patch) -> Result<Self, Refusal> {
        let mut members = Self::default();
        for Operation { op, path, value } in &patch.operations {
            let path = path.as_deref().unwrap_or_default();
            let value = match (path, value) {
                ("", Value::Object(attributes)) => match attributes.get("members") {
                    Some(members) => members,
                    // A name that is sent along does not change it.
                    None => continue,
                },
                (_, value) => value,
            };
            match (op.to_lowercase().as_str(), path.to_lowercase().as_str()) {
                ("add", "members" | "") => members.joined.extend(ids(value)?),
                ("replace", "members" | "") => members.only = Some(ids(value)?),
                ("remove", "members") if value.is_null() => members.only = Some(vec![]),
                ("remove", "members") => members.left.extend(ids(value)?),
                ("remove", _) => members.left.push(named(path)?),
                ("add" | "replace", "displayname" | "externalid") => {}
                _ => {
                    return Err(Refusal::mutability(
                        "of a group, members alone can be changed: groups are Samsyn's roles",
                    ));
                }
            }
        }
        Ok(members)
    }
}

/// The ids of members as a list has them: `[{"value": "…"}]`.
///
/// # Errors
/// When it is no such list.
pub fn ids(value: &Value) -> Result<Vec<String>, Refusal> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    let id = |member: &Value| member.get("value")?.as_str().map(str::to_owned);
    let found: Option<Vec<String>> = list.iter().map(id).collect();
    found.ok_or_else(|| Refusal::invalid("members must be a list of objects, each with a value"))
}

/// The id in `members[value eq "…"]`.
fn named(path: &str) -> Result<String, Refusal> {
    let inside = path
        .strip_prefix("members[")
        .and_then(|rest| rest.strip_suffix(']'))
        .map(str::trim)
        .and_then(|filter| filter.strip_prefix("value eq "));
    let id = inside.and_then(|text| serde_json::from_str(text.trim()).ok());
    id.ok_or_else(|| Refusal::path("members are removed by members[value eq \"ID\"]"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_are_the_roles_without_the_administrator_s() {
        let ids = |kind| -> Vec<String> { groups_of(kind).into_iter().map(id_of).collect() };
        assert_eq!(
            ids(OrganisationKind::Supplier),
            [
                "SUPPLIER_MANAGER",
                "SUPPLIER_CONTRIBUTOR",
                "SUPPLIER_READER"
            ]
        );
        let municipality = ids(OrganisationKind::Municipality);
        assert!(municipality.contains(&"SERVICE_AREA_MANAGER.NETWORK".to_owned()));
        assert_eq!(municipality.len(), 7, "{municipality:?}");
        assert_eq!(with_id(OrganisationKind::Supplier, "IT_MANAGER"), None);
        assert_eq!(
            with_id(OrganisationKind::Municipality, "ADMINISTRATOR"),
            None
        );
    }

    #[test]
    fn members_come_and_go_as_directories_say_it() {
        let told = |operations: Value| {
            let patch: Patch =
                serde_json::from_value(json!({ "Operations": operations })).expect("a patch");
            Members::of_patch(&patch).ok()
        };
        let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let members = told(json!([
            { "op": "add", "path": "members", "value": [{ "value": "a" }, { "value": "b" }] },
            { "op": "Remove", "path": "members[value eq \"c\"]" },
            { "op": "remove", "path": "members", "value": [{ "value": "d" }] },
        ]));
        let expected = Members {
            only: None,
            joined: list(&["a", "b"]),
            left: list(&["c", "d"]),
        };
        assert_eq!(members, Some(expected));
        let replaced =
            told(json!([{ "op": "replace", "value": { "displayName": "x", "members": [] } }]));
        assert_eq!(replaced.and_then(|members| members.only), Some(vec![]));
        assert_eq!(
            told(json!([{ "op": "replace", "path": "owner", "value": "x" }])),
            None
        );
        assert_eq!(
            told(json!([{ "op": "add", "path": "members", "value": ["a"] }])),
            None
        );
    }
}
