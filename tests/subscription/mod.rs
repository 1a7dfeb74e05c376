//! Following what happens: whole and narrowed, over a WebSocket and as server-sent events. Whoever resumes
//! misses nothing and sees nothing twice; what one may not see is not told, whatever was allowed before.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures::future::join_all;
use rand::Rng;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::harness::{Client, Following, Said, Served, Socket, WAYS, Way, World, given};

const EVENTS: &str = "subscription($after: Long) { followed: events(after: $after) {
    position event { action subject { id } } } }";

const ITEMS: &str = "subscription($after: Long, $item: ID, $forum: ID) {
    followed: actionItemChanged(after: $after, actionItemId: $item, forumId: $forum) {
        position event { action subject { id } } actionItem { id title version } } }";

const SUBMISSIONS: &str = "subscription($after: Long, $submission: ID, $agreement: ID) {
    followed: submissionChanged(after: $after, submissionId: $submission, agreementId: $agreement) {
        position event { action subject { id } } submission { id state } } }";

const NETWORK: &str = "Bältespännar";

/// Somebody who follows.
struct Follower {
    graphql: String,
    token: String,
    client: Client,
}

impl Follower {
    fn of(demo: &Served, organisation: &str, role: &str) -> Self {
        Self::with(demo, demo.token(organisation, role))
    }

    fn with(demo: &Served, token: &str) -> Self {
        Self {
            graphql: demo.announcement.graphql.clone(),
            token: token.to_owned(),
            client: demo.client_with(token),
        }
    }

    async fn follows(&self, way: Way, document: &str, variables: Value) -> Following {
        Following::start(way, &self.graphql, &self.token, (document, variables)).await
    }

    /// The same, with what comes after this moment.
    async fn follows_from_now(&self, way: Way, document: &str, mut narrowed: Value) -> Following {
        let feed = feed(&self.client, chrono::DateTime::UNIX_EPOCH).await;
        let (last, _) = feed.last_key_value().expect("a year of events");
        narrowed["after"] = (*last).into();
        self.follows(way, document, narrowed).await
    }
}

/// The next change that is told.
async fn followed(following: &mut Following) -> Value {
    following.next().await.data()["followed"].clone()
}

fn position(change: &Value) -> i64 {
    change["position"].as_i64().expect("a number")
}

/// What the feed of events holds since an instant, by position: the action and the subject.
async fn feed(
    who: &Client,
    since: chrono::DateTime<chrono::Utc>,
) -> BTreeMap<i64, (String, Value)> {
    let page = "query($since: DateTime!, $after: String) { events(first: 100, after: $after, filter: { since: $since }) { \
        nodes { position event { action subject { id } } } pageInfo { hasNextPage endCursor } } }";
    let mut all = BTreeMap::new();
    let mut after = Value::Null;
    loop {
        let data = who
            .ask(page, json!({ "since": since, "after": after }))
            .await;
        for node in data["events"]["nodes"].as_array().expect("nodes") {
            let action = node["event"]["action"].as_str().expect("an action");
            let subject = node["event"]["subject"]["id"].clone();
            all.insert(position(node), (action.to_owned(), subject));
        }
        if data["events"]["pageInfo"]["hasNextPage"] == false {
            return all;
        }
        after = data["events"]["pageInfo"]["endCursor"].clone();
    }
}

/// Follows from a position until the last change has come, and is broken off and resumes at random; where
/// the changes stood that it was told of.
async fn resuming(
    follower: &Follower,
    (way, document, narrowed): (Way, &str, &Value),
    mut after: i64,
    is_last: impl Fn(&Value, usize) -> bool,
) -> Vec<i64> {
    let mut seen = Vec::new();
    loop {
        let mut variables = narrowed.clone();
        variables["after"] = after.into();
        let mut following = follower.follows(way, document, variables).await;
        let until_it_breaks = rand::rng().random_range(1..8);
        for _ in 0..until_it_breaks {
            let change = followed(&mut following).await;
            after = position(&change);
            seen.push(after);
            if is_last(&change, seen.len()) {
                return seen;
            }
        }
    }
}

