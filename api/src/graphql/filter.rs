//! The conditions that filters are made of. Each takes the field of a filter as it was given, and
//! narrows nothing where the field was left out.

use sea_orm::{
    ColumnTrait, Condition, Value,
    sea_query::{Expr, ExprTrait, Func, LikeExpr, SimpleExpr},
};

use uuid::Uuid;

use super::key::{Key, Keyed};
use crate::validate::TITLE;

/// Capital letters of Swedish names that SQLite's `lower` does not know, with their small ones.
const CAPITALS: [(&str, &str); 5] = [("Å", "å"), ("Ä", "ä"), ("Ö", "ö"), ("É", "é"), ("Ü", "ü")];

/// The column refers to this record.
pub fn is<E: Keyed>(column: impl ColumnTrait, key: Option<Key<E>>) -> Option<SimpleExpr> {
    key.map(|key| column.eq(key.id))
}

/// The column holds one of these values.
pub fn among<V: Into<Value>>(
    column: impl ColumnTrait,
    values: Option<Vec<V>>,
) -> Option<SimpleExpr> {
    values.map(|values| column.is_in(values))
}

/// The column holds this text somewhere, whatever the case of letters; the text is never a pattern.
///
/// Columns that are searched hold titles and names. What none of them can hold is not searched for: the
/// databases refuse very long patterns, and PostgreSQL a NUL in any text.
pub fn contains(column: impl ColumnTrait, text: Option<String>) -> Option<SimpleExpr> {
    let text = text?;
    if text.chars().count() > TITLE || text.contains('\0') {
        return Some(Expr::val(1).eq(0));
    }
    let escaped = text
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
        .to_lowercase();
    let small: SimpleExpr = Func::lower(Expr::col(column.as_column_ref())).into();
    let folded = CAPITALS.into_iter().fold(small, |text, (capital, small)| {
        Func::cust("replace")
            .args([text, Expr::val(capital), Expr::val(small)])
            .into()
    });
    Some(folded.like(LikeExpr::new(format!("%{escaped}%")).escape('\\')))
}

/// One of these values fits, each by a condition of its own; none fits when the list is empty.
pub fn any_of<V>(values: Option<Vec<V>>, fits: impl Fn(V) -> Condition) -> Option<Condition> {
    let none = Condition::any().add(Expr::val(1).eq(0));
    let any = |values: Vec<V>| values.into_iter().map(fits).fold(none, Condition::add);
    values.map(any)
}

/// The column refers to the person who asks, or does not. An integration has nothing of its own.
pub fn own(
    column: impl ColumnTrait,
    person: Option<Uuid>,
    wanted: Option<bool>,
) -> Option<Condition> {
    let own = match person {
        Some(person) => column.is_not_null().and(column.eq(person)),
        None => Expr::val(1).eq(0),
    };
    whether(wanted, Condition::all().add(own))
}

/// The condition holds, or does not.
#[must_use]
pub fn whether(wanted: Option<bool>, condition: Condition) -> Option<Condition> {
    wanted.map(|wanted| if wanted { condition } else { condition.not() })
}
