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

/// A browser by its name, of all that it says of itself.
#[must_use]
pub fn browser(says: &str) -> String {
    // Most pretend to be each other; the first of these that is found is the one.
    let known = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    let name = known
        .iter()
        .find(|(mark, _)| says.contains(mark))
        .map(|(_, name)| *name);
    let systems = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let system = systems
        .iter()
        .find(|(mark, _)| says.contains(mark))
        .map(|(_, name)| *name);
    match (name, system) {
        (Some(name), Some(system)) => format!("{name}, {system}"),
        (Some(name), None) => name.to_owned(),
        _ => says.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_told_from_those_it_pretends_to_be() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(browser(edge), "Edge, Windows");
        assert_eq!(browser("curl/8.5"), "curl");
        assert_eq!(browser("Something"), "Something");
    }
}
