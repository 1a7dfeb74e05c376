//! The rules of the specification of September 2025, chapter 5, and its grammar, each by examples.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::graphql::{document::Documents, limits::Limits};

const SCHEMA: &str = "
    directive @oneOf on INPUT_OBJECT
    directive @once(why: String) on QUERY | FIELD | VARIABLE_DEFINITION | FRAGMENT_DEFINITION
    directive @often(n: Int) repeatable on FIELD
    type Query {
        item(id: ID!): Item
        items(ids: [ID!], first: Int! = 20, filter: Filter, order: Order): [Item!]!
        found(text: String!): [Found!]!
        node(id: ID!): Node
        is(it: Boolean!): Boolean
        exactly(of: Exactly!): Item
        anything(value: Anything): Int
        many(matrix: [[Int!]]): Int
        day(of: Date, either: [Date!], on: Days): Int
        price(of: Float, orders: [Order!]): Float
    }
    type Mutation { change(input: Change!): Item }
    type Subscription { changed(id: ID): Item counted(to: Int): Int }
    interface Node { id: ID! }
    interface Named { name: String }
    type Item implements Node & Named {
        id: ID! name: String size(unit: Unit = M): Float owner: Person parts(first: Int): [Item!]! rank: Int!
    }
    type Person implements Node & Named { id: ID! name: String age: Int size: Int items: [Item!]! rank: Int }
    union Found = Item | Person
    enum Unit { M KM }
    enum Order { UP DOWN }
    input Filter { name: String sizes: [Int!] unit: Unit any: [Filter!] rank: Int! = 1 }
    input Change { id: ID! name: String filter: Filter ranks: [Int!] }
    input Exactly @oneOf { id: ID name: String }
    scalar Anything
    scalar Date
    input Days { first: Date }
";

fn documents() -> Documents {
    Documents::new(SCHEMA, Limits::default()).expect("the schema is valid")
}

/// What a document is refused with, if it is.
fn refusal(documents: &Documents, text: &str) -> Option<String> {
    let errors = documents.read(text).err()?;
    let told: Vec<String> = errors.into_iter().map(|error| error.message).collect();
    Some(told.join(" | "))
}

#[track_caller]
fn allowed(texts: &[&str]) {
    let documents = documents();
    for text in texts {
        assert_eq!(refusal(&documents, text), None, "{text}");
    }
}

/// Each document is refused, with these words.
#[track_caller]
fn refused(texts: &[(&str, &str)]) {
    let documents = documents();
    for (text, why) in texts {
        let told = refusal(&documents, text);
        assert!(
            told.as_ref().is_some_and(|told| told.contains(why)),
            "{text}: {told:?}"
        );
    }
}

