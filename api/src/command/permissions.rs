//! `samsyn permissions`: who may do what, for an auditor to read.

use anyhow::Result;
use entity::{Role, Topic};
use sea_orm::{ActiveEnum, Iterable};
use serde_json::{Value, json};

use super::print;
use crate::access::{
    TokenScope,
    action::{READINGS, TABLE},
};

/// Print who may do what: the table that the service itself decides by
///
/// Actions by roles, with the condition on the record where there is one.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How the table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Columns for a terminal
    Text,
    /// A table for a document
    Markdown,
    /// Objects for a program
    Json,
}

/// One line of the matrix.
struct Line {
    name: String,
    about: String,
    scope: String,
    roles: &'static [Role],
    when: Vec<&'static str>,
}

/// Prints the matrix.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(args: &Args) -> Result<()> {
    print(matrix(args.format).trim_end())
}

/// The matrix in a format.
#[must_use]
pub fn matrix(format: Format) -> String {
    let lines = lines();
    match format {
        Format::Text => text(&lines),
        Format::Markdown => markdown(&lines),
        Format::Json => format!("{:#}", Value::from_iter(lines.iter().map(object))),
    }
}

fn lines() -> Vec<Line> {
    let readings = READINGS.iter().map(|reading| Line {
        name: format!("Read {}", reading.topic.to_value()),
        about: about_reading(reading.topic).to_owned(),
        scope: reading.scope.map(scope_name).unwrap_or_default(),
        roles: reading.roles,
        when: vec!["what is visible to the organisation"],
    });
    let actions = TABLE.iter().map(|rule| Line {
        name: rule.name.to_owned(),
        about: rule.about.trim().to_owned(),
        scope: scope_name(rule.scope),
        roles: rule.roles,
        when: rule
            .when
            .iter()
            .map(|condition| condition.words())
            .collect(),
    });
    readings.chain(actions).collect()
}

fn about_reading(topic: Topic) -> &'static str {
    match topic {
        Topic::Directory => "Organisations, people, agreements, forums and their members.",
        Topic::Evidence => "Evidence, its submissions, and requests for it.",
        Topic::Risk => "Risk analyses, their submissions, risks and acceptances.",
        Topic::Forum => "Meetings, agendas and decisions.",
        Topic::ActionItem => "Action items.",
        Topic::Administration => "API tokens, and what happens to people and their roles.",
    }
}

fn scope_name(scope: TokenScope) -> String {
    match async_graphql::InputType::to_value(&scope) {
        async_graphql::Value::Enum(name) => name.to_string(),
        other => other.to_string(),
    }
}

/// Whether the role is among those of the line; no role named means every role.
fn has(line: &Line, role: Role) -> bool {
    line.roles.is_empty() || line.roles.contains(&role)
}

/// The letters under which a role stands in the columns of the text.
fn column(role: Role) -> &'static str {
    match role {
        Role::ItManager => "IT",
        Role::SecurityCoordinator => "SC",
        Role::ItSecurityOfficer => "SO",
        Role::ServiceAreaManager => "AM",
        Role::Reader => "RE",
        Role::SupplierManager => "sm",
        Role::SupplierContributor => "sc",
        Role::SupplierReader => "sr",
        Role::Administrator => "AD",
    }
}

fn text(lines: &[Line]) -> String {
    let widest = lines
        .iter()
        .map(|line| line.name.len())
        .max()
        .unwrap_or_default();
    let heads: Vec<_> = Role::iter().map(column).collect();
    let mut out = String::new();
    for role in Role::iter() {
        out += &format!("{} = {}\n", column(role), role.to_value());
    }
    out += &format!(
        "\n{:widest$}  {}  scope, condition\n",
        "action",
        heads.join(" ")
    );
    for line in lines {
        let marks: Vec<_> = Role::iter()
            .map(|role| if has(line, role) { "x " } else { "· " })
            .collect();
        let mut notes: Vec<_> = Some(line.scope.as_str())
            .filter(|scope| !scope.is_empty())
            .into_iter()
            .collect();
        notes.extend(&line.when);
        out += &format!(
            "{:widest$}  {}  {}\n",
            line.name,
            marks.join(" "),
            notes.join(", ")
        );
    }
    out
}

fn markdown(lines: &[Line]) -> String {
    let heads: Vec<_> = Role::iter().map(|role| role.to_value()).collect();
    let mut out = format!(
        "| action | what it is | {} | token scope | condition |\n",
        heads.join(" | ")
    );
    out += &format!("|{}\n", "---|".repeat(heads.len() + 4));
    for line in lines {
        let marks: Vec<_> = Role::iter()
            .map(|role| if has(line, role) { "x" } else { "" })
            .collect();
        let row = [
            &line.name,
            &line.about,
            &marks.join(" | "),
            &line.scope,
            &line.when.join("; "),
        ];
        out += &format!("| {} |\n", row.map(String::as_str).join(" | "));
    }
    out
}

fn object(line: &Line) -> Value {
    let roles: Vec<_> = Role::iter()
        .filter(|role| has(line, *role))
        .map(|role| role.to_value())
        .collect();
    json!({
        "action": line.name,
        "about": line.about,
        "roles": roles,
        "scope": line.scope,
        "conditions": line.when,
    })
}
