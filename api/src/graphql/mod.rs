//! GraphQL: how documents come in over HTTP and WebSocket, what is refused, what is answered, and the
//! pieces that the topics' objects are made of.
//!
//! Transport: `http` and `ws` take a request, [`guard`] refuses it or lets it pass, the schema executes
//! it, [`respond`] words the answer. Pieces: [`key`] (ids), [`loaded`] (rows that know their siblings),
//! [`page`] (connections), [`node`] (any record by id), [`links`] (addresses outside GraphQL).

mod accept;
pub mod explorer;
pub mod guard;
pub mod http;
mod idempotency;
pub mod key;
mod lexer;
pub mod links;
pub mod loaded;
pub mod node;
mod outline;
pub mod page;
pub mod respond;
pub mod schema;
#[cfg(test)]
mod testing;
pub mod transport;
mod weigh;
mod ws;

pub use links::Links;

use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Func, LikeExpr, SimpleExpr},
};

/// Capital letters of Swedish names that SQLite's `lower` does not know, with their small ones.
const CAPITALS: [(&str, &str); 5] = [("Å", "å"), ("Ä", "ä"), ("Ö", "ö"), ("É", "é"), ("Ü", "ü")];

/// The condition that a text column contains `text`, whatever the case of letters; the text is never a
/// pattern.
pub fn contains(column: impl ColumnTrait, text: &str) -> SimpleExpr {
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
    folded.like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

/// The condition, or its opposite.
#[must_use]
pub fn whether(wanted: bool, condition: Condition) -> Condition {
    if wanted { condition } else { condition.not() }
}
