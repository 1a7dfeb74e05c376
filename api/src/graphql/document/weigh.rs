//! What validating a document would cost.
//!
//! Fragments are weighed once each, however often they are spread, so the answer comes in linear
//! time and on a stack as deep as [`Limits::nesting`] allows.

use std::collections::HashMap;

use async_graphql::ServerError;

use super::outline::{Definition, Outline, Selection, What};
use crate::graphql::{
    limits::{Limits, within},
    transport::respond,
};

/// Refuses a document that asks or costs too much.
pub(super) fn check(outline: &Outline<'_>, limits: &Limits) -> Result<(), ServerError> {
    let most = limits.operations;
    within(outline.operations.len(), most, || {
        format!("The document has more than {most} operations. Send only those you need.")
    })?;
    let mut weighed = Weighed {
        outline,
        limits,
        done: HashMap::new(),
        path: Vec::new(),
    };
    let mut work = 0_usize;
    for operation in &outline.operations {
        let cost = weighed.cost(operation)?;
        let most = limits.root_fields;
        within(cost.root_fields, most, || {
            format!(
                "An operation asks for more than {most} fields at its root. Ask in several requests."
            )
        })?;
        work = work.saturating_add(cost.all);
    }
    for definition in outline.operations.iter().chain(outline.fragments.values()) {
        work = work.saturating_add(weighed.visits(definition)?);
    }
    within(work, limits.work, || {
        "The document asks for too much at once, fragments counted as often as they are spread. Ask in several requests.".to_owned()
    })
}

/// What a definition costs with everything it spreads.
#[derive(Clone, Copy, Default)]
struct Cost {
    root_fields: usize,
    /// Weight of the selections on the definition's own object.
    outermost: usize,
    /// Weight of all selections.
    all: usize,
    /// Fragments in a row.
    height: usize,
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
        let mut cost = Cost::default();
        for selection in definition {
            let inner = self.selection(selection)?;
            cost.all = cost.all.saturating_add(inner.all);
            cost.height = cost.height.max(inner.height);
            if selection.outermost {
                cost.outermost = cost.outermost.saturating_add(inner.outermost);
                cost.root_fields = cost.root_fields.saturating_add(inner.root_fields);
            }
        }
        self.not_too_many_in_a_row(cost.height)?;
        Ok(cost)
    }

    /// The work of comparing selections that share a name in the response.
    fn visits(&mut self, definition: &'a Definition<'a>) -> Result<usize, ServerError> {
        definition.iter().try_fold(0_usize, |visits, selection| {
            let weight = self.selection(selection)?.outermost;
            Ok(visits.saturating_add(weight.saturating_mul(selection.reach)))
        })
    }

    fn selection(&mut self, selection: &Selection<'a>) -> Result<Cost, ServerError> {
        let mut cost = match selection.what {
            What::Spread(fragment) => {
                let inner = self.fragment(fragment)?;
                Cost {
                    height: inner.height + 1,
                    ..inner
                }
            }
            What::Field(_) => Cost {
                root_fields: 1,
                ..Cost::default()
            },
            What::Inline => Cost::default(),
        };
        let weight = selection.tokens + self.conflicts(selection.what);
        cost.outermost = cost.outermost.saturating_add(weight);
        cost.all = cost.all.saturating_add(weight);
        Ok(cost)
    }

    /// How many errors one comparison of this selection with another may bring about.
    fn conflicts(&self, what: What<'a>) -> usize {
        let What::Field(name) = what else {
            return 0;
        };
        let uses = self.outline.names.get(name);
        uses.filter(|uses| uses.differ)
            .map_or(0, |uses| uses.arguments + 1)
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

    fn not_too_many_in_a_row(&self, height: usize) -> Result<(), ServerError> {
        let most = self.limits.nesting;
        within(height, most, || {
            format!(
                "More than {most} fragments spread one another in a row. Use fewer, larger fragments."
            )
        })
    }
}
