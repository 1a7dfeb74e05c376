//! The manners of HTTP, on the wire: whatever is sent is answered in GraphQL's shape, with the status that
//! says what was wrong.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::harness::World;

const RESPONSE: &str = "application/graphql-response+json";

fn request(world: &World, method: Method) -> RequestBuilder {
    let client = reqwest::Client::builder().no_proxy().build();
    client
        .expect("a client")
        .request(method, format!("{}graphql", world.base))
}

fn post(world: &World) -> RequestBuilder {
    request(world, Method::POST)
        .header("content-type", "application/json")
        .header("accept", RESPONSE)
}

fn asking() -> String {
    json!({ "query": "{ __typename }" }).to_string()
}

/// What a refusal says, which must be a GraphQL response without data.
async fn refusal(request: RequestBuilder, status: u16) -> Value {
    let answer = request.send().await.expect("the service answers");
    assert_eq!(answer.status().as_u16(), status);
    let media = answer.headers()["content-type"].to_str().expect("text");
    assert!(media.ends_with("json; charset=utf-8"), "{media}");
    assert!(answer.headers().contains_key("vary"));
    let body: Value = answer.json().await.expect("JSON");
    assert!(body.get("data").is_none(), "{body:#}");
    let errors = body["errors"].as_array().expect("errors");
    assert!(!errors.is_empty());
    for error in errors {
        assert!(error["message"].is_string() && error["extensions"]["code"].is_string());
    }
    body
}

#[tokio::test]
async fn bodies_that_are_not_unambiguous_json_are_refused() {
    let world = World::open().await;
    let deep = format!(
        "{{\"query\": \"{{a}}\", \"variables\": {}",
        "[".repeat(100_000)
    );
    let closed = format!(
        "{{\"query\": \"{{a}}\", \"variables\": {{\"a\": {}{}}}}}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    for body in [
        &b""[..],
        b"   ",
        b"{",
        b"[]",
        b"null",
        b"\"{ __typename }\"",
        b"{\"query\": \"{ __typename }\"} {}",
        b"{\"query\": \"\xff\xfe\"}",
        b"{\"query\": \"\\ud800\"}",
        b"{\"query\": \"{ __typename }\", \"query\": \"{ viewer { name } }\"}",
        b"{\"query\": \"{ __typename }\", \"variables\": {\"a\": {\"b\": 1, \"b\": 2}}}",
        b"{\"query\": \"{ __typename }\", \"variables\": {\"a\": 1e999}}",
        b"\xff\xfe{\0}\0",
        deep.as_bytes(),
        closed.as_bytes(),
    ] {
        let body = refusal(post(&world).body(body.to_vec()), 400).await;
        assert_eq!(body["errors"][0]["extensions"]["code"], "INVALID_INPUT");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_ignored() {
    let world = World::open().await;
    let request = post(&world).body(format!("\u{feff}{}", asking()));
    let answer = request.send().await.expect("the service answers");
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn media_types_and_encodings_are_looked_at() {
    let world = World::open().await;
    for (media, status) in [
        ("application/json", 200),
        ("application/json;charset=utf-8", 200),
        ("Application/JSON; Charset=\"UTF-8\"", 200),
        ("application/json; charset=utf-8; profile=x", 200),
        ("application/json; charset=iso-8859-1", 415),
        ("application/json; charset=utf-16", 415),
        ("application/graphql", 415),
        ("application/graphql-response+json", 415),
        ("text/json", 415),
        ("nonsense", 415),
    ] {
        let request = request(&world, Method::POST)
            .header("content-type", media)
            .header("accept", RESPONSE)
            .body(asking());
        if status == 415 {
            refusal(request, status).await;
        } else {
            let answer = request.send().await.expect("the service answers");
            assert_eq!(answer.status().as_u16(), status, "{media}");
        }
    }
    for (encoding, status) in [("identity", 200), ("gzip", 415), ("identity, br", 415)] {
        let request = post(&world)
            .header("content-encoding", encoding)
            .body(asking());
        let answer = request.send().await.expect("the service answers");
        assert_eq!(answer.status().as_u16(), status, "{encoding}");
        if status == 415 {
            assert_eq!(answer.headers()["accept-encoding"], "identity");
        }
    }
}

#[tokio::test]
async fn what_the_client_accepts_is_answered_or_406() {
    let world = World::open().await;
    for (accept, media) in [
        ("*/*", "application/json"),
        (RESPONSE, RESPONSE),
        (
            "application/json;q=0.4, application/graphql-response+json;q=0.5",
            RESPONSE,
        ),
        (
            "application/graphql-response+json;q=0.1, */*;q=0.9",
            "application/json",
        ),
        (
            "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8",
            "application/json",
        ),
    ] {
        let request = request(&world, Method::POST)
            .header("content-type", "application/json")
            .header("accept", accept)
            .body(asking());
        let answer = request.send().await.expect("the service answers");
        assert_eq!(answer.status(), StatusCode::OK);
        let told = answer.headers()["content-type"].to_str().expect("text");
        assert_eq!(told, format!("{media}; charset=utf-8"), "{accept}");
        assert_eq!(answer.headers()["vary"], "Accept");
    }
    for accept in ["text/html", "application/json;q=0", "image/*", ""] {
        let request = request(&world, Method::POST)
            .header("content-type", "application/json")
            .header("accept", accept)
            .body(asking());
        refusal(request, 406).await;
    }
}

#[tokio::test]
async fn other_methods_are_told_which_are_allowed() {
    let world = World::open().await;
    for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
        let refused = request(&world, method.clone());
        let answer = refused.send().await.expect("the service answers");
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.headers()["allow"], "GET, HEAD, POST");
        refusal(request(&world, method), 405).await;
    }
}

#[tokio::test]
async fn queries_in_the_url_are_utf_8_and_named_once() {
    let world = World::open().await;
    let get = |query: &str| {
        let url = format!("{}graphql?{query}", world.base);
        let client = reqwest::Client::builder().no_proxy().build();
        client
            .expect("a client")
            .get(url)
            .header("accept", RESPONSE)
    };
    for query in [
        "",
        "query=%7B__typename%7D%FF",
        "query=%7B__typename%7D&query=%7B__typename%7D",
        "query=%7B__typename%7D&variables=%7B%22a%22%3A1%2C%22a%22%3A2%7D",
        "query=%7B__typename%7D&variables=1",
    ] {
        refusal(get(query), 400).await;
    }
    let answer = get("query=%7B__typename%7D&operationName=").send().await;
    assert_eq!(
        answer.expect("the service answers").status(),
        StatusCode::BAD_REQUEST
    );
}

/// Sends these bytes on a connection of their own, and gives what comes back until the service closes it or
/// has said `until`.
async fn on_the_wire(world: &World, bytes: &[u8], until: &str) -> String {
    let address = world
        .base
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(bytes).await.expect("it is sent");
    let mut heard = String::new();
    let mut buffer = [0; 4096];
    while !heard.contains(until) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => heard += &String::from_utf8_lossy(&buffer[..read]),
        }
    }
    heard
}