#[test]
fn section_2_the_grammar() {
    allowed(&[
        "\u{feff}# a comment\n{ item(id: 1,,,) { id } }",
        "{ item(id: \"\\u0041\\u{1F600}\\uD83D\\uDE00\\n\") { id } }",
        "{ item(id: \"\"\"\n  block \\\"\"\" \n\"\"\") { id } }",
        "\"What it does.\" query Q { is(it: true) }",
        "\"\"\"\nWhat it\ndoes.\n\"\"\"\nquery Q(\"An id.\" $id: ID = \"default\" \"\"\"Another.\"\"\" $to: ID!) { item(id: $to) { id } node(id: $to) { id } items(ids: [$to, $to]) { id } a: items(filter: {name: $s}) { id } }"
            .replace("$id: ID = \"default\"", "$s: String = \"default\"")
            .leak(),
        "{ ...F } \"A part.\" fragment F on Query { is(it: true) }",
        "query query { is(it: true) } ",
        "{ type: is(it: true) fragment: is(it: true) on: is(it: true) null: is(it: true) }",
    ]);
    refused(&[
        ("", "Syntax error"),
        ("# only a comment", "Syntax error"),
        ("{ }", "Syntax error"),
        ("{ item() { id } }", "Syntax error"),
        ("query Q() { is(it: true) }", "Syntax error"),
        ("{ item(id: 01) { id } }", "Syntax error"),
        ("{ item(id: 1.) { id } }", "Syntax error"),
        ("{ item(id: 1x) { id } }", "Syntax error"),
        ("{ item(id: \"\\u{110000}\") { id } }", "Syntax error"),
        ("{ item(id: \"\\uD83D\") { id } }", "Syntax error"),
        ("{ item(id: \"\\q\") { id } }", "Syntax error"),
        ("{ item(id: \"a\nb\") { id } }", "Syntax error"),
        ("\"A description.\" { is(it: true) }", "Syntax error"),
        ("query ($a: Int = $b) { many(matrix: [[$a]]) }", ""),
        ("{ ... }", "Syntax error"),
        ("{ ...on }", "Syntax error"),
        ("fragment on on Item { id }", "Syntax error"),
        (
            "{ is(it: true) } extend type Query { a: Int }",
            "Syntax error",
        ),
        ("{ a: : is(it: true) }", "Syntax error"),
        ("{ is(it: true) @ }", "Syntax error"),
        ("{ is(it: $) }", "Syntax error"),
        ("query Q($a) { is(it: $a) }", "Syntax error"),
        ("query Q($a: [Int) { is(it: true) }", "Syntax error"),
    ]);
}

#[test]
fn section_5_1_documents_are_executable() {
    refused(&[
        ("{ is(it: true) } type A { b: Int }", "Syntax error"),
        ("scalar A", "Syntax error"),
    ]);
}

#[test]
fn a_change_is_asked_for_once() {
    let change = "change(input: {id: 1})";
    allowed(&[
        &format!("mutation {{ {change} {{ id }} again: {change} {{ id }} }}"),
        "{ is(it: true) is(it: true) }",
    ]);
    for twice in [
        format!("mutation {{ {change} {{ id }} {change} {{ name }} }}"),
        format!("mutation {{ ...F ...F }} fragment F on Mutation {{ {change} {{ id }} }}"),
        format!("mutation {{ {change} {{ id }} ... {{ {change} {{ id }} }} }}"),
    ] {
        refused(&[(&twice, "`change` is asked for more than once")]);
    }
}

#[test]
fn section_5_2_operations() {
    allowed(&[
        "query A { is(it: true) } query B { is(it: true) } mutation C { change(input: {id: 1}) { id } }",
        "subscription { changed { id name } }",
        "subscription { ...F } fragment F on Subscription { changed { id } }",
    ]);
    refused(&[
        (
            "query A { is(it: true) } mutation A { change(input: {id: 1}) { id } }",
            "defined multiple times",
        ),
        (
            "{ is(it: true) } query B { is(it: true) }",
            "Anonymous operation",
        ),
        ("{ is(it: true) } { is(it: true) }", "Anonymous operation"),
        ("subscription { changed { id } counted }", "one root field"),
        (
            "subscription { ...F } fragment F on Subscription { changed { id } counted }",
            "one root field",
        ),
        (
            "subscription { changed { id } ...F } fragment F on Subscription { counted }",
            "one root field",
        ),
        ("subscription { __typename }", "introspection"),
        (
            "subscription { counted @skip(if: true) }",
            "@skip or @include",
        ),
        (
            "subscription ($b: Boolean!) { ... @include(if: $b) { counted } }",
            "@skip or @include",
        ),
    ]);
    let queries_only =
        Documents::new("type Query { a: Int }", Limits::default()).expect("a schema");
    for text in ["mutation { a }", "subscription { a }"] {
        let told = refusal(&queries_only, text).expect("there is no such operation");
        assert!(
            told.contains("root operation type is not defined"),
            "{told}"
        );
    }
}

