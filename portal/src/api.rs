//! The portal as a client of the API: one document a page, asked over GraphQL in the visitor's own name.
//!
//! What always holds:
//! - What a visitor may see or do is the API's to say. The portal passes the visitor's cookie on and shows what comes
//!   back; it has no rights of its own.
//! - Every document stands in `operations/` and was checked against the published schema when this was compiled
//!   (`build.rs`). A page's answer is read into the types that were made from its document.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use graphql_client::GraphQLQuery;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json, value::RawValue};
use tower::ServiceExt;

use crate::{assets::SENT_BY_SCRIPTS, visitor::Visitor};

include!(concat!(env!("OUT_DIR"), "/operations.rs"));

/// The largest answer that is read. The API's own limits keep answers far below.
const LARGEST: usize = 16 * 1024 * 1024;

/// Every document that the portal sends, and that its scripts send, for services that execute trusted ones alone.
pub fn documents() -> impl Iterator<Item = &'static str> {
    let operations = OPERATIONS.iter().map(|(_, text)| *text);
    PAGES
        .iter()
        .copied()
        .chain(operations)
        .chain(SENT_BY_SCRIPTS)
}

/// The scalars of the schema.
pub mod scalar {
    /// A calendar day.
    pub type Date = chrono::NaiveDate;
    /// A moment.
    pub type DateTime = chrono::DateTime<chrono::Utc>;
    /// A whole number of 64 bits.
    pub type Long = i64;
    /// Any value.
    #[expect(clippy::upper_case_acronyms, reason = "the schema calls it so")]
    pub type JSON = serde_json::Value;
}

/// Makes the types of a page's document, which stands in `operations/`.
#[macro_export]
#[doc(hidden)]
macro_rules! operation {
    ($name:ident, $path:tt) => {
        #[derive(graphql_client::GraphQLQuery)]
        #[graphql(
            schema_path = "../api/schema.graphql",
            query_path = $path,
            response_derives = "Debug, Clone",
            custom_scalars_module = "crate::api::scalar",
            skip_serializing_none,
            extern_enums("Action", "AccessConcern", "ActionItemState", "ActionItemStepKind", "CommentAudience", "EvidenceKind", "EvidenceRequestState", "ForumLevel", "MeetingState", "MemberDuty", "OrganisationKind", "PersonStatus", "Priority", "ReviewOutcome", "ReviewState", "RiskAcceptanceState", "RiskLevel", "RiskTreatment", "Role", "SearchKind", "ServiceArea", "TokenScope", "TokenUsage", "Topic", "Validity")
        )]
        struct $name;
    };
}

/// Who is signed in, as every page asks for it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Viewer {
    /// The name.
    pub name: String,
    /// The person; an integration is none.
    pub person: Option<Known>,
    /// The organisation.
    pub organisation: Organisation,
    /// The roles held.
    pub roles: Vec<HeldRole>,
    /// What others have done since the viewer last looked.
    pub unseen_events: Option<UnseenEvents>,
    /// The views that were saved; lists alone ask for them.
    #[serde(default)]
    pub saved_views: Vec<SavedView>,
}

/// What others have done since somebody last looked.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnseenEvents {
    /// How many events there are; no more than a hundred are counted.
    pub count: i64,
    /// The position of the latest.
    pub latest_position: Option<i64>,
}

/// A list as somebody wants to see it again.
#[derive(Clone, Debug, Deserialize)]
pub struct SavedView {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The list's path.
    pub page: String,
    /// What follows `?`.
    pub query: String,
}

/// A record of which only the id is of interest.
#[derive(Clone, Debug, Deserialize)]
pub struct Known {
    /// Its id.
    pub id: String,
}

/// The viewer's organisation.
#[derive(Clone, Debug, Deserialize)]
pub struct Organisation {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: crate::kinds::OrganisationKind,
}

/// A role that is held.
#[derive(Clone, Debug, Deserialize)]
pub struct HeldRole {
    /// The role.
    pub role: crate::kinds::Role,
}

#[derive(Deserialize)]
struct Framed {
    viewer: Viewer,
}

/// Why the API did not do what it was asked.
#[derive(Clone, Debug, Default)]
pub struct Refusal {
    /// The code, of the documented set.
    pub code: String,
    /// What the API says, in English.
    pub message: String,
    /// What is wrong with the input.
    pub violations: Vec<Violation>,
    /// Where the log has more.
    pub reference: Option<String>,
}

/// One broken rule of an input.
#[derive(Clone, Debug, Deserialize)]
pub struct Violation {
    /// The field.
    pub path: String,
    /// What is wrong, in English.
    pub message: String,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(default)]
    errors: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    message: String,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Extensions {
    code: Option<String>,
    violations: Vec<Violation>,
    reference: Option<String>,
}

impl From<Told> for Refusal {
    fn from(told: Told) -> Self {
        let Extensions {
            code,
            violations,
            reference,
        } = told.extensions;
        Self {
            code: code.unwrap_or_else(|| "INTERNAL".to_owned()),
            message: told.message,
            violations,
            reference,
        }
    }
}

