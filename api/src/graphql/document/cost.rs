//! What an operation costs at most, and how deep it goes: known before it is executed, from its document
//! and variables alone.
//!
//! A field costs [`FIELD`], one that changes something [`CHANGE`]. What a connection says of each row costs
//! as often as rows are asked for; a list that is not paged counts as [`UNPAGED`] rows. What introspection
//! tells is cheap by itself and grows with each list inside another, so it is weighed by the size of the
//! schema, at a [`INTROSPECTION`]th. Fragments are weighed once each, however often they are spread, so
//! that the time is linear in the document.

use std::collections::HashMap;

use apollo_compiler::{
    Name, Schema,
    ast::Value,
    executable::{ExecutableDocument, Field, Operation, Selection, SelectionSet},
};

use async_graphql::ServerError;

use crate::graphql::{
    limits::{Limits, within},
    page::{DEFAULT_PAGE, LARGEST_PAGE},
};

/// What a field costs by itself.
const FIELD: u64 = 1;
/// What a field of `Mutation` costs by itself: a transaction, an event, a place in the ledger.
const CHANGE: u64 = 10;
/// How many rows a list counts for that is not paged.
const UNPAGED: u64 = 5;
/// How many fields of introspection cost as much as one of ours.
const INTROSPECTION: u64 = 100;

/// What an operation asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Price {
    /// The sum of what its fields cost.
    pub cost: u64,
    /// Fields inside one another.
    pub depth: usize,
}

impl Price {
    /// `LIMIT_EXCEEDED` with the advice, if an operation may not ask for so much.
    pub(super) fn within(self, limits: &Limits) -> Result<(), ServerError> {
        let (deepest, most) = (limits.depth, limits.cost);
        within(self.depth, deepest, || {
            format!("The operation goes more than {deepest} fields deep. Ask in several requests.")
        })?;
        let cost = usize::try_from(self.cost).unwrap_or(usize::MAX);
        within(cost, most, || {
            format!(
                "The operation may cost {cost} points; {most} are allowed. Ask for fewer rows at once (`first`), or in several requests."
            )
        })
    }
}

/// The price of an operation whose variables have these values, as far as they are numbers.
pub(super) fn price(
    schema: &Schema,
    document: &ExecutableDocument,
    operation: &Operation,
    number: impl Fn(&str) -> Option<i64>,
) -> Price {
    let mut scales = Scales {
        schema,
        document,
        number: &number,
        fragments: HashMap::new(),
    };
    let whole = scales.weigh(&operation.selection_set);
    Price {
        cost: whole.once,
        depth: whole.depth,
    }
}

/// What a selection asks for. That of a connection depends on how many rows it will have.
#[derive(Clone, Copy, Default)]
struct Weight {
    once: u64,
    each_row: u64,
    depth: usize,
}

impl Weight {
    fn plus(self, other: Self) -> Self {
        Self {
            once: self.once.saturating_add(other.once),
            each_row: self.each_row.saturating_add(other.each_row),
            depth: self.depth.max(other.depth),
        }
    }
}

struct Scales<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    number: &'a dyn Fn(&str) -> Option<i64>,
    fragments: HashMap<&'a Name, Weight>,
}

impl<'a> Scales<'a> {
    fn weigh(&mut self, set: &'a SelectionSet) -> Weight {
        let selections = set.selections.iter();
        selections.fold(Weight::default(), |sum, selection| {
            sum.plus(match selection {
                Selection::Field(field) => self.field(&set.ty, field),
                Selection::InlineFragment(inline) => self.weigh(&inline.selection_set),
                Selection::FragmentSpread(spread) => self.fragment(&spread.fragment_name),
            })
        })
    }

    fn fragment(&mut self, name: &'a Name) -> Weight {
        if let Some(known) = self.fragments.get(name) {
            return *known;
        }
        let document = self.document;
        let weight = document
            .fragments
            .get(name)
            .map_or_else(Weight::default, |fragment| {
                self.weigh(&fragment.selection_set)
            });
        self.fragments.insert(name, weight);
        weight
    }

    fn field(&mut self, parent: &str, field: &'a Field) -> Weight {
        let inside = self.weigh(&field.selection_set);
        let rows = self.rows(field);
        let paged = inside
            .once
            .saturating_add(inside.each_row.saturating_mul(rows));
        let repeated = paged.saturating_mul(self.length(parent, field));
        let cost = match field.name.as_str() {
            "__schema" | "__type" => repeated.div_ceil(INTROSPECTION),
            _ => repeated,
        };
        let cost = cost.saturating_add(self.by_itself(parent));
        let depth = inside.depth + 1;
        if is_connection(parent) && matches!(field.name.as_str(), "nodes" | "edges") {
            return Weight {
                each_row: cost,
                depth,
                ..Weight::default()
            };
        }
        Weight {
            once: cost,
            depth,
            ..Weight::default()
        }
    }

    fn by_itself(&self, parent: &str) -> u64 {
        let changes = self.schema.schema_definition.mutation.as_ref();
        if changes.is_some_and(|mutation| mutation.name == parent) {
            CHANGE
        } else {
            FIELD
        }
    }

