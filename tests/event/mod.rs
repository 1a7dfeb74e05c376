//! The feed of events: each organisation's own, without gaps, in order, and to each reader only what
//! that one may read; the same pushed over a WebSocket.

use std::{collections::BTreeSet, time::Duration};

use futures::{SinkExt, StreamExt, future::join_all};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::harness::{Client, Served, World, given};

const PAGE: &str = "query($after: String) { events(first: 100, after: $after) { totalCount \
    nodes { position event { id action topic subject { id } } } pageInfo { hasNextPage endCursor } } }";

/// Everything that comes after a cursor, and the cursor to go on from.
async fn follow(who: &Client, mut after: Value) -> (Vec<Value>, Value) {
    let mut all = Vec::new();
    loop {
        let data = who.ask(PAGE, json!({ "after": after })).await;
        let page = &data["events"];
        all.extend(page["nodes"].as_array().expect("entries").iter().cloned());
        if page["pageInfo"]["endCursor"].is_string() {
            after = page["pageInfo"]["endCursor"].clone();
        }
        if page["pageInfo"]["hasNextPage"] == false {
            return (all, after);
        }
    }
}

fn positions(entries: &[Value]) -> Vec<i64> {
    let numbers = entries.iter().map(|entry| entry["position"].as_i64());
    numbers.map(|number| number.expect("a number")).collect()
}

/// The positions that the readers of an organisation have between them. Who reads the exchange does not
/// read the administration, and the other way round.
async fn read_by_both(world: &World, organisation: &str, role: &str) -> BTreeSet<i64> {
    let mut all = BTreeSet::new();
    for role in [role, "ADMINISTRATOR"] {
        let (entries, _) = follow(&world.client(organisation, role), Value::Null).await;
        let own = positions(&entries);
        assert!(own.is_sorted_by(|one, next| one < next), "{organisation}");
        all.extend(own);
    }
    all
}

#[tokio::test]
async fn an_organisations_feed_has_no_gaps_whatever_others_do() {
    let world = World::open().await;
    let before = read_by_both(&world, "Bältespännar", "SUPPLIER_MANAGER").await;
    for (organisation, number) in [("Fjällnära", 3), ("Bältespännar", 2), ("Klientverket", 3)] {
        let contributor = world.client(organisation, "SUPPLIER_CONTRIBUTOR");
        for _ in 0..number {
            given::a_certificate(&contributor, "Prov").await;
        }
    }
    for (organisation, role) in [
        ("Älvsunda", "IT_MANAGER"),
        ("Norrvik", "IT_MANAGER"),
        ("Fjällnära", "SUPPLIER_MANAGER"),
        ("Bältespännar", "SUPPLIER_MANAGER"),
        ("Klientverket", "SUPPLIER_MANAGER"),
    ] {
        let read = read_by_both(&world, organisation, role).await;
        let last = i64::try_from(read.len()).expect("a small number");
        let expected: BTreeSet<_> = (1..=last).collect();
        assert_eq!(read, expected, "{organisation}");
    }
    let after = read_by_both(&world, "Bältespännar", "SUPPLIER_MANAGER").await;
    assert_eq!(after.len(), before.len() + 2, "its own two, and no more");
}

#[tokio::test]
async fn nothing_is_skipped_while_many_write_at_once() {
    let world = World::open().await;
    let reader = world.client("Bältespännar", "SUPPLIER_READER");
    let (_, mut after) = follow(&reader, Value::Null).await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let writing = tokio::spawn(async move {
        let drafts = (0..20).map(|_| given::a_certificate(&contributor, "Prov"));
        join_all(drafts).await
    });
    let mut seen = Vec::new();
    loop {
        let done = writing.is_finished();
        let (news, next) = follow(&reader, after).await;
        after = next;
        seen.extend(news);
        if done {
            break;
        }
    }
    let drafts = writing.await.expect("all are written");
    let told: Vec<_> = seen
        .iter()
        .map(|entry| entry["event"]["subject"]["id"].clone())
        .collect();
    assert_eq!(told.len(), 20, "each comes once");
    for draft in drafts {
        assert!(told.contains(&draft["id"]), "{draft}");
    }
}

