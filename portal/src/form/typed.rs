//! What somebody typed into a form, and what it is as input of the API.
//!
//! What always holds: whatever was typed can be shown again as it was. What cannot be read as what it should be is told
//! beside its field, and nothing is sent.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeZone, Utc};
use chrono_tz::Europe::Stockholm;
use serde_json::{Map, Value, json};

use super::{Field, Form, Shape};

/// Names and values, in the order in which the browser sends them.
#[derive(Clone, Debug, Default)]
pub struct Typed(Vec<(String, String)>);

/// What is sent for the record that is taken away from another one.
pub const NOTHING: &str = "nothing";

/// A field whose value cannot be read, and the message that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The field.
    pub field: &'static str,
    /// The message.
    pub message: &'static str,
}

impl From<Vec<(String, String)>> for Typed {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

impl Typed {
    /// The value of a field; empty if there is none.
    #[must_use]
    pub fn one(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All names and values.
    pub fn pairs(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().cloned()
    }

    /// Whether the field was sent at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// The same with this value instead.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.retain(|(key, _)| key != name);
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// The same with one value more.
    #[must_use]
    pub fn and(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// What a record has, as if it had been typed; what was typed before stays.
    #[must_use]
    pub fn or_as_it_stands(self, form: &Form, record: &Value) -> Self {
        self.filled(form.fields.iter(), record)
    }

    /// The same of what was sent: pages send some of a form's fields, and the others stand as they do. Where several
    /// values can be chosen, nothing was sent because nothing was.
    #[must_use]
    pub fn sent_or_as_it_stands(self, form: &Form, record: &Value) -> Self {
        let fields = form.fields.iter();
        self.filled(fields.filter(|field| field.shape.is_typed()), record)
    }

    fn filled(mut self, fields: impl Iterator<Item = &'static Field>, record: &Value) -> Self {
        for field in fields {
            if self.has(field.name) {
                continue;
            }
            for value in shown(field, record) {
                self.0.push((field.name.to_owned(), value));
            }
        }
        self
    }

    /// The input of the mutation.
    ///
    /// # Errors
    /// The fields that cannot be read.
    pub fn input(&self, form: &Form) -> Result<Value, Vec<Unreadable>> {
        let mut input = Map::new();
        let mut unreadable = vec![];
        for field in form.fields {
            match self.value(form, field) {
                Ok(Some(value)) => {
                    input.insert(field.name.to_owned(), value);
                }
                Ok(None) => {}
                Err(message) => unreadable.push(Unreadable {
                    field: field.name,
                    message,
                }),
            }
        }
        match unreadable.is_empty() {
            true => Ok(Value::Object(input)),
            false => Err(unreadable),
        }
    }

    /// A field's value; none if it is to be left out. A change says “nothing” where something was emptied, so that what
    /// stood there goes away, and leaves out what was not sent, so that it stays.
    fn value(&self, form: &Form, field: &Field) -> Result<Option<Value>, &'static str> {
        let text = self.one(field.name);
        let emptied = form.edits() && self.has(field.name);
        let stays = form.edits() && !self.has(field.name) && field.shape.is_typed();
        match field.shape {
            _ if stays => Ok(None),
            Shape::Pick(_) if emptied && text == NOTHING => Ok(Some(Value::Null)),
            shape if shape.is_several() || !text.trim().is_empty() => {
                read(shape, self.all(field.name)).map(Some)
            }
            Shape::Line | Shape::Lines | Shape::Email if field.required => Ok(Some(json!(text))),
            _ if field.required => Err("problem-missing"),
            // Whoever picks no record may not see the one that stands there.
            Shape::Pick(_) => Ok(None),
            _ => Ok(emptied.then_some(Value::Null)),
        }
    }
}

impl Shape {
    /// Whether there can be several values, or none that says something: an unticked box is not sent.
    fn is_several(self) -> bool {
        matches!(
            self,
            Self::Flag | Self::Kinds(_) | Self::Picks(_) | Self::Roles | Self::List | Self::Mapping
        )
    }

    /// Whether somebody fills it in, so that a page that asks for it also sends it.
    fn is_typed(self) -> bool {
        !self.is_several() && !matches!(self, Self::Hidden | Self::Version)
    }
}

fn read<'a>(
    shape: Shape,
    mut values: impl Iterator<Item = &'a str>,
) -> Result<Value, &'static str> {
    match shape {
        Shape::Flag => Ok(json!(values.any(|value| value == "true"))),
        Shape::Kinds(_) | Shape::Picks(_) => Ok(values.filter(|value| !value.is_empty()).collect()),
        Shape::Roles => Ok(values.filter_map(role).collect()),
        Shape::List => Ok(lines(values).map(Value::from).collect()),
        Shape::Mapping => lines(values).map(mapping).collect(),
        _ => single(shape, values.next().unwrap_or_default()),
    }
}

