//! What stands in the templates as it is, to see that each piece of it is rendered somewhere.

use std::{collections::BTreeMap, fs, path::Path};

/// Every piece of markup between what is filled in, and the template that it stands in.
///
/// Pieces that are punctuation alone stand everywhere and tell nothing.
pub fn pieces(folder: &Path) -> BTreeMap<String, String> {
    let mut pieces = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the templates").flatten() {
        let name = entry.file_name().into_string().expect("a name");
        let source = fs::read_to_string(entry.path()).expect("a template");
        let mut rest = source.as_str();
        while !rest.is_empty() {
            let end = rest.find(['{', '}']).unwrap_or(rest.len());
            let piece = rest[..end].trim();
            if piece.contains(char::is_alphanumeric) {
                pieces.insert(piece.to_owned(), name.clone());
            }
            rest = &rest[end..];
            let close = match rest.get(..2) {
                Some("{{") => "}}",
                Some("{%") => "%}",
                Some("{#") => "#}",
                _ => break,
            };
            let after = rest.find(close).expect("a tag has an end");
            rest = &rest[after + close.len()..];
        }
        assert!(rest.is_empty(), "{name} has a brace of its own: {rest}");
    }
    pieces
}
