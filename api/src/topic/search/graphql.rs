//! Search in the schema.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use entity::{SearchKind, search_entry};
use sea_orm::ActiveEnum;

use super::{
    model::{Piece, rank, snippet, terms},
    read::{Place, Search},
};
use crate::{
    Error, Result,
    access::Scope,
    graphql::{
        loaded::{Loaded, scope},
        node::{Node, node_of},
        page::{List, Paging, can_be_kept, decode, encode, no_cursor},
    },
};

/// The longest title that is shown: a decision is called by all that it says.
const TITLE: usize = 200;

/// A record that was found.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SearchHit {
    /// What kind of record it is.
    kind: SearchKind,
    /// What it is called; of a decision, how it begins.
    title: String,
    /// The text around the first match, in pieces: those that match and those between them. It is the title's where
    /// nothing else matches.
    snippet: Vec<SnippetPart>,
    #[graphql(skip)]
    row: Loaded<search_entry::Entity>,
}

/// A piece of a text. It is plain text, not HTML: show it as such.
#[derive(SimpleObject)]
pub struct SnippetPart {
    /// The piece.
    text: String,
    /// Whether it is a form of a word that was searched for.
    matched: bool,
}

impl From<Piece> for SnippetPart {
    fn from(Piece { text, matched }: Piece) -> Self {
        Self { text, matched }
    }
}

#[ComplexObject]
impl SearchHit {
    /// The record. Null when it is no longer there for you since it was found.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        let table = self.row.kind.to_value().to_lowercase();
        node_of(ctx, &self.row, (table.as_str(), search_entry::Column::Id)).await
    }
}

/// The query that searches.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Everything that you may see and that says all of these words, in any of their Swedish forms or as the
    /// beginning of a longer word: what has more of them in its title comes first, then what was changed last.
    /// Capitals do not matter; å, ä and ö are letters of their own. There are no operators: signs separate words, and
    /// where there is no word, nothing is found. Remarks in conversations and the contents of files are not searched.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is searched for: up to 200 characters and 8 words.")] text: String,
        #[graphql(desc = "Of which kinds; of all when left out or empty.")] kind: Option<
            Vec<SearchKind>,
        >,
        #[graphql(desc = "How many, from 0 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "After which cursor; from the beginning when left out.")] after: Option<
            String,
        >,
    ) -> Result<List<SearchHit>> {
        let paging = Paging::new(first, after);
        let size = paging.size()?;
        let search = Search {
            terms: terms(&text)?,
            kinds: kind.unwrap_or_default(),
        };
        let place = paging.after().map(decode::<Place>).transpose()?;
        if place
            .as_ref()
            .is_some_and(|place| !can_be_kept(place.changed_at))
        {
            return Err(no_cursor());
        }
        let scope = scope(ctx).await?;
        let search = search.narrowed(&scope).await?;
        let rows = search.page(&scope, place, size + 1).await?;
        let edge = |row: Loaded<search_entry::Entity>| {
            let place = Place {
                rank: rank(&search.terms, &row),
                changed_at: row.changed_at,
                id: row.id,
            };
            let hit = SearchHit {
                kind: row.kind,
                title: row.title.chars().take(TITLE).collect(),
                snippet: snippet(&search.terms, &row)
                    .into_iter()
                    .map(SnippetPart::from)
                    .collect(),
                row,
            };
            Ok((encode(&place)?, hit))
        };
        let rows = Loaded::<search_entry::Entity>::together(rows);
        let edges = rows.into_iter().map(edge).collect::<Result<_>>()?;
        let counter = move |scope: Arc<Scope>| {
            let search = search.clone();
            async move {
                let count = search.count(&scope).await?;
                i64::try_from(count).map_err(Error::internal)
            }
        };
        List::of(edges, &paging, counter)
    }
}
