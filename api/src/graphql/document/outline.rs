//! The outline of a document: its operations and fragments, and what they select.
//!
//! It is read in one pass, and more strictly than the parser reads: what it lets through has one
//! reading only.

use std::{borrow::Cow, collections::HashMap, ops::Range};

use async_graphql::ServerError;

use super::{lexer::Token, place::Places};
use crate::graphql::{
    limits::{Limits, within},
    transport::respond,
};

/// The operations and fragments of a document.
#[derive(Default)]
pub(super) struct Outline<'a> {
    pub operations: Vec<Definition<'a>>,
    pub fragments: HashMap<&'a str, Definition<'a>>,
    /// By their names in the response, how fields are used throughout the document.
    pub names: HashMap<&'a str, Uses<'a>>,
    /// Where the descriptions of operations, fragments and variables stand.
    descriptions: Vec<Range<usize>>,
}

/// All selections of an operation or fragment, at any depth.
pub(super) type Definition<'a> = Vec<Selection<'a>>;

/// A field, inline fragment or spread, without what it selects in turn.
pub(super) struct Selection<'a> {
    pub what: What<'a>,
    /// Its tokens: the names, arguments and directives.
    pub tokens: usize,
    /// Whether it stands on the definition's own object, not on one inside.
    pub outermost: bool,
    /// How many selection sets reach it through inline fragments: validation comes by from each.
    pub reach: usize,
}

#[derive(Clone, Copy)]
pub(super) enum What<'a> {
    /// By the name in the response.
    Field(&'a str),
    Inline,
    Spread(&'a str),
}

/// How a name of the response is used.
pub(super) struct Uses<'a> {
    /// Field and arguments, where it is used first.
    pub first: &'a str,
    /// Whether it is used otherwise elsewhere.
    pub differ: bool,
    /// The most arguments it is used with.
    pub arguments: usize,
}

impl<'a> Outline<'a> {
    /// Reads the tokens, whose brackets are known to match.
    pub(super) fn read(
        query: &'a str,
        tokens: &'a [(usize, Token<'a>)],
        limits: &'a Limits,
    ) -> Result<Self, ServerError> {
        let mut reader = Reader {
            query,
            tokens,
            limits,
            next: 0,
            aliases: 0,
            names: HashMap::new(),
            descriptions: Vec::new(),
        };
        let mut outline = Self::default();
        while reader.peek().is_some() {
            let described = reader.description();
            let first = reader.peek();
            let Some(first) =
                first.filter(|first| !(described && *first == Token::Punctuator(b'{')))
            else {
                return Err(reader.expected("an operation or fragment with its keyword"));
            };
            match first {
                Token::Punctuator(b'{') => {}
                Token::Name("query" | "mutation" | "subscription") => reader.operation_head(),
                Token::Name("fragment") => {
                    let name = reader.fragment_head()?;
                    let fragment = reader.definition()?;
                    if outline.fragments.insert(name, fragment).is_some() {
                        let text = format!("There is more than one fragment named \"{name}\".");
                        return Err(respond::validation_error(text, None));
                    }
                    continue;
                }
                _ => return Err(reader.expected("an operation or a fragment")),
            }
            outline.operations.push(reader.definition()?);
        }
        outline.names = reader.names;
        outline.descriptions = reader.descriptions;
        Ok(outline)
    }

    /// The text with blanks instead of descriptions.
    pub(super) fn without_descriptions<'t>(&self, query: &'t str) -> Cow<'t, str> {
        if self.descriptions.is_empty() {
            return query.into();
        }
        let mut text = String::with_capacity(query.len());
        for description in &self.descriptions {
            text.push_str(&query[text.len()..description.start]);
            text.extend(std::iter::repeat_n(' ', description.len()));
        }
        text.push_str(&query[text.len()..]);
        text.into()
    }
}

