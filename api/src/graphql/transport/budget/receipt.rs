//! What a caller is told of an operation's cost: `extensions.cost` of the answer, and the header fields
//! of the IETF's draft `draft-ietf-httpapi-ratelimit-headers`.

use std::time::Duration;

use async_graphql::{Response, Value};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use super::{Standing, WINDOW};
use crate::Error;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Where the cost is told, among the extensions of a response.
pub(in crate::graphql::transport) const COST: &str = "cost";
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// What an operation costs, and how the budgets stand that it is paid out of.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The points that the operation costs.
    pub requested: u64,
    /// The points that one operation may cost.
    pub limit: u64,
    /// The budgets, after it was paid.
    pub standings: Vec<Standing>,
}

impl Receipt {
    /// What stands as `extensions.cost` in the answer, with the budget of which least is left.
    #[must_use]
    pub fn extension(&self) -> Value {
        let tightest = self.standings.iter().min_by_key(|one| one.remaining);
        let told = json!({
            "requested": self.requested,
            "limit": self.limit,
            "budget": tightest.map(|standing| json!({
                "name": standing.budget.holder().name(),
                "limit": standing.budget.limit(),
                "remaining": standing.remaining,
                "resetSeconds": whole_seconds(standing.full_in),
            })),
        });
        Value::from_json(told).unwrap_or_default()
    }

    /// The response of the operation, which tells its cost.
    #[must_use]
    pub fn told_in(&self, mut response: Response) -> Response {
        let cost = (COST.to_owned(), self.extension());
        response.extensions.extend([cost]);
        response
    }

    /// Said when it cannot be paid before this time is over.
    #[must_use]
    pub fn refusal(&self, wait: Duration) -> Error {
        Error::RateLimited {
            problem: format!(
                "This costs {} points, and the budget has not as many left. Ask for less, or less often.",
                self.requested
            ),
            retry_after: whole_seconds(wait),
        }
    }

    /// Tells the budgets in the header of an answer.
    pub fn write(&self, headers: &mut HeaderMap) {
        let policy = |standing: &Standing| {
            let (name, limit) = (standing.budget.holder().name(), standing.budget.limit());
            format!("\"{name}\";q={limit};w={}", WINDOW.as_secs())
        };
        let state = |standing: &Standing| {
            let (name, left) = (standing.budget.holder().name(), standing.remaining);
            format!("\"{name}\";r={left};t={}", whole_seconds(standing.full_in))
        };
        for (name, items) in [
            (POLICY, self.listed(policy)),
            (STANDING, self.listed(state)),
        ] {
            if let Ok(value) = HeaderValue::try_from(items) {
                headers.insert(name, value);
            }
        }
    }

    fn listed(&self, item: impl Fn(&Standing) -> String) -> String {
        let items: Vec<_> = self.standings.iter().map(item).collect();
        items.join(", ")
    }
}

/// The seconds that must pass, so that it is true when they have.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::graphql::transport::budget::{Budget, Holder};

    #[test]
    fn extension_and_header_tell_the_same() {
        let standing = |holder, limit, remaining, millis| Standing {
            budget: Budget::new(holder, limit),
            remaining,
            full_in: Duration::from_millis(millis),
        };
        let receipt = Receipt {
            requested: 12,
            limit: 10_000,
            standings: vec![
                standing(Holder::Token(Uuid::nil()), 100, 40, 36_001),
                standing(Holder::Organisation(Uuid::nil()), 200, 30, 51_000),
            ],
        };
        let told = receipt.extension().into_json().expect("JSON");
        assert_eq!(
            told,
            json!({ "requested": 12, "limit": 10_000, "budget":
                { "name": "organisation", "limit": 200, "remaining": 30, "resetSeconds": 51 } })
        );
        let mut headers = HeaderMap::new();
        receipt.write(&mut headers);
        assert_eq!(
            headers[POLICY],
            "\"token\";q=100;w=60, \"organisation\";q=200;w=60"
        );
        assert_eq!(
            headers[STANDING],
            "\"token\";r=40;t=37, \"organisation\";r=30;t=51"
        );
    }
}