fn single(shape: Shape, text: &str) -> Result<Value, &'static str> {
    let trimmed = text.trim();
    match shape {
        Shape::Version => whole(trimmed),
        Shape::Number(least, most) => match trimmed.parse::<i64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(json!(number)),
            _ => Err("problem-number"),
        },
        Shape::Day => match trimmed.parse::<NaiveDate>() {
            Ok(day) => Ok(json!(day)),
            Err(_) => Err("problem-day"),
        },
        Shape::Moment => moment(trimmed).ok_or("problem-moment"),
        Shape::Json => serde_json::from_str(trimmed).map_err(|_| "problem-json"),
        Shape::Line | Shape::Email | Shape::Secret => Ok(json!(trimmed)),
        _ => Ok(json!(text)),
    }
}

fn whole(text: &str) -> Result<Value, &'static str> {
    let number = text.parse::<i64>().map_err(|_| "problem-number")?;
    Ok(json!(number))
}

/// What `datetime-local` sends is Swedish time; of an hour that comes twice, the first is meant.
fn moment(text: &str) -> Option<Value> {
    let local = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())?;
    let moment = Stockholm.from_local_datetime(&local).earliest()?;
    let moment = moment.with_timezone(&Utc);
    Some(json!(moment.to_rfc3339_opts(SecondsFormat::Secs, true)))
}

fn lines<'a>(values: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    values
        .flat_map(|text| text.split(['\n', ',']))
        .map(str::trim)
        .filter(|line| !line.is_empty())
}

/// `ROLE` or `ROLE AREA`.
fn role(text: &str) -> Option<Value> {
    let mut words = text.split_whitespace();
    let role = words.next()?;
    Some(json!({ "role": role, "serviceArea": words.next() }))
}

fn mapping(line: &str) -> Result<Value, &'static str> {
    let (value, granted) = line.rsplit_once('=').ok_or("problem-mapping")?;
    let mut mapping = role(granted).ok_or("problem-mapping")?;
    mapping["value"] = json!(value.trim());
    Ok(mapping)
}

/// A field of a record, as a form shows it.
fn shown(field: &Field, record: &Value) -> Vec<String> {
    let name = match field.name {
        "expectedVersion" => "version",
        // A person's may be missing, so that it has a name of its own in the document.
        "title" if record["__typename"] == "Person" => "jobTitle",
        name => name,
    };
    let value = match field.name.strip_suffix("Id") {
        Some(related) => &record[related]["id"],
        None => &record[name],
    };
    match (field.shape, value) {
        (_, Value::Null) => vec![],
        (Shape::Roles, Value::Array(roles)) => roles.iter().map(role_text).collect(),
        (Shape::List, Value::Array(items)) => vec![list(items, |item| text(&item["domain"]))],
        (Shape::Mapping, Value::Array(items)) => {
            let line = |item: &Value| format!("{} = {}", text(&item["value"]), role_text(item));
            vec![list(items, line)]
        }
        (_, Value::Array(items)) => items.iter().map(text).collect(),
        (Shape::Moment, value) => vec![local(&text(value))],
        (_, value) => vec![text(value)],
    }
}