#[test]
fn section_5_3_fields() {
    allowed(&[
        "{ __typename item(id: 1) { __typename id } found(text: \"\") { __typename } }",
        "{ item(id: 1) { name name } item(id: 1) { id } }",
        "{ node(id: 1) { ... on Item { size } ... on Person { age } } }",
        "{ node(id: 1) { ... on Item { a: name } ... on Person { a: name } } }",
        "{ items(filter: {name: \"a\", unit: M}) { id } items(filter: {unit: M, name: \"a\"}) { id } }",
        "query ($id: ID!) { item(id: $id) { id } item(id: $id) { name } }",
        "{ __schema { types { name } } __type(name: \"Item\") { name } }",
    ]);
    refused(&[
        ("{ nothing }", "does not have a field"),
        ("{ item(id: 1) { nothing } }", "does not have a field"),
        ("{ found(text: \"\") { id } }", "does not have a field"),
        ("{ node(id: 1) { name } }", "does not have a field"),
        (
            "{ item(id: 1) { __schema { types { name } } } }",
            "does not have a field",
        ),
        (
            "mutation { __schema { types { name } } }",
            "does not have a field",
        ),
        ("{ item(id: 1) { name: id name } }", "different fields"),
        (
            "{ item(id: 1) { id } item(id: 2) { id } }",
            "conflicting field arguments",
        ),
        (
            "{ items { id } items(first: 1) { id } }",
            "conflicting field arguments",
        ),
        (
            "{ items(ids: [1]) { id } items(ids: [1, 2]) { id } }",
            "conflicting field arguments",
        ),
        (
            "{ items(filter: {sizes: [1, 2]}) { id } items(filter: {sizes: [1]}) { id } }",
            "conflicting field arguments",
        ),
        (
            "query ($a: ID!, $b: ID!) { item(id: $a) { id } item(id: $b) { id } }",
            "conflicting field arguments",
        ),
        (
            "{ item(id: 1) { owner { name } owner { name: id } } }",
            "different",
        ),
        (
            "{ item(id: 1) { ...A ...B } } fragment A on Item { owner { x: name } } fragment B on Item { owner { x: age } }",
            "different",
        ),
        (
            "{ node(id: 1) { ... on Item { size } ... on Person { size } } }",
            "different types",
        ),
        (
            "{ node(id: 1) { ... on Item { rank } ... on Person { rank } } }",
            "different types",
        ),
        (
            "{ node(id: 1) { ... on Item { a: parts { id } } ... on Person { a: items { id: name } } } }",
            "different types",
        ),
        (
            "{ item(id: 1) { name { a } } }",
            "must not have subselections",
        ),
        (
            "{ item(id: 1) { __typename { a } } }",
            "must not have subselections",
        ),
        ("{ item(id: 1) { __typename(a: 1) } }", "not supported"),
        ("{ item(id: 1) }", "must have a subselection"),
        ("{ found(text: \"\") }", "must have a subselection"),
        ("{ node(id: 1) }", "must have a subselection"),
    ]);
}

#[test]
fn section_5_4_arguments() {
    allowed(&[
        "{ items { id } }",
        "{ items(filter: null) { id } }",
        "{ items(order: UP, first: 3) { id } }",
    ]);
    refused(&[
        ("{ item(id: 1, nothing: 2) { id } }", "not supported"),
        ("{ is(it: true) @include(unless: false) }", ""),
        (
            "{ is(it: true) @skip(if: true, unless: false) }",
            "not supported",
        ),
        ("{ item(id: 1, id: 1) { id } }", "multiple times"),
        ("{ item { id } }", "required argument"),
        ("{ item(id: null) { id } }", ""),
        (
            "{ items(first: null) { id } }",
            "Expected value of type Int!",
        ),
        ("{ is(it: true) @skip }", "required argument"),
    ]);
}

