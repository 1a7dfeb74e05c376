//! A provider that says what it should not: certified ones cannot be brought to.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Json, Router, extract::State, routing::get};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::Utc;
use openidconnect::{
    JsonWebKeyId, PrivateSigningKey,
    core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch};
use url::Url;

use super::provider::CLIENT;

/// What stands before the 32 bytes of a private key of Ed25519 in PKCS #8 (RFC 8410, section 7).
const BEFORE_KEY: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// What the provider says, and is.
#[derive(Clone)]
pub struct Rogue {
    pub issuer: String,
    said: Arc<Mutex<Said>>,
    asked: Arc<AtomicUsize>,
    /// Whether it keeps those waiting who ask for its metadata.
    silent: watch::Sender<bool>,
}

#[derive(Clone)]
struct Said {
    header: Value,
    claims: Value,
    told: Value,
    signed: bool,
}

impl Rogue {
    /// Starts one, in this process.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let said = Said {
            header: json!({}),
            claims: json!({}),
            told: json!({}),
            signed: true,
        };
        let rogue = Self {
            issuer,
            said: Arc::new(Mutex::new(said)),
            asked: Arc::default(),
            silent: watch::Sender::new(false),
        };
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(keys))
            .route("/token", axum::routing::post(tokens))
            .route("/me", get(told))
            .with_state(rogue.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        rogue
    }

    /// Has it give an ID token with these claims in place of right ones, for a sign-in that began with this address:
    /// null takes one away. With `algorithm`, the header says that one.
    pub fn says(&self, authorization: &Url, claims: &Value, algorithm: Option<&str>) {
        let nonce = parameter(authorization, "nonce");
        let now = Utc::now().timestamp();
        let mut right = json!({
            "iss": self.issuer, "sub": "rogue-anna", "aud": CLIENT.0, "iat": now, "exp": now + 300, "nonce": nonce,
            "email": "anna.lindqvist@alvsunda.example", "email_verified": true, "name": "Anna Lindqvist",
        });
        for (name, value) in claims.as_object().expect("an object") {
            right[name] = value.clone();
        }
        if let Value::Object(map) = &mut right {
            map.retain(|_, value| !value.is_null());
        }
        let mut said = self.said.lock().expect("nobody panics");
        said.header = json!({ "alg": algorithm.unwrap_or("EdDSA"), "kid": "rogue" });
        said.signed = algorithm != Some("none");
        said.claims = right;
    }

    /// Has it tell this of whoever has an access token.
    pub fn tells(&self, told: Value) {
        self.said.lock().expect("nobody panics").told = told;
    }

    /// How often it was asked for its metadata.
    pub fn was_asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Has it say nothing to those who ask for its metadata, until it does again.
    pub fn falls_silent(&self, silent: bool) {
        self.silent.send_replace(silent);
    }

    /// Any token of its key, with this type.
    pub fn token(&self, typ: &str, claims: &Value) -> String {
        token(typ, claims)
    }
}

/// A token of this type, signed with the key of [`key_set`].
pub fn token(typ: &str, claims: &Value) -> String {
    signed(
        &json!({ "alg": "EdDSA", "kid": "rogue", "typ": typ }),
        claims,
    )
}

/// The public key that verifies all that is signed here.
pub fn key_set() -> Value {
    json!({ "keys": [key().as_verification_key()] })
}

/// A parameter of a URL.
pub fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// A private key that is the same in every run, and is used for nothing else.
pub fn pem() -> String {
    let bytes = STANDARD.encode([&BEFORE_KEY[..], &[7; 32]].concat());
    format!("-----BEGIN PRIVATE KEY-----\n{bytes}\n-----END PRIVATE KEY-----")
}

fn key() -> CoreEdDsaPrivateSigningKey {
    let pem = pem();
    let kid = JsonWebKeyId::new("rogue".to_owned());
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(kid)).expect("a key")
}

fn signed(header: &Value, claims: &Value) -> String {
    let text = unsigned(header, claims);
    let algorithm = CoreJwsSigningAlgorithm::EdDsa;
    let signature = key()
        .sign(&algorithm, text.as_bytes())
        .expect("a signature");
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}", part(header), part(claims))
}

async fn metadata(State(rogue): State<Rogue>) -> Json<Value> {
    rogue.asked.fetch_add(1, Ordering::SeqCst);
    let mut silent = rogue.silent.subscribe();
    silent
        .wait_for(|silent| !silent)
        .await
        .expect("it is there");
    let at = |path: &str| format!("{}{path}", rogue.issuer);
    Json(json!({
        "issuer": rogue.issuer,
        "authorization_endpoint": at("/auth"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/jwks"),
        "userinfo_endpoint": at("/me"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn keys() -> Json<Value> {
    Json(key_set())
}

/// What it tells of whoever has an access token; with the subject of `says`.
async fn told(State(rogue): State<Rogue>) -> Json<Value> {
    Json(rogue.said.lock().expect("nobody panics").told.clone())
}

async fn tokens(State(rogue): State<Rogue>) -> Json<Value> {
    let said = rogue.said.lock().expect("nobody panics").clone();
    let token = match said.signed {
        true => signed(&said.header, &said.claims),
        false => format!("{}.", unsigned(&said.header, &said.claims)),
    };
    Json(json!({ "access_token": "x", "token_type": "Bearer", "id_token": token }))
}
