//! Every limit on one request: what lies exactly at it is answered, what lies one beyond is refused with
//! the name of the limit and without data.

use std::time::Duration;

use samsyn::config::{Limits, Settings};
use serde_json::{Value, json};

use crate::harness::{Answer, Client, World};

/// The service with its limits as they are for everybody, adjusted by one setting.
async fn held_to(adjust: impl FnOnce(&mut Settings)) -> (World, Client) {
    let world = World::open_with(|settings| {
        settings.limits = Limits::default();
        adjust(settings);
    })
    .await;
    let client = world.client("Älvsunda", "IT_MANAGER");
    (world, client)
}

#[track_caller]
fn is_answered(answer: &Answer) {
    assert!(
        answer.status.is_success() && answer.body.get("errors").is_none(),
        "{:#}",
        answer.body
    );
}

#[track_caller]
fn is_beyond(answer: &Answer, limit: &str) {
    let told = &answer.body["errors"][0]["message"];
    assert_eq!(answer.code(), Some("LIMIT_EXCEEDED"), "{:#}", answer.body);
    assert!(
        told.as_str().is_some_and(|told| told.contains(limit)),
        "{told}"
    );
    assert!(answer.body.get("data").is_none(), "it was not executed");
}

/// What is written for this many is answered, for one more it is refused with these words.
async fn ends_at(most: usize, document: impl Fn(usize) -> String, told: &str) {
    let (_world, client) = held_to(|_| {}).await;
    is_answered(&client.send(&document(most), json!({})).await);
    is_beyond(&client.send(&document(most + 1), json!({})).await, told);
}

#[tokio::test]
async fn a_document_has_65536_bytes_at_most() {
    let document = |bytes: usize| {
        let asked = "{ viewer { name } }";
        format!("{asked}{}", " ".repeat(bytes - asked.len()))
    };
    ends_at(65_536, document, "larger than 65536 bytes").await;
}

#[tokio::test]
async fn a_document_has_5000_tokens_at_most() {
    let document =
        |tokens: usize| {
            let states = "HIGH ".repeat(tokens - 18);
            format!("{{ actionItems(filter: {{ priority: [{states}] }}) {{ totalCount }} }} ")
                .replacen("{ actionItems", "query Q { actionItems", 1)
        };
    ends_at(5_000, document, "more than 5000 tokens").await;
}

#[tokio::test]
async fn a_document_nests_32_levels_deep_at_most() {
    let document = |levels: usize| {
        let around = levels - 2;
        format!(
            "{{ {} viewer {{ name }} {} }}",
            "... {".repeat(around),
            "}".repeat(around)
        )
    };
    ends_at(32, document, "more than 32 levels").await;
}

#[tokio::test]
async fn a_document_has_16_operations_at_most() {
    let (_world, client) = held_to(|_| {}).await;
    let document = |most: usize| -> String {
        (0..most)
            .map(|i| format!("query Q{i} {{ viewer {{ name }} }} "))
            .collect()
    };
    let ask = |most| client.posts(json!({ "query": document(most), "operationName": "Q3" }));
    is_answered(&ask(16).await);
    is_beyond(&ask(17).await, "more than 16 operations");
}

#[tokio::test]
async fn a_document_has_64_aliases_at_most() {
    let document = |most: usize| {
        let aliases: String = (0..most).map(|i| format!("a{i}: name ")).collect();
        format!("{{ viewer {{ {aliases} }} }}")
    };
    ends_at(64, document, "more than 64 aliases").await;
}

#[tokio::test]
async fn an_operation_has_24_root_fields_at_most() {
    let document = |most: usize| format!("{{ {} }}", "viewer { name } ".repeat(most));
    ends_at(24, document, "more than 24 fields at its root").await;
    let spread = |most: usize| {
        let fields = "viewer { name } ".repeat(most / 2);
        let more = "__typename ".repeat(most % 2);
        format!("{{ ...F ...F {more} }} fragment F on Query {{ {fields} }}")
    };
    ends_at(24, spread, "more than 24 fields at its root").await;
}

#[tokio::test]
async fn a_document_has_64_directives_at_most() {
    let document = |most: usize| {
        format!(
            "{{ viewer {{ {} }} }}",
            "name @include(if: true) ".repeat(most)
        )
    };
    ends_at(64, document, "more than 64 directives").await;
}