#[test]
fn section_5_5_fragments() {
    allowed(&[
        "{ node(id: 1) { ...F ... on Named { name } } } fragment F on Item { id ... on Node { id } }",
        "{ found(text: \"\") { ... on Item { id } ... on Person { id } ... on Named { name } } }",
        "{ item(id: 1) { ... @include(if: true) { id } } }",
    ]);
    refused(&[
        (
            "{ ...F } fragment F on Query { is(it: true) } fragment F on Query { is(it: true) }",
            "more than one fragment",
        ),
        ("{ ...F } fragment F on Nothing { id }", "Nothing"),
        ("{ ... on Nothing { id } }", "Nothing"),
        (
            "{ node(id: 1) { ...F } } fragment F on Unit { id }",
            "composite type",
        ),
        ("{ node(id: 1) { ... on Filter { id } } }", "composite type"),
        (
            "{ is(it: true) } fragment F on Query { is(it: true) }",
            "must be used",
        ),
        ("{ ...F }", "Cannot find fragment"),
        (
            "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }",
            "spreads itself",
        ),
        (
            "{ item(id: 1) { ... on Person { id } } }",
            "cannot be applied",
        ),
        (
            "{ item(id: 1) { ...F } } fragment F on Person { id }",
            "cannot be applied",
        ),
        (
            "{ item(id: 1) { ... on Query { is(it: true) } } }",
            "cannot be applied",
        ),
    ]);
}

#[test]
fn section_5_6_values() {
    allowed(&[
        "{ price(of: 1) }",
        "{ price(of: 1.5e3) items(ids: \"a\") { id } item(id: 12345678901234567890) { id } }",
        "{ many(matrix: [[1, 2], null, [3]]) a: many(matrix: 1) b: many(matrix: [1]) }",
        "{ items(filter: {name: null, any: [{unit: M}, {sizes: 1}]}) { id } }",
        "{ anything(value: {a: [1, \"b\", C, {d: null}]}) a: anything(value: 1e3) b: anything(value: D) }",
        "{ exactly(of: {id: 1}) { id } }",
        "query ($id: ID!) { exactly(of: {id: $id}) { id } }",
    ]);
    refused(&[
        ("{ is(it: \"true\") }", "Expected value of type Boolean!"),
        ("{ is(it: 1) }", "Expected value of type Boolean!"),
        ("{ price(of: \"1\") }", "Expected value of type Float"),
        ("{ price(of: 1e999) }", "non-finite"),
        ("{ items(first: 2147483648) { id } }", "32-bit"),
        (
            "{ items(first: 1.0) { id } }",
            "Expected value of type Int!",
        ),
        (
            "{ found(text: 1) { __typename } }",
            "Expected value of type String!",
        ),
        (
            "{ found(text: UP) { __typename } }",
            "Expected value of type String!",
        ),
        (
            "{ items(order: \"UP\") { id } }",
            "Expected value of type Order",
        ),
        ("{ items(order: LEFT) { id } }", "does not exist on `Order`"),
        ("{ item(id: 1.5) { id } }", "Expected value of type ID!"),
        (
            "{ items(ids: [null]) { id } }",
            "Expected value of type ID!",
        ),
        ("{ items(ids: [[1]]) { id } }", "Expected value of type ID!"),
        (
            "{ items(filter: {nothing: 1}) { id } }",
            "does not exist on `Filter`",
        ),
        (
            "{ items(filter: {name: \"a\", name: \"b\"}) { id } }",
            "more than once",
        ),
        (
            "{ items(filter: {any: [{name: \"a\", name: \"b\"}]}) { id } }",
            "more than once",
        ),
        ("{ anything(value: {a: 1, a: 2}) }", "more than once"),
        ("{ anything(value: 1e999) }", "too large"),
        (
            "mutation { change(input: {name: \"a\"}) { id } }",
            "required field",
        ),
        (
            "mutation { change(input: {id: null}) { id } }",
            "required field",
        ),
        (
            "{ items(filter: {rank: null}) { id } }",
            "Expected value of type Int!",
        ),
        (
            "{ items(filter: \"a\") { id } }",
            "Expected value of type Filter",
        ),
        ("{ exactly(of: {}) { id } }", "exactly one"),
        (
            "{ exactly(of: {id: 1, name: \"a\"}) { id } }",
            "exactly one",
        ),
        ("{ exactly(of: {id: null}) { id } }", "exactly one"),
        (
            "query ($id: ID) { exactly(of: {id: $id}) { id } }",
            "exactly one",
        ),
        (
            "query ($o: Order = LEFT) { items(order: $o) { id } }",
            "does not exist on `Order`",
        ),
        (
            "query ($f: Filter = {name: 1}) { items(filter: $f) { id } }",
            "Expected value of type String",
        ),
        (
            "query ($f: Filter = {name: \"a\", name: \"b\"}) { items(filter: $f) { id } }",
            "more than once",
        ),
    ]);
}