#[tokio::test]
async fn a_body_that_is_expected_is_asked_for_and_one_that_is_refused_is_not() {
    let world = World::open().await;
    let head = |media: &str, length: usize| {
        format!(
            "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: {media}\r\ncontent-length: {length}\r\nexpect: 100-continue\r\n\r\n"
        )
    };
    let asked = on_the_wire(&world, head("application/json", 10).as_bytes(), "\r\n\r\n").await;
    assert!(asked.starts_with("HTTP/1.1 100 Continue"), "{asked}");
    for (head, status) in [
        (head("text/plain", 10), "415"),
        (head("application/json", 2 << 20), "413"),
    ] {
        let refused = on_the_wire(&world, head.as_bytes(), "\r\n\r\n").await;
        assert!(
            refused.starts_with(&format!("HTTP/1.1 {status}")),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn head_is_answered_as_get_without_the_body() {
    let world = World::open().await;
    let head =
        b"HEAD /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = on_the_wire(&world, head, "no such text").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    assert!(answer.contains("ratelimit:"), "{answer}");
}

#[tokio::test]
async fn whoever_sends_far_too_much_reads_why_it_is_refused() {
    let world = World::open().await;
    for megabytes in [2, 40] {
        let request = post(&world).body(vec![b' '; megabytes << 20]);
        let body = refusal(request, 413).await;
        assert_eq!(body["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    }
    // 40 MiB in pieces, with no length told before.
    let pieces = (0..640).map(|_| Ok::<_, std::io::Error>(vec![b' '; 64 << 10]));
    let endless = futures::stream::iter(pieces);
    let request = post(&world).body(reqwest::Body::wrap_stream(endless));
    refusal(request, 413).await;
}
