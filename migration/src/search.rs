//! What can be searched for, and how a text is taken apart into the words that it is found by.
//!
//! Stands here because a step fills the index of what there is; the service keeps it up to date by the same words.
//!
//! A word is kept as it is written, in lower case, and reduced to its stem by Snowball's Swedish rules, so that
//! *brandvägg* finds *brandväggarna*. Å, ä and ö are letters of their own. The words stand in a table of their own and
//! not in PostgreSQL's full text: its operators are not leakproof, so that under row-level security it reads
//! every row of everybody before it may look into a GIN index. A comparison of texts is.

use std::{collections::BTreeMap, ops::Range};

use snowball_stemmers_rs::{Algorithm, Stemmer};

/// A table whose rows can be searched for.
#[derive(Clone, Copy, Debug)]
pub struct Searched {
    /// The table; in capitals it is the kind that its entries are of.
    pub table: &'static str,
    /// The column that says what a row is called.
    pub title: &'static str,
    /// The columns with what else it says.
    pub texts: &'static [&'static str],
    /// The column with when the row was last changed.
    pub(crate) changed: &'static str,
}

const fn searched(
    table: &'static str,
    title: &'static str,
    texts: &'static [&'static str],
) -> Searched {
    Searched {
        table,
        title,
        texts,
        changed: "updated_at",
    }
}

/// Every table whose rows can be searched for.
pub const SEARCHED: &[Searched] = &[
    searched("action_item", "title", &["description", "report", "remark"]),
    searched("agenda_item", "title", &["notes"]),
    searched("agreement", "title", &["reference"]),
    searched("decision", "text", &[]),
    searched(
        "evidence",
        "title",
        &[
            "description",
            "certification_body",
            "certificate_number",
            "standard",
            "scope",
        ],
    ),
    searched("evidence_request", "title", &["description", "remark"]),
    searched("forum", "name", &["description"]),
    searched("meeting", "title", &["place", "minutes"]),
    Searched {
        changed: "created_at",
        ..searched("organisation", "name", &["number"])
    },
    Searched {
        changed: "created_at",
        ..searched("person", "name", &["title"])
    },
    searched("risk", "title", &["description", "treatment_plan"]),
    searched("risk_analysis", "title", &["description"]),
    searched("submission", "title", &["remark"]),
];

/// What separates the texts of an entry.
pub const BETWEEN: &str = "\n\n";

/// The most characters of a word that are looked at.
pub const LONGEST: usize = 64;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where it stands, in bytes.
    pub at: Range<usize>,
    /// As it is written, in lower case.
    pub whole: String,
    /// What is left of it without its endings.
    pub stem: String,
}

/// The words of a text, in order: letters and digits that follow each other.
#[must_use]
pub fn words(text: &str) -> Vec<Word> {
    let stemmer = Stemmer::create(Algorithm::Swedish);
    let mut found = Vec::new();
    let mut whole = String::new();
    let mut length = 0;
    let mut start = 0;
    let mut end = 0;
    let mut finish = |whole: &mut String, length: &mut usize, at: Range<usize>| {
        if !whole.is_empty() {
            let whole = std::mem::take(whole);
            let stem = stemmer.stem(&whole).into_owned();
            found.push(Word { at, whole, stem });
        }
        *length = 0;
    };
    for (at, letter) in text.char_indices() {
        let next = at + letter.len_utf8();
        if letter.is_alphanumeric() {
            if whole.is_empty() {
                start = at;
            }
            for lower in letter.to_lowercase() {
                if length < LONGEST && lower.is_alphanumeric() {
                    whole.push(lower);
                    length += 1;
                }
            }
        } else if let (false, Some(composed)) = (whole.is_empty(), composed(&whole, letter)) {
            whole.pop();
            whole.push(composed);
        } else {
            finish(&mut whole, &mut length, start..end);
            continue;
        }
        end = next;
    }
    finish(&mut whole, &mut length, start..end);
    found
}

/// The letter that the last one becomes by a mark that follows it, as some keyboards and file systems write å, ä, ö and é.
fn composed(word: &str, mark: char) -> Option<char> {
    match (word.chars().next_back()?, mark) {
        ('a', '\u{30a}') => Some('å'),
        ('a', '\u{308}') => Some('ä'),
        ('o', '\u{308}') => Some('ö'),
        ('u', '\u{308}') => Some('ü'),
        ('e', '\u{301}') => Some('é'),
        _ => None,
    }
}

/// The words that an entry is found by, each with whether it stands in the title.
#[must_use]
pub fn found_by(title: &str, body: Option<&str>) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    let in_body = words(body.unwrap_or_default());
    for (words, in_title) in [(in_body, false), (words(title), true)] {
        for word in words {
            found.insert(word.stem, in_title);
            found.insert(word.whole, in_title);
        }
    }
    found.remove("");
    found
}

#[cfg(test)]
mod tests {
    use super::{found_by, words};

    fn stem(word: &str) -> String {
        words(word).remove(0).stem
    }

    /// The stem of one is the stem of the other or the other itself: Snowball takes the s off an *analys*, too.
    #[test]
    fn forms_of_a_swedish_word_share_a_word() {
        for forms in [
            ["brandvägg", "brandväggar", "brandväggarna", "Brandväggens"],
            [
                "riskanalys",
                "riskanalyser",
                "riskanalyserna",
                "RISKANALYSENS",
            ],
            ["åtgärd", "åtgärder", "åtgärderna", "Åtgärdens"],
            [
                "leverantör",
                "leverantörer",
                "leverantören",
                "Leverantörernas",
            ],
        ] {
            for (one, other) in forms.iter().flat_map(|one| forms.map(|other| (one, other))) {
                let found = found_by(other, None);
                let found = found_by(one, None)
                    .keys()
                    .any(|word| found.contains_key(word));
                assert!(found, "{one} and {other}");
            }
        }
    }

    #[test]
    fn swedish_letters_are_letters_of_their_own() {
        assert_ne!(stem("här"), stem("har"));
        assert_ne!(stem("våg"), stem("väg"));
        // Composed of a letter and a mark they are the same.
        assert_eq!(words("a\u{30a}tga\u{308}rd")[0].whole, "åtgärd");
        assert_eq!(words("A\u{30a}r 2026")[0].at, 0..4);
    }

    #[test]
    fn words_are_found_where_they_stand() {
        let text = "– IT-säkerhet (ISO/IEC 27001:2022), år 2026!";
        let found: Vec<_> = words(text)
            .into_iter()
            .map(|word| text[word.at].to_owned())
            .collect();
        assert_eq!(
            found,
            [
                "IT",
                "säkerhet",
                "ISO",
                "IEC",
                "27001",
                "2022",
                "år",
                "2026"
            ]
        );
        for nothing in [
            "",
            " ",
            "\"' OR 1=1 --".trim_start_matches("\"' OR 1=1"),
            "&|!():*<->",
        ] {
            assert_eq!(words(nothing), [], "{nothing}");
        }
        let long = "å".repeat(1000);
        assert_eq!(words(&long)[0].whole.chars().count(), super::LONGEST);
        assert_eq!(words(&long)[0].at, 0..2000);
    }

    #[test]
    fn a_word_of_the_title_counts_as_one_of_the_title() {
        let found = found_by("Brandväggar", Some("Byte av brandväggar"));
        assert!(found["brandväggar"]);
        assert!(found["brandvägg"]);
        assert!(!found["byt"]);
    }
}