#[test]
fn section_5_7_directives() {
    allowed(&[
        "query @once { is(it: true) @once(why: \"so\") @often @often(n: 2) }",
        "query ($b: Boolean! @once) { is(it: $b) @skip(if: $b) @include(if: $b) }",
        "{ ...F @include(if: true) } fragment F on Query @once { is(it: true) }",
    ]);
    refused(&[
        ("{ is(it: true) @nothing }", "Cannot find directive"),
        ("query @nothing { is(it: true) }", "Cannot find directive"),
        (
            "query @skip(if: true) { is(it: true) }",
            "not supported for QUERY",
        ),
        ("{ is(it: true) @deprecated }", "not supported for FIELD"),
        (
            "{ ...F } fragment F on Query @skip(if: true) { is(it: true) }",
            "not supported for FRAGMENT_DEFINITION",
        ),
        (
            "query ($b: Boolean! @skip(if: true)) { is(it: $b) }",
            "not supported for VARIABLE_DEFINITION",
        ),
        ("{ is(it: true) @once @once }", "only be used once"),
        (
            "{ is(it: true) @skip(if: true) @skip(if: true) }",
            "only be used once",
        ),
        (
            "{ is(it: true) @once(why: 1) }",
            "Expected value of type String",
        ),
    ]);
}

#[test]
fn section_5_8_variables() {
    allowed(&[
        "query ($id: ID!) { item(id: $id) { id } }",
        "query ($id: ID = 1) { item(id: $id) { id } }",
        "query ($n: Int) { items(first: $n) { id } }",
        "query ($n: Int) { items(filter: {rank: $n}) { id } }",
        "query ($n: Int!) { many(matrix: [[$n]]) }",
        "query ($row: [Int!]) { many(matrix: [$row]) }",
        "query ($m: [[Int!]!]!) { many(matrix: $m) }",
        "query ($v: Int) { anything(value: {a: [$v]}) }",
        "query ($v: Anything) { anything(value: $v) }",
        "query A($id: ID!) { ...F } query B($id: ID!) { ...F } fragment F on Query { item(id: $id) { id } }",
        "query ($b: Boolean!) { ...F @skip(if: $b) } fragment F on Query { is(it: true) }",
    ]);
    refused(&[
        (
            "query ($a: Int, $a: Int) { many(matrix: [[1]]) items(first: $a) { id } }",
            "multiple times",
        ),
        ("query ($a: Item) { anything(value: $a) }", "input type"),
        ("query ($a: [Found!]) { anything(value: $a) }", "input type"),
        (
            "query ($a: Nothing) { anything(value: $a) }",
            "Cannot find type",
        ),
        (
            "query ($a: [Nothing] = [1]) { anything(value: $a) }",
            "Cannot find type",
        ),
        ("{ item(id: $id) { id } }", "not defined"),
        (
            "query A($id: ID!) { ...F } query B { ...F } fragment F on Query { item(id: $id) { id } }",
            "not defined",
        ),
        ("{ anything(value: {a: [$b]}) }", "not defined"),
        (
            "query ($a: Int = 1, $b: Int = $a) { many(matrix: [[$b, $a]]) }",
            "Syntax error",
        ),
        ("query ($a: Int) { is(it: true) }", "nused variable"),
        (
            "query ($a: Int) { ...F } fragment F on Query { is(it: true) }",
            "nused variable",
        ),
        (
            "query A($id: ID!) { item(id: $id) { id } } query B($id: ID!) { is(it: true) }",
            "nused variable",
        ),
        ("query ($id: ID) { item(id: $id) { id } }", "cannot be used"),
        (
            "query ($id: ID = null) { item(id: $id) { id } }",
            "cannot stand",
        ),
        (
            "query ($b: Boolean) { is(it: true) @skip(if: $b) }",
            "cannot be used",
        ),
        (
            "query ($id: String!) { item(id: $id) { id } }",
            "cannot be used",
        ),
        (
            "query ($ids: ID!) { items(ids: $ids) { id } }",
            "cannot be used",
        ),
        (
            "query ($ids: [ID]) { items(ids: $ids) { id } }",
            "cannot be used",
        ),
        (
            "query ($id: ID) { items(ids: [$id]) { id } }",
            "cannot stand",
        ),
        (
            "query ($ids: [ID!]) { items(ids: [$ids]) { id } }",
            "cannot stand",
        ),
        ("query ($n: Int) { many(matrix: [[$n]]) }", "cannot stand"),
        (
            "query ($id: ID) { exactly(of: {id: $id}) { id } }",
            "may be null",
        ),
        (
            "query ($id: ID) { ...F } fragment F on Query { item(id: $id) { id } }",
            "cannot be used",
        ),
        (
            "mutation ($id: ID) { change(input: {id: $id}) { id } }",
            "cannot stand",
        ),
        (
            "mutation ($ranks: Int) { change(input: {id: 1, ranks: $ranks}) { id } }",
            "cannot stand",
        ),
        (
            "mutation ($u: Unit) { change(input: {id: 1, filter: {any: {unit: $u, name: $u}}}) { id } }",
            "Expected value of type String",
        ),
    ]);
}

