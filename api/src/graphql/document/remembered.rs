//! Documents that have been read, so that clients which send the same again do not have them parsed and
//! validated again.
//!
//! Only documents that passed are kept, and nothing of who sent them or with which variables. What is kept
//! is bounded in bytes; what is sent often stays, whatever else passes by.

use std::sync::Arc;

use quick_cache::{Weighter, sync::Cache};

use super::{Document, trusted::Hash};

/// How many documents are expected.
const DOCUMENTS: usize = 1_000;
/// How many bytes they may occupy together.
const BYTES: u64 = 8 << 20;
/// What a token of a document occupies at most, in all the forms in which it is kept.
const BYTES_PER_TOKEN: usize = 1_024;

/// The documents that were sent lately or often, by the SHA-256 of their text.
pub(super) struct Remembered(Cache<Hash, Arc<Document>, BySize>);

#[derive(Clone)]
struct BySize;

impl Weighter<Hash, Arc<Document>> for BySize {
    fn weight(&self, _: &Hash, document: &Arc<Document>) -> u64 {
        u64::try_from(document.size).unwrap_or(u64::MAX)
    }
}

impl Default for Remembered {
    fn default() -> Self {
        Self(Cache::with_weighter(DOCUMENTS, BYTES, BySize))
    }
}

impl Remembered {
    pub(super) fn get(&self, hash: &Hash) -> Option<Arc<Document>> {
        self.0.get(hash)
    }

    pub(super) fn keep(&self, hash: Hash, document: Arc<Document>) {
        self.0.insert(hash, document);
    }
}

/// What a document occupies, roughly, and not less.
pub(super) fn size(text: &str, tokens: usize) -> usize {
    text.len() + tokens * BYTES_PER_TOKEN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::{
        document::{Asked, Documents},
        limits::Limits,
    };

    fn documents() -> Documents {
        Documents::new("type Query { a(b: String): Int }", Limits::default()).expect("a schema")
    }

    #[test]
    fn a_document_is_read_once() {
        let documents = documents();
        let find = |text: &str| {
            let asked = Asked::Text(text.to_owned());
            documents.find(asked, false)
        };
        let first = find("{ a }").expect("a document");
        let again = find("{ a }").expect("a document");
        assert!(Arc::ptr_eq(&first, &again));
        let other = find("{ a a }").expect("a document");
        assert!(!Arc::ptr_eq(&first, &other));
    }

    #[test]
    fn refused_documents_are_not_kept() {
        let documents = documents();
        for text in ["{ b }", "{", "{ a(b: 1) }"] {
            let asked = Asked::Text(text.to_owned());
            assert!(documents.find(asked, false).is_err());
            assert!(documents.remembered.get(&Hash::of(text)).is_none());
        }
    }

    #[test]
    fn floods_do_not_grow_it_nor_drive_out_what_is_sent_often() {
        let documents = documents();
        let find = |text: String| {
            let asked = Asked::Text(text);
            documents.find(asked, false).expect("a document")
        };
        let often = find("{ a }".to_owned());
        for i in 0..500 {
            let fields: String = (0..24).map(|n| format!("a{n}: a(b: \"{i}\") ")).collect();
            find(format!("{{ {fields} }}"));
            if i % 10 == 0 {
                find("{ a }".to_owned());
            }
        }
        assert!(documents.remembered.0.weight() <= BYTES);
        assert!(Arc::ptr_eq(&often, &find("{ a }".to_owned())));
    }
}
