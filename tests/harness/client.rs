//! A client of the API, as an integration writes one.

use reqwest::StatusCode;
use serde_json::{Value, json};

/// Somebody who calls the API over HTTP.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// What the API answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Client {
    pub fn new(url: &str, token: Option<&str>) -> Self {
        Self {
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client"),
            url: url.to_owned(),
            token: token.map(str::to_owned),
        }
    }

    /// Sends a document with variables.
    pub async fn send(&self, document: &str, variables: Value) -> Answer {
        self.send_with(document, variables, &[]).await
    }

    /// The same with headers of one's own.
    pub async fn send_with(
        &self,
        document: &str,
        variables: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self
            .http
            .post(&self.url)
            .json(&json!({ "query": document, "variables": variables }));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.expect("the service answers");
        let status = response.status();
        let body = response.json().await.expect("the answer is JSON");
        Answer { status, body }
    }

    /// The data of a document that must succeed.
    pub async fn ask(&self, document: &str, variables: Value) -> Value {
        let answer = self.send(document, variables).await;
        answer.data(document)
    }

    /// Does a mutation by its name, the way all of them are called, and returns what `selection` reads.
    pub async fn does(&self, mutation: &str, input: Value, selection: &str) -> Value {
        self.tries(mutation, input, selection).await.data(mutation)[mutation].clone()
    }

    /// The same, whatever comes of it.
    pub async fn tries(&self, mutation: &str, input: Value, selection: &str) -> Answer {
        self.send(
            &mutation_document(mutation, selection),
            json!({ "input": input }),
        )
        .await
    }

    /// Sends the bytes of a file to an upload URL, as `curl -T` does.
    pub async fn put(&self, url: &str, bytes: impl Into<reqwest::Body>) -> Answer {
        let response = self
            .http
            .put(url)
            .body(bytes)
            .send()
            .await
            .expect("the service answers");
        let status = response.status();
        let body = response.json().await.expect("the answer is JSON");
        Answer { status, body }
    }

    /// Fetches a file with headers of one's own.
    pub async fn fetch(&self, url: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        let mut request = self.http.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        request.send().await.expect("the service answers")
    }
}

/// The document of a mutation: every one takes one `input` of a type named after it.
pub fn mutation_document(mutation: &str, selection: &str) -> String {
    let mut letters = mutation.chars();
    let head = letters.next().map(|letter| letter.to_ascii_uppercase());
    let pascal: String = head.into_iter().chain(letters).collect();
    format!("mutation($input: {pascal}Input!) {{ {mutation}(input: $input) {selection} }}")
}

impl Answer {
    /// The data, which must have come without errors.
    pub fn data(&self, what: &str) -> Value {
        assert!(
            self.body.get("errors").is_none(),
            "{what} fails: {:#}",
            self.body["errors"]
        );
        self.body["data"].clone()
    }

    /// The code of the first error, if there is one.
    pub fn code(&self) -> Option<&str> {
        self.body["errors"][0]["extensions"]["code"].as_str()
    }

    /// The message of the first error.
    pub fn message(&self) -> &str {
        self.body["errors"][0]["message"]
            .as_str()
            .unwrap_or_default()
    }
}
