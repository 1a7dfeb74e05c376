//! JSON Web Tokens other than ID tokens (RFC 7515, 7519): signed with a key of the set that one trusts, by an
//! algorithm of public keys, and typed as what they are.
//!
//! What the claims say is for the caller to judge. A token is trusted for nothing before [`verify`] has given them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::{
    JsonWebKey, JsonWebKeyId, JsonWebKeyUse,
    core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// The algorithms that are taken: those of public keys. With `none`, or a secret that both sides know, whoever is
/// shown a token could make one.
pub const ALGORITHMS: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// How many keys are tried on a token that names none.
const TRIED: usize = 20;

/// What a token says, by name.
pub type Claims = Map<String, Value>;

/// Why a token is not trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// It is no signed JSON Web Token.
    #[error("it is not a signed JSON Web Token")]
    Malformed,
    /// It is one for something else, or its algorithm is not taken.
    #[error("it is of another type, or signed by an algorithm that is not taken")]
    Unfit,
    /// No key of the set can have signed it: perhaps the set is old.
    #[error("its key is unknown")]
    UnknownKey,
    /// Its signature is not that of the key.
    #[error("its signature is wrong")]
    Forged,
}

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// What the token says, if a key of the set has signed it and it is of one of these types (`typ`, in lower case and
/// without `application/`; an empty one stands for none given).
///
/// # Errors
/// Why it is not trusted.
pub fn verify(token: &str, types: &[&str], keys: &CoreJsonWebKeySet) -> Result<Claims, Distrust> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Distrust::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(Distrust::Malformed)?;
    let header: Header = part(header).ok_or(Distrust::Malformed)?;
    let typ = header.typ.unwrap_or_default().to_lowercase();
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    if !types.contains(&typ) || header.crit.is_some() || !ALGORITHMS.contains(&header.alg) {
        return Err(Distrust::Unfit);
    }
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| Distrust::Malformed)?;
    let mut fitting = keys
        .keys()
        .iter()
        .filter(|key| fits(key, header.kid.as_deref(), &header.alg))
        .take(TRIED)
        .peekable();
    if fitting.peek().is_none() {
        return Err(Distrust::UnknownKey);
    }
    let signed = signed.as_bytes();
    let genuine = fitting.any(|key| {
        key.verify_signature(&header.alg, signed, &signature)
            .is_ok()
    });
    match genuine {
        true => part(payload).ok_or(Distrust::Malformed),
        false => Err(Distrust::Forged),
    }
}

/// Whether the key may have signed: it is for signing, of the algorithm's kind, and the one that is named.
fn fits(key: &CoreJsonWebKey, kid: Option<&str>, alg: &CoreJwsSigningAlgorithm) -> bool {
    use openidconnect::{JsonWebKeyAlgorithm, JwsSigningAlgorithm};
    let named = kid.is_none_or(|kid| key.key_id() == Some(&JsonWebKeyId::new(kid.to_owned())));
    let signs = key.key_use().is_none_or(JsonWebKeyUse::allows_signature);
    let kind = alg.key_type().as_ref() == Some(key.key_type());
    let bound = match key.signing_alg() {
        JsonWebKeyAlgorithm::Algorithm(only) => only == alg,
        JsonWebKeyAlgorithm::Unspecified => true,
        JsonWebKeyAlgorithm::Unsupported => false,
    };
    named && signs && kind && bound
}

/// A set of public keys as an organisation gives it; nothing if it is none.
#[must_use]
pub fn key_set(json: &Value) -> Option<CoreJsonWebKeySet> {
    serde_json::from_value(json.clone()).ok()
}

/// Whether a set of keys has any that should not be told: private or shared ones.
#[must_use]
pub fn has_private(json: &Value) -> bool {
    let keys = json.get("keys").and_then(Value::as_array);
    let secret = |key: &Value| {
        ["d", "k", "p", "q"]
            .iter()
            .any(|part| key.get(part).is_some())
    };
    keys.is_some_and(|keys| keys.iter().any(secret))
}

/// What a token says, whoever signed it: of one that has been verified, or to find out by whom it claims to be.
#[must_use]
pub fn unverified(token: &str) -> Option<Claims> {
    part(token.split('.').nth(1)?)
}

fn part<T: DeserializeOwned>(segment: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(segment).ok()?).ok()
}

/// The text of a claim.
#[must_use]
pub fn text<'c>(claims: &'c Claims, name: &str) -> Option<&'c str> {
    claims.get(name)?.as_str()
}

/// Whether a claim is this text, or a list that has it.
#[must_use]
pub fn has(claims: &Claims, name: &str, wanted: &str) -> bool {
    texts(claims, name).any(|text| text == wanted)
}

/// The text of a claim, or the texts of its list.
pub fn texts<'c>(claims: &'c Claims, name: &str) -> impl Iterator<Item = &'c str> {
    let (one, many) = match claims.get(name) {
        Some(Value::String(text)) => (Some(text.as_str()), &[][..]),
        Some(Value::Array(list)) => (None, list.as_slice()),
        _ => (None, &[][..]),
    };
    one.into_iter().chain(many.iter().filter_map(Value::as_str))
}

/// The seconds since 1970 of a claim.
#[must_use]
pub fn seconds(claims: &Claims, name: &str) -> Option<i64> {
    let number = claims.get(name)?;
    // A NumericDate may have a fraction (RFC 7519, section 2).
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float beyond saturates, and is a time that never comes"
    )]
    number
        .as_i64()
        .or_else(|| number.as_f64().map(|float| float as i64))
}