#[test]
fn introspection_can_be_switched_off() {
    let limits = Limits {
        introspection: false,
        ..Limits::default()
    };
    let documents = Documents::new(SCHEMA, limits).expect("the schema is valid");
    for text in [
        "{ __schema { types { name } } }",
        "{ is(it: true) ...F } fragment F on Query { ... { s: __type(name: \"Item\") { name } } }",
        "query A { is(it: true) } query B { __schema { types { name } } }",
    ] {
        let told = refusal(&documents, text).expect("it is switched off");
        assert!(told.contains("/schema.graphql"), "{told}");
    }
    assert_eq!(
        refusal(&documents, "{ __typename item(id: 1) { __typename } }"),
        None
    );
}

#[test]
fn what_is_told_has_its_place_is_bounded_and_draws_nothing() {
    let documents = documents();
    let text = format!("{{\n  is(it: true)\n  å: {} }}", "nothing ".repeat(23));
    let text = text.replace("å: ", "");
    let errors = documents.read(&text).err().expect("nothing is no field");
    assert_eq!(errors.len(), super::MOST_ERRORS);
    let first = errors.first().expect("an error");
    assert_eq!((first.locations[0].line, first.locations[0].column), (3, 3));
    for error in errors {
        assert!(!error.message.contains('\n') && error.message.len() < 300);
        assert!(!error.message.contains(super::NAME));
    }
}

#[test]
fn a_field_that_does_not_exist_is_told_as_such_and_no_more() {
    let errors = documents().read("{ item(id: 1) { nmae } }");
    let errors = errors.err().expect("it is no field");
    assert_eq!(errors.len(), 1);
    assert!(errors[0].message.contains("`nmae`"), "{errors:?}");
    refused(&[("{ item(id: 1) }", "subselection")]);
}

