//! Forms: what a mutation needs, how it is asked for, and what is shown when the API does not take it.
//!
//! A form is data ([`Form`]): its mutation and its fields. One page shows any of them, and one handler sends any of them
//! ([`page`]). Pages about a record put the same forms beside what they are about.
//!
//! What always holds:
//! - What was typed is kept, whatever goes wrong; what is wrong stands beside its field.
//! - Who changes what somebody else has changed meanwhile is shown both, and decides.
//! - Whether something is allowed is not decided here: the API says so.

pub mod page;
mod table;
mod typed;
mod view;

#[cfg(test)]
pub use table::FORMS;
pub use table::find;
pub use typed::Typed;
pub use view::{Choice, FieldView, FormView};

/// How a value is asked for, and what it is in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Known before; an id.
    Hidden,
    /// The version of the record that is changed.
    Version,
    /// A line of text.
    Line,
    /// An e-mail address.
    Email,
    /// A secret, which is never shown again.
    Secret,
    /// Text of several lines.
    Lines,
    /// One item a line.
    List,
    /// A calendar day.
    Day,
    /// A moment, in Swedish time.
    Moment,
    /// A whole number within bounds.
    Number(i64, i64),
    /// One value of an enumeration of the schema.
    Kind(&'static str),
    /// Several values of one.
    Kinds(&'static str),
    /// Yes or no.
    Flag,
    /// One record.
    Pick(Source),
    /// Several records.
    Picks(Source),
    /// Roles, each for a service area or for all.
    Roles,
    /// What values of a claim become which role: `value = ROLE` or `value = ROLE AREA`, one a line.
    Mapping,
    /// Any JSON value.
    Json,
}

/// What can be picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Agreements in force.
    Agreements,
    /// Organisations.
    Organisations,
    /// People who may act.
    People,
    /// Forums.
    Forums,
    /// Open risks.
    Risks,
    /// What was handed in.
    Submissions,
    /// The own evidence.
    Evidence,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 7] = [
        Self::Agreements,
        Self::Organisations,
        Self::People,
        Self::Forums,
        Self::Risks,
        Self::Submissions,
        Self::Evidence,
    ];

    /// The field that lists them, which is also the variable that asks for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Agreements => "agreements",
            Self::Organisations => "organisations",
            Self::People => "people",
            Self::Forums => "forums",
            Self::Risks => "risks",
            Self::Submissions => "submissions",
            Self::Evidence => "evidence",
        }
    }
}

/// A field of a form, and of the mutation's input.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the schema.
    pub name: &'static str,
    /// How it is asked for.
    pub shape: Shape,
    /// Whether the API needs it.
    pub required: bool,
}

impl Field {
    const fn new(name: &'static str, shape: Shape) -> Self {
        Self {
            name,
            shape,
            required: true,
        }
    }

    /// The same, but it may be left out.
    const fn or_none(self) -> Self {
        Self {
            required: false,
            ..self
        }
    }
}

/// What a mutation asks for.
#[derive(Debug)]
pub struct Form {
    /// The mutation's name in the schema.
    pub mutation: &'static str,
    /// Its input.
    pub fields: &'static [Field],
}

impl Form {
    /// What has to be looked up to show it.
    fn sources(&self) -> impl Iterator<Item = Source> {
        self.fields.iter().filter_map(|field| match field.shape {
            Shape::Pick(source) | Shape::Picks(source) => Some(source),
            _ => None,
        })
    }

    /// Whether it changes what stands in a record, so that what is not sent stays.
    fn edits(&self) -> bool {
        self.mutation.starts_with("update")
    }

    /// Whether it is filled with what stands in a record.
    fn shows_what_stands(&self) -> bool {
        self.edits() || self.mutation == "setIdentityProvider"
    }
}