#[tokio::test]
async fn whoever_resumes_misses_nothing_and_sees_nothing_twice() {
    let demo = Served::start();
    let customer = demo.client("Älvsunda", "IT_MANAGER");
    let supplier = demo.client(NETWORK, "SUPPLIER_CONTRIBUTOR");
    let area = Some("NETWORK");
    let forum = given::a_forum(&customer, "OPERATIONAL", area, None, &[NETWORK]).await;
    let agreement = given::agreement(&customer, "Älvsunda", NETWORK).await;
    let begun = chrono::Utc::now();
    let item = given::an_action_item(&customer, &forum, NETWORK, 30).await;
    let from = *feed(&customer, begun)
        .await
        .keys()
        .next()
        .expect("its event")
        - 1;

    let writing = async {
        let mut latest = item.clone();
        let mut other = given::an_action_item(&customer, &forum, NETWORK, 30).await;
        for round in 0..12 {
            let title = json!({ "title": format!("Byt brandvägg {round}") });
            latest = customer
                .moves("updateActionItem", &latest, title.clone())
                .await;
            other = customer.moves("updateActionItem", &other, title).await;
            if round % 2 == 0 {
                given::a_submission(&supplier, ("Älvsunda", NETWORK), "Certifikat").await;
            }
        }
        let remark = json!({ "remark": "Behövs inte." });
        customer.moves("cancelActionItem", &latest, remark).await;
    };
    let cancelled = |change: &Value, _: usize| {
        change["event"]["action"] == "action_item.cancelled"
            && change["event"]["subject"]["id"] == item["id"]
    };
    // Half of the rounds hand one in; the customer is not told of the draft before.
    let all_submissions = |_: &Value, seen: usize| seen == 6;
    type IsLast<'a> = &'a dyn Fn(&Value, usize) -> bool;
    type Concerns<'a> = &'a dyn Fn(&str, &Value) -> bool;
    let cases: [(&str, Value, IsLast<'_>, Concerns<'_>); 4] = [
        (EVENTS, json!({}), &cancelled, &|_, _| true),
        (
            ITEMS,
            json!({ "item": item["id"] }),
            &cancelled,
            &|_, id| *id == item["id"],
        ),
        (
            ITEMS,
            json!({ "forum": forum["id"] }),
            &cancelled,
            &|action, _| action.starts_with("action_item."),
        ),
        (
            SUBMISSIONS,
            json!({ "agreement": agreement }),
            &all_submissions,
            &|action, _| action.starts_with("submission."),
        ),
    ];
    let follower = Follower::of(&demo, "Älvsunda", "IT_MANAGER");
    let following = cases.iter().flat_map(|(document, narrowed, is_last, _)| {
        WAYS.map(|way| resuming(&follower, (way, document, narrowed), from, is_last))
    });
    let (told, ()) = futures::join!(join_all(following), writing);

    let written = feed(&customer, begun).await;
    for ((document, _, _, concerns), told) in cases.iter().zip(told.chunks(WAYS.len())) {
        let concerned = written
            .iter()
            .filter(|(_, (action, id))| concerns(action, id));
        let expected: Vec<_> = concerned.map(|(position, _)| *position).collect();
        for told in told {
            assert_eq!(*told, expected, "{document}");
        }
    }
}

