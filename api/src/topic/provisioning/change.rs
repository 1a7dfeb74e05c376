//! What a directory wants a person to be: by a whole resource, or by a patch of it (RFC 7644, section 3.5.2).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::http::Refusal;

/// What of a person is to be changed; what is not given stays.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The address at work, which is the user name.
    pub user_name: Option<String>,
    /// The full name.
    pub name: Option<String>,
    /// The title at work; none empties it.
    pub title: Option<Option<String>>,
    /// Whether the person may act.
    pub active: Option<bool>,
    /// What the directory calls the person; none empties it.
    pub external_id: Option<Option<String>>,
}

/// One operation of a patch.
#[derive(Debug, Deserialize)]
pub struct Operation {
    /// `add`, `replace` or `remove`, in whatever case: Entra ID begins them with a capital letter.
    pub op: String,
    /// What it is about; the whole resource when left out.
    pub path: Option<String>,
    /// What is to be there.
    #[serde(default)]
    pub value: Value,
}

/// The operations of a patch.
#[derive(Debug, Deserialize)]
pub struct Patch {
    /// In the order in which they are carried out.
    #[serde(rename = "Operations", alias = "operations")]
    pub operations: Vec<Operation>,
}

impl Change {
    /// What a whole resource says: what it does not, is empty. But whether the person may act stays: a directory that
    /// says nothing of it lets nobody in again whom an administrator has shut out.
    ///
    /// # Errors
    /// When an attribute is missing or of another type.
    pub fn of_resource(resource: &Map<String, Value>) -> Result<Self, Refusal> {
        let mut change = Self {
            title: Some(None),
            external_id: Some(None),
            ..Self::default()
        };
        for (name, value) in resource {
            change.set(name, value)?;
        }
        if change.user_name.is_none() {
            return Err(Refusal::invalid("userName is missing"));
        }
        Ok(change)
    }

    /// What a patch says.
    ///
    /// # Errors
    /// When it names what cannot be changed, or an attribute is of another type.
    pub fn of_patch(patch: &Patch) -> Result<Self, Refusal> {
        let mut change = Self::default();
        for Operation { op, path, value } in &patch.operations {
            match (op.to_lowercase().as_str(), path) {
                ("add" | "replace", Some(path)) => change.set(path, value)?,
                ("add" | "replace", None) => match value {
                    Value::Object(attributes) => {
                        for (name, value) in attributes {
                            change.set(name, value)?;
                        }
                    }
                    _ => {
                        return Err(Refusal::invalid(
                            "an operation without a path needs an object",
                        ));
                    }
                },
                ("remove", Some(path)) => change.set(path, &Value::Null)?,
                _ => {
                    return Err(Refusal::invalid(
                        "an operation is add, replace or remove; remove needs a path",
                    ));
                }
            }
        }
        Ok(change)
    }

    /// Takes one attribute by its name or path, in whatever case (RFC 7643, section 2.1).
    fn set(&mut self, path: &str, value: &Value) -> Result<(), Refusal> {
        let path = path.to_lowercase();
        let path = path
            .strip_prefix("urn:ietf:params:scim:schemas:core:2.0:user:")
            .unwrap_or(&path);
        match path {
            "username" => self.user_name = Some(text(path, value)?),
            "displayname" | "name.formatted" => {
                self.name = text_or_none(path, value)?.or(self.name.take());
            }
            "name" => self.set_name(value)?,
            // What makes up the name is told beside the whole of it.
            "name.givenname" | "name.familyname" => {}
            "title" => self.title = Some(text_or_none(path, value)?),
            "active" => self.active = Some(truth(value)?),
            "externalid" => self.external_id = Some(text_or_none(path, value)?),
            // The address is the user name. What else there is to a person is not kept here.
            _ => {}
        }
        Ok(())
    }

    fn set_name(&mut self, value: &Value) -> Result<(), Refusal> {
        let Value::Object(name) = value else {
            return Ok(());
        };
        let part = |wanted: &str| {
            let found = name
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(wanted));
            found.map_or(Ok(None), |(_, value)| text_or_none(wanted, value))
        };
        let whole = part("formatted")?;
        let parts = [part("givenName")?, part("familyName")?];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let joined = (!parts.is_empty()).then(|| parts.join(" "));
        // The name to be shown, where the resource has one, says more.
        self.name = self.name.take().or(whole).or(joined);
        Ok(())
    }
}

fn text(path: &str, value: &Value) -> Result<String, Refusal> {
    text_or_none(path, value)?.ok_or_else(|| Refusal::invalid(&format!("{path} must be a text")))
}

fn text_or_none(path: &str, value: &Value) -> Result<Option<String>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(Refusal::invalid(&format!("{path} must be a text"))),
    }
}

/// Entra ID sends truth values as text.
fn truth(value: &Value) -> Result<bool, Refusal> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Refusal::invalid("active must be true or false")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(operations: &Value) -> Result<Change, Refusal> {
        let patch: Patch =
            serde_json::from_value(json!({ "Operations": operations })).expect("a patch");
        Change::of_patch(&patch)
    }

    #[test]
    fn a_patch_is_taken_as_directories_send_it() {
        let inactive = || Change {
            active: Some(false),
            ..Change::default()
        };
        for operations in [
            json!([{ "op": "replace", "path": "active", "value": false }]),
            json!([{ "op": "Replace", "path": "active", "value": "False" }]),
            json!([{ "op": "replace", "value": { "active": false } }]),
            json!([{ "op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:Active", "value": false }]),
        ] {
            assert_eq!(patched(&operations).ok(), Some(inactive()), "{operations}");
        }
        let emptied = patched(&json!([{ "op": "remove", "path": "title" }])).ok();
        assert_eq!(emptied.and_then(|change| change.title), Some(None));
        for wrong in [
            json!([{ "op": "move", "path": "title" }]),
            json!([{ "op": "remove" }]),
            json!([{ "op": "replace", "value": "x" }]),
            json!([{ "op": "replace", "path": "active", "value": 1 }]),
            json!([{ "op": "replace", "path": "userName", "value": null }]),
        ] {
            assert!(patched(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_whole_resource_empties_what_it_does_not_say() {
        let resource = json!({
            "userName": "a@example.se", "name": { "givenName": "Anna", "familyName": "Berg" }, "nickName": "Annie",
        });
        let change = Change::of_resource(resource.as_object().expect("an object")).ok();
        let change = change.expect("a change");
        assert_eq!(change.name.as_deref(), Some("Anna Berg"));
        assert_eq!(
            (change.title, change.active, change.external_id),
            (Some(None), None, Some(None))
        );
        assert!(Change::of_resource(&Map::new()).is_err());
    }
}
