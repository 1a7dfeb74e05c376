//! Keeping what is one's own.

use entity::{event_mark, saved_view};
use sea_orm::ColumnTrait;

use super::model::{MOST, rules};
use crate::{
    Error, Result,
    access::{
        Permit,
        action::{MarkEventsSeen, RemoveSavedView, SaveView},
    },
    validate::Check,
};

/// What is saved.
pub struct Wanted {
    /// What the person calls it.
    pub name: String,
    /// Of which page.
    pub page: String,
    /// What is narrowed and ordered there.
    pub query: String,
}

/// Saves a view; one of the same name of the same page is replaced.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `InvalidState` when there are too many.
pub async fn save(permit: Permit<SaveView>, wanted: Wanted) -> Result<saved_view::Model> {
    use saved_view::{Column, Entity};
    let person = permit.actor().person.ok_or(Error::NotFound)?;
    let now = permit.now();
    let Wanted { name, page, query } = wanted;
    let known = permit
        .find::<Entity>()?
        .filter(Column::Page.eq(page.as_str()))
        .filter(Column::Name.eq(name.as_str()))
        .one()
        .await?;
    let row = match &known {
        Some(known) => saved_view::Model {
            query,
            ..known.clone()
        },
        None => saved_view::Model {
            id: permit.id(),
            organisation_id: permit.actor().organisation,
            person_id: person,
            name,
            page,
            query,
            created_at: now,
            updated_at: now,
            version: 1,
        },
    };
    let mut check = Check::default();
    rules(&row, &mut check);
    check.finish()?;
    let row = match known {
        Some(known) => permit.update::<Entity>(&known, row).await?,
        None => {
            if permit.find::<Entity>()?.count().await? >= MOST {
                return Err(Error::InvalidState(format!(
                    "You have saved {MOST} views. Remove one with removeSavedView first."
                )));
            }
            permit.insert::<Entity>(row).await?
        }
    };
    permit.commit().await?;
    Ok(row)
}

/// Removes a view.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn remove(permit: Permit<RemoveSavedView>) -> Result<saved_view::Model> {
    let row = permit.resource.clone();
    permit
        .clear::<saved_view::Entity>(saved_view::Column::Id.eq(row.id))
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// Notes up to where events have been seen: never further back than before, nor further than there are events.
///
/// # Errors
/// `Invalid` for a position that is none.
pub async fn mark(permit: Permit<MarkEventsSeen>, position: i64) -> Result<()> {
    let person = permit.actor().person.ok_or(Error::NotFound)?;
    let mut check = Check::default();
    check.require(
        "position",
        position >= 0,
        "must be the position of an event, or 0",
    );
    check.finish()?;
    let position = position.min(permit.last_position().await?);
    let known = permit.maybe::<event_mark::Entity>(person).await?;
    let row = event_mark::Model {
        id: person,
        organisation_id: permit.actor().organisation,
        position,
        updated_at: permit.now(),
    };
    match known {
        Some(known) if known.position >= position => {}
        Some(known) => {
            permit.update::<event_mark::Entity>(&known, row).await?;
        }
        None => {
            permit.insert::<event_mark::Entity>(row).await?;
        }
    }
    permit.commit().await
}