#[tokio::test]
async fn a_field_has_16_arguments_at_most() {
    let (_world, client) = held_to(|_| {}).await;
    let document = |most: usize| {
        let arguments: String = (0..most).map(|i| format!("a{i}: 1 ")).collect();
        format!("{{ viewer({arguments}) {{ name }} }}")
    };
    // No field has so many, but that is for validation to say.
    let answer = client.send(&document(16), json!({})).await;
    assert_eq!(answer.code(), Some("GRAPHQL_VALIDATION_FAILED"));
    is_beyond(
        &client.send(&document(17), json!({})).await,
        "more than 16 arguments",
    );
}

#[tokio::test]
async fn fragments_count_as_often_as_they_are_spread() {
    // A spread is 2 tokens and brings 100, which are looked at twice for the operation, once for the fragment.
    let document = |spreads: usize| {
        let fragment = "name ".repeat(100);
        format!(
            "{{ viewer {{ {} }} }} fragment F on Viewer {{ {fragment} }}",
            "...F ".repeat(spreads)
        )
    };
    let (_world, client) = held_to(|_| {}).await;
    is_answered(&client.send(&document(40), json!({})).await);
    is_beyond(
        &client.send(&document(60), json!({})).await,
        "fragments counted",
    );
}

#[tokio::test]
async fn fields_nest_20_deep_at_most() {
    let document = |depth: usize| {
        let around = depth - 2;
        format!(
            "{{ __type(name: \"Viewer\") {{ {} name {} }} }}",
            "ofType {".repeat(around),
            "}".repeat(around)
        )
    };
    ends_at(20, document, "20").await;
}

#[tokio::test]
async fn an_operation_costs_no_more_than_the_setting_says() {
    let document = |first: usize| format!("{{ actionItems(first: {first}) {{ nodes {{ id }} }} }}");
    let by_variable = "query($first: Int) { actionItems(first: $first) { nodes { id } } }";
    // One for the list, and for each of ten rows one and its id.
    let (_world, client) = held_to(|settings| settings.limits.cost = 21).await;
    is_answered(&client.send(&document(10), json!({})).await);
    is_beyond(&client.send(&document(11), json!({})).await, "21");
    is_answered(&client.send(by_variable, json!({ "first": 10 })).await);
    is_beyond(
        &client.send(by_variable, json!({ "first": 11 })).await,
        "21",
    );
}

#[tokio::test]
async fn the_variables_hold_10000_values_at_most() {
    let (_world, client) = held_to(|_| {}).await;
    // The object and the list are values too.
    let ask = |values: usize| {
        client.send(
            "{ viewer { name } }",
            json!({ "many": vec![0; values - 2] }),
        )
    };
    is_answered(&ask(10_000).await);
    is_beyond(&ask(10_001).await, "more than 10000 values");
}

#[tokio::test]
async fn the_variables_nest_16_levels_deep_at_most() {
    let (_world, client) = held_to(|_| {}).await;
    let ask = |levels: usize| {
        let deep = (1..levels).fold(json!(1), |inner, _| json!([inner]));
        client.send("{ viewer { name } }", json!({ "deep": deep }))
    };
    is_answered(&ask(16).await);
    is_beyond(&ask(17).await, "more than 16 levels");
}

#[tokio::test]
async fn a_body_has_as_many_bytes_as_the_setting_says() {
    let (_world, client) = held_to(|settings| settings.limits.body_bytes = 4096).await;
    let body = |bytes: usize| {
        let request =
            |padding: usize| json!({ "query": "{ viewer { name } }", "x": " ".repeat(padding) });
        request(bytes - request(0).to_string().len())
    };
    is_answered(&client.posts(body(4096)).await);
    let beyond = client.posts(body(4097)).await;
    assert_eq!(beyond.status, 413);
    is_beyond(&beyond, "body is larger");
}

#[tokio::test]
async fn a_batch_is_refused_whatever_is_in_it() {
    let (_world, client) = held_to(|_| {}).await;
    let one = json!({ "query": "{ viewer { name } }" });
    for batch in [json!([]), json!([one]), json!([one, one])] {
        let answer = client.posts(batch).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.code(), Some("INVALID_INPUT"), "{:#}", answer.body);
    }
}

#[tokio::test]
async fn a_request_that_takes_longer_than_the_setting_says_is_given_up() {
    let (_world, client) =
        held_to(|settings| settings.server.request_timeout = Duration::ZERO).await;
    let answer = client
        .send("{ actionItems { nodes { id } } }", json!({}))
        .await;
    assert_eq!(answer.status, 503);
    is_beyond(&answer, "took longer than");
}

