//! The way of a document: what passes the guard is parsed, validated and weighed on a small stack, and at once.

use std::{
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use proptest::{prelude::*, sample::select};
use samsyn::graphql::{document::Documents, limits::Limits, schema};
use serde_json::Value;

/// A quarter of what the service's threads have.
const STACK: usize = 512 << 10;
/// Far more than any document may take, in a debug build on a busy machine.
const LONG: Duration = Duration::from_secs(20);

/// Reads documents one after the other on a small stack; gives for each whether it may be executed.
fn read_all(documents: Vec<String>) -> Vec<bool> {
    static READER: OnceLock<Documents> = OnceLock::new();
    let reader = READER.get_or_init(|| {
        Documents::new(&schema::definition(), Limits::default()).expect("a schema")
    });
    let read = move || {
        let read = |text: &String| {
            let begun = Instant::now();
            let read = reader.read(text);
            let passed =
                read.is_ok_and(|document| reader.operation(document, None, Value::Null).is_ok());
            assert!(begun.elapsed() < LONG, "{text}");
            // The guard lets nothing pass that the executor's parser does not take.
            assert!(
                !passed || async_graphql::parser::parse_query(text).is_ok(),
                "{text}"
            );
            passed
        };
        documents.iter().map(read).collect()
    };
    let small = thread::Builder::new().stack_size(STACK).spawn(read);
    small.expect("a thread").join().expect("nothing panics")
}

/// Pieces of documents, most of which fit the schema.
fn piece() -> impl Strategy<Value = &'static str> {
    select(vec![
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        "!",
        "=",
        "|",
        "$v",
        "$w: Int = 1",
        "@",
        "#\n",
        "...",
        "a: ",
        "on ",
        ",",
        "query Q($v: ID!) {",
        "query {",
        "mutation {",
        "subscription {",
        "fragment F on Viewer {",
        "fragment G on Query {",
        "viewer {",
        "name ",
        "id ",
        "organisation {",
        "forums(first: 5) {",
        "nodes {",
        "node(id: $v) {",
        "totalCount ",
        "__typename ",
        "__schema { types { name } }",
        "__type(name: \"Query\") { name }",
        "...F ",
        "...G ",
        "... on Query {",
        "... on Forum {",
        "... {",
        "@include(if: true) ",
        "@skip(if: $v) ",
        "first: 1",
        "first: 99999999999",
        "1e400",
        "-0",
        "null",
        "true",
        "\"å\"",
        "\"\\u{1F600}\"",
        "\"\\ud800\"",
        "\"\"\"",
        "\"\"\"a\"\"\"",
        "\"",
        "\\",
        "\u{feff}",
        "\0",
    ])
}

/// Selections that fit the schema, many of one name.
fn selection() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "name",
        "id",
        "__typename",
        "a: name",
        "a: id",
        "name @skip(if: false)",
    ]);
    leaf.prop_map(str::to_owned)
        .prop_recursive(10, 200, 8, |inner| {
            let many = prop::collection::vec(inner, 1..8).prop_map(|parts| parts.join(" "));
            let around = select(vec![
                "organisation",
                "... on Organisation",
                "...",
                "b: organisation",
            ]);
            (around, many).prop_map(|(around, inner)| format!("{around} {{ {inner} }}"))
        })
}

#[test]
fn a_document_that_fits_the_schema_passes() {
    let document = "query Q($v: ID!) { viewer { name ...F } node(id: $v) { id } } fragment F on Viewer { organisation { name } }";
    assert_eq!(
        read_all(vec![
            document.replace("($v: ID!)", "").replace("$v", "\"a\"")
        ]),
        [true]
    );
    assert_eq!(read_all(vec!["{ viewer { nothing } }".to_owned()]), [false]);
}

proptest! {
    #[test]
    fn documents_of_any_pieces_are_read_on_a_small_stack(parts in prop::collection::vec(
        prop::collection::vec(piece(), 0..120).prop_map(|parts| parts.concat()), 1..20,
    )) {
        read_all(parts);
    }

    #[test]
    fn documents_that_repeat_themselves_are_read_at_once(part in prop::collection::vec(piece(), 1..6), times in 1_usize..3000) {
        read_all(vec![part.concat().repeat(times), format!("{{{}", part.concat().repeat(times))]);
    }

    #[test]
    fn selections_of_many_fields_of_one_name_are_read_at_once(parts in prop::collection::vec(selection(), 1..20)) {
        let all = parts.join(" ");
        read_all(vec![
            format!("{{ viewer {{ organisation {{ {all} }} }} }}"),
            format!("{{ viewer {{ organisation {{ ...F ...F }} }} }} fragment F on Organisation {{ {all} }}"),
        ]);
    }

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        read_all(vec![text]);
    }
}
