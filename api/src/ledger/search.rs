//! What records are found by: kept with every change, in its transaction.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{SearchKind, search_entry, search_word};
use migration::search::{BETWEEN, SEARCHED, Searched, found_by};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, Unchanged,
};
use serde_json::Value;
use uuid::Uuid;

use super::Change;
use crate::{Error, Result};

/// How many words are added by one statement.
const WORDS: usize = 1000;

/// What a record says.
#[derive(PartialEq, Eq)]
struct Says {
    title: String,
    body: Option<String>,
}

impl Says {
    fn of(table: &Searched, record: &Value) -> Self {
        let text = |column: &str| record[column].as_str().unwrap_or_default();
        let texts: Vec<_> = table.texts.iter().map(|column| text(column)).collect();
        let texts: Vec<_> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        Self {
            title: text(table.title).to_owned(),
            body: Some(texts.join(BETWEEN)).filter(|body| !body.is_empty()),
        }
    }

    fn words(&self) -> BTreeMap<String, bool> {
        found_by(&self.title, self.body.as_deref())
    }
}

/// Has a record that was added or changed be found by what it says from now on.
pub(super) async fn keep(
    tx: &impl ConnectionTrait,
    now: DateTime<Utc>,
    change: &Change,
) -> Result<()> {
    let table = SEARCHED.iter().find(|of| of.table == change.subject_type);
    let (Some(table), Some(after), true) = (table, &change.after, change.is_record) else {
        return Ok(());
    };
    let says = Says::of(table, after);
    let said = change.before.as_ref().map(|before| Says::of(table, before));
    if said.as_ref() == Some(&says) {
        return Ok(());
    }
    let kind = SearchKind::try_from_value(&table.table.to_uppercase()).map_err(Error::internal)?;
    let (mut added, known) = (says.words(), said.map(|said| said.words()));
    let entry = search_entry::Model {
        id: change.subject_id,
        kind,
        title: says.title,
        body: says.body,
        changed_at: now,
    };
    if let Some(mut gone) = known {
        let renewed = search_entry::ActiveModel {
            id: Unchanged(entry.id),
            ..entry.clone().into_active_model().reset_all()
        };
        let renewed = search_entry::Entity::update_many()
            .set(renewed)
            .filter(search_entry::Column::Id.eq(entry.id))
            .exec(tx)
            .await?;
        if renewed.rows_affected > 0 {
            // What stays is not touched.
            let stays: Vec<_> = gone
                .iter()
                .filter(|(word, in_title)| added.get(*word) == Some(in_title))
                .map(|(word, _)| word.clone())
                .collect();
            for word in &stays {
                gone.remove(word);
                added.remove(word);
            }
            let gone: Vec<_> = gone.into_keys().collect();
            for some in gone.chunks(WORDS) {
                search_word::Entity::delete_many()
                    .filter(search_word::Column::EntryId.eq(entry.id))
                    .filter(search_word::Column::Word.is_in(some.iter().cloned()))
                    .exec(tx)
                    .await?;
            }
            return add(tx, entry.id, kind, added).await;
        }
    }
    let id = entry.id;
    search_entry::Entity::insert(entry.into_active_model().reset_all())
        .exec_without_returning(tx)
        .await?;
    add(tx, id, kind, added).await
}

async fn add(
    tx: &impl ConnectionTrait,
    entry: Uuid,
    kind: SearchKind,
    words: BTreeMap<String, bool>,
) -> Result<()> {
    let rows = words
        .into_iter()
        .map(|(word, in_title)| search_word::Model {
            id: Uuid::new_v5(&entry, word.as_bytes()),
            entry_id: entry,
            kind,
            word,
            in_title,
        });
    let rows: Vec<_> = rows
        .map(|row| row.into_active_model().reset_all())
        .collect();
    for some in rows.chunks(WORDS) {
        search_word::Entity::insert_many(some.iter().cloned())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