#[tokio::test]
async fn a_narrow_token_is_told_of_what_it_may_read() {
    let world = World::open().await;
    let administrator = world.client("Älvsunda", "ADMINISTRATOR");
    let tomorrow = chrono::Utc::now() + chrono::TimeDelta::days(1);
    let input = json!({
        "name": "Instrumentpanel", "scopes": ["RISK_READ"], "expiresAt": tomorrow,
        "roles": [{ "role": "SERVICE_AREA_MANAGER", "serviceArea": "NETWORK" }],
    });
    let made = administrator
        .does("createIntegrationToken", input, "{ secret }")
        .await;
    let narrow = world.client_with(made["secret"].as_str().expect("a token"));
    let (entries, _) = follow(&narrow, Value::Null).await;
    let topics: BTreeSet<_> = entries
        .iter()
        .map(|entry| entry["event"]["topic"].as_str().expect("a topic"))
        .collect();
    assert_eq!(topics, BTreeSet::from(["DIRECTORY", "RISK"]));
    let wide = follow(&world.client("Älvsunda", "IT_MANAGER"), Value::Null)
        .await
        .0;
    let (narrow, wide) = (positions(&entries), positions(&wide));
    assert!(
        narrow.iter().all(|position| wide.contains(position)),
        "positions are the organisation's, the same for every reader"
    );
    assert!(narrow.len() < wide.len());
}

