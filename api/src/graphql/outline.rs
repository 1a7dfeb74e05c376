//! The outline of a document: its operations and fragments, and what validating them would cost.
//!
//! Fragments are weighed once each, however often they are spread, so the answer comes in linear
//! time. The outline is stricter than the parser: what it lets through has one reading only.

use std::collections::HashMap;

use async_graphql::ServerError;

use super::{
    guard::{Limits, within},
    lexer::{Token, position},
    respond,
};

/// The operations and fragments of a document.
#[derive(Default)]
pub(super) struct Outline<'a> {
    operations: Vec<Definition<'a>>,
    fragments: HashMap<&'a str, Definition<'a>>,
}

/// An operation or fragment without the fragments it spreads. A field weighs one and its tokens of
/// arguments and directives.
#[derive(Default)]
struct Definition<'a> {
    /// Fields of the outermost object.
    root_fields: usize,
    /// Weight of the selections on the outermost object.
    outermost: usize,
    /// Weight of all selections.
    all: usize,
    /// Weight of all selections, each as often as validation comes by: once from every selection
    /// set that reaches it through inline fragments.
    visits: usize,
    spreads: Vec<Spread<'a>>,
}

/// A use of a fragment.
struct Spread<'a> {
    fragment: &'a str,
    /// Whether it stands on the outermost object.
    outermost: bool,
    /// How many selection sets reach it through inline fragments.
    reach: usize,
}

/// What a definition costs with everything it spreads.
#[derive(Clone, Copy, Default)]
struct Cost {
    root_fields: usize,
    outermost: usize,
    all: usize,
    /// Fragments in a row.
    height: usize,
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
        };
        let mut outline = Self::default();
        while let Some(first) = reader.peek() {
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
        Ok(outline)
    }

    /// Refuses a document that asks or costs too much.
    pub(super) fn check(&self, limits: &Limits) -> Result<(), ServerError> {
        let most = limits.operations;
        within(self.operations.len(), most, || {
            format!("The document has more than {most} operations. Send only those you need.")
        })?;
        let mut weighed = Weighed {
            outline: self,
            limits,
            done: HashMap::new(),
            path: Vec::new(),
        };
        let mut work = 0_usize;
        for operation in &self.operations {
            let cost = weighed.cost(operation)?;
            let most = limits.root_fields;
            within(cost.root_fields, most, || {
                format!(
                    "An operation asks for more than {most} fields at its root. Ask in several requests."
                )
            })?;
            work = work.saturating_add(cost.all);
        }
        for definition in self.operations.iter().chain(self.fragments.values()) {
            work = work.saturating_add(weighed.visits(definition)?);
        }
        within(work, limits.work, || {
            "The document asks for too much at once, fragments counted as often as they are spread. Ask in several requests.".to_owned()
        })
    }
}

/// The fragments weighed so far.
struct Weighed<'a> {
    outline: &'a Outline<'a>,
    limits: &'a Limits,
    done: HashMap<&'a str, Cost>,
    path: Vec<&'a str>,
}

impl<'a> Weighed<'a> {
    fn cost(&mut self, definition: &'a Definition<'a>) -> Result<Cost, ServerError> {
        let mut cost = Cost {
            root_fields: definition.root_fields,
            outermost: definition.outermost,
            all: definition.all,
            height: 0,
        };
        for spread in &definition.spreads {
            let inner = self.fragment(spread.fragment)?;
            cost.all = cost.all.saturating_add(inner.all);
            cost.height = cost.height.max(inner.height + 1);
            if spread.outermost {
                cost.outermost = cost.outermost.saturating_add(inner.outermost);
                cost.root_fields = cost.root_fields.saturating_add(inner.root_fields);
            }
        }
        self.not_too_many_in_a_row(cost.height)?;
        Ok(cost)
    }

    /// The cost of a fragment; nothing for one that does not exist, of which validation tells.
    fn fragment(&mut self, name: &'a str) -> Result<Cost, ServerError> {
        if let Some(done) = self.done.get(name) {
            return Ok(*done);
        }
        if self.path.contains(&name) {
            let text = format!(
                "Fragment \"{name}\" spreads itself, directly or through others. Break the circle."
            );
            return Err(respond::validation_error(text, None));
        }
        let Some(definition) = self.outline.fragments.get(name) else {
            return Ok(Cost::default());
        };
        self.path.push(name);
        self.not_too_many_in_a_row(self.path.len())?;
        let cost = self.cost(definition)?;
        self.path.pop();
        self.done.insert(name, cost);
        Ok(cost)
    }

    fn visits(&mut self, definition: &'a Definition<'a>) -> Result<usize, ServerError> {
        definition
            .spreads
            .iter()
            .try_fold(definition.visits, |visits, spread| {
                let inner = self.fragment(spread.fragment)?.outermost;
                Ok(visits.saturating_add(inner.saturating_mul(spread.reach)))
            })
    }

    fn not_too_many_in_a_row(&self, height: usize) -> Result<(), ServerError> {
        let most = self.limits.nesting;
        within(height, most, || {
            format!(
                "More than {most} fragments spread one another in a row. Use fewer, larger fragments."
            )
        })
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
        respond::syntax_error(position(self.query, at), &format!("expected {what}"))
    }

    fn operation_head(&mut self) {
        self.next += 1;
        self.name();
        if self.at(b'(') {
            self.bracketed();
        }
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
        let mut definition = Definition::default();
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
            let mut fields_follow = None;
            if self.name().is_some() {
                self.field()?;
                definition.root_fields += usize::from(outermost);
                fields_follow = self.at(b'{').then_some((false, 1));
            } else if self.peek() == Some(Token::Spread) {
                self.next += 1;
                match self.fragment_use()? {
                    Some(fragment) => definition.spreads.push(Spread {
                        fragment,
                        outermost,
                        reach,
                    }),
                    None => fields_follow = Some((outermost, reach + 1)),
                }
            } else {
                return Err(self.expected("a field or fragment"));
            }
            let weight = self.next - start;
            definition.all += weight;
            definition.visits += weight * reach;
            definition.outermost += if outermost { weight } else { 0 };
            if let Some((outermost, reach)) = fields_follow {
                self.selection_set(definition, outermost, reach)?;
            }
        }
        self.next += 1;
        Ok(())
    }

    /// What stands before the selection set of a field, its first name being read.
    fn field(&mut self) -> Result<(), ServerError> {
        if self.at(b':') {
            self.next += 1;
            self.name().ok_or_else(|| self.expected("a field"))?;
            self.aliases += 1;
            let most = self.limits.aliases;
            within(self.aliases, most, || {
                format!("The document has more than {most} aliases. Ask in several requests.")
            })?;
        }
        self.arguments()?;
        self.directives()
    }

    /// What follows `...`: the name of a fragment, or nothing for an inline fragment.
    fn fragment_use(&mut self) -> Result<Option<&'a str>, ServerError> {
        let fragment = match self.name() {
            Some("on") => {
                self.name().ok_or_else(|| self.expected("a type"))?;
                None
            }
            other => other,
        };
        self.directives()?;
        Ok(fragment)
    }

    fn directives(&mut self) -> Result<(), ServerError> {
        while self.at(b'@') {
            self.next += 1;
            self.name().ok_or_else(|| self.expected("a directive"))?;
            self.arguments()?;
        }
        Ok(())
    }

    fn arguments(&mut self) -> Result<(), ServerError> {
        if !self.at(b'(') {
            return Ok(());
        }
        let most = self.limits.arguments;
        within(self.bracketed(), most, || {
            format!(
                "A field or directive has more than {most} arguments. Leave out what you do not need."
            )
        })
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
