//! Mutations that met others on PostgreSQL, and are carried out again.
//!
//! The database undoes one of two transactions that wait for each other or could not both have seen what they
//! did. Nothing of that one has happened then, so that it is carried out again, in the same session and after
//! a pause that grows and is not the same for two. That is done while nothing of the request was committed;
//! and not for a request with files, whose bytes have been read. Otherwise the caller is told `TRY_AGAIN`.

use super::Admit;
use crate::{
    Error, Result,
    access::{Session, Shown},
    graphql::document::Operation,
};
use async_graphql::{Request, Response, parser::types::OperationType};

/// What is needed to carry a mutation out again.
pub(super) struct Again {
    operation: Operation,
    shown: Option<Shown>,
}

impl Again {
    /// None for what changes nothing.
    pub(super) fn of(operation: &Operation, shown: Option<&Shown>) -> Option<Self> {
        (operation.kind == OperationType::Mutation).then(|| Self {
            operation: operation.clone(),
            shown: shown.cloned(),
        })
    }

    /// The request anew, in the session of the first. Its caller is let in anew.
    ///
    /// # Errors
    /// Those of [`Admit`].
    pub(super) async fn request(&self, admit: &Admit, session: Session) -> Result<Request> {
        let mut data = admit(self.shown.clone()).await?;
        data.insert(session);
        let (mut request, _) = self.operation.clone().into_request();
        request.data = data;
        Ok(request)
    }
}

/// Whether nothing came of a mutation because others were at the same.
pub(super) fn was_disturbed(response: &Response, session: &Session) -> bool {
    let mut sources = (response.errors.iter()).filter_map(|error| error.source.as_deref());
    let disturbed = sources.any(|source| {
        let ours = source.downcast_ref::<Error>();
        matches!(ours, Some(Error::Disturbed))
    });
    disturbed && !session.has_changed()
}