#[tokio::test]
async fn introspection_can_be_switched_off() {
    let (world, client) = held_to(|settings| settings.limits.introspection = false).await;
    for document in [
        "{ __schema { queryType { name } } }",
        "{ viewer { name } __type(name: \"Viewer\") { name } }",
    ] {
        let answer = client.send(document, json!({})).await;
        assert_eq!(answer.code(), Some("FORBIDDEN"), "{:#}", answer.body);
        assert!(answer.body.get("data").is_none());
        let told = answer.body["errors"][0]["message"]
            .as_str()
            .expect("a text");
        assert!(told.contains("/schema.graphql"), "{told}");
    }
    let data = client
        .ask("{ __typename viewer { __typename } }", json!({}))
        .await;
    assert_eq!(
        data,
        json!({ "__typename": "Query", "viewer": { "__typename": "Viewer" } })
    );
    let published = client
        .fetch(&format!("{}schema.graphql", world.base), &[])
        .await;
    assert!(
        published.status().is_success(),
        "the schema is public all the same"
    );
}

/// What stands in the variables is held to their types before anything is executed.
#[tokio::test]
async fn variables_that_do_not_fit_refuse_the_request() {
    let (_world, client) = held_to(|_| {}).await;
    let document = "query($first: Int, $filter: ActionItemFilter) { actionItems(first: $first, filter: $filter) { totalCount } }";
    for (variables, told) in [
        (json!({ "first": 2_147_483_648_i64 }), "`$first`"),
        (json!({ "first": "1" }), "`$first`"),
        (
            json!({ "filter": { "priority": ["HIGH", "URGENT"] } }),
            "`$filter.priority[1]`",
        ),
        (json!({ "filter": { "colour": 1 } }), "`colour`"),
    ] {
        let answer = client.send(document, variables).await;
        let message = answer.body["errors"][0]["message"].clone();
        assert_eq!(
            answer.code(),
            Some("GRAPHQL_VALIDATION_FAILED"),
            "{message}"
        );
        assert!(
            message.as_str().is_some_and(|text| text.contains(told)),
            "{message}"
        );
        assert_eq!(answer.body["errors"][0]["locations"][0]["line"], 1);
        assert!(answer.body.get("data").is_none());
    }
    let unknown = json!({ "nobody": "asked" });
    let answer = client.send("{ viewer { name } }", unknown).await;
    assert!(answer.body["data"]["viewer"]["name"] != Value::Null);
}

/// The schema's own scalars are held to what they take as early as those of GraphQL: nothing of a request is
/// done when some of it does not fit.
#[tokio::test]
async fn values_that_do_not_fit_our_scalars_refuse_the_request() {
    let (world, _) = held_to(|_| {}).await;
    let client = world.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let count = "{ evidence { totalCount } }";
    let before = client.ask(count, json!({})).await;
    let document = |variables: &str, day: &str| {
        let drafts = |until: &str| {
            format!(
                "draftEvidence(input: {{kind: POLICY, title: \"Rutin\"{until}}}) {{ __typename }}"
            )
        };
        let (first, second) = (drafts(""), drafts(&format!(", validUntil: {day}")));
        format!("mutation {variables} {{ first: {first} second: {second} }}")
    };
    for (document, variables) in [
        (document("($day: Date!)", "$day"), json!({ "day": "snart" })),
        (document("($day: Date = 1)", "$day"), json!({})),
        (document("", "\"snart\""), json!({})),
        (document("", "SNART"), json!({})),
    ] {
        let answer = client.send(&document, variables).await;
        let code = answer.code();
        assert_eq!(code, Some("GRAPHQL_VALIDATION_FAILED"), "{:#}", answer.body);
        assert!(
            answer.message().contains("must be a day"),
            "{:#}",
            answer.body
        );
        assert!(answer.body.get("data").is_none());
    }
    assert_eq!(client.ask(count, json!({})).await, before);
}

/// Whatever way a client writes an id, there is no such record.
#[tokio::test]
async fn an_id_may_be_written_as_a_number() {
    let (_world, client) = held_to(|_| {}).await;
    let by_literal = client.send("{ node(id: 7) { id } }", json!({})).await;
    let by_variable = "query ($id: ID!) { node(id: $id) { id } }";
    let by_variable = client.send(by_variable, json!({ "id": 7 })).await;
    for answer in [by_literal, by_variable] {
        assert_eq!(answer.code(), Some("NOT_FOUND"), "{:#}", answer.body);
    }
}