#[tokio::test]
async fn a_change_tells_where_it_stands_and_what_became_of_the_record() {
    let demo = Served::start();
    let customer = demo.client("Älvsunda", "IT_MANAGER");
    let supplier = demo.client(NETWORK, "SUPPLIER_CONTRIBUTOR");
    let agreement = given::agreement(&customer, "Älvsunda", NETWORK).await;
    let evidence = given::evidence(&supplier, "Certifikat").await;
    let draft = given::prepared(&supplier, &evidence, &agreement).await;
    let follower = Follower::of(&demo, "Älvsunda", "IT_MANAGER");
    for way in WAYS {
        let narrowed = json!({ "agreement": agreement });
        let mut following = follower.follows_from_now(way, SUBMISSIONS, narrowed).await;
        if way == Way::WebSocket {
            supplier.moves("submitSubmission", &draft, json!({})).await;
        } else {
            given::handed_in(
                &supplier,
                &given::evidence(&supplier, "Ett till").await,
                &agreement,
            )
            .await;
        }
        let change = followed(&mut following).await;
        assert_eq!(
            change["event"]["action"], "submission.submitted",
            "its draft is not told"
        );
        assert_eq!(change["submission"]["state"], "SUBMITTED");
        assert_eq!(change["submission"]["id"], change["event"]["subject"]["id"]);
    }
}