#[test]
fn places_are_those_of_the_text_that_was_sent() {
    let text = "\"En beskrivning på åäö.\" query Q { nothing }";
    let errors = documents().read(text).err().expect("nothing is no field");
    let at = text.chars().take_while(|c| *c != 'n').count();
    assert!(at > 0);
    let column = text
        .char_indices()
        .filter(|(byte, _)| *byte < text.find("nothing").unwrap_or(0));
    assert_eq!(errors[0].locations[0].column, column.count() + 1);
}

/// The guard's limits bound what validation costs.
#[test]
fn hostile_documents_are_validated_or_refused_in_bounded_time() {
    let documents = documents();
    for (name, text) in hostile() {
        let start = Instant::now();
        let _ = documents.read(&text);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(5), "{name}: {took:?}");
    }
}

/// Documents that are dear to validate, as large as the guard lets them be or somewhat larger.
fn hostile() -> Vec<(String, String)> {
    let mut documents = Vec::new();
    for n in [20, 100, 300, 600, 1200] {
        let chain = |body: &dyn Fn(usize) -> String| -> String {
            (0..n)
                .map(|i| format!("fragment F{i} on Item {{ {} }} ", body(i)))
                .collect()
        };
        documents.extend([
            (
                format!("same field {n}"),
                format!("{{ item(id: 1) {{ {} }} }}", "name ".repeat(n)),
            ),
            (
                format!("same field with selections {n}"),
                format!("{{ item(id: 1) {{ {} }} }}", "owner { name } ".repeat(n)),
            ),
            (
                format!("all fragments spread at once {n}"),
                format!(
                    "{{ item(id: 1) {{ {} }} }} {}",
                    (0..n).map(|i| format!("...F{i} ")).collect::<String>(),
                    chain(&|_| "owner { name }".to_owned())
                ),
            ),
            (
                format!("fragments that spread the next {n}"),
                format!(
                    "{{ item(id: 1) {{ ...F0 }} }} {} fragment F{n} on Item {{ id }}",
                    chain(&|i| format!("parts {{ ...F{} }}", i + 1))
                ),
            ),
            (
                format!("fragments that spread many {n}"),
                format!(
                    "{{ item(id: 1) {{ ...F0 }} }} {} fragment F{n} on Item {{ id }}",
                    chain(&|i| (i + 1..=n.min(i + 4))
                        .map(|j| format!("parts {{ ...F{j} }} "))
                        .collect())
                ),
            ),
            (
                format!("conflicts {n}"),
                format!(
                    "{{ item(id: 1) {{ {} }} }}",
                    (0..n)
                        .map(|i| format!("parts(first: {i}) {{ id }} "))
                        .collect::<String>()
                ),
            ),
            (
                format!("many operations with fragments {n}"),
                (0..16)
                    .map(|i| format!("query Q{i} {{ item(id: 1) {{ ...F0 }} }} "))
                    .collect::<String>()
                    + &chain(&|i| {
                        if i + 1 < n {
                            format!("...F{}", i + 1)
                        } else {
                            "id".to_owned()
                        }
                    }),
            ),
            (
                format!("inline fragments of two types, deep {n}"),
                format!(
                    "{{ node(id: 1) {{ {} }} }}",
                    "... on Item { parts { id } } ... on Person { items { id } } ".repeat(n / 4)
                ),
            ),
            (
                format!("input objects with the same field {n}"),
                format!(
                    "{{ items(filter: {{ {} }}) {{ id }} }}",
                    "name: \"a\" ".repeat(n)
                ),
            ),
            (
                format!("lists {n}"),
                format!("{{ many(matrix: [{}]) }}", "[1 2] ".repeat(n)),
            ),
            (
                format!("variables {n}"),
                format!(
                    "query ({}) {{ many(matrix: [[{}]]) }}",
                    (0..n).map(|i| format!("$v{i}: Int! ")).collect::<String>(),
                    (0..n)
                        .map(|i| format!("$v{} ", n - i - 1))
                        .collect::<String>()
                ),
            ),
        ]);
    }
    for depth in [4, 6, 8, 10, 12] {
        let nested = (0..depth).fold("id".to_owned(), |inner, _| {
            format!("parts {{ ... on Node {{ ... on Item {{ {inner} }} }} ... on Named {{ ... on Item {{ name }} }} }}")
        });
        documents.push((
            format!("nested {depth}"),
            format!("{{ item(id: 1) {{ {nested} }} }}"),
        ));
        let twice = (0..depth).fold("id".to_owned(), |inner, _| {
            format!("parts {{ {inner} }} parts {{ {inner} }}")
        });
        documents.push((
            format!("twice {depth}"),
            format!("{{ item(id: 1) {{ {twice} }} }}"),
        ));
        let of_two = (0..depth).fold("id".to_owned(), |inner, _| {
            format!("... on Item {{ id }} ... on Person {{ id }} ... on Node {{ id ... on Item {{ parts {{ {inner} }} }} }}")
        });
        documents.push((
            format!("of two types {depth}"),
            format!("{{ node(id: 1) {{ {of_two} }} }}"),
        ));
    }
    documents
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever the guard lets through is validated at once, and never panics.
    #[test]
    fn validation_ends_and_never_panics(parts in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "(", ")", "[", "]", "item(id: 1)", "name", "parts", "id", ":", "$v", "$id", "...", "... on Item",
        "...F", "...G", "@skip(if: true)", "@often", "\"text\"", "\"\"\"block\"\"\"", "1", "-0", "1e999", "null", "UP",
        "query", "mutation", "subscription", "fragment F on Item", "fragment G on Query", "on", "!", "=", "å", "|",
        "{id}", "query Q($id: ID! = 1)", "items(filter: {any: [{name: $v}]})", "exactly(of: {})", "\\u{1F600}",
        "$a: [Nothing] = [1]", "__typename", "__schema{types{name}}", "a:",
    ]), 0..60)) {
        let text = parts.join(" ");
        let documents = documents();
        let start = Instant::now();
        let _ = documents.read(&text);
        prop_assert!(start.elapsed() < Duration::from_secs(2));
    }

    /// Documents that are well formed but mean anything.
    #[test]
    fn anything_well_formed_is_judged(fields in prop::collection::vec((
        prop::sample::select(vec!["id", "name", "owner", "parts", "nothing", "size", "rank", "__typename"]),
        prop::sample::select(vec!["", "(first: 1)", "(first: $n)", "(unit: KM)", "(unit: [M])", "(a: {b: $n})"]),
        prop::sample::select(vec!["", "{ id }", "{ ...F }", "{ ... on Person { id } }", "@include(if: $b)"]),
    ), 1..30)) {
        let fields: String = fields.iter().map(|(name, arguments, inside)| format!("{name}{arguments}{inside} ")).collect();
        let text = format!("query ($n: Int, $b: Boolean!) {{ item(id: 1) {{ {fields} }} }} fragment F on Node {{ id }}");
        let _ = documents().read(&text);
    }
}

#[test]
fn our_own_scalars_are_looked_into() {
    allowed(&[
        "{ day(of: \"2026-11-24\", either: \"2026-11-24\", on: {first: null}) }",
        "query ($d: Date! = \"2026-11-24\") { day(of: $d, either: [\"2026-11-24\", $d]) }",
        "query ($d: Date) { day(of: $d) price(of: -0) items(first: -0) { id } }",
    ]);
    let wanted = "must be a day";
    refused(&[
        ("{ day(of: \"2026-02-30\") }", wanted),
        ("{ day(of: 20261124) }", wanted),
        ("{ day(of: SOON) }", wanted),
        ("{ day(of: [\"2026-11-24\"]) }", wanted),
        ("{ day(of: {year: 2026}) }", wanted),
        ("{ day(either: \"soon\") }", wanted),
        ("{ day(either: [\"2026-11-24\", \"soon\"]) }", wanted),
        ("{ day(on: {first: \"soon\"}) }", wanted),
        ("query ($d: Date = \"soon\") { day(of: $d) }", wanted),
    ]);
}