fn list(items: &[Value], line: impl Fn(&Value) -> String) -> String {
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn role_text(held: &Value) -> String {
    match held["serviceArea"].as_str() {
        Some(area) => format!("{} {area}", text(&held["role"])),
        None => text(&held["role"]),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A moment of the API as `datetime-local` wants it.
fn local(moment: &str) -> String {
    match DateTime::parse_from_rfc3339(moment) {
        Ok(moment) => {
            let local = moment.with_timezone(&Stockholm);
            local.format("%Y-%m-%dT%H:%M").to_string()
        }
        Err(_) => moment.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::find;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        let pairs = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Typed::from(pairs.collect::<Vec<_>>())
    }

    fn input(mutation: &str, pairs: &[(&str, &str)]) -> Result<Value, Vec<Unreadable>> {
        typed(pairs).input(find(mutation).expect("a form"))
    }

    #[test]
    fn what_is_typed_becomes_the_input() {
        let meeting = input(
            "scheduleMeeting",
            &[
                ("forumId", "for_1"),
                ("title", " Mars "),
                ("startsAt", "2026-07-01T14:00"),
                ("endsAt", ""),
            ],
        );
        assert_eq!(
            meeting,
            Ok(json!({ "forumId": "for_1", "title": "Mars", "startsAt": "2026-07-01T12:00:00Z" }))
        );
        let person = input(
            "createPerson",
            &[
                ("name", "Maria"),
                ("email", "m@a.example"),
                ("roles", "SERVICE_AREA_MANAGER NETWORK"),
                ("roles", "READER"),
            ],
        );
        assert_eq!(
            person.expect("an input")["roles"],
            json!([
                { "role": "SERVICE_AREA_MANAGER", "serviceArea": "NETWORK" },
                { "role": "READER", "serviceArea": null },
            ])
        );
    }

    #[test]
    fn what_is_emptied_is_taken_away_and_what_is_not_asked_for_stays() {
        let changed = input(
            "updateEvidence",
            &[
                ("id", "evd_1"),
                ("expectedVersion", "3"),
                ("kind", "POLICY"),
                ("title", ""),
                ("scope", " "),
            ],
        );
        assert_eq!(
            changed,
            Ok(
                json!({ "id": "evd_1", "expectedVersion": 3, "kind": "POLICY", "title": "", "scope": null })
            )
        );
    }

    #[test]
    fn what_a_page_does_not_send_stays_and_is_shown_as_it_stands() {
        let form = find("updateAgendaItem").expect("a form");
        let moved = typed(&[("id", "agi_1"), ("expectedVersion", "3"), ("position", "2")]);
        assert_eq!(
            moved.input(form),
            Ok(json!({ "id": "agi_1", "expectedVersion": 3, "position": 2 }))
        );
        let record = json!({
            "id": "agi_1", "version": 4, "title": "Backup", "notes": "Sagt", "position": 1, "risk": { "id": "rsk_1" },
            "submission": null,
        });
        let shown = moved.sent_or_as_it_stands(form, &record);
        assert_eq!(
            shown.input(form),
            Ok(json!({
                "id": "agi_1", "expectedVersion": 3, "title": "Backup", "notes": "Sagt", "position": 2, "riskId": "rsk_1",
            }))
        );
    }

    #[test]
    fn a_box_that_was_unticked_is_not_ticked_again() {
        let form = find("updatePerson").expect("a form");
        let record =
            json!({ "name": "Maria", "roles": [{ "role": "READER", "serviceArea": null }] });
        let shown = typed(&[("id", "per_1")]).sent_or_as_it_stands(form, &record);
        assert_eq!((shown.one("name"), shown.has("roles")), ("Maria", false));
    }

    #[test]
    fn a_record_goes_away_only_where_it_was_seen() {
        let change = |risk: &str| {
            let pairs = [("id", "agi_1"), ("expectedVersion", "3"), ("riskId", risk)];
            let input = input("updateAgendaItem", &pairs).expect("an input");
            input.get("riskId").cloned()
        };
        assert_eq!(change(""), None);
        assert_eq!(change(NOTHING), Some(Value::Null));
        assert_eq!(change("rsk_1"), Some(json!("rsk_1")));
    }

    #[test]
    fn what_cannot_be_read_is_told_for_every_field() {
        let told = input(
            "addRisk",
            &[
                ("riskAnalysisId", "ana_1"),
                ("title", "t"),
                ("likelihood", "6"),
                ("impact", "x"),
                ("treatment", ""),
                ("reviewOn", "31/1"),
            ],
        );
        let told: Vec<_> = told
            .expect_err("problems")
            .into_iter()
            .map(|u| (u.field, u.message))
            .collect();
        assert_eq!(
            told,
            [
                ("likelihood", "problem-number"),
                ("impact", "problem-number"),
                ("treatment", "problem-missing"),
                ("reviewOn", "problem-day"),
            ]
        );
    }

    #[test]
    fn a_record_fills_its_form_and_comes_back_the_same() {
        let form = find("updateMeeting").expect("a form");
        let record = json!({ "id": "mtg_1", "version": 2, "title": "T", "startsAt": "2026-01-31T08:00:00Z", "endsAt": null, "place": "Sal 2", "minutes": null });
        let filled = Typed::default().or_as_it_stands(form, &record);
        assert_eq!(filled.one("startsAt"), "2026-01-31T09:00");
        assert_eq!(
            filled.input(form),
            Ok(
                json!({ "id": "mtg_1", "expectedVersion": 2, "title": "T", "startsAt": "2026-01-31T08:00:00Z", "place": "Sal 2" })
            )
        );
    }
}
