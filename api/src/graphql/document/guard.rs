//! Refuses hostile documents before the GraphQL library sees them, in linear time and bounded stack.
//!
//! The parser behind descends once per bracket, and what comes after it walks fragments as often as they
//! are spread: four kilobytes of `[` would end the process, a kilobyte of fragments that spread each
//! other twice would hold a core for hours. The guard reads the tokens, counts what the document would
//! cost, and lets through only what it has understood and what lies within [`Limits`].

use std::borrow::Cow;

use async_graphql::ServerError;
use serde_json::Value;

use super::{
    lexer::{Lexer, Token},
    outline::Outline,
    place::Places,
    weigh,
};
use crate::graphql::{
    limits::{Limits, within},
    transport::respond,
};

/// A document that may be parsed.
pub struct Harmless<'a> {
    /// The text for the parser: without descriptions, which it does not know, every byte else in its place.
    pub text: Cow<'a, str>,
    /// How many tokens it has.
    pub tokens: usize,
}

/// Lets a document pass if parsing and validating it is cheap and safe.
///
/// # Errors
/// `LIMIT_EXCEEDED` with the limit and what to do, `GRAPHQL_PARSE_FAILED` where the text is not
/// GraphQL, `GRAPHQL_VALIDATION_FAILED` where fragments spread themselves.
pub fn check<'a>(query: &'a str, limits: &Limits) -> Result<Harmless<'a>, ServerError> {
    let most = limits.document_bytes;
    within(query.len(), most, || {
        format!(
            "The document is larger than {most} bytes. Pass long values as variables, or split it into several requests."
        )
    })?;
    let tokens = read(query, limits)?;
    let directives = tokens
        .iter()
        .filter(|(_, token)| *token == Token::Punctuator(b'@'));
    let most = limits.directives;
    within(directives.count(), most, || {
        format!("The document has more than {most} directives. Ask in several requests.")
    })?;
    let outline = Outline::read(query, &tokens, limits)?;
    weigh::check(&outline, limits)?;
    Ok(Harmless {
        text: outline.without_descriptions(query),
        tokens: tokens.len(),
    })
}

/// Lets the variables pass if they are neither deep nor many.
///
/// # Errors
/// `LIMIT_EXCEEDED` with the limit and what to do.
pub fn check_variables(variables: &Value, limits: &Limits) -> Result<(), ServerError> {
    let (deepest, most) = (limits.variable_nesting, limits.variable_values);
    let mut open = vec![(variables, 0)];
    let mut seen = 0;
    while let Some((value, depth)) = open.pop() {
        seen += 1;
        within(seen, most, || {
            format!("The variables hold more than {most} values. Send them in several requests.")
        })?;
        within(depth, deepest, || {
            format!("The variables nest more than {deepest} levels deep. Send flatter values.")
        })?;
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(fields) => open.extend(fields.values().map(|item| (item, depth + 1))),
            _ => {}
        }
    }
    Ok(())
}