/// Goes over the tokens once. It descends once per selection set, of which [`Limits::nesting`] allows
/// few inside one another.
struct Reader<'a> {
    query: &'a str,
    tokens: &'a [(usize, Token<'a>)],
    limits: &'a Limits,
    next: usize,
    aliases: usize,
    names: HashMap<&'a str, Uses<'a>>,
    descriptions: Vec<Range<usize>>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.next).map(|(_, token)| *token)
    }

    fn at(&self, byte: u8) -> bool {
        self.peek() == Some(Token::Punctuator(byte))
    }

    fn name(&mut self) -> Option<&'a str> {
        let Some(Token::Name(name)) = self.peek() else {
            return None;
        };
        self.next += 1;
        Some(name)
    }

    fn expected(&self, what: &str) -> ServerError {
        let end = self.query.len();
        let at = self.tokens.get(self.next).map_or(end, |(at, _)| *at);
        respond::syntax_error(Places::of(self.query).at(at), &format!("expected {what}"))
    }

    /// Steps over the description of what follows, if there is one.
    fn description(&mut self) -> bool {
        let Some((at, Token::Text(text))) = self.tokens.get(self.next) else {
            return false;
        };
        self.next += 1;
        self.descriptions.push(*at..at + text.len());
        true
    }

    fn operation_head(&mut self) {
        self.next += 1;
        self.name();
        if self.at(b'(') {
            let first = self.next;
            self.bracketed();
            self.descriptions_of_variables(first);
        }
    }

    /// Notes the texts right before a variable that are not the default of the one before it.
    fn descriptions_of_variables(&mut self, first: usize) {
        let definitions = &self.tokens[first..self.next];
        let described = definitions.windows(3).filter_map(|three| match three {
            [
                (_, before),
                (at, Token::Text(text)),
                (_, Token::Punctuator(b'$')),
            ] if *before != Token::Punctuator(b'=') => Some(*at..at + text.len()),
            _ => None,
        });
        self.descriptions.extend(described);
    }

    fn fragment_head(&mut self) -> Result<&'a str, ServerError> {
        self.next += 1;
        let name = self.name().filter(|name| *name != "on");
        let name = name.ok_or_else(|| self.expected("the name of the fragment"))?;
        if self.name() != Some("on") || self.name().is_none() {
            return Err(self.expected("`on` and a type"));
        }
        Ok(name)
    }

    fn definition(&mut self) -> Result<Definition<'a>, ServerError> {
        let mut definition = Definition::new();
        self.directives()?;
        self.selection_set(&mut definition, true, 1)?;
        Ok(definition)
    }

    fn selection_set(
        &mut self,
        definition: &mut Definition<'a>,
        outermost: bool,
        reach: usize,
    ) -> Result<(), ServerError> {
        if !self.at(b'{') {
            return Err(self.expected("`{` and fields"));
        }
        self.next += 1;
        while !self.at(b'}') {
            let start = self.next;
            let what = self.selection()?;
            definition.push(Selection {
                what,
                tokens: self.next - start,
                outermost,
                reach,
            });
            match what {
                What::Inline => self.selection_set(definition, outermost, reach + 1)?,
                What::Field(_) if self.at(b'{') => self.selection_set(definition, false, 1)?,
                What::Field(_) | What::Spread(_) => {}
            }
        }
        self.next += 1;
        Ok(())
    }

    /// What stands before the selection set of a field or inline fragment, or a spread.
    fn selection(&mut self) -> Result<What<'a>, ServerError> {
        if let Some(name) = self.name() {
            self.field(name)?;
            return Ok(What::Field(name));
        }
        if self.peek() == Some(Token::Spread) {
            self.next += 1;
            return self.fragment_use();
        }
        Err(self.expected("a field or fragment"))
    }

    fn field(&mut self, response_name: &'a str) -> Result<(), ServerError> {
        let mut start = self.next - 1;
        if self.at(b':') {
            self.next += 1;
            start = self.next;
            self.name().ok_or_else(|| self.expected("a field"))?;
            self.aliases += 1;
            let most = self.limits.aliases;
            within(self.aliases, most, || {
                format!("The document has more than {most} aliases. Ask in several requests.")
            })?;
        }
        let arguments = self.arguments()?;
        self.note_use(response_name, self.text(start), arguments);
        self.directives()
    }

    fn note_use(&mut self, name: &'a str, text: &'a str, arguments: usize) {
        let uses = self.names.entry(name).or_insert(Uses {
            first: text,
            differ: false,
            arguments,
        });
        uses.differ |= uses.first != text;
        uses.arguments = uses.arguments.max(arguments);
    }

    /// The text from a token to the next unread one.
    fn text(&self, first: usize) -> &'a str {
        let start = |token: usize| {
            self.tokens
                .get(token)
                .map_or(self.query.len(), |(at, _)| *at)
        };
        self.query
            .get(start(first)..start(self.next))
            .unwrap_or_default()
            .trim_end()
    }

    /// What follows `...`.
    fn fragment_use(&mut self) -> Result<What<'a>, ServerError> {
        let what = match self.name() {
            Some("on") => {
                self.name().ok_or_else(|| self.expected("a type"))?;
                What::Inline
            }
            Some(fragment) => What::Spread(fragment),
            None => What::Inline,
        };
        self.directives()?;
        Ok(what)
    }

    fn directives(&mut self) -> Result<(), ServerError> {
        while self.at(b'@') {
            self.next += 1;
            self.name().ok_or_else(|| self.expected("a directive"))?;
            self.arguments()?;
        }
        Ok(())
    }

    fn arguments(&mut self) -> Result<usize, ServerError> {
        if !self.at(b'(') {
            return Ok(0);
        }
        let (arguments, most) = (self.bracketed(), self.limits.arguments);
        within(arguments, most, || {
            format!(
                "A field or directive has more than {most} arguments. Leave out what you do not need."
            )
        })?;
        Ok(arguments)
    }

    /// Steps over a matched pair of brackets and counts the colons directly within.
    fn bracketed(&mut self) -> usize {
        let (mut depth, mut colons) = (0_usize, 0);
        while let Some(token) = self.peek() {
            self.next += 1;
            match token {
                Token::Punctuator(b'(' | b'[' | b'{') => depth += 1,
                Token::Punctuator(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
                Token::Punctuator(b':') if depth == 1 => colons += 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        colons
    }
}