#[tokio::test]
async fn what_is_foreign_is_neither_told_nor_to_be_narrowed_to() {
    let demo = Served::start();
    let customer = demo.client("Älvsunda", "IT_MANAGER");
    let forum = given::a_forum(&customer, "STRATEGIC", None, None, &[NETWORK, "Fjällnära"]).await;
    let closed = given::a_forum(&customer, "OPERATIONAL", None, None, &[NETWORK]).await;
    let supplier = demo.client(NETWORK, "SUPPLIER_CONTRIBUTOR");
    let stranger = Follower::of(&demo, "Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let submission = given::a_submission(&supplier, ("Älvsunda", NETWORK), "Certifikat").await;
    let agreement = given::agreement(&supplier, "Älvsunda", NETWORK).await;
    let foreign = given::an_action_item(&customer, &closed, NETWORK, 30).await;
    for way in WAYS {
        let mut items = stranger.follows_from_now(way, ITEMS, json!({})).await;
        given::an_action_item(&customer, &closed, NETWORK, 30).await;
        let own = given::an_action_item(&customer, &forum, "Fjällnära", 30).await;
        let first = followed(&mut items).await;
        assert_eq!(
            first["actionItem"]["id"], own["id"],
            "{way:?}: the other's is passed over"
        );

        for (document, argument, id) in [
            (ITEMS, "item", &foreign["id"]),
            (ITEMS, "forum", &closed["id"]),
            (SUBMISSIONS, "submission", &submission["id"]),
            (SUBMISSIONS, "agreement", &agreement),
        ] {
            let text = id.as_str().expect("an id");
            let absent = format!("{}{}", &text[..text.len() - 4], "0000");
            let mut answers = Vec::new();
            for id in [text, &absent, "nonsense"] {
                let mut refused = stranger
                    .follows(way, document, json!({ argument: id }))
                    .await;
                let Said::Next(mut result) = refused.next().await else {
                    panic!("{way:?}: {argument} is answered with a result");
                };
                assert_eq!(
                    result["errors"][0]["extensions"]["code"], "NOT_FOUND",
                    "{argument}"
                );
                assert_eq!(refused.next().await, Said::Complete);
                result["extensions"] = Value::Null;
                answers.push(result);
            }
            assert!(
                answers.windows(2).all(|two| two[0] == two[1]),
                "{argument}: {answers:#?}"
            );
        }
    }
}

#[tokio::test]
async fn what_one_no_longer_sees_ends_quietly_after_its_last_change() {
    let demo = Served::start();
    let customer = demo.client("Älvsunda", "IT_MANAGER");
    let clients = Some("CLIENTS");
    let both = [NETWORK, "Klientverket"];
    let top = given::a_forum(&customer, "STRATEGIC", None, None, &both).await;
    let below = given::a_forum(
        &customer,
        "TACTICAL",
        clients,
        Some(&top),
        &["Klientverket"],
    )
    .await;
    let member = Follower::of(&demo, NETWORK, "SUPPLIER_MANAGER");
    let chair = Follower::of(&demo, "Älvsunda", "IT_MANAGER");
    for way in WAYS {
        let item = given::an_action_item(&customer, &top, "Klientverket", 30).await;
        let narrowed = json!({ "item": item["id"] });
        let mut hidden = member.follows_from_now(way, ITEMS, narrowed.clone()).await;
        let mut left = chair
            .follows_from_now(way, ITEMS, json!({ "forum": top["id"] }))
            .await;
        let mut entered = chair
            .follows_from_now(way, ITEMS, json!({ "forum": below["id"] }))
            .await;
        let down = json!({ "toForumId": below["id"], "reason": "Verkställs." });
        let item = customer.moves("cascadeActionItem", &item, down).await;

        let last = followed(&mut hidden).await;
        assert_eq!(last["event"]["action"], "action_item.cascaded");
        assert!(last["actionItem"].is_null(), "it is another forum's now");
        assert_eq!(hidden.next().await, Said::Complete);
        let again = member.follows(way, ITEMS, narrowed).await.next().await;
        assert_eq!(again.code(), Some("NOT_FOUND"));
        for forum in [&mut left, &mut entered] {
            let change = followed(forum).await;
            assert_eq!(
                change["actionItem"]["id"], item["id"],
                "both forums are told"
            );
        }
    }
}

#[tokio::test]
async fn a_role_that_is_taken_away_ends_what_it_let_one_follow() {
    let demo = Served::start();
    let customer = demo.client("Älvsunda", "IT_MANAGER");
    let administrator = demo.client(NETWORK, "ADMINISTRATOR");
    let forum = given::a_forum(&customer, "OPERATIONAL", None, None, &[NETWORK]).await;
    let reader = Follower::of(&demo, NETWORK, "SUPPLIER_READER");
    let mut both = Vec::new();
    for way in WAYS {
        both.push(reader.follows_from_now(way, ITEMS, json!({})).await);
    }
    let seen = given::an_action_item(&customer, &forum, NETWORK, 30).await;
    for following in &mut both {
        assert_eq!(followed(following).await["actionItem"]["id"], seen["id"]);
    }
    let person = given::myself(&demo.client(NETWORK, "SUPPLIER_READER")).await;
    let version = administrator
        .reads(&person, "... on Person { id version }")
        .await;
    let roles = json!({ "roles": [{ "role": "ADMINISTRATOR" }] });
    administrator.moves("updatePerson", &version, roles).await;
    given::an_action_item(&customer, &forum, NETWORK, 30).await;
    for following in &mut both {
        assert_eq!(following.next().await.code(), Some("FORBIDDEN"));
        assert_eq!(following.next().await, Said::Complete);
    }
}

/// A token of a reader's own, and its id.
async fn a_token(reader: &Client, works_for: chrono::TimeDelta) -> (String, Value) {
    let expires = chrono::Utc::now() + works_for;
    let input = json!({ "name": "Ström", "scopes": ["ACTION_ITEM_READ"], "expiresAt": expires });
    let made = reader
        .does("createApiToken", input, "{ secret apiToken { id } }")
        .await;
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    (secret, made["apiToken"]["id"].clone())
}

#[tokio::test]
async fn what_is_open_ends_when_its_token_expires() {
    let demo = Served::start();
    let reader = demo.client(NETWORK, "SUPPLIER_READER");
    let expires = Instant::now() + Duration::from_secs(5);
    let (token, _) = a_token(&reader, chrono::TimeDelta::seconds(5)).await;
    let follower = Follower::with(&demo, &token);
    let mut idle = Socket::open(&follower.graphql, &token).await;
    let mut socket = follower.follows(Way::WebSocket, ITEMS, json!({})).await;
    let mut events = follower.follows(Way::Events, ITEMS, json!({})).await;
    assert_eq!(idle.next().await.1, Said::Over(Some(4403)));
    assert_eq!(socket.next().await, Said::Over(Some(4403)));
    assert_eq!(events.next().await.code(), Some("UNAUTHENTICATED"));
    assert_eq!(events.next().await, Said::Complete);
    let late = Instant::now().saturating_duration_since(expires);
    assert!(
        late < Duration::from_secs(15),
        "at its time, not at the next look"
    );
}

#[tokio::test]
async fn what_is_open_ends_when_its_token_is_revoked() {
    let demo = Served::start();
    let reader = demo.client(NETWORK, "SUPPLIER_READER");
    let (token, id) = a_token(&reader, chrono::TimeDelta::days(1)).await;
    let follower = Follower::with(&demo, &token);
    let mut socket = follower
        .follows_from_now(Way::WebSocket, ITEMS, json!({}))
        .await;
    let mut events = follower
        .follows_from_now(Way::Events, ITEMS, json!({}))
        .await;
    reader
        .does("revokeApiToken", json!({ "id": id }), "{ id }")
        .await;
    assert_eq!(socket.next().await, Said::Over(Some(4403)));
    assert_eq!(events.next().await.code(), Some("UNAUTHENTICATED"));
    assert_eq!(events.next().await, Said::Complete);
}

#[tokio::test]
async fn an_organisation_follows_so_much_at_a_time_on_all_connections_together() {
    let world =
        World::open_with(|settings| settings.limits.subscriptions_per_organisation = 2).await;
    let graphql = format!("{}graphql", world.base);
    let own = world.actor(NETWORK, "SUPPLIER_READER").token.clone();
    let colleague = world.actor(NETWORK, "SUPPLIER_CONTRIBUTOR").token.clone();
    let stranger = world.actor("Fjällnära", "SUPPLIER_READER").token.clone();
    let begins = async |way, token: &str, after: i64| {
        let following = (EVENTS, json!({ "after": after }));
        let mut following = Following::start(way, &graphql, token, following).await;
        let said = following.next().await;
        (following, said.code().map(str::to_owned))
    };
    let first = begins(Way::WebSocket, &own, 0).await;
    let second = begins(Way::Events, &colleague, 0).await;
    assert_eq!((&first.1, &second.1), (&None, &None));
    for way in WAYS {
        let refused = begins(way, &own, 0).await.1;
        assert_eq!(refused.as_deref(), Some("LIMIT_EXCEEDED"), "{way:?}");
        assert_eq!(
            begins(way, &stranger, 0).await.1,
            None,
            "others have their own"
        );
    }
    drop(second);
    let freed = async { while begins(Way::Events, &own, 0).await.1.is_some() {} };
    let freed = timeout(Duration::from_secs(30), freed).await;
    freed.expect("the place is free again");
}

#[tokio::test]
async fn a_stop_closes_what_is_open_and_does_not_wait_for_it() {
    let mut demo = Served::start();
    let reader = Follower::of(&demo, NETWORK, "SUPPLIER_READER");
    let mut idle = Socket::open(&reader.graphql, &reader.token).await;
    let mut socket = reader
        .follows(Way::WebSocket, EVENTS, json!({ "after": 0 }))
        .await;
    let mut events = reader
        .follows(Way::Events, EVENTS, json!({ "after": 0 }))
        .await;
    followed(&mut socket).await;
    followed(&mut events).await;
    let asked = Instant::now();
    demo.stop();
    assert!(
        asked.elapsed() < Duration::from_secs(15),
        "the grace is 20 s"
    );
    assert_eq!(idle.next().await.1, Said::Over(Some(1001)));
    for (following, last) in [(&mut socket, Some(1001)), (&mut events, None)] {
        let mut said = following.next().await;
        while matches!(said, Said::Next(_)) {
            said = following.next().await;
        }
        assert_eq!(
            said,
            Said::Over(last),
            "it is not complete: it can be resumed"
        );
    }
}
