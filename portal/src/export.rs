//! Lists as files for spreadsheets: CSV and Excel, with what the list is narrowed down to, all of it.
//!
//! A list that can be exported says so in a constant of its module ([`Export`]): the document of its page, its filters, and
//! its columns. What is in the file is what the page would show to whoever asks, page after page.
//!
//! What always holds: no cell becomes a formula. What begins like one has an apostrophe before it in CSV, and is text in
//! Excel.

use axum::{
    Router,
    extract::{Path, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Europe::Stockholm;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde_json::Value;

use crate::{Portal, api::Refusal, failure::Failure, list::Asked, text::Text, visitor::Visitor};

/// The most pages of a list that are put into one file, as each is paid for out of what its reader may ask of the API
/// in a minute: with 50 rows a page, 10 000 rows. A file that ends sooner than its list says so.
const PAGES: usize = 200;

/// A list that can be exported.
pub struct Export {
    /// Its path, without the first `/`.
    pub list: &'static str,
    /// The page's document, and the operation in it.
    pub document: (&'static str, &'static str),
    /// The field of the answer that is the list.
    pub field: &'static str,
    /// What the document is asked with, after what was asked for in the address.
    pub variables: fn(&Asked, NaiveDate) -> Value,
    /// The columns: the message that names each, and where its value stands in a row.
    pub columns: &'static [(&'static str, &'static str, Shape)],
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Text or a number, as it is.
    Plain,
    /// A calendar day.
    Day,
    /// A moment.
    Moment,
    /// Yes or no.
    Flag,
    /// A value of an enumeration.
    Kind(&'static str),
    /// What happened.
    Event,
    /// What an event is about.
    Subject,
    /// Roles that are held.
    Roles,
}

/// A cell of the file.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Text(String),
    Number(f64),
    Day(NaiveDate),
    Moment(NaiveDateTime),
}

/// Every list that can be exported.
const EXPORTS: &[Export] = &[
    crate::submission::EXPORT,
    crate::evidence::EXPORT,
    crate::request::EXPORT,
    crate::risk_analysis::EXPORT,
    crate::risk::EXPORT,
    crate::action_item::EXPORT,
    crate::agreement::EXPORT,
    crate::event::EXPORT,
    crate::forum::EXPORT,
    crate::administration::EXPORT,
    crate::administration::SESSIONS,
    crate::administration::TOKENS,
    crate::evidence::VALIDITY,
    crate::meeting::DECISIONS,
    crate::meeting::MEETINGS,
];

/// Whether the list at this path can be exported.
#[must_use]
pub fn is_offered(path: &str) -> bool {
    EXPORTS
        .iter()
        .any(|export| path.strip_prefix('/') == Some(export.list))
}

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new().route("/export/{file}", get(give))
}

async fn give(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(file): Path<String>,
) -> Result<Response, Failure> {
    let not_found = || Failure::not_found(&visitor);
    let (list, kind) = file.rsplit_once('.').ok_or_else(not_found)?;
    let export = EXPORTS
        .iter()
        .find(|export| export.list == list)
        .ok_or_else(not_found)?;
    let text = visitor.text;
    let rows = portal
        .rows(&visitor, export)
        .await
        .map_err(|refusal| Failure::new(&visitor, refusal))?;
    let head: Vec<String> = export
        .columns
        .iter()
        .map(|(name, ..)| text.say(name).into_owned())
        .collect();
    let (bytes, media) = match kind {
        "csv" => (csv(&head, &rows), "text/csv; charset=utf-8"),
        "xlsx" => (
            xlsx(&head, &rows).map_err(|error| error.to_string()),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        _ => return Err(not_found()),
    };
    let bytes = bytes.map_err(|error| {
        tracing::error!(%error, "a list cannot be exported");
        Failure::of(&visitor, "INTERNAL")
    })?;
    let name = format!(
        "attachment; filename=\"samsyn-{list}-{}.{kind}\"",
        portal.today()
    );
    Ok((
        [
            (CONTENT_TYPE, media.to_owned()),
            (CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response())
}

impl Portal {
    /// All rows of a list.
    async fn rows(&self, visitor: &Visitor, export: &Export) -> Result<Vec<Vec<Cell>>, Refusal> {
        let asked = visitor.asked();
        let mut variables = (export.variables)(&asked, self.today());
        let mut rows = vec![];
        for _ in 0..PAGES {
            let (document, operation) = export.document;
            let data = self
                .api
                .look_up_document(visitor, document, operation, &variables)
                .await?;
            let list = data.get(export.field).cloned().unwrap_or_default();
            let nodes = list["nodes"].as_array().into_iter().flatten();
            rows.extend(nodes.map(|node| row(visitor.text, export, node)));
            if list["pageInfo"]["hasNextPage"] != true {
                return Ok(rows);
            }
            variables["after"] = list["pageInfo"]["endCursor"].clone();
        }
        rows.push(vec![Cell::Text(
            visitor.text.say("export-ends").into_owned(),
        )]);
        Ok(rows)
    }
}

fn row(text: Text, export: &Export, node: &Value) -> Vec<Cell> {
    let value = |pointer: &str| node.pointer(pointer).unwrap_or(&Value::Null);
    export
        .columns
        .iter()
        .map(|(_, pointer, shape)| cell(text, *shape, value(pointer)))
        .collect()
}

fn cell(text: Text, shape: Shape, value: &Value) -> Cell {
    let said = match value {
        Value::Null => return Cell::Text(String::new()),
        Value::Number(number) => return Cell::Number(number.as_f64().unwrap_or_default()),
        Value::Bool(yes) => text.say(if *yes { "yes" } else { "no" }).into_owned(),
        Value::String(said) => said.clone(),
        other => other.to_string(),
    };
    match shape {
        Shape::Day => said.parse().map_or(Cell::Text(said), Cell::Day),
        Shape::Moment => match said.parse::<DateTime<Utc>>() {
            Ok(moment) => Cell::Moment(moment.with_timezone(&Stockholm).naive_local()),
            Err(_) => Cell::Text(said),
        },
        Shape::Kind(kind) => Cell::Text(text.named(kind, &said).into_owned()),
        Shape::Event => Cell::Text(crate::event::said(text, &said)),
        Shape::Subject => Cell::Text(crate::event::name_of(value).unwrap_or_default().to_owned()),
        Shape::Roles => {
            let roles = value.as_array().into_iter().flatten();
            let roles: Vec<_> = roles.map(|role| held(text, role)).collect();
            Cell::Text(roles.join(", "))
        }
        Shape::Plain | Shape::Flag => Cell::Text(said),
    }
}

/// A role, and the service area that it is held for.
fn held(text: Text, role: &Value) -> String {
    let named = |field: &str, kind| Some(text.named(kind, role[field].as_str()?));
    let role = named("role", "Role").unwrap_or_default();
    match named("serviceArea", "ServiceArea") {
        Some(area) => format!("{role}: {area}"),
        None => role.into_owned(),
    }
}

/// As Swedish spreadsheets read it by themselves: semicolons, decimal commas are not needed, and a mark that it is UTF-8.
fn csv(head: &[String], rows: &[Vec<Cell>]) -> Result<Vec<u8>, String> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .flexible(true)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let told = |error: csv::Error| error.to_string();
    writer.write_record(head).map_err(told)?;
    for row in rows {
        let cells = row.iter().map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            Cell::Number(number) => number.to_string(),
            Cell::Day(day) => day.to_string(),
            Cell::Moment(moment) => moment.format("%Y-%m-%d %H:%M").to_string(),
        });
        writer.write_record(cells).map_err(told)?;
    }
    writer.into_inner().map_err(|error| error.to_string())
}

/// Text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

fn xlsx(head: &[String], rows: &[Vec<Cell>]) -> Result<Vec<u8>, XlsxError> {
    let (bold, day) = (
        Format::new().set_bold(),
        Format::new().set_num_format("yyyy-mm-dd"),
    );
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(head) {
        sheet.write_string_with_format(0, column, name, &bold)?;
    }
    for (line, row) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            match cell {
                Cell::Text(text) => sheet.write_string(line, column, text)?,
                Cell::Number(number) => sheet.write_number(line, column, *number)?,
                Cell::Day(date) => sheet.write_datetime_with_format(line, column, date, &day)?,
                Cell::Moment(at) => sheet.write_datetime_with_format(line, column, at, &moment)?,
            };
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{Json, body::Body, http::Request};
    use serde_json::json;
    use tower::ServiceExt;

    use super::*;
    use crate::text::Language;

    const SWEDISH: Text = Text::new(Language::Swedish);

    #[test]
    fn values_become_what_spreadsheets_know() {
        assert_eq!(cell(SWEDISH, Shape::Plain, &json!(12)), Cell::Number(12.0));
        assert_eq!(
            cell(SWEDISH, Shape::Kind("ReviewState"), &json!("RETURNED")),
            Cell::Text("Återlämnad".to_owned())
        );
        assert_eq!(
            cell(SWEDISH, Shape::Flag, &json!(true)),
            Cell::Text("Ja".to_owned())
        );
        assert_eq!(
            cell(SWEDISH, Shape::Day, &Value::Null),
            Cell::Text(String::new())
        );
        let Cell::Moment(moment) = cell(SWEDISH, Shape::Moment, &json!("2026-07-01T12:00:00Z"))
        else {
            panic!("a moment");
        };
        assert_eq!(moment.to_string(), "2026-07-01 14:00:00");
    }

    #[tokio::test]
    async fn a_file_that_ends_sooner_than_its_list_says_so() {
        let page = json!({ "nodes": [{}], "pageInfo": { "hasNextPage": true, "endCursor": "x" } });
        let endless = Json(json!({ "data": { "agreements": page } }));
        let api = Router::new().fallback(async || endless);
        let asked = Request::get("/export/agreements.csv").header("accept-language", "sv");
        let asked = asked.body(Body::empty()).expect("a request");
        let answer = crate::routes(api, Arc::new(Utc::now)).oneshot(asked).await;
        let body = answer.expect("an answer").into_body();
        let file = axum::body::to_bytes(body, usize::MAX).await;
        let file = String::from_utf8(file.expect("a file").to_vec()).expect("text");
        let lines: Vec<_> = file.lines().collect();
        assert_eq!(lines.len(), 1 + PAGES + 1);
        assert!(lines[PAGES + 1].starts_with("Här slutar filen"), "{file}");
    }

    #[test]
    fn no_cell_becomes_a_formula() {
        let rows = [vec![
            Cell::Text("=1+1".to_owned()),
            Cell::Text("a;b \"c\"".to_owned()),
        ]];
        let told = csv(&["A".to_owned(), "B".to_owned()], &rows).expect("a file");
        assert_eq!(
            String::from_utf8(told).expect("text"),
            "\u{feff}A;B\n'=1+1;\"a;b \"\"c\"\"\"\n"
        );
    }

    #[test]
    fn an_excel_file_is_one() {
        let rows = [vec![
            Cell::Day("2026-03-01".parse().expect("a day")),
            Cell::Number(2.0),
        ]];
        let told = xlsx(&["A".to_owned(), "B".to_owned()], &rows).expect("a file");
        assert!(told.starts_with(b"PK"));
    }

    #[test]
    fn every_column_has_a_name_and_stands_in_the_document() {
        for export in EXPORTS {
            for (name, pointer, _) in export.columns {
                assert!(SWEDISH.find(name).is_some(), "{}: {name}", export.list);
                for part in pointer.split('/').skip(1) {
                    assert!(
                        export.document.0.contains(part),
                        "{}: {pointer}",
                        export.list
                    );
                }
            }
        }
    }
}
