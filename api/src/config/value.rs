//! The values that settings take, and how each is read from text, number or truth value alike: the
//! environment knows only text, and `max_connections = 10` must mean the same wherever it stands.

use std::{fmt, marker::PhantomData, time::Duration};

use serde::{Deserializer, de};

/// The address of something the service uses, which may hold a password: neither `Debug` nor
/// `Display` shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceUrl(String);

impl ServiceUrl {
    /// An address as it is.
    #[must_use]
    pub fn new(url: String) -> Self {
        Self(url)
    }

    /// The whole URL, for whoever connects; not for logs or messages.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Passwords come with a user before the last `@`, or as a parameter after `?`.
        let (credentials, rest) = self.0.rsplit_once('@').unwrap_or(("", &self.0));
        let shown = rest.split('?').next().unwrap_or_default();
        match credentials.split_once(':') {
            Some((scheme, _)) => write!(f, "{scheme}://***@{shown}"),
            None => f.write_str(shown),
        }
    }
}

impl fmt::Debug for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceUrl({self})")
    }
}

/// A password or its like: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for whoever shows it to the service that asks for it; not for logs or messages.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A secret, as text without blanks.
pub(super) fn secret<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Secret>, D::Error> {
    unseen(deserializer, "a text without blanks", |text| {
        let whole = !text.is_empty() && text.bytes().all(|c| c.is_ascii_graphic());
        whole.then(|| Some(Secret::from(text)))
    })
}

/// The URL of a service of one of these schemes.
pub(super) fn service_url<'de, D: Deserializer<'de>>(
    deserializer: D,
    schemes: &[&str],
    accepted: &str,
) -> Result<ServiceUrl, D::Error> {
    unseen(deserializer, accepted, |text| {
        let (scheme, _) = text.split_once(':')?;
        schemes
            .contains(&scheme)
            .then(|| ServiceUrl(text.to_owned()))
    })
}

/// Reads one value as text that is not repeated when it is refused: it may hold a password.
pub(super) fn unseen<'de, D, T>(
    deserializer: D,
    accepted: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Scalar {
        accepted,
        secret: true,
        parse,
        target: PhantomData,
    })
}

/// Reads one value as text; `accepted` completes "it must be …".
pub(super) fn scalar<'de, D, T>(
    deserializer: D,
    accepted: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Scalar {
        accepted,
        secret: false,
        parse,
        target: PhantomData,
    })
}

/// A list of values, each read as text: an array, or one text with commas between them.
pub(super) fn list<'de, D, T>(
    deserializer: D,
    accepted: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
{
    let one = Scalar {
        accepted,
        secret: false,
        parse,
        target: PhantomData,
    };
    deserializer.deserialize_any(List(one))
}

/// A whole number from `MIN` to `MAX`.
pub(super) fn whole<'de, D, T, const MIN: u64, const MAX: u64>(
    deserializer: D,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64>,
{
    scalar(
        deserializer,
        &format!("a whole number from {MIN} to {MAX}"),
        |text| {
            text.parse()
                .ok()
                .filter(|number| (MIN..=MAX).contains(number))
                .and_then(|number| T::try_from(number).ok())
        },
    )
}

/// Whether something is so.
pub(super) fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    scalar(deserializer, "`true` or `false`", |text| text.parse().ok())
}

/// A length of time above zero.
pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    scalar(
        deserializer,
        "a length of time with its unit, such as 30s or 5m",
        |text| {
            humantime::parse_duration(text)
                .ok()
                .filter(|d| !d.is_zero())
        },
    )
}

/// A length of time.
pub(super) fn duration_or_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    scalar(
        deserializer,
        "a length of time with its unit, such as 5s or 0s",
        |text| humantime::parse_duration(text).ok(),
    )
}

/// A number of bytes above zero.
pub(super) fn size<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64>,
{
    scalar(
        deserializer,
        "a number of bytes, or a size with its unit, such as 500 MiB or 2 GiB",
        |text| {
            bytes(text)
                .filter(|&bytes| bytes > 0)
                .and_then(|bytes| T::try_from(bytes).ok())
        },
    )
}

fn bytes(text: &str) -> Option<u64> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit: u64 = match unit.trim() {
        "" | "B" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

struct Scalar<'a, T, F> {
    accepted: &'a str,
    secret: bool,
    parse: F,
    target: PhantomData<T>,
}

impl<T, F: Fn(&str) -> Option<T>> Scalar<'_, T, F> {
    fn read<E: de::Error>(&self, text: &str) -> Result<T, E> {
        (self.parse)(text).ok_or_else(|| {
            let accepted = self.accepted;
            if self.secret {
                E::custom(format_args!("it must be {accepted}"))
            } else {
                E::custom(format_args!(
                    "{text:?} is not accepted, it must be {accepted}"
                ))
            }
        })
    }
}

struct List<'a, T, F>(Scalar<'a, T, F>);

impl<'de, T, F: Fn(&str) -> Option<T>> de::Visitor<'de> for List<'_, T, F> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.accepted)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<T>, E> {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        parts.map(|part| self.0.read(part)).collect()
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut values = Vec::new();
        while let Some(text) = seq.next_element::<String>()? {
            values.push(self.0.read(&text)?);
        }
        Ok(values)
    }
}

impl<T, F: Fn(&str) -> Option<T>> de::Visitor<'_> for Scalar<'_, T, F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.accepted)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        self.read(text)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<T, E> {
        self.read(&number.to_string())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        self.read(&number.to_string())
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<T, E> {
        self.read(&truth.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_url_never_shows_its_secrets() {
        for (url, shown) in [
            (
                "sqlite://samsyn-data/samsyn.sqlite",
                "sqlite://samsyn-data/samsyn.sqlite",
            ),
            ("memory:", "memory:"),
            (
                "postgres://samsyn:s3cret@db/samsyn",
                "postgres://***@db/samsyn",
            ),
            (
                "postgres://samsyn:s3/c@r?et@db/samsyn",
                "postgres://***@db/samsyn",
            ),
            (
                "postgres://db/samsyn?user=u&password=s3cret",
                "postgres://db/samsyn",
            ),
            ("redis://:s3cret@cache:6379", "redis://***@cache:6379"),
        ] {
            let url = ServiceUrl::new(url.to_owned());
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("ServiceUrl({shown})"));
        }
    }

    #[test]
    fn sizes_are_bytes_or_carry_a_unit() {
        assert_eq!(bytes("512"), Some(512));
        assert_eq!(bytes("2 GiB"), Some(2 << 30));
        assert_eq!(bytes("500MB"), Some(500_000_000));
        for wrong in ["", "GiB", "-1", "1.5 GiB", "2 gib", "99999999999 GiB"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
