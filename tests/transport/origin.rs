//! Who may call from a browser: pages of other sites only where the settings name them, and never by a
//! request that their user knows nothing of.

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, client::IntoClientRequest},
};

use crate::harness::World;

const PORTAL: &str = "https://portal.example.se";
const EVIL: &str = "https://portal.example.se.evil.example";

async fn closed() -> World {
    World::open().await
}

async fn open_to_the_portal() -> World {
    World::open_with(|settings| settings.server.allowed_origins = vec![PORTAL.to_owned()]).await
}

fn request(world: &World, method: Method, path: &str) -> RequestBuilder {
    let client = reqwest::Client::builder().no_proxy().build();
    client
        .expect("a client")
        .request(method, format!("{}{path}", world.base))
}

async fn sent(request: RequestBuilder) -> Response {
    request.send().await.expect("the service answers")
}

/// What a browser asks before it lets a page of that origin send anything unusual.
async fn preflight(world: &World, path: &str, origin: &str, method: &str) -> Response {
    let asks = request(world, Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header(
            "access-control-request-headers",
            "authorization,content-type",
        );
    sent(asks).await
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let value = response.headers().get(name);
    value.and_then(|value| value.to_str().ok()).unwrap_or("")
}

fn query(world: &World) -> RequestBuilder {
    request(world, Method::GET, "graphql?query={__typename}")
}

#[tokio::test]
async fn without_a_setting_no_page_of_another_site_is_let_in() {
    let world = closed().await;
    for path in ["graphql", "graphql/ws", "evidence/files/x"] {
        let answer = preflight(&world, path, PORTAL, "POST").await;
        assert!(!answer.status().is_success(), "{path}");
        assert_eq!(header(&answer, "access-control-allow-origin"), "");
    }
    let answer = sent(query(&world).header("origin", PORTAL)).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(header(&answer, "access-control-allow-origin"), "");
}

#[tokio::test]
async fn pages_of_an_allowed_origin_are_let_in_without_credentials() {
    let world = open_to_the_portal().await;
    for (path, method) in [
        ("graphql", "POST"),
        ("evidence/uploads/x", "PUT"),
        ("evidence/uploads/x", "PATCH"),
        ("evidence/files/x", "GET"),
    ] {
        let answer = preflight(&world, path, PORTAL, method).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(header(&answer, "access-control-allow-origin"), PORTAL);
        assert!(header(&answer, "access-control-allow-methods").contains(method));
        let allowed = header(&answer, "access-control-allow-headers");
        for name in [
            "authorization",
            "content-type",
            "idempotency-key",
            "apollo-require-preflight",
            "upload-offset",
            "tus-resumable",
        ] {
            assert!(
                allowed.split(',').any(|one| one == name),
                "{name}: {allowed}"
            );
        }
        assert_ne!(header(&answer, "access-control-max-age"), "");
        assert_eq!(header(&answer, "access-control-allow-credentials"), "");
    }

    let token = world.actor("Älvsunda", "IT_MANAGER").token.clone();
    let post = request(&world, Method::POST, "graphql")
        .header("origin", PORTAL)
        .bearer_auth(token)
        .json(&json!({ "query": "{ viewer { name } }" }));
    let answer = sent(post).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(header(&answer, "access-control-allow-origin"), PORTAL);
    assert_eq!(header(&answer, "access-control-allow-credentials"), "");
    let exposed = header(&answer, "access-control-expose-headers");
    for name in [
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "idempotency-replayed",
        "x-request-id",
        "location",
        "upload-offset",
    ] {
        assert!(
            exposed.split(',').any(|one| one == name),
            "{name}: {exposed}"
        );
    }
    let vary: Vec<_> = answer.headers().get_all("vary").iter().collect();
    let vary = format!("{vary:?}").to_lowercase();
    assert!(vary.contains("accept") && vary.contains("origin"), "{vary}");
}

#[tokio::test]
async fn other_origins_are_not_let_in_beside_an_allowed_one() {
    let world = open_to_the_portal().await;
    for origin in [
        EVIL,
        "null",
        "http://portal.example.se",
        "https://PORTAL.example.se",
    ] {
        let answer = preflight(&world, "graphql", origin, "POST").await;
        assert_eq!(
            header(&answer, "access-control-allow-origin"),
            "",
            "{origin}"
        );
    }
}

#[tokio::test]
async fn a_request_that_any_page_could_send_is_refused() {
    let world = open_to_the_portal().await;
    for headers in [
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "no-cors"),
        ][..],
        &[
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-mode", "navigate"),
        ],
        &[("origin", EVIL)],
        &[("cookie", "session=1")],
    ] {
        let asks = |method| {
            let all = request(&world, method, "graphql?query={__typename}");
            headers
                .iter()
                .fold(all, |request, (name, value)| request.header(*name, *value))
        };
        let answer = sent(asks(Method::GET)).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{headers:?}");
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert!(body.get("data").is_none());
        assert_eq!(
            sent(asks(Method::HEAD)).await.status(),
            StatusCode::FORBIDDEN
        );
        for (name, value) in [
            ("graphql-require-preflight", "1"),
            ("apollo-require-preflight", "true"),
            ("x-apollo-operation-name", "Any"),
            ("content-type", "application/json"),
        ] {
            let answer = sent(asks(Method::GET).header(name, value)).await;
            assert_eq!(answer.status(), StatusCode::OK, "{headers:?} {name}");
        }
    }
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "text/plain; application/json",
    ] {
        let form = request(&world, Method::POST, "graphql")
            .header("content-type", media)
            .header("apollo-require-preflight", "1")
            .body(r#"{"query": "{ __typename }"}"#);
        assert_eq!(
            sent(form).await.status(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
    }
}

#[tokio::test]
async fn programs_and_own_pages_need_no_special_header() {
    let world = closed().await;
    let own = world.base.trim_end_matches('/').to_owned();
    for headers in [
        &[][..],
        &[("sec-fetch-mode", "cors")],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "none")],
        &[("origin", &*own)],
    ] {
        let asks = headers
            .iter()
            .fold(query(&world), |request, (name, value)| {
                request.header(*name, *value)
            });
        assert_eq!(sent(asks).await.status(), StatusCode::OK, "{headers:?}");
    }
}

/// The status with which a WebSocket is refused to a page of that origin; nothing if it opens.
async fn refusal_of_a_socket(world: &World, origin: Option<&str>) -> Option<u16> {
    let url = format!("{}graphql/ws", world.base.replacen("http", "ws", 1));
    let mut request = url.into_client_request().expect("a request");
    let headers = request.headers_mut();
    headers.insert(
        "sec-websocket-protocol",
        "graphql-transport-ws".parse().expect("a header"),
    );
    if let Some(origin) = origin {
        headers.insert("origin", origin.parse().expect("a header"));
    }
    match connect_async(request).await {
        Ok(_) => None,
        Err(Error::Http(response)) => Some(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn sockets_open_for_programs_and_for_own_and_allowed_pages_alone() {
    let world = open_to_the_portal().await;
    let own = world.base.trim_end_matches('/').to_owned();
    for origin in [None, Some(PORTAL), Some(&*own)] {
        assert_eq!(
            refusal_of_a_socket(&world, origin).await,
            None,
            "{origin:?}"
        );
    }
    for origin in [EVIL, "null", "https://127.0.0.1"] {
        let refusal = refusal_of_a_socket(&world, Some(origin)).await;
        assert_eq!(refusal, Some(403), "{origin}");
    }
}