    /// How many rows a connection is asked for. What is out of bounds is refused when it is executed.
    fn rows(&self, field: &Field) -> u64 {
        let asked = match field
            .specified_argument_by_name("first")
            .map(|value| &**value)
        {
            Some(Value::Int(number)) => number.as_str().parse().ok(),
            Some(Value::Variable(name)) => (self.number)(name),
            _ => None,
        };
        let rows = asked.unwrap_or(i64::from(DEFAULT_PAGE));
        rows.clamp(1, i64::from(LARGEST_PAGE)).unsigned_abs()
    }

    /// How often what is inside the field comes, beside the rows of a connection.
    fn length(&self, parent: &str, field: &Field) -> u64 {
        if !field.ty().is_list() || field.selection_set.is_empty() || is_connection(parent) {
            return 1;
        }
        match (parent, field.name.as_str()) {
            ("__Schema", "types") => u64::try_from(self.schema.types.len()).unwrap_or(u64::MAX),
            (_, "args") if parent.starts_with("__") => 2,
            _ if parent.starts_with("__") => 8,
            _ => UNPAGED,
        }
    }
}

fn is_connection(name: &str) -> bool {
    name.ends_with("Connection")
}

#[cfg(test)]
mod tests {
    use apollo_compiler::validation::Valid;

    use super::*;

    const SCHEMA: &str = "
        type Query { me: Item items(first: Int): ItemConnection! }
        type Mutation { change: Item }
        type Item { id: ID! name: String tags: [String!]! parts: [Item!]! items(first: Int): ItemConnection! }
        type ItemConnection { nodes: [Item!]! edges: [ItemEdge!]! totalCount: Int! }
        type ItemEdge { node: Item! cursor: String! }";

    fn schema() -> Valid<Schema> {
        Schema::parse_and_validate(SCHEMA, "schema").expect("a schema")
    }

    fn price_of(text: &str, first: i64) -> Price {
        let schema = schema();
        let document =
            ExecutableDocument::parse_and_validate(&schema, text, "query").expect("a document");
        let operation = document.operations.iter().next().expect("an operation");
        price(&schema, &document, operation, |_| Some(first))
    }

    #[track_caller]
    fn costs(text: &str, cost: u64) {
        assert_eq!(price_of(text, 50).cost, cost, "{text}");
    }

    #[test]
    fn a_field_costs_one_and_a_change_ten() {
        costs("{ me { id name tags } }", 4);
        costs("{ a: me { id } b: me { id } }", 4);
        costs("mutation { change { id } }", 11);
    }

    #[test]
    fn rows_cost_as_often_as_they_are_asked_for() {
        costs(
            "{ items(first: 10) { nodes { id name } totalCount } }",
            1 + 10 * 3 + 1,
        );
        costs("{ items { edges { node { id } cursor } } }", 1 + 20 * 4);
        costs(
            "query($n: Int) { items(first: $n) { nodes { id } } }",
            1 + 50 * 2,
        );
        costs(
            "{ items(first: 10) { nodes { items(first: 5) { nodes { id } } } } }",
            1 + 10 * (1 + 1 + 5 * 2),
        );
    }

    #[test]
    fn more_rows_than_a_page_has_cost_no_more_than_a_page() {
        costs("{ items(first: 2000000000) { nodes { id } } }", 1 + 100 * 2);
        costs("{ items(first: -5) { nodes { id } } }", 1 + 2);
    }

    #[test]
    fn a_list_that_is_not_paged_counts_as_a_few_rows() {
        costs("{ me { parts { id name } } }", 1 + 1 + 5 * 2);
    }

    #[test]
    fn a_fragment_costs_wherever_it_is_spread() {
        costs(
            "{ a: me { ...F } items(first: 10) { ...G } } fragment F on Item { id ... on Item { name } } \
             fragment G on ItemConnection { totalCount nodes { ...F } }",
            1 + 2 + 1 + 1 + 10 * 3,
        );
    }

    #[test]
    fn depth_counts_fields_inside_one_another_through_fragments() {
        let text = "{ me { ...F } } fragment F on Item { parts { ... { parts { id } } } }";
        assert_eq!(price_of(text, 1).depth, 4);
    }

    #[test]
    fn introspection_grows_with_each_list_inside_another() {
        let of =
            |inner: &str| price_of(&format!("{{ __schema {{ types {{ {inner} }} }} }}"), 1).cost;
        let lists = [
            "name",
            "fields { name }",
            "fields { type { fields { name } } }",
        ]
        .map(of);
        assert!(lists.is_sorted() && lists[2] > lists[1], "{lists:?}");
        let bomb = "fields { type { fields { type { fields { type { fields { type { fields { type { fields { name } } } } } } } } } } }";
        assert!(of(bomb) > 10_000);
    }

    #[test]
    fn fragments_that_double_are_weighed_in_linear_time_and_never_overflow() {
        let fragments: String = (0..60)
            .map(|i| {
                format!(
                    "fragment F{i} on Item {{ parts {{ ...F{j} ...F{j} }} }} ",
                    j = i + 1
                )
            })
            .collect();
        let text = format!("{{ me {{ ...F0 }} }} {fragments} fragment F60 on Item {{ id }}");
        let schema = schema();
        let document = ExecutableDocument::parse(&schema, text, "query").expect("it can be parsed");
        let operation = document.operations.iter().next().expect("an operation");
        let price = price(&schema, &document, operation, |_| None);
        assert_eq!((price.cost, price.depth), (u64::MAX, 62));
    }
}
