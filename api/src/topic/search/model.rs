//! What is typed, and what of a text it matches.

use std::ops::Range;

use entity::search_entry;
use migration::search::{Word, words};

use crate::{Result, validate::Check};

/// The longest text that is searched for.
pub const LONGEST: usize = 200;
/// The most words that are searched for at a time.
pub const MOST: usize = 8;
/// How many bytes are shown before a match, and after it, about.
const BEFORE: usize = 60;
const AFTER: usize = 180;

/// A word that is searched for: records are found by it that say it in another form, or a word that begins with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// As it is typed, in lower case.
    pub whole: String,
    /// Its stem.
    pub stem: String,
}

impl Term {
    /// Whether words are found that begin with it: with a single letter almost all would.
    #[must_use]
    pub fn begins(&self) -> bool {
        self.whole.chars().nth(1).is_some()
    }

    /// Whether a word of a text is what is searched for.
    #[must_use]
    pub fn matches(&self, word: &Word) -> bool {
        [&word.whole, &word.stem].into_iter().any(|known| {
            *known == self.stem
                || if self.begins() {
                    known.starts_with(&self.whole)
                } else {
                    *known == self.whole
                }
        })
    }
}

/// The words of what is typed, each once. None when there is no letter or digit in it.
///
/// # Errors
/// `Invalid` when it is too long or has too many words.
pub fn terms(text: &str) -> Result<Vec<Term>> {
    let mut terms: Vec<Term> = Vec::new();
    for Word { whole, stem, .. } in words(text) {
        let term = Term { whole, stem };
        if !terms.contains(&term) {
            terms.push(term);
        }
    }
    let mut check = Check::default();
    let length = text.chars().count();
    check.require(
        "text",
        length <= LONGEST,
        format!("must be at most {LONGEST} characters long, not {length}"),
    );
    check.require(
        "text",
        terms.len() <= MOST,
        format!("must have at most {MOST} words, not {}", terms.len()),
    );
    check.finish()?;
    Ok(terms)
}

/// How many of the terms stand in what a record is called: the more, the earlier it comes.
#[must_use]
pub fn rank(terms: &[Term], entry: &search_entry::Model) -> i32 {
    let title = words(&entry.title);
    let found = terms
        .iter()
        .filter(|term| title.iter().any(|word| term.matches(word)));
    i32::try_from(found.count()).unwrap_or(i32::MAX)
}

/// A piece of a text, and whether it is what was searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it matches.
    pub matched: bool,
}

/// The part of what a record says where the first match stands; of its title, if only that matches.
#[must_use]
pub fn snippet(terms: &[Term], entry: &search_entry::Model) -> Vec<Piece> {
    let body = entry.body.as_deref().unwrap_or_default();
    let (text, matches) = match matches(terms, body) {
        found if found.is_empty() => (entry.title.as_str(), matches(terms, &entry.title)),
        found => (body, found),
    };
    let first = matches.first().map_or(0, |first| first.start);
    let shown = around(text, first);
    let mut pieces = Vec::new();
    let mut push = |text: &str, matched| {
        if !text.is_empty() {
            pieces.push(Piece {
                text: text.to_owned(),
                matched,
            });
        }
    };
    if shown.start > 0 {
        push("…", false);
    }
    let mut at = shown.start;
    for found in matches {
        if found.start >= at && found.end <= shown.end {
            push(&text[at..found.start], false);
            push(&text[found.clone()], true);
            at = found.end;
        }
    }
    push(&text[at..shown.end], false);
    if shown.end < text.len() {
        push("…", false);
    }
    pieces
}

/// Where words stand that match one of the terms.
fn matches(terms: &[Term], text: &str) -> Vec<Range<usize>> {
    words(text)
        .into_iter()
        .filter(|word| terms.iter().any(|term| term.matches(word)))
        .map(|word| word.at)
        .collect()
}

