use serde_json::Value;
use tempfile::TempDir;

use super::{people::TENANTS, *};
use crate::{
    access::Session,
    config::{Database, Evidence, Settings},
    topic::organisation::model::roles_of,
};

/// A world of its own, as it was on a certain day.
struct Made {
    app: App,
    cast: Cast,
    _folder: TempDir,
}

async fn made() -> Made {
    let folder = TempDir::new().expect("a folder");
    let settings = Settings {
        database: Database {
            url: Database::url_in(folder.path()),
            ..Database::default()
        },
        evidence: Evidence {
            url: Evidence::url_in(folder.path()),
            ..Evidence::default()
        },
        ..Settings::default()
    };
    let base = "http://127.0.0.1:8080".parse().expect("a URL");
    let now = "2026-11-24T09:00:00Z".parse().expect("a time");
    let app = App::open_to_fill(&settings, base, clock(now)).await;
    let app = app.expect("an app");
    let cast = make(&app).await.expect("a world");
    let _folder = folder;
    Made { app, cast, _folder }
}

impl Made {
    /// What somebody is answered; the first of the organisation with this role asks.
    async fn asks(&self, organisation: &str, role: &str, query: &str) -> Value {
        let role = serde_json::from_value(role.into()).expect("a role");
        let visitor = self.cast.actors.iter().find(|visitor| {
            visitor.organisation.starts_with(organisation) && visitor.roles.contains(&role)
        });
        let token = &visitor.expect("somebody with this role").token;
        let actor = self.app.door.authenticate(token).await.expect("an actor");
        let session = Session::new(self.app.door.clone(), Some(actor));
        let request = self.app.request(query, Value::Null).expect("a document");
        let request = request.data(session);
        let answer = self.app.schema().execute(request).await;
        assert_eq!(answer.errors, [], "{query}");
        answer.data.into_json().expect("JSON")
    }

    /// How many records a list has for somebody.
    async fn count(&self, organisation: &str, role: &str, list: &str, filter: &str) -> u64 {
        let query = format!("{{ {list}(filter: {{ {filter} }}) {{ totalCount }} }}");
        let answer = self.asks(organisation, role, &query).await;
        answer[list]["totalCount"].as_u64().expect("a number")
    }
}

#[tokio::test]
async fn two_makings_give_the_same_world() {
    let query = "{ actionItems(first: 100) { nodes { id title state dueOn } } \
                   risks(first: 100) { nodes { id title score } } \
                   submissions(first: 100) { nodes { id title state submittedAt } } \
                   forums { nodes { id name } } }";
    let (one, other) = (made().await, made().await);

    assert_eq!(one.cast, other.cast);
    for (organisation, role) in [
        ("Älvsunda", "IT_MANAGER"),
        ("Fjällnära", "SUPPLIER_MANAGER"),
    ] {
        let (one, other) = (
            one.asks(organisation, role, query).await,
            other.asks(organisation, role, query).await,
        );
        assert_eq!(one, other);
    }
}

#[tokio::test]
async fn everything_that_can_be_shown_occurs() {
    let made = made().await;
    for (organisation, role, list, filters) in [
        (
            "Älvsunda",
            "IT_MANAGER",
            "submissions",
            &[
                "state: [SUBMITTED]",
                "state: [RETURNED]",
                "state: [APPROVED]",
                "state: [SUPERSEDED]",
                "validity: UPCOMING",
                "validity: VALID",
                "validity: EXPIRING",
                "validity: EXPIRED",
            ][..],
        ),
        (
            "Fjällnära",
            "SUPPLIER_CONTRIBUTOR",
            "submissions",
            &["state: [DRAFT]", "state: [RETURNED]"],
        ),
        (
            "Fjällnära",
            "SUPPLIER_CONTRIBUTOR",
            "evidence",
            &[
                "kind: [CERTIFICATE]",
                "kind: [AUDIT_REPORT]",
                "kind: [STATEMENT_OF_APPLICABILITY]",
                "kind: [PENETRATION_TEST]",
                "kind: [RESTORE_TEST]",
                "kind: [POLICY]",
                "kind: [OTHER]",
                "includeArchived: true, titleContains: \"2019\"",
            ],
        ),
        (
            "Älvsunda",
            "IT_MANAGER",
            "evidenceRequests",
            &[
                "state: [OPEN]",
                "state: [ANSWERED]",
                "state: [FULFILLED]",
                "state: [WITHDRAWN]",
                "overdue: true",
            ],
        ),
        (
            "Älvsunda",
            "IT_MANAGER",
            "riskAnalyses",
            &[
                "state: [DRAFT]",
                "state: [SUBMITTED]",
                "state: [RETURNED]",
                "state: [APPROVED]",
                "reviewOverdue: true",
            ],
        ),
        (
            "Älvsunda",
            "IT_MANAGER",
            "risks",
            &[
                "level: [LOW]",
                "level: [MODERATE]",
                "level: [HIGH]",
                "level: [CRITICAL]",
                "treatment: [MITIGATE]",
                "treatment: [ACCEPT]",
                "treatment: [AVOID]",
                "treatment: [TRANSFER]",
                "open: false",
                "reviewOverdue: true",
                "needsAcceptance: true",
                "acceptance: [REQUESTED]",
                "acceptance: [ACCEPTED]",
                "acceptance: [EXPIRED]",
                "acceptance: [DECLINED]",
            ],
        ),
        (
            "Älvsunda",
            "IT_MANAGER",
            "meetings",
            &["state: [PLANNED]", "state: [HELD]", "state: [SIGNED]"],
        ),
        (
            "Älvsunda",
            "IT_MANAGER",
            "actionItems",
            &[
                "state: [OPEN]",
                "state: [IN_PROGRESS]",
                "state: [REPORTED_DONE]",
                "state: [VERIFIED]",
                "state: [CANCELLED]",
                "priority: [LOW]",
                "priority: [HIGH]",
                "overdue: true",
            ],
        ),
    ] {
        for filter in filters {
            let count = made.count(organisation, role, list, filter).await;
            assert!(count > 0, "no {list} with {filter} for {organisation}");
        }
    }
    for (list, least) in [("actionItems", 120), ("risks", 60), ("submissions", 40)] {
        let count = made.count("Älvsunda", "IT_MANAGER", list, "").await;
        assert!(count >= least, "{count} {list}");
    }
    every_rating_occurs(&made).await;
    every_role_can_be_acted_as(&made.cast);
}

async fn every_rating_occurs(made: &Made) {
    let query = "{ risks(first: 100) { nodes { likelihood impact } } }";
    let answer = made.asks("Älvsunda", "IT_MANAGER", query).await;
    let risks = answer["risks"]["nodes"].as_array().expect("risks");
    for likelihood in 1..=5 {
        for impact in 1..=5 {
            let rating = serde_json::json!({"likelihood": likelihood, "impact": impact});
            assert!(risks.contains(&rating), "{rating}");
        }
    }
}

fn every_role_can_be_acted_as(cast: &Cast) {
    for tenant in TENANTS {
        for role in roles_of(tenant.kind) {
            let held = cast
                .actors
                .iter()
                .any(|visitor| visitor.organisation == tenant.name && visitor.roles.contains(role));
            assert!(held, "nobody is {role:?} of {}", tenant.name);
        }
    }
}
