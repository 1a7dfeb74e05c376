//! Cuts a GraphQL document into tokens, one pass, no recursion.
//!
//! It is the parser's own lexer: no bracket can hide from [`guard`](super::guard) in what only one of the two takes
//! for a string. Whatever it cannot read it refuses: the parser never sees a document that the guard has not
//! understood.

use apollo_parser::TokenKind;
use async_graphql::ServerError;

use super::place::Places;
use crate::graphql::transport::respond;

/// One token; the text of numbers is not kept, as nothing is decided by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A name or keyword.
    Name(&'a str),
    /// One of `! $ & ( ) : = @ [ ] { | }`.
    Punctuator(u8),
    /// `...`
    Spread,
    /// A string or block string, with its quotes.
    Text(&'a str),
    /// A number.
    Number,
}

/// Yields the tokens of a document with the byte they start at.
pub(super) struct Lexer<'a> {
    text: &'a str,
    tokens: apollo_parser::Lexer<'a>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            tokens: apollo_parser::Lexer::new(text),
        }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Result<(usize, Token<'a>), ServerError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let read = match self.tokens.next()? {
                Ok(read) => read,
                Err(error) => return Some(Err(refusal(self.text, &error))),
            };
            let token = match read.kind() {
                TokenKind::Whitespace | TokenKind::Comment | TokenKind::Comma => continue,
                TokenKind::Eof => return None,
                TokenKind::Name => Token::Name(read.data()),
                TokenKind::StringValue => Token::Text(read.data()),
                TokenKind::Int | TokenKind::Float => Token::Number,
                TokenKind::Spread => Token::Spread,
                TokenKind::Bang
                | TokenKind::Dollar
                | TokenKind::Amp
                | TokenKind::Colon
                | TokenKind::Eq
                | TokenKind::At
                | TokenKind::LParen
                | TokenKind::RParen
                | TokenKind::LBracket
                | TokenKind::RBracket
                | TokenKind::LCurly
                | TokenKind::RCurly
                | TokenKind::Pipe => {
                    Token::Punctuator(read.data().as_bytes().first().copied().unwrap_or_default())
                }
            };
            return Some(Ok((read.index(), token)));
        }
    }
}

fn refusal(text: &str, error: &apollo_parser::Error) -> ServerError {
    let at = Places::of(text).at(error.index().min(text.len()));
    respond::syntax_error(at, &uncapitalised(error.message()))
}

/// The start of the lexer's texts, to go on after a colon.
fn uncapitalised(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use async_graphql::Pos;
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
        assert!(read.contains(&Token::Number) && read.contains(&Token::Spread));
        assert!(read.contains(&Token::Text("\"\\\"{\"")));
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
            "01",
            "1.",
            "1a",
            r#""\u{110000}""#,
            r#""\u{}""#,
            r#""\uD83D""#,
            r#""\x""#,
        ] {
            let error = tokens(text).expect_err(text);
            assert!(error.message.starts_with("Syntax error"), "{error}");
        }
    }

    #[test]
    fn tells_where() {
        let error = tokens("{\n  ä: %").expect_err("there is an unknown character");
        assert_eq!(error.locations, [Pos { line: 2, column: 3 }]);
        assert!(error.message.len() < 200);
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = tokens(&text);
        }

        /// Tokens do not overlap and come in order.
        #[test]
        fn goes_forward(text in r#"[a-z{}()"\\# \n.0-9é]{0,40}"#) {
            let starts = Lexer::new(&text).map_while(Result::ok).map(|(at, _)| at).collect::<Vec<_>>();
            prop_assert!(starts.is_sorted_by(|a, b| a < b));
        }
    }
}
