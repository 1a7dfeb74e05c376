//! With a Redis between them: `tests/engines` starts one, whose address stands in `SAMSYN_TEST_REDIS`. Each test has
//! a database of its own in it.

use std::{env, time::Duration};

use rand::Rng;
use samsyn::{bus::Bus, config};
use serde_json::{Value, json};

use super::{LONG, drafts, hears_of, supplier, until};
use crate::harness::{Answer, Client, Folder, Following, Line, Replica, Way};

const DOCUMENT: &str = "{ viewer { organisation { name } } }";

/// A line to the Redis, and the setting that leads through it to a database of one's own.
async fn redis() -> (Line, String) {
    let server = env::var("SAMSYN_TEST_REDIS")
        .expect("this needs Redis: cargo run -p engines -- redis -- COMMAND");
    let line = Line::to(&server).await;
    // As many as the server is started with.
    let database = rand::rng().random_range(0..10_000);
    let url = format!("redis://{}/{database}", line.address);
    (line, url)
}

async fn asks(who: &Client) -> Answer {
    who.send(DOCUMENT, json!({})).await
}

fn remaining(answer: &Answer) -> u64 {
    let left = &answer.body["extensions"]["cost"]["budget"]["remaining"];
    left.as_u64().unwrap_or_else(|| panic!("{:#}", answer.body))
}

fn says(replica: &Replica, text: &str) -> usize {
    replica.said().matches(text).count()
}

#[tokio::test]
#[ignore = "needs Redis"]
async fn what_happens_on_one_is_told_on_the_other() {
    let (_line, url) = redis().await;
    let folder = Folder::copy();
    let settings = [("SAMSYN_BUS__URL", &*url)];
    let one = Replica::start(&folder, &settings).await;
    let other = Replica::start(&folder, &settings).await;
    let token = supplier(&folder);
    let mut following = Following::start(Way::Events, &other.graphql(), &token, FOLLOWED).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let id = drafts(&one.client(&token), "Genom Redis").await;
    hears_of(&mut following, &id).await;
}

const FOLLOWED: (&str, Value) = (super::FOLLOWED, Value::Null);

#[tokio::test]
#[ignore = "needs Redis"]
async fn a_hint_is_heard_without_anything_being_looked_up() {
    let (_line, url) = redis().await;
    let settings = config::Bus {
        url: config::ServiceUrl::new(url),
    };
    let [Bus::Shared(one), Bus::Shared(other)] =
        [(); 2].map(|()| Bus::open(&settings).expect("a bus"))
    else {
        panic!("both share a Redis");
    };
    let listening = other.listen();
    // It is told once that it hears from now on.
    listening.heard().await;
    one.hint().await;
    let heard = tokio::time::timeout(LONG, listening.heard()).await;
    heard.expect("the hint is heard");
}

#[tokio::test]
#[ignore = "needs Redis"]
async fn a_caller_has_one_budget_on_all_of_them() {
    let (_line, url) = redis().await;
    let folder = Folder::copy();
    let settings = [
        ("SAMSYN_BUS__URL", &*url),
        // So little flows back that it does not matter here.
        ("SAMSYN_LIMITS__TOKEN_POINTS_PER_MINUTE", "60"),
    ];
    let one = Replica::start(&folder, &settings).await;
    let other = Replica::start(&folder, &settings).await;
    let token = supplier(&folder);
    let clients = [one.client(&token), other.client(&token)];
    let mut answers = Vec::new();
    for turn in 0..60 {
        let answer = asks(&clients[turn % 2]).await;
        let refused = answer.status == 429;
        answers.push(answer);
        if refused {
            break;
        }
    }
    let refusal = answers.pop().expect("an answer");
    assert_eq!(refusal.code(), Some("RATE_LIMITED"), "{:#}", refusal.body);
    let wait: u64 = refusal.headers["retry-after"]
        .to_str()
        .expect("text")
        .parse()
        .expect("seconds");
    assert!((1..=60).contains(&wait));
    let left: Vec<_> = answers.iter().map(remaining).collect();
    let cost = 60 - left[0];
    assert!(cost > 0);
    // Of one budget no more can be spent by turns than at one of them, but for what flows back meanwhile.
    let most = 60 / cost + 2;
    assert!(left.len() as u64 <= most, "{left:?}");
}

#[tokio::test]
#[ignore = "needs Redis"]
async fn without_it_everything_goes_on_and_with_it_again_as_before() {
    let (line, url) = redis().await;
    let folder = Folder::copy();
    let settings = [
        ("SAMSYN_BUS__URL", &*url),
        ("SAMSYN_LIMITS__TOKEN_POINTS_PER_MINUTE", "100"),
    ];
    let one = Replica::start(&folder, &settings).await;
    let other = Replica::start(&folder, &settings).await;
    let token = supplier(&folder);
    let client = one.client(&token);
    let mut following = Following::start(Way::Events, &other.graphql(), &token, FOLLOWED).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let shared = remaining(&asks(&client).await);

    line.is_cut();
    until("both notice", async || {
        asks(&client).await;
        says(&one, "Redis does not answer") == 1 && says(&other, "Redis does not answer") == 1
    })
    .await;
    // Served, and held to a budget of this process's own.
    let id = drafts(&client, "Utan Redis").await;
    hears_of(&mut following, &id).await;
    let mut own = Vec::new();
    let refusal = loop {
        let answer = asks(&client).await;
        if answer.status == 429 {
            break answer;
        }
        own.push(remaining(&answer));
        assert!(own.len() < 100, "{own:?}");
    };
    assert_eq!(refusal.code(), Some("RATE_LIMITED"));

    line.is_mended();
    until("both notice", async || {
        says(&one, "Redis answers again") == 1 && says(&other, "Redis answers again") == 1
    })
    .await;
    // What was spent there before has not been forgotten, nor has what was spent elsewhere been added.
    let again = remaining(&asks(&client).await);
    assert!(again >= shared.saturating_sub(20), "{again} of {shared}");
    let id = drafts(&other.client(&token), "Med Redis igen").await;
    hears_of(&mut following, &id).await;
}

#[tokio::test]
#[ignore = "needs Redis"]
async fn it_need_not_be_there_when_they_start() {
    let (line, url) = redis().await;
    line.is_cut();
    let folder = Folder::copy();
    let one = Replica::start(&folder, &[("SAMSYN_BUS__URL", &url)]).await;
    let client = one.client(&supplier(&folder));
    drafts(&client, "Redis kommer senare").await;
    until("it is noticed", async || {
        says(&one, "Redis does not answer") == 1
    })
    .await;
    line.is_mended();
    until("it is noticed", async || {
        says(&one, "Redis answers again") == 1
    })
    .await;
    drafts(&client, "Redis har kommit").await;
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_at_the_start() {
    let folder = Folder::copy();
    let started = std::process::Command::new(crate::harness::BINARY)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("SAMSYN_DATABASE__URL", folder.records.url())
        .env("SAMSYN_BUS__URL", "redis://:s3cret@")
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&started.stderr);
    assert!(!started.status.success());
    assert!(said.contains("setting `bus.url`"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}