#[tokio::test]
async fn the_feed_is_filtered_by_action_topic_and_time() {
    let world = World::open().await;
    let reader = world.client("Älvsunda", "IT_MANAGER");
    let filtered = async |filter: String| {
        let selection = "{ event { action topic at } }";
        reader
            .lists("events", &format!("filter: {filter}"), selection)
            .await
    };
    let returned = filtered("{ action: [\"submission.returned\"] }".to_owned()).await;
    assert!(!returned.is_empty());
    for entry in returned {
        assert_eq!(entry["event"]["action"], "submission.returned");
    }
    let risks = filtered("{ topic: [RISK] }".to_owned()).await;
    assert!(!risks.is_empty());
    for entry in risks {
        assert_eq!(entry["event"]["topic"], "RISK");
    }
    let later = chrono::Utc::now() + chrono::TimeDelta::minutes(1);
    assert!(
        filtered(format!("{{ since: {} }}", json!(later)))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn an_event_tells_who_did_what_when_and_what_it_changed() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let begun = chrono::Utc::now();
    let draft = given::a_certificate(&contributor, "Före").await;
    contributor
        .moves("updateEvidence", &draft, json!({ "title": "Efter" }))
        .await;
    let history = "... on Evidence { history { nodes { action at person { id } organisation { name } \
        subject { id } changes { field before after } } } }";
    let read = contributor.reads(&draft["id"], history).await;
    let events = read["history"]["nodes"].as_array().expect("events");
    assert_eq!(events.len(), 2);
    let (latest, first) = (&events[0], &events[1]);
    assert_eq!(latest["action"], "evidence.updated");
    assert_eq!(
        latest["changes"],
        json!([{ "field": "title", "before": "Före", "after": "Efter" }])
    );
    assert_eq!(first["action"], "evidence.drafted");
    for event in events {
        assert_eq!(event["person"]["id"], given::myself(&contributor).await);
        assert_eq!(event["organisation"]["name"], "Bältespännar Nät AB");
        assert_eq!(event["subject"]["id"], draft["id"]);
        let at: chrono::DateTime<chrono::Utc> = event["at"]
            .as_str()
            .and_then(|at| at.parse().ok())
            .expect("an instant");
        assert!(begun <= at && at <= chrono::Utc::now(), "{at}");
    }
}

/// A WebSocket on which events are followed.
struct Socket(WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

impl Socket {
    /// Connects, with the token in `connection_init`.
    async fn open(demo: &Served, token: &str) -> Self {
        let mut request = demo
            .announcement
            .subscriptions
            .as_str()
            .into_client_request()
            .expect("an address");
        let protocol = "graphql-transport-ws".parse().expect("a header");
        request
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        let (stream, _) = connect_async(request).await.expect("it is upgraded");
        let mut socket = Self(stream);
        let payload = json!({ "Authorization": format!("Bearer {token}") });
        socket
            .say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(socket.hear().await["type"], "connection_ack");
        socket
    }

    async fn say(&mut self, message: Value) {
        let message = Message::text(message.to_string());
        self.0.send(message).await.expect("it can be sent");
    }

    /// With which code it is closed, without anything being said before.
    async fn closed(&mut self) -> Option<u16> {
        let next = timeout(Duration::from_secs(30), self.0.next()).await;
        match next.expect("something comes") {
            Some(Ok(Message::Close(frame))) => frame.map(|frame| frame.code.into()),
            other => panic!("{other:?}"),
        }
    }

    async fn hear(&mut self) -> Value {
        loop {
            let next = timeout(Duration::from_secs(10), self.0.next()).await;
            match next.expect("something is said").expect("it is open") {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).expect("JSON"),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn subscribe(&mut self, after: Option<i64>) {
        let query = "subscription($after: Long) { events(after: $after) { position event { action subject { id } } } }";
        let payload = json!({ "query": query, "variables": { "after": after } });
        self.say(json!({ "id": "1", "type": "subscribe", "payload": payload }))
            .await;
    }

    async fn next_event(&mut self) -> Value {
        let said = self.hear().await;
        assert_eq!(said["type"], "next", "{said:#}");
        assert!(said["payload"]["errors"].is_null(), "{said:#}");
        said["payload"]["data"]["events"].clone()
    }
}

#[tokio::test]
async fn what_happens_is_pushed_to_those_who_may_see_it() {
    let demo = Served::start();
    let contributor = demo.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (so_far, _) = follow(&contributor, Value::Null).await;
    let last = *positions(&so_far).last().expect("a year of events");
    let token = demo.token("Bältespännar", "SUPPLIER_READER");
    let mut socket = Socket::open(&demo, token).await;
    socket.subscribe(Some(last - 1)).await;
    assert_eq!(
        socket.next_event().await["position"],
        last,
        "first what was missed"
    );

    let stranger = demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    given::a_certificate(&stranger, "En annans").await;
    let draft = given::a_certificate(&contributor, "Egen").await;
    let pushed = socket.next_event().await;
    assert_eq!(pushed["event"]["subject"]["id"], draft["id"]);
    assert_eq!(pushed["event"]["action"], "evidence.drafted");
    assert_eq!(pushed["position"], last + 1);
}

#[tokio::test]
async fn followers_that_wait_keep_nobody_else_waiting() {
    let demo = Served::start();
    let contributor = demo.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (so_far, _) = follow(&contributor, Value::Null).await;
    let last = *positions(&so_far).last().expect("a year of events");
    let token = demo.token("Bältespännar", "SUPPLIER_READER");
    // More than the database has connections.
    let mut sockets = join_all((0..12).map(|_| Socket::open(&demo, token))).await;
    for socket in &mut sockets {
        socket.subscribe(Some(last - 1)).await;
        assert_eq!(socket.next_event().await["position"], last);
    }
    let draft = timeout(
        Duration::from_secs(5),
        given::a_certificate(&contributor, "Till alla"),
    );
    let draft = draft.await.expect("others are served meanwhile");
    for socket in &mut sockets {
        let pushed = socket.next_event().await;
        assert_eq!(pushed["event"]["subject"]["id"], draft["id"]);
    }
}

#[tokio::test]
async fn what_is_taken_from_a_person_is_no_longer_pushed() {
    let demo = Served::start();
    let contributor = demo.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let reader = demo.client("Bältespännar", "SUPPLIER_READER");
    let administrator = demo.client("Bältespännar", "ADMINISTRATOR");
    let (so_far, _) = follow(&contributor, Value::Null).await;
    let last = *positions(&so_far).last().expect("a year of events");
    let mut socket = Socket::open(&demo, demo.token("Bältespännar", "SUPPLIER_READER")).await;
    // From a place that is known: what happens before a subscription has begun would not be told otherwise.
    socket.subscribe(Some(last)).await;
    let seen = given::a_certificate(&contributor, "Medan rollen finns").await;
    assert_eq!(
        socket.next_event().await["event"]["subject"]["id"],
        seen["id"]
    );
    let person = given::myself(&reader).await;
    let version = administrator
        .reads(&person, "... on Person { id version }")
        .await;
    let roles = json!({ "roles": [{ "role": "ADMINISTRATOR" }] });
    administrator.moves("updatePerson", &version, roles).await;
    given::a_certificate(&contributor, "När rollen är borta").await;
    let mut told = Vec::new();
    while let Ok(event) = timeout(Duration::from_secs(1), socket.next_event()).await {
        told.push(event["event"]["action"].clone());
    }
    assert!(!told.is_empty(), "what an administrator may read comes");
    assert!(!told.contains(&json!("evidence.drafted")), "{told:?}");
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let demo = Served::start();
    let reader = demo.client("Bältespännar", "SUPPLIER_READER");
    let tomorrow = chrono::Utc::now() + chrono::TimeDelta::days(1);
    let input = json!({ "name": "Ström", "scopes": ["EVIDENCE_READ"], "expiresAt": tomorrow });
    let made = reader
        .does("createApiToken", input, "{ secret apiToken { id } }")
        .await;
    let mut socket = Socket::open(&demo, made["secret"].as_str().expect("a token")).await;
    socket.subscribe(None).await;
    let revoked = json!({ "id": made["apiToken"]["id"] });
    reader.does("revokeApiToken", revoked, "{ id }").await;
    let contributor = demo.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    given::a_certificate(&contributor, "Efter att det är slut").await;
    assert_eq!(
        socket.closed().await,
        Some(4403),
        "and nothing is told before"
    );
}
