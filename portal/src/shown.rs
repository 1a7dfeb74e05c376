//! Small pieces that pages show alike: a state, a day, a file's size.
//!
//! What always holds: what they write is safe to stand in a page, so that templates need not say so.

use std::fmt::{self, Display, Formatter};

use askama::filters::HtmlSafe;

use crate::kinds::Tone;

/// A state: its name, and a shape and colour that say how it is to be taken.
#[derive(Clone, Debug)]
pub struct Badge {
    /// How it is to be taken.
    pub tone: Tone,
    /// What it is called.
    pub label: String,
}

impl HtmlSafe for Badge {}

impl Display for Badge {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let label =
            askama::filters::escape(&self.label, askama::filters::Html).map_err(|_| fmt::Error)?;
        write!(
            f,
            r#"<span class="state {}">{label}</span>"#,
            self.tone.name()
        )
    }
}

/// A day or a moment, as people and as machines read it.
#[derive(Clone, Debug)]
pub struct Time {
    /// For machines.
    pub exact: String,
    /// For people.
    pub label: String,
}

impl HtmlSafe for Time {}

impl Display for Time {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"<time datetime="{}">{}</time>"#,
            self.exact, self.label
        )
    }
}