/// The tokens of a document whose brackets are few, matched and not too deep.
fn read<'a>(query: &'a str, limits: &Limits) -> Result<Vec<(usize, Token<'a>)>, ServerError> {
    let (most, deepest) = (limits.tokens, limits.nesting);
    let mut tokens = Vec::new();
    let mut open = Vec::new();
    for read in Lexer::new(query) {
        let (at, token) = read?;
        tokens.push((at, token));
        within(tokens.len(), most, || {
            format!("The document has more than {most} tokens. Split it into several requests.")
        })?;
        match token {
            Token::Punctuator(b'(') => open.push(b')'),
            Token::Punctuator(b'[') => open.push(b']'),
            Token::Punctuator(b'{') => open.push(b'}'),
            Token::Punctuator(closing @ (b')' | b']' | b'}')) if open.pop() != Some(closing) => {
                let problem = format!("`{}` closes nothing", char::from(closing));
                return Err(respond::syntax_error(Places::of(query).at(at), &problem));
            }
            _ => {}
        }
        within(open.len(), deepest, || {
            format!(
                "The document nests more than {deepest} levels deep. Ask in several requests, or pass deep values as variables."
            )
        })?;
    }
    match open.last() {
        None => Ok(tokens),
        Some(missing) => {
            let problem = format!("`{}` is missing", char::from(*missing));
            Err(respond::syntax_error(
                Places::of(query).at(query.len()),
                &problem,
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn code(document: &str) -> Option<String> {
        let error = check(document, &Limits::default()).err()?;
        let extensions = error.extensions.expect("every error has extensions");
        let code = extensions
            .get("code")
            .expect("every error has a code")
            .clone();
        Some(serde_json::from_value(code.into_json().expect("a code is JSON")).expect("a text"))
    }

    #[track_caller]
    fn is_refused(document: &str, with: &str) {
        let start = Instant::now();
        assert_eq!(code(document).as_deref(), Some(with));
        assert!(start.elapsed() < Duration::from_millis(200), "too slow");
    }

    /// Fragments F0…Fn, each spreading the next twice.
    fn doubling(n: usize) -> String {
        let fragments: String = (0..n)
            .map(|i| format!("fragment F{i} on Q{{...F{j} ...F{j}}}", j = i + 1))
            .collect();
        format!("{{...F0}}{fragments}fragment F{n} on Q{{a}}")
    }

    #[test]
    fn nested_brackets_are_refused() {
        for opening in ["[", "{a:", "{a", "{...{a "] {
            is_refused(&format!("{{a(b:{}", opening.repeat(4096)), "LIMIT_EXCEEDED");
            is_refused(&opening.repeat(20_000), "LIMIT_EXCEEDED");
        }
        is_refused(&format!("query($a:{}", "[".repeat(4096)), "LIMIT_EXCEEDED");
    }

    #[test]
    fn doubling_fragments_are_refused() {
        is_refused(&doubling(25), "LIMIT_EXCEEDED");
        is_refused(&doubling(100), "LIMIT_EXCEEDED");
        assert_eq!(code(&doubling(4)), None);
    }

    #[test]
    fn circles_of_fragments_are_refused() {
        let circle = "{...A} fragment A on Q{a ...B} fragment B on Q{b{...A}}";
        is_refused(circle, "GRAPHQL_VALIDATION_FAILED");
        is_refused("{a} fragment A on Q{...A}", "GRAPHQL_VALIDATION_FAILED");
    }

    #[test]
    fn each_count_has_its_limit() {
        for document in [
            "{a}".to_owned() + &"#".repeat(65 << 10),
            format!("{{a(b:[{}])}}", "1 ".repeat(5000)),
            format!("{{{}}}", "a:b ".repeat(65)),
            format!("{{{}}}", "a ".repeat(25)),
            format!(
                "{{... on Q{{{}}} ...F}} fragment F on Q{{b c}}",
                "a ".repeat(23)
            ),
            format!("{{a{}}}", "@b".repeat(65)),
            format!("{{a({})}}", "b:1 ".repeat(17)),
            (0..17).map(|i| format!("query Q{i}{{a}}")).collect(),
            format!(
                "{{a{{{}}}}}fragment F on Q{{{}}}",
                "...F".repeat(500),
                "a ".repeat(100)
            ),
            format!(
                "{{a{{{}{}{}}}}}",
                "...{".repeat(28),
                "a ".repeat(1000),
                "}".repeat(28)
            ),
        ] {
            is_refused(&document, "LIMIT_EXCEEDED");
        }
    }

    #[test]
    fn brackets_cannot_hide_in_strings() {
        let deep = "[".repeat(100);
        is_refused(&format!("{{a(b:[\"\"\" \" {deep}"), "GRAPHQL_PARSE_FAILED");
        is_refused(&format!("{{a(b:[\"\\\\\" {deep}"), "LIMIT_EXCEEDED");
        is_refused(
            &format!("{{a(b:[\"\"\"\\\"\"\"\"\"\" {deep}"),
            "LIMIT_EXCEEDED",
        );
        assert_eq!(
            code(&format!(
                "{{a(b:[\"{deep}\" \"\"\"{deep}\"\"\"]) # {deep}\n}}"
            )),
            None
        );
    }

    #[test]
    fn what_has_two_readings_is_refused() {
        for document in [
            "{...on}fragment on on Q{a}",
            "queryA{a}",
            "{a}fragmentF on Q{a}",
            "{a)}",
            "{a}}",
            "{a",
            "type A{a:Int}",
            "{a(b:1}",
        ] {
            is_refused(document, "GRAPHQL_PARSE_FAILED");
        }
    }

    #[test]
    fn ordinary_documents_pass() {
        let document = r#"
            query Briefing($forum: ID!, $first: Int = 10, $states: [State!] = [OPEN]) @live {
              forum(id: $forum) { name ...Items on: id ... on Forum @include(if: true) { level } ... { id } }
            }
            fragment Items on Forum { items(first: $first, filter: { states: $states }) { nodes { title owner { name } } } }
            mutation Close { close(input: { id: "x", note: """ a "note" """ }) { id } }
            subscription { events(after: -1) { id } }"#;
        assert_eq!(code(document), None);
        assert_eq!(code(""), None);
    }

    #[test]
    fn variables_are_bounded() {
        let limits = Limits::default();
        let deep = (0..20).fold(json!(1), |inner, _| json!([inner]));
        let many = json!({ "ids": vec![0; 10_001] });
        for variables in [deep, many] {
            let error = check_variables(&variables, &limits).expect_err("beyond the limit");
            assert!(error.message.starts_with("The variables"));
        }
        let input = json!({ "input": { "risks": [{ "likelihood": 3 }, null] } });
        check_variables(&input, &limits).expect("ordinary input");
    }

    proptest! {
        #[test]
        fn never_panics_on_text(document in any::<String>()) {
            let _ = check(&document, &Limits::default());
        }

        /// Whatever passes can be parsed on a small stack, and at once.
        #[test]
        fn what_passes_is_harmless(parts in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "(", ")", "[", "]", "a", ":", "$v", "...", "...on Q", "...F", "...G", "@d", "\"", "\"\"\"",
            "\\", "#", "\n", "1", "query", "fragment F on Q", "fragment G on Q", "on", "!", "=", "å", "|", "{a}",
        ]), 0..200)) {
            let document = parts.join(" ");
            let start = Instant::now();
            if check(&document, &Limits::default()).is_ok() {
                let _ = async_graphql::parser::parse_query(&document);
            }
            prop_assert!(start.elapsed() < Duration::from_secs(1));
        }
    }

    #[test]
    fn takes_linear_time() {
        let limits = Limits {
            document_bytes: usize::MAX,
            tokens: usize::MAX,
            work: usize::MAX,
            ..Limits::default()
        };
        let fragments = |n: usize| -> String {
            (0..n)
                .map(|i| format!("fragment F{i} on Q{{a ...X{i} ...F{n}}}"))
                .collect()
        };
        for part in [
            "a ",
            "# a\n",
            "a(b:\"c\") ",
            "a{b} ",
            "... on Q{a} ",
            "...F ",
        ] {
            let document = format!("{{a{{{}}}}} {}", part.repeat(100_000), fragments(20_000));
            let start = Instant::now();
            check(&document, &limits).expect("nothing limits it");
            assert!(
                start.elapsed() < Duration::from_secs(5),
                "{part}: {:?}",
                start.elapsed()
            );
        }
    }
}
