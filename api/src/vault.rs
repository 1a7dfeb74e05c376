//! Secrets that the service must be able to read again, encrypted where they are kept.
//!
//! Client secrets and ID tokens stand in the database as AES-256-GCM under a key of the settings, which the
//! database does not have: who reads a backup reads none of them. What was sealed for one purpose, and about one
//! record, opens for no other.
//!
//! Keys are exchanged by setting the new one and naming the old one as the previous: the new one seals from then
//! on, and both open.

use std::sync::Arc;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use rand::RngCore;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::{Error, Result, config::Secret};

/// How many bytes a key has.
const KEY: usize = 32;

/// The keys. Clones share them.
#[derive(Clone, Default)]
pub struct Vault(Arc<[LessSafeKey]>);

impl Vault {
    /// With these keys, each 32 bytes in Base64; the first seals.
    ///
    /// # Errors
    /// When one of them is not that.
    pub fn with<'k>(keys: impl IntoIterator<Item = &'k Secret>) -> anyhow::Result<Self> {
        let keys = keys.into_iter().map(|key| parse(key.expose()));
        Ok(Self(keys.collect::<anyhow::Result<_>>()?))
    }

    /// Whether anything can be sealed.
    #[must_use]
    pub fn has_key(&self) -> bool {
        !self.0.is_empty()
    }

    /// The text in a form that only this service reads, and only when asked for the same thing: `about` tells what
    /// it is and whose.
    ///
    /// # Errors
    /// `InvalidState` when the service has no key.
    pub fn seal(&self, about: &str, text: &str) -> Result<String> {
        let key = self.0.first().ok_or_else(|| {
            Error::InvalidState(
                "This service cannot keep secrets yet. Ask its operator to set identity.key."
                    .to_owned(),
            )
        })?;
        let mut nonce = [0; NONCE_LEN];
        rand::rng().fill_bytes(&mut nonce);
        let mut sealed = text.as_bytes().to_vec();
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(about),
            &mut sealed,
        )
        .map_err(|_| Error::internal(anyhow::anyhow!("a secret could not be sealed")))?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// What was sealed about this; nothing if it was sealed about anything else, or with a key that is gone.
    #[must_use]
    pub fn open(&self, about: &str, sealed: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        self.0.iter().find_map(|key| {
            let mut bytes = sealed.to_vec();
            let nonce = Nonce::assume_unique_for_key(*nonce);
            let open = key
                .open_in_place(nonce, Aad::from(about), &mut bytes)
                .ok()?;
            String::from_utf8(open.to_vec()).ok()
        })
    }
}

fn parse(text: &str) -> anyhow::Result<LessSafeKey> {
    let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
    let bytes = <[u8; KEY]>::try_from(bytes).map_err(|_| {
        anyhow::anyhow!(
            "settings `identity.key` and `identity.previous_key`: a key must be 32 bytes in Base64; make one with `openssl rand -base64 32`"
        )
    })?;
    key(&bytes).ok_or_else(|| anyhow::anyhow!("setting `identity.key`: the key cannot be used"))
}

fn key(bytes: &[u8; KEY]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, bytes)
        .ok()
        .map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> Secret {
        Secret::from(STANDARD.encode([byte; KEY]).as_str())
    }

    #[test]
    fn what_is_sealed_opens_about_the_same_and_nothing_else() {
        let vault = Vault::with(&[secret(1)]).expect("a key");
        let sealed = vault.seal("client of 1", "hemlig").expect("sealed");
        assert!(!sealed.contains("hemlig"));
        assert_ne!(sealed, vault.seal("client of 1", "hemlig").expect("sealed"));
        assert_eq!(
            vault.open("client of 1", &sealed).as_deref(),
            Some("hemlig")
        );
        assert_eq!(vault.open("client of 2", &sealed), None);
        let mut altered = sealed.into_bytes();
        altered[20] ^= 1;
        let altered = String::from_utf8_lossy(&altered);
        assert_eq!(vault.open("client of 1", &altered), None);
        assert_eq!(vault.open("client of 1", ""), None);
    }

    #[test]
    fn keys_are_exchanged_without_losing_what_the_old_one_sealed() {
        let old = Vault::with(&[secret(1)]).expect("a key");
        let both = Vault::with(&[secret(2), secret(1)]).expect("keys");
        let new = Vault::with(&[secret(2)]).expect("a key");
        let before = old.seal("a", "x").expect("sealed");
        let after = both.seal("a", "x").expect("sealed");
        assert_eq!(both.open("a", &before).as_deref(), Some("x"));
        assert_eq!(new.open("a", &after).as_deref(), Some("x"));
        assert_eq!(new.open("a", &before), None);
    }

    #[test]
    fn without_a_key_nothing_is_sealed_and_a_wrong_key_is_told() {
        assert!(Vault::default().seal("a", "x").is_err());
        for wrong in ["", "kort", &STANDARD.encode([0; 31])] {
            assert!(Vault::with(&[Secret::from(wrong)]).is_err(), "{wrong}");
        }
    }
}
