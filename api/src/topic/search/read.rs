//! Finding records by words.

use chrono::{DateTime, Utc};
use entity::{SearchKind, search_entry, search_word};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{CaseStatement, Expr, ExprTrait, SelectStatement, SimpleExpr},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::Term;
use crate::{
    Result,
    access::{Found, Scope},
};

/// After every letter that a word can go on with.
const LAST: char = char::MAX;

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Search {
    /// Words that a record must all say.
    pub terms: Vec<Term>,
    /// Of which kinds; of all when empty and not narrowed yet.
    pub kinds: Vec<SearchKind>,
}

/// The place of an entry among what is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// How many terms stand in its title.
    pub rank: i32,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// Which entry.
    pub id: Uuid,
}

impl Search {
    /// The same, of those kinds alone of which there is anything with the longest word.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn narrowed(mut self, scope: &Scope) -> Result<Self> {
        let kinds = match self.rarest() {
            None => vec![],
            Some(term) => scope.kinds_with(says(term)).await?,
        };
        if self.kinds.is_empty() {
            self.kinds = kinds;
        } else {
            self.kinds.retain(|kind| kinds.contains(kind));
            self.kinds.sort_unstable();
            self.kinds.dedup();
        }
        Ok(self)
    }

    /// Whether it is known that nothing is found.
    #[must_use]
    pub fn is_vain(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The longest term, which most likely the fewest say.
    fn rarest(&self) -> Option<&Term> {
        self.terms.iter().max_by_key(|term| term.whole.len())
    }

    /// What says all of the terms.
    fn found<'s>(&self, scope: &'s Scope) -> Found<'s, search_entry::Entity> {
        let Some(rarest) = self.rarest() else {
            unreachable!("what says nothing is vain");
        };
        let found = scope.entries(&self.kinds, &said(rarest, false));
        self.terms.iter().fold(found, |found, term| {
            let id = search_entry::Column::Id;
            found.filter(Condition::all().add(id.in_subquery(said(term, false))))
        })
    }

    /// How many terms stand in the title.
    fn rank(&self) -> SimpleExpr {
        let counts = self.terms.iter().map(|term| {
            let in_title = search_entry::Column::Id.in_subquery(said(term, true));
            SimpleExpr::Case(Box::new(CaseStatement::new().case(in_title, 1).finally(0)))
        });
        counts.reduce(ExprTrait::add).unwrap_or(Expr::val(0))
    }

    /// A page of what is found: what says more of the terms in its title comes first, then what was changed last.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn page(
        &self,
        scope: &Scope,
        after: Option<Place>,
        most: u64,
    ) -> Result<Vec<search_entry::Model>> {
        use search_entry::Column;
        if self.is_vain() {
            return Ok(vec![]);
        }
        let mut found = self.found(scope);
        let (changed_at, id) = (
            Expr::col(Column::ChangedAt.as_column_ref()),
            Expr::col(Column::Id.as_column_ref()),
        );
        if let Some(place) = after {
            let row = Expr::tuple([self.rank(), changed_at.clone(), id.clone()]);
            let seen = [
                Expr::val(place.rank),
                Expr::val(place.changed_at),
                Expr::val(place.id),
            ];
            found = found.filter(Condition::all().add(row.lt(Expr::tuple(seen))));
        }
        found
            .order(self.rank(), Order::Desc)
            .order(changed_at, Order::Desc)
            .order(id, Order::Desc)
            .limit(most)
            .all()
            .await
    }

    /// How many records are found.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn count(&self, scope: &Scope) -> Result<u64> {
        if self.is_vain() {
            return Ok(0);
        }
        self.found(scope).count().await
    }
}

/// The entries that say it, whoever sees them: what is found among them is filtered by who may.
fn said(term: &Term, in_title: bool) -> SelectStatement {
    use search_word::{Column, Entity};
    let mut found = Entity::find()
        .select_only()
        .column(Column::EntryId)
        .filter(says(term));
    if in_title {
        found = found.filter(Column::InTitle.eq(true));
    }
    found.into_query()
}

/// The words that match a term.
fn says(term: &Term) -> SimpleExpr {
    use search_word::Column;
    let stem = Column::Word.eq(term.stem.as_str());
    stem.or(match term.begins() {
        true => {
            let from = Column::Word.gte(term.whole.as_str());
            from.and(Column::Word.lt(format!("{}{LAST}", term.whole)))
        }
        false => Column::Word.eq(term.whole.as_str()),
    })
}
