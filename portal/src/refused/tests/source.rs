//! Rust sources, read as far as is needed to find the texts in them.
//!
//! What always holds: comments, attributes and tests are left out, and a text is given as the program would say it, with
//! the placeholders of `format!` still in it.

use std::{iter::Peekable, str::Chars};

/// A piece of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A name, a keyword or a number.
    Word(String),
    /// A sign.
    Mark(char),
    /// What stands between quotation marks.
    Text(String),
}

use Token::{Mark, Text, Word};

/// What the program consists of, without its tests.
pub fn read(source: &str) -> Vec<Token> {
    without_attributes(&tokens(source))
}

/// The texts among tokens, each once a place.
pub fn texts(tokens: &[Token]) -> impl Iterator<Item = &str> {
    tokens.iter().filter_map(|token| match token {
        Text(text) => Some(text.as_str()),
        _ => None,
    })
}

/// Whatever follows the places where the source has these words and signs, up to the sign that ends it or closes what
/// it stands in.
pub fn after<'a>(tokens: &'a [Token], before: &str, end: char) -> Vec<&'a [Token]> {
    let before = self::tokens(before);
    let places = tokens.windows(before.len()).enumerate();
    places
        .filter(|(_, found)| *found == before)
        .map(|(at, _)| &tokens[at + before.len()..])
        .map(|rest| &rest[..until(rest, end)])
        .collect()
}

/// How many tokens stand before this sign, outside of all brackets, or before the bracket that closes all of it.
fn until(tokens: &[Token], end: char) -> usize {
    let mut depth = 0;
    let stops = |token: &Token| {
        let Mark(mark) = token else { return false };
        let here = depth == 0 && (*mark == end || is_closing(*mark));
        depth += i32::from(is_opening(*mark)) - i32::from(is_closing(*mark));
        here
    };
    tokens.iter().position(stops).unwrap_or(tokens.len())
}

fn is_opening(mark: char) -> bool {
    matches!(mark, '(' | '[' | '{')
}

fn is_closing(mark: char) -> bool {
    matches!(mark, ')' | ']' | '}')
}

fn without_attributes(tokens: &[Token]) -> Vec<Token> {
    let tested = self::tokens("cfg(test)");
    let mut kept = vec![];
    let mut rest = tokens;
    while let Some(token) = rest.first() {
        let inner = match rest {
            [Mark('#'), Mark('['), ..] => 2,
            [Mark('#'), Mark('!'), Mark('['), ..] => 3,
            _ => {
                kept.push(token.clone());
                rest = &rest[1..];
                continue;
            }
        };
        let end = inner + until(&rest[inner..], ']');
        let is_test = rest[inner..end] == tested;
        rest = &rest[rest.len().min(end + 1)..];
        if is_test {
            rest = &rest[item(rest)..];
        }
    }
    kept
}

/// How long the next item is: up to its semicolon, or through its block.
fn item(tokens: &[Token]) -> usize {
    let head = until(tokens, ';').min(until(tokens, '{'));
    let end = match tokens.get(head) {
        Some(Mark('{')) => head + 1 + until(&tokens[head + 1..], '}'),
        _ => head,
    };
    tokens.len().min(end + 1)
}

fn tokens(source: &str) -> Vec<Token> {
    let mut rest = source.chars().peekable();
    let mut tokens = vec![];
    while let Some(next) = rest.next() {
        match next {
            '/' if rest.peek() == Some(&'/') => while rest.next_if(|c| *c != '\n').is_some() {},
            '/' if rest.peek() == Some(&'*') => skip_comment(&mut rest),
            '"' => tokens.push(Text(quoted(&mut rest))),
            '\'' => skip_character(&mut rest),
            'r' if is_raw(&rest) => tokens.push(Text(raw(&mut rest))),
            c if is_of_word(c) => {
                let mut word = String::from(c);
                while let Some(c) = rest.next_if(|c| is_of_word(*c)) {
                    word.push(c);
                }
                tokens.push(Word(word));
            }
            c if c.is_whitespace() => {}
            c => tokens.push(Mark(c)),
        }
    }
    tokens
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn skip_comment(rest: &mut Peekable<Chars<'_>>) {
    let mut last = ' ';
    rest.next();
    for c in rest.by_ref() {
        if (last, c) == ('*', '/') {
            return;
        }
        last = c;
    }
}

/// What follows `"`. What a program writes as `\u{…}` reads as a blank: no text that is looked for has it.
fn quoted(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('"', _) => break,
            ('\\', Some('\n')) => while rest.next_if(|c| c.is_whitespace()).is_some() {},
            ('\\', Some('"' | '\\')) => text.extend(rest.next()),
            ('\\', _) => {
                rest.next();
                text.push(' ');
            }
            _ => text.push(c),
        }
    }
    text
}

/// What follows `'`: a character, or the name of a lifetime, which is left to be read as a word.
fn skip_character(rest: &mut Peekable<Chars<'_>>) {
    let mut ahead = rest.clone();
    let length = match ahead.next() {
        Some('\\') => 2 + ahead.skip(1).take_while(|c| *c != '\'').count() + 1,
        Some(_) if ahead.next() == Some('\'') => 2,
        _ => 0,
    };
    rest.by_ref().take(length).for_each(drop);
}

fn is_raw(rest: &Peekable<Chars<'_>>) -> bool {
    let mut ahead = rest.clone();
    while ahead.next_if_eq(&'#').is_some() {}
    ahead.next() == Some('"')
}

/// What follows the `r` of `r#"…"#`.
fn raw(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut end = String::from("\"");
    while rest.next_if_eq(&'#').is_some() {
        end.push('#');
    }
    rest.next();
    let mut text = String::new();
    for c in rest.by_ref() {
        text.push(c);
        if let Some(whole) = text.strip_suffix(end.as_str()) {
            return whole.to_owned();
        }
    }
    text
}

#[test]
fn a_source_is_read_without_comments_attributes_and_tests() {
    let source = r##"
        //! "no"
        #[doc = "no"]
        fn f<'a>(c: char) { // "no"
            g("one \
               text", '"', r#"an"other"#, '\'', '\u{200b}', b"bytes", "say \"so\"");
        }
        #[cfg(test)]
        mod tests { fn f() { g("no"); } }
        /* "no" */ const LAST: &'static str = "last";
    "##;
    let read = read(source);
    let found: Vec<_> = texts(&read).collect();
    assert_eq!(
        found,
        ["one text", "an\"other", "bytes", "say \"so\"", "last"]
    );
    let named = after(&read, "LAST:", ';');
    assert_eq!(
        named
            .iter()
            .flat_map(|rest| texts(rest))
            .collect::<Vec<_>>(),
        ["last"]
    );
}
