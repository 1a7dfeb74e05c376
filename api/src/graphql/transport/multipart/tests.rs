use std::time::{Duration, Instant};

use proptest::{collection::vec, prelude::*};
use serde_json::json;

use super::*;

const BOUNDARY: &str = "b";

/// A form with fields of these names, file names and contents.
fn form(fields: &[(&str, Option<&str>, &str)]) -> Vec<u8> {
    let mut form = String::new();
    for (name, file, content) in fields {
        let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
        form += &format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n"
        );
    }
    form += &format!("--{BOUNDARY}--\r\n");
    form.into_bytes()
}

fn read(form: Vec<u8>) -> Result<(Value, Vec<SentFile>)> {
    parse(form.into(), BOUNDARY)
}

fn refusal(fields: &[(&str, Option<&str>, &str)]) -> String {
    read(form(fields)).expect_err("refused").to_string()
}

const ONE: &str = r#"{"query": "mutation", "variables": {"file": null}}"#;
const TO_ONE: &str = r#"{"0": ["variables.file"]}"#;

#[test]
fn a_file_takes_the_place_of_a_null() {
    let (operations, files) = read(form(&[
        ("operations", None, ONE),
        ("map", None, TO_ONE),
        ("0", Some("å.pdf"), "%PDF"),
    ]))
    .expect("a form");
    assert_eq!(files.len(), 1);
    assert_eq!(
        (files[0].name.as_str(), &files[0].bytes[..]),
        ("å.pdf", &b"%PDF"[..])
    );
    assert_eq!(operations["variables"]["file"], files[0].placeholder());
}

#[test]
fn several_files_go_to_their_places_in_lists_and_inputs() {
    let (operations, files) = read(form(&[
        (
            "operations",
            None,
            r#"{"variables": {"list": [null, {"file": null}], "same": null}}"#,
        ),
        (
            "map",
            None,
            r#"{"a": ["variables.list.0", "variables.same"], "b": ["variables.list.1.file"]}"#,
        ),
        ("b", Some("b"), "2"),
        ("a", Some("a"), "1"),
    ]))
    .expect("a form");
    let [b, a] = [files[0].placeholder(), files[1].placeholder()];
    assert_eq!(
        operations["variables"],
        json!({"list": [a, {"file": b}], "same": a})
    );
    assert_ne!(a, b);
}

#[test]
fn the_placeholder_tells_files_apart_by_name_and_content() {
    let file = |name: &str, bytes: &'static [u8]| {
        let file = SentFile {
            name: name.to_owned(),
            bytes: Bytes::from_static(bytes),
        };
        file.placeholder()
    };
    assert_eq!(file("a", b"1"), file("a", b"1"));
    assert_ne!(file("a", b"1"), file("a", b"2"));
    assert_ne!(file("a", b"1"), file("b", b"1"));
    assert_ne!(file("a1", b""), file("a", b"1"));
}

