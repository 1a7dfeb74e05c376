//! What of a list is asked for: a filter, a page of it, some attributes.

use std::str::FromStr;

use entity::{PersonStatus, person};
use http::StatusCode;
use sea_orm::{ColumnTrait, Condition};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use uuid::Uuid;

use super::answer::Refusal;
use crate::{
    access::Grant,
    graphql::key::{self, Keyed},
    topic::provisioning::{group::id_of, resource},
};

/// The most on a page.
pub(super) const MOST: u64 = 100;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Asked {
    filter: Option<String>,
    start_index: Option<i64>,
    count: Option<i64>,
    #[serde(deserialize_with = "names")]
    attributes: Vec<String>,
    #[serde(deserialize_with = "names")]
    excluded_attributes: Vec<String>,
}

impl Asked {
    /// The resource with the attributes that are asked for.
    pub(super) fn narrow(&self, resource: Value) -> Value {
        resource::narrowed(resource, &self.attributes, &self.excluded_attributes)
    }

    /// What is looked for, if not everything.
    pub(super) fn filter(&self) -> Result<Option<Filter>, Refusal> {
        self.filter.as_deref().map(str::parse).transpose()
    }

    /// The place of the first that is shown, from 1.
    pub(super) fn start(&self) -> u64 {
        let start = self.start_index.unwrap_or(1);
        u64::try_from(start).unwrap_or(1).max(1)
    }

    /// How many are shown at most.
    pub(super) fn count(&self) -> u64 {
        let count = self.count.map(|count| u64::try_from(count).unwrap_or(0));
        count.unwrap_or(MOST).min(MOST)
    }
}

/// Names with commas between them in a query, and as a list in a body.
fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        Joined(String),
        Listed(Vec<String>),
    }
    Ok(match Names::deserialize(deserializer)? {
        Names::Joined(text) => text
            .split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect(),
        Names::Listed(list) => list,
    })
}

/// A comparison of the form `attribute eq value`: the attribute in lower case, and the value.
#[derive(Debug, PartialEq)]
pub(super) struct Filter(String, Value);

impl FromStr for Filter {
    type Err = Refusal;

    fn from_str(filter: &str) -> Result<Self, Refusal> {
        let mut words = filter.trim().splitn(3, ' ');
        let (Some(attribute), Some(operator), Some(value)) =
            (words.next(), words.next(), words.next())
        else {
            return Err(no_filter());
        };
        let value = serde_json::from_str(value.trim()).map_err(|_| no_filter())?;
        match operator.eq_ignore_ascii_case("eq") {
            true => Ok(Self(attribute.to_lowercase(), value)),
            false => Err(no_filter()),
        }
    }
}

impl Filter {
    /// Which people it looks for; nothing, if people have no such attribute.
    pub(super) fn of_people(&self) -> Option<Condition> {
        use person::Column;
        let Self(attribute, value) = self;
        let nobody = || Column::Id.is_null();
        let condition = match (attribute.as_str(), value) {
            ("username" | "emails.value" | "emails", Value::String(text)) => {
                Column::Email.eq(text.to_lowercase())
            }
            ("externalid", Value::String(text)) => Column::ExternalId.eq(text),
            ("displayname" | "name.formatted", Value::String(text)) => Column::Name.eq(text),
            ("id", Value::String(text)) => {
                user_id(text).map_or_else(|_| nobody(), |id| Column::Id.eq(id))
            }
            ("active", Value::Bool(true)) => Column::Status.eq(PersonStatus::Active),
            ("active", Value::Bool(false)) => Column::Status.eq(PersonStatus::Inactive),
            ("meta.resourcetype", Value::String(kind)) => match kind == "User" {
                true => Column::Id.is_not_null(),
                false => nobody(),
            },
            _ => return None,
        };
        Some(Condition::all().add(condition))
    }

    /// Whether it looks for this group; nothing, if groups have no such attribute.
    pub(super) fn of_group(&self, grant: Grant) -> Option<bool> {
        let Self(attribute, value) = self;
        match (attribute.as_str(), value) {
            ("displayname" | "id", Value::String(name)) => Some(*name == id_of(grant)),
            ("meta.resourcetype", Value::String(kind)) => Some(kind == "Group"),
            _ => None,
        }
    }
}

pub(super) fn no_filter() -> Refusal {
    let text = "A filter is one comparison by eq: of userName, externalId, id, displayName or active; of groups, of displayName or id; of either, of meta.resourceType.";
    Refusal::new(StatusCode::BAD_REQUEST, Some("invalidFilter"), text)
}

/// The id of a person, as it is told here.
pub(super) fn user_id(text: &str) -> Result<Uuid, Refusal> {
    let parsed = key::parse(text).filter(|(prefix, _)| *prefix == person::Entity::PREFIX);
    parsed.map(|(_, id)| id).ok_or_else(Refusal::not_found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_filter_is_one_comparison() {
        let told = |filter: &str| {
            let read: Option<Filter> = filter.parse().ok();
            read.map(|Filter(attribute, value)| (attribute, value))
        };
        assert_eq!(
            told("userName eq \"a@b.se\""),
            Some(("username".to_owned(), json!("a@b.se")))
        );
        assert_eq!(
            told(" active EQ true "),
            Some(("active".to_owned(), json!(true)))
        );
        assert_eq!(
            told("title eq \"a b\" "),
            Some(("title".to_owned(), json!("a b")))
        );
        for wrong in [
            "",
            "userName",
            "userName eq",
            "userName co \"a\"",
            "userName eq a",
            "a eq \"b\" or c eq \"d\"",
        ] {
            assert_eq!(told(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn each_kind_is_found_by_what_it_has() {
        let kinds = |filter: &str| {
            let filter: Filter = filter.parse().expect("a filter");
            let reader = Grant {
                role: entity::Role::Reader,
                area: None,
            };
            (filter.of_people().is_some(), filter.of_group(reader))
        };
        assert_eq!(kinds("userName eq \"READER\""), (true, None));
        assert_eq!(kinds("displayName eq \"READER\""), (true, Some(true)));
        assert_eq!(kinds("id eq \"IT_MANAGER\""), (true, Some(false)));
        assert_eq!(kinds("meta.resourceType eq \"Group\""), (true, Some(true)));
        assert_eq!(kinds("nickName eq \"a\""), (false, None));
        assert_eq!(kinds("active eq \"a\""), (false, None));
    }
}
