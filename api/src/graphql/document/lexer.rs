//! Cuts a GraphQL document into tokens, one pass, no recursion.
//!
//! It reads strings and comments exactly as the parser behind it does, so that no bracket can hide
//! from [`guard`](super::guard) in what only one of them takes for a string. Whatever it cannot read
//! it refuses: the parser never sees a document that the guard has not understood.

use async_graphql::{Pos, ServerError};

use crate::graphql::transport::respond;

/// One token; the text of strings and numbers is not kept, as nothing is decided by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A name or keyword.
    Name(&'a str),
    /// One of `! $ & ( ) : = @ [ ] { | }`.
    Punctuator(u8),
    /// `...`
    Spread,
    /// A string, block string or number.
    Literal,
}

/// Yields the tokens of a document with the byte they start at.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Moves on while the bytes are of a kind.
    fn skip(&mut self, is: impl Fn(u8) -> bool) {
        let rest = self.rest();
        self.at += rest.iter().position(|&b| !is(b)).unwrap_or(rest.len());
    }

    fn skip_ignored(&mut self) {
        const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
        loop {
            match self.rest() {
                [b' ' | b',' | b'\t' | b'\r' | b'\n', ..] => self.at += 1,
                [b'#', ..] => self.skip(|b| b != b'\r' && b != b'\n'),
                rest if rest.starts_with(BYTE_ORDER_MARK) => self.at += BYTE_ORDER_MARK.len(),
                _ => return,
            }
        }
    }

    fn token(&mut self, first: u8) -> Result<Token<'a>, &'static str> {
        let start = self.at;
        match first {
            b'!' | b'$' | b'&' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'|'
            | b'}' => {
                self.at += 1;
                Ok(Token::Punctuator(first))
            }
            b'.' if self.rest().starts_with(b"...") => {
                self.at += 3;
                Ok(Token::Spread)
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.skip(|b| b == b'_' || b.is_ascii_alphanumeric());
                Ok(Token::Name(&self.text[start..self.at]))
            }
            b'-' | b'0'..=b'9' => {
                self.skip(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'));
                Ok(Token::Literal)
            }
            b'"' if self.rest().starts_with(b"\"\"\"") => self.block_string(),
            b'"' => self.string(),
            _ => Err("a character that GraphQL does not know"),
        }
    }

    fn block_string(&mut self) -> Result<Token<'a>, &'static str> {
        self.at += 3;
        loop {
            match self.rest() {
                [] => return Err("a block string that is not closed"),
                [b'"', b'"', b'"', ..] => {
                    self.at += 3;
                    return Ok(Token::Literal);
                }
                [b'\\', b'"', b'"', b'"', ..] => self.at += 4,
                _ => self.at += 1,
            }
        }
    }

    fn string(&mut self) -> Result<Token<'a>, &'static str> {
        self.at += 1;
        loop {
            match self.rest() {
                [] | [b'\r' | b'\n', ..] => return Err("a string that is not closed"),
                [b'"', ..] => {
                    self.at += 1;
                    return Ok(Token::Literal);
                }
                [b'\\', b'"' | b'\\', ..] => self.at += 2,
                _ => self.at += 1,
            }
        }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Result<(usize, Token<'a>), ServerError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip_ignored();
        let start = self.at;
        let first = *self.rest().first()?;
        Some(match self.token(first) {
            Ok(token) => Ok((start, token)),
            Err(what) => {
                self.at = self.text.len();
                let found = format!("found {what}");
                Err(respond::syntax_error(position(self.text, start), &found))
            }
        })
    }
}

/// Line and column, from one, of a byte of the document.
pub(super) fn position(text: &str, at: usize) -> Pos {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    Pos {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(text: &str) -> Result<Vec<Token<'_>>, ServerError> {
        Lexer::new(text)
            .map(|token| token.map(|(_, token)| token))
            .collect()
    }

    #[test]
    fn reads_every_kind_of_token() {
        let text = "\u{feff}query Q($a: [Int!] = -1.5e+3) { # {[(\r a(b: \"\\\"{\", c: \"\"\"\\\"\"\" [\n\"\"\") ...F }";
        let read = tokens(text).expect("the document is well formed");
        let punctuation: String = read
            .iter()
            .filter_map(|token| match token {
                Token::Punctuator(byte) => Some(char::from(*byte)),
                _ => None,
            })
            .collect();
        assert_eq!(punctuation, "($:[!]=){(::)}");
        assert_eq!(read.iter().filter(|t| **t == Token::Literal).count(), 3);
        assert!(read.contains(&Token::Spread));
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        for text in [
            "\"",
            "\"a\n\"",
            "\"\"\" \"\" ",
            "{ % }",
            "{ å }",
            "..",
            "\"\\",
        ] {
            let error = tokens(text).expect_err(text);
            assert!(error.message.starts_with("Syntax error"), "{error}");
        }
    }

    #[test]
    fn tells_where() {
        let error = tokens("{\n  ä: %").expect_err("there is an unknown character");
        assert_eq!(error.locations, [Pos { line: 2, column: 3 }]);
    }

    proptest! {
        /// What the parser accepts, the lexer reads: nothing legitimate is refused here.
        #[test]
        fn reads_all_that_the_parser_accepts(value in r#"("([a-z{\[ ]|\\["\\n]|é){0,9}"|"""([a-z{\[ \n]|\\"""|"|\\){0,9} """|-?[1-9]{1,3}(\.[0-9])?|\[\]|\$v)"#) {
            let text = format!("{{ a(b: [{value}]) }}");
            if async_graphql::parser::parse_query(&text).is_ok() {
                prop_assert!(tokens(&text).is_ok());
            }
        }
    }
}