/// What a plain route of the API refuses; its errors have the shape of those of GraphQL.
#[must_use]
pub fn refusal_of(bytes: &[u8]) -> Refusal {
    match data(bytes) {
        Err(refusal) => refusal,
        Ok(_) => Refusal::coded("INTERNAL"),
    }
}

impl Refusal {
    /// A refusal of which only the code is of interest.
    #[must_use]
    pub fn coded(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            ..Self::default()
        }
    }

    fn unreadable(why: &dyn std::fmt::Display) -> Self {
        tracing::error!(%why, "the API's answer cannot be read");
        Self {
            code: "INTERNAL".to_owned(),
            ..Self::default()
        }
    }
}

/// The API.
#[derive(Clone)]
pub struct Api(Router);

impl Api {
    /// The API that these routes serve.
    #[must_use]
    pub fn new(routes: Router) -> Self {
        Self(routes)
    }

    /// Asks for what a page shows, and who is looking at it.
    ///
    /// # Errors
    /// What the API refuses, and why.
    pub async fn ask<Q: GraphQLQuery>(
        &self,
        visitor: &Visitor,
        variables: Q::Variables,
    ) -> Result<(Viewer, Q::ResponseData), Refusal> {
        let body = Q::build_query(variables);
        let sent = json!({
            "query": body.query,
            "operationName": body.operation_name,
            "variables": body.variables,
        });
        let bytes = self.send(visitor, &sent).await?;
        let data = data(&bytes)?;
        let framed: Framed = read(data)?;
        Ok((framed.viewer, read(data)?))
    }

    /// Asks for what a form needs to know, as it comes.
    ///
    /// # Errors
    /// What the API refuses, and why.
    pub async fn look_up(
        &self,
        visitor: &Visitor,
        operation: &str,
        variables: Value,
    ) -> Result<Map<String, Value>, Refusal> {
        let query = document(operation)
            .ok_or_else(|| Refusal::unreadable(&format!("there is no operation {operation}")))?;
        self.look_up_document(visitor, query, operation, &variables)
            .await
    }

    /// Asks a page's document, and takes the answer as it comes.
    ///
    /// # Errors
    /// What the API refuses, and why.
    pub async fn look_up_document(
        &self,
        visitor: &Visitor,
        document: &str,
        operation: &str,
        variables: &Value,
    ) -> Result<Map<String, Value>, Refusal> {
        let sent = json!({ "query": document, "operationName": operation, "variables": variables });
        let bytes = self.send(visitor, &sent).await?;
        read(data(&bytes)?)
    }

    /// Has something done: one mutation with its input. What it answers is the mutation's own selection.
    ///
    /// # Errors
    /// What the API refuses, and why.
    pub async fn change(
        &self,
        visitor: &Visitor,
        mutation: &str,
        input: Value,
    ) -> Result<Value, Refusal> {
        let name = operation_name(mutation);
        let mut data = self
            .look_up(visitor, &name, json!({ "input": input }))
            .await?;
        Ok(data.remove(mutation).unwrap_or_default())
    }

    /// Sends a plain request, such as a file to its upload URL, and answers it as it comes.
    pub async fn pass(&self, request: Request<Body>) -> axum::response::Response {
        match self.0.clone().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        }
    }

    async fn send(&self, visitor: &Visitor, sent: &impl Serialize) -> Result<Vec<u8>, Refusal> {
        let body = serde_json::to_vec(sent).map_err(|error| Refusal::unreadable(&error))?;
        let mut request = visitor.request(Method::POST, "/graphql", Body::from(body));
        let headers = request.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("application/json"),
        );
        headers.insert(
            header::ACCEPT,
            header::HeaderValue::from_static("application/graphql-response+json"),
        );
        let answer = self.pass(request).await;
        let status = answer.status();
        let body = to_bytes(answer.into_body(), LARGEST).await;
        let bytes = body.map_err(|error| Refusal::unreadable(&error))?;
        if status == StatusCode::UNAUTHORIZED {
            return Err(Refusal {
                code: "UNAUTHENTICATED".to_owned(),
                ..Refusal::default()
            });
        }
        Ok(bytes.to_vec())
    }
}

/// A mutation's operation has its name with a capital.
fn operation_name(mutation: &str) -> String {
    let mut letters = mutation.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}

/// The document of an operation that has no types of its own.
fn document(operation: &str) -> Option<&'static str> {
    OPERATIONS
        .iter()
        .find(|(name, _)| *name == operation)
        .map(|(_, text)| *text)
}

fn data(bytes: &[u8]) -> Result<&RawValue, Refusal> {
    let answer: Answer<'_> =
        serde_json::from_slice(bytes).map_err(|error| Refusal::unreadable(&error))?;
    if let Some(told) = answer.errors.into_iter().next() {
        return Err(told.into());
    }
    answer
        .data
        .ok_or_else(|| Refusal::unreadable(&"neither data nor errors"))
}

fn read<T: DeserializeOwned>(data: &RawValue) -> Result<T, Refusal> {
    serde_json::from_str(data.get()).map_err(|error| Refusal::unreadable(&error))
}