/// A part of the text around a place in it, of whole words where there are some.
fn around(text: &str, place: usize) -> Range<usize> {
    let from = text.floor_char_boundary(place.saturating_sub(BEFORE));
    let to = text.ceil_char_boundary((place + AFTER).min(text.len()));
    let is_break = |letter: char| letter.is_whitespace();
    let start = match from {
        0 => 0,
        _ => text[from..place]
            .find(is_break)
            .map_or(from, |at| from + at + 1),
    };
    let end = match to == text.len() {
        true => to,
        false => text[place..to].rfind(is_break).map_or(to, |at| place + at),
    };
    // The break may be a wide one.
    text.ceil_char_boundary(start)..end.max(start)
}

#[cfg(test)]
mod tests {
    use chrono::Utc;
    use entity::{SearchKind, search_entry};
    use uuid::Uuid;

    use super::{AFTER, BEFORE, MOST, Piece, rank, snippet, terms};

    fn entry(title: &str, body: &str) -> search_entry::Model {
        search_entry::Model {
            id: Uuid::nil(),
            kind: SearchKind::Risk,
            title: title.to_owned(),
            body: Some(body.to_owned()).filter(|body| !body.is_empty()),
            changed_at: Utc::now(),
        }
    }

    fn shown(text: &str, entry: &search_entry::Model) -> String {
        let pieces = snippet(&terms(text).expect("a search"), entry);
        let marked = pieces.into_iter().map(
            |Piece { text, matched }| {
                if matched { format!("[{text}]") } else { text }
            },
        );
        marked.collect()
    }

    #[test]
    fn a_snippet_marks_every_form_of_the_word() {
        let entry = entry(
            "Risk 1",
            "Brandväggarna byts. En brandväggsregel; IT-drift.",
        );
        assert_eq!(
            shown("brandvägg", &entry),
            "[Brandväggarna] byts. En [brandväggsregel]; IT-drift."
        );
        assert_eq!(shown("risk", &entry), "[Risk] 1");
        assert_eq!(
            shown("drift it", &entry),
            "Brandväggarna byts. En brandväggsregel; [IT]-[drift]."
        );
    }

    #[test]
    fn a_long_text_is_cut_around_the_match_at_words() {
        let words = "åäö ".repeat(500);
        let text = format!("{words}säkerhet {words}");
        let cut = shown("säkerheten", &entry("x", &text));
        assert!(cut.starts_with("…åäö "), "{cut}");
        assert!(cut.contains("[säkerhet]"), "{cut}");
        assert!(cut.ends_with("åäö…"), "{cut}");
        assert!(cut.len() < BEFORE + AFTER + 30, "{}", cut.len());
        let unbroken = format!("{}-sol-{}", "å".repeat(300), "å".repeat(300));
        assert!(shown("sol", &entry("x", &unbroken)).contains("[sol]"));
        // Whitespace of several bytes at the cut.
        let wide = format!("{}\u{3000}sol", "å\u{3000}".repeat(100));
        assert!(shown("sol", &entry("x", &wide)).ends_with("[sol]"));
    }

    #[test]
    fn what_is_nothing_but_signs_searches_for_nothing() {
        for text in ["", "   ", "\"\"", "& | ! ( )", "* :* <->", "--", "%_\\"] {
            assert_eq!(terms(text).expect("a search"), [], "{text}");
        }
        assert_eq!(terms("Risk risk RISK").expect("a search").len(), 1);
        assert!(terms(&"å".repeat(201)).is_err());
        let many: Vec<_> = (0..=MOST).map(|number| number.to_string()).collect();
        assert!(terms(&many.join(" ")).is_err());
    }

    #[test]
    fn what_stands_in_the_title_comes_first() {
        let terms = terms("byte brandvägg").expect("a search");
        assert_eq!(rank(&terms, &entry("Byte av brandväggar", "")), 2);
        assert_eq!(rank(&terms, &entry("Brandväggar", "byte")), 1);
        assert_eq!(rank(&terms, &entry("x", "byte av brandväggar")), 0);
    }
}
