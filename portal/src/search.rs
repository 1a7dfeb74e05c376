//! Search over everything that the viewer may see.

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};

use crate::{
    Portal,
    failure::Failure,
    form::page::page_of,
    html,
    kinds::*,
    list::{Asked, Filter},
    operation,
    page::Page,
    visitor::Visitor,
};

operation!(Search, "operations/search.graphql");

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    wanted: String,
    list: search::SearchSearch,
}

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new().route("/search", get(show))
}

async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let wanted = asked.text("q").unwrap_or_default();
    let variables = search::Variables {
        text: wanted.clone(),
        kind: asked.kinds("kind"),
        after: asked.text("after"),
    };
    let (page, data) = portal.ask::<Search>(&visitor, variables).await?;
    let view = SearchPage {
        filters: vec![
            asked.by_text(page.text, "q", "search"),
            asked.by_kind::<SearchKind>(page.text, "kind", "kind"),
        ],
        wanted,
        list: data.search,
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// Where a hit leads: to its own page, or to the meeting that it belongs to.
fn page_of_hit(subject: &search::SearchSearchNodesSubject) -> Option<String> {
    use search::SearchSearchNodesSubjectOn as On;
    match &subject.on {
        On::AgendaItem(item) => page_of(&item.meeting.id),
        On::Decision(decision) => page_of(&decision.meeting.id),
        _ => page_of(&subject.id),
    }
}
