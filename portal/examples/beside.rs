//! Serves the portal alone, beside a Samsyn that runs elsewhere: every question to the API goes there over HTTP. To see
//! a change to a page without building the whole service:
//!
//!     cargo run -- demo
//!     cargo run -p portal --example beside -- http://127.0.0.1:8080 127.0.0.1:8090

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Sends on whatever the portal does not answer itself.
async fn pass(client: Client<HttpConnector, Body>, api: String, mut request: Request) -> Response {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let Ok(uri) = format!("{api}{path}").parse::<Uri>() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    *request.uri_mut() = uri;
    match client.request(request).await {
        Ok(answer) => answer.map(Body::new),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut given = std::env::args().skip(1);
    let api = given
        .next()
        .unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
    let listen = given.next().unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    let client = Client::builder(TokioExecutor::new()).build_http();
    let rest =
        Router::new().fallback(move |request: Request| pass(client.clone(), api.clone(), request));
    let routes = portal::routes(rest.clone(), Arc::new(chrono::Utc::now)).fallback_service(rest);
    let listener = tokio::net::TcpListener::bind(&listen).await?;
    axum::serve(listener, routes).await?;
    Ok(())
}