#[test]
fn what_is_not_a_whole_and_clear_form_is_refused_with_what_to_do() {
    let operations = ("operations", None, ONE);
    let map = ("map", None, TO_ONE);
    let file = ("0", Some("a.pdf"), "%PDF");
    for (fields, told) in [
        (&[][..], "operations must stand in the form"),
        (
            &[map, operations, file],
            "operations must stand in the form",
        ),
        (&[operations, file, map], "map must stand in the form"),
        (&[operations], "map must stand in the form"),
        (&[operations, map], "0 is named by `map`, but was not sent"),
        (
            &[operations, map, file, file],
            "0 must be named by `map`, and be there once",
        ),
        (
            &[operations, map, file, ("1", Some("b"), "")],
            "1 must be named by `map`",
        ),
        (
            &[operations, map, ("0", None, "%PDF")],
            "0 must be a file, with a filename",
        ),
        (
            &[("operations", None, "{"), map, file],
            "operations must be JSON",
        ),
        (&[operations, ("map", None, "["), file], "map must be JSON"),
        (
            &[operations, ("map", None, "[]"), file],
            "map must be an object of lists",
        ),
        (
            &[
                operations,
                ("map", None, r#"{"0": "variables.file"}"#),
                file,
            ],
            "map must be an object of lists",
        ),
        (
            &[operations, ("map", None, r#"{"0": [], "0": []}"#), file],
            "map must be JSON",
        ),
        (
            &[operations, ("map", None, r#"{"0": []}"#), file],
            "map must say where 0 belongs",
        ),
        (
            &[
                operations,
                ("map", None, r#"{"0": ["variables.other"]}"#),
                file,
            ],
            "map must lead to a null",
        ),
        (
            &[operations, ("map", None, r#"{"0": ["query"]}"#), file],
            "map must lead to a null",
        ),
        (
            &[operations, ("map", None, r#"{"0": [""]}"#), file],
            "map must lead to a null",
        ),
        (
            &[operations, ("map", None, r#"{"0": ["variables"]}"#), file],
            "map must lead to a null",
        ),
        (
            &[
                operations,
                ("map", None, r#"{"0": ["variables.file.0"]}"#),
                file,
            ],
            "map must lead to a null",
        ),
        (
            &[
                operations,
                (
                    "map",
                    None,
                    r#"{"0": ["variables.file", "variables.file"]}"#,
                ),
                file,
            ],
            "map must lead to a null",
        ),
        (
            &[("operations", None, "{}"), map, file],
            "map must lead to a null",
        ),
        (
            &[("operations", None, "[{}]"), map, file],
            "map must lead to a null",
        ),
        (
            &[("operations", None, "null"), map, file],
            "map must lead to a null",
        ),
    ] {
        let refusal = refusal(fields);
        assert!(refusal.contains(told), "{fields:?}: {refusal}");
    }
}

#[test]
fn too_many_files_are_refused() {
    let map: serde_json::Map<_, _> = (0..=MOST_FILES)
        .map(|name| (name.to_string(), json!(["variables.file"])))
        .collect();
    let map = Value::from(map).to_string();
    let refused = read(form(&[("operations", None, ONE), ("map", None, &map)]));
    assert_eq!(refused.expect_err("refused").code(), "LIMIT_EXCEEDED");
}

#[test]
fn a_form_that_breaks_off_anywhere_is_refused() {
    let whole = form(&[
        ("operations", None, ONE),
        ("map", None, TO_ONE),
        ("0", Some("a.pdf"), "%PDF"),
    ]);
    // Of the end only the closing hyphens matter; the line end after them does not.
    for end in 0..whole.len() - 2 {
        let refused = read(whole[..end].to_vec());
        assert!(refused.is_err(), "{end} of {}", whole.len());
    }
}

#[test]
fn a_large_form_without_any_sense_is_read_in_no_time() {
    let opening =
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n");
    for pattern in ["-", "--", "\r\n", "\r\n--", "\r\n\r", "--b\r\n", "a"] {
        for head in ["", &opening] {
            let hostile = [
                head,
                &pattern.repeat((MOST_BYTES - head.len()) / pattern.len()),
            ]
            .concat();
            let began = Instant::now();
            assert!(read(hostile.into_bytes()).is_err());
            assert!(began.elapsed() < Duration::from_secs(10), "{pattern:?}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(bytes in vec(any::<u8>(), 0..2000)) {
        let _ = read(bytes);
    }

    #[test]
    fn a_form_with_something_wrong_in_it_is_read_or_refused(
        at in any::<prop::sample::Index>(),
        wrong in vec(any::<u8>(), 0..4),
        dropped in 0..40_usize,
    ) {
        let mut whole = form(&[
            ("operations", None, ONE),
            ("map", None, TO_ONE),
            ("0", Some("a.pdf"), "%PDF"),
        ]);
        let at = at.index(whole.len());
        let end = whole.len().min(at + dropped);
        whole.splice(at..end, wrong);
        if let Ok((operations, files)) = read(whole) {
            prop_assert_eq!(files.len(), 1);
            prop_assert!(operations["variables"]["file"].is_string());
        }
    }

    #[test]
    fn what_is_in_a_file_does_not_matter(bytes in vec(any::<u8>(), 0..2000)) {
        let mut whole = form(&[("operations", None, ONE), ("map", None, TO_ONE)]);
        whole.truncate(whole.len() - "--b--\r\n".len());
        whole.extend_from_slice(b"--b\r\nContent-Disposition: form-data; name=\"0\"; filename=\"a\"\r\n\r\n");
        prop_assume!(!bytes.windows(5).any(|bytes| bytes == b"\r\n--b"));
        whole.extend_from_slice(&bytes);
        whole.extend_from_slice(b"\r\n--b--\r\n");
        let (_, files) = read(whole).expect("a form");
        prop_assert_eq!(&files[0].bytes[..], &bytes[..]);
    }
}
