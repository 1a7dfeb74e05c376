//! JSON that has one meaning only.
//!
//! Of two members of an object with the same name, one reader takes the first and another the last, and
//! what stands before the service may have read the other. So such an object is refused, at any depth.
//!
//! A value occupies far more than its text does, an empty object a hundred times as much. So there are only so
//! many in a text ([`MOST`]): more than variables may have, and more than any client has a use for.

use std::{cell::Cell, fmt};

use serde::{Deserializer, de, de::DeserializeSeed};
use serde_json::{Map, Value};

/// How many values there may be in a text, at any depth.
const MOST: usize = 20_000;

/// A mark that some programs begin a text with; RFC 8259 lets a reader ignore it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a JSON text in UTF-8.
///
/// # Errors
/// Where it is not one, nests deeper than 127 levels, holds a number that no double can or too many
/// values, or names a member twice.
pub(super) fn read(text: &[u8]) -> serde_json::Result<Value> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut reader = serde_json::Deserializer::from_slice(text);
    let left = Cell::new(MOST);
    let value = Unambiguous { left: &left }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// A value in which no object names a member twice, one of so many that are left.
#[derive(Clone, Copy)]
struct Unambiguous<'l> {
    left: &'l Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Unambiguous<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left =
            self.left.get().checked_sub(1).ok_or_else(|| {
                de::Error::custom(format_args!("there are more than {MOST} values"))
            })?;
        self.left.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> de::Visitor<'de> for Unambiguous<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(truth.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self)? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if members.contains_key(&name) {
                return Err(de::Error::custom(format_args!(
                    "the member {name:?} stands twice in one object"
                )));
            }
            members.insert(name, map.next_value_seed(self)?);
        }
        Ok(members.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn what_any_reader_understands_is_read_the_same(text in r#"[\[\]{}:,"a0-9.e\\nu \-truefals]{0,40}"#) {
            match (read(text.as_bytes()), serde_json::from_str::<Value>(&text)) {
                (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs),
                (Err(error), Ok(_)) => prop_assert!(error.to_string().contains("stands twice")),
                (ours, Err(_)) => prop_assert!(ours.is_err()),
            }
        }
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let text =
            r#" {"a": [null, true, -1, 18446744073709551615, 1.5, "\u00e5\n"], "b": {"a": {}}} "#;
        let value = json!({"a": [null, true, -1, u64::MAX, 1.5, "å\n"], "b": {"a": {}}});
        assert_eq!(read(text.as_bytes()).expect("JSON"), value);
        assert_eq!(read(b"\xef\xbb\xbf[1]").expect("JSON"), json!([1]));
    }

    #[test]
    fn there_are_only_so_many_values() {
        let of = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
        assert!(read(of(MOST - 1).as_bytes()).is_ok());
        let refusal = read(of(MOST).as_bytes()).expect_err("one too many");
        assert!(
            refusal.to_string().contains("more than 20000 values"),
            "{refusal}"
        );
    }

    #[test]
    fn what_has_two_meanings_or_none_is_refused() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for text in [
            &b"{\"a\": 1, \"a\": 1}"[..],
            b"[{\"b\": {\"a\": 1, \"\\u0061\": 2}}]",
            b"\"\xff\"",
            b"\"\\ud800\"",
            b"1e999",
            b"\xef\xbb\xbf\xef\xbb\xbf1",
            b"1 2",
            b"",
            deep.as_bytes(),
        ] {
            assert!(read(text).is_err(), "{}", String::from_utf8_lossy(text));
        }
    }
}
