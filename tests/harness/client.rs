//! A client of the API, as an integration writes one.

use reqwest::{StatusCode, header::HeaderMap};
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
    pub headers: HeaderMap,
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
        Answer::of(request).await
    }

    /// Sends a request as it is given.
    pub async fn posts(&self, request: Value) -> Answer {
        let mut request = self.http.post(&self.url).json(&request);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        Answer::of(request).await
    }

    /// The same client, which sends these headers with everything.
    pub fn with_headers(&self, headers: HeaderMap) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .default_headers(headers);
        Self {
            http: http.build().expect("a client"),
            ..self.clone()
        }
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

    /// Moves a record on from the version that it was last seen with.
    pub async fn moves(&self, mutation: &str, record: &Value, more: Value) -> Value {
        self.does(mutation, at(record, more), "{ id version }")
            .await
    }

    /// The code with which that is refused; the test fails if it is done.
    pub async fn is_refused(&self, mutation: &str, input: Value) -> String {
        let answer = self.tries(mutation, input, "{ __typename }").await;
        let code = answer.code().map(str::to_owned);
        code.unwrap_or_else(|| panic!("{mutation} must be refused: {:#}", answer.body))
    }

    /// What there is of a record by its id, as a fragment such as `... on Risk { score }` reads it.
    pub async fn reads(&self, id: &Value, fragment: &str) -> Value {
        let document = format!("query($id: ID!) {{ node(id: $id) {{ {fragment} }} }}");
        self.ask(&document, json!({ "id": id })).await["node"].clone()
    }

    /// Whether there is such a record for this client; everything but "not found" fails the test.
    pub async fn finds(&self, id: &Value) -> bool {
        let document = "query($id: ID!) { node(id: $id) { id } }";
        let answer = self.send(document, json!({ "id": id })).await;
        match answer.code() {
            None => answer.data(document)["node"]["id"] == *id,
            Some("NOT_FOUND") => false,
            Some(_) => panic!("{:#}", answer.body),
        }
    }

    /// Up to a hundred records of a root list, by arguments such as `filter: { open: true }`.
    pub async fn lists(&self, list: &str, arguments: &str, selection: &str) -> Vec<Value> {
        let document = format!(
            "{{ {list}(first: 100{}{arguments}) {{ nodes {selection} }} }}",
            if arguments.is_empty() { "" } else { ", " }
        );
        let data = self.ask(&document, json!({})).await;
        data[list]["nodes"].as_array().expect("nodes").clone()
    }

    /// How many records a root list has.
    pub async fn counts(&self, list: &str, filter: &str) -> i64 {
        let document = format!("{{ {list}(filter: {filter}) {{ totalCount }} }}");
        let data = self.ask(&document, json!({})).await;
        data[list]["totalCount"].as_i64().expect("a number")
    }

    /// The first hundred events of the last minutes that it is told of.
    pub async fn news(&self) -> Vec<Value> {
        let since = chrono::Utc::now() - chrono::TimeDelta::minutes(10);
        let filter = format!("filter: {{ since: {} }}", json!(since));
        let selection =
            "{ event { action person { name } subject { id } changes { field before after } } }";
        let entries = self.lists("events", &filter, selection).await;
        entries
            .into_iter()
            .map(|entry| entry["event"].clone())
            .collect()
    }

    /// Sends the bytes of a file to an upload URL, as `curl -T` does.
    pub async fn put(&self, url: &str, bytes: impl Into<reqwest::Body>) -> Answer {
        Answer::of(self.http.put(url).body(bytes)).await
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

/// The input of a change of a record at the version that it was last seen with.
pub fn at(record: &Value, mut more: Value) -> Value {
    more["id"] = record["id"].clone();
    more["expectedVersion"] = record["version"].clone();
    more
}

impl Answer {
    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("the service answers");
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.json().await.expect("the answer is JSON"),
        }
    }

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
