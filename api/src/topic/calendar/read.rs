//! What stands in a person's calendar.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use entity::{
    AcceptanceState, EvidenceRequestState, OrganisationKind, ReviewState, action_item, agreement,
    api_token, evidence, evidence_request, forum, meeting, organisation, risk, risk_acceptance,
    submission,
};
use portal::calendar::{Entry, Kind, When};
use sea_orm::{
    ColumnTrait, Condition, Order, Value,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{
    Error, Result,
    access::{Actor, Scope, visible::Visible},
    clock,
    graphql::key::{self, Keyed},
};

/// How many days back a calendar goes, for what has just been missed.
const BACK: Days = Days::new(90);
/// How many days it looks ahead.
const AHEAD: Days = Days::new(400);
/// The most entries of a kind that are to come, and of those that have passed: the next ones, and the last ones.
const MOST: u64 = 500;

/// What stands in the calendar of the person whose scope it is. What roles or scopes do not let them read is left out.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn entries(scope: &Scope) -> Result<Vec<Entry>> {
    let shown = Shown::of(scope).await?;
    let mut entries = shown.meetings().await?;
    entries.extend(shown.action_items().await?);
    entries.extend(shown.requests().await?);
    entries.extend(shown.evidence().await?);
    entries.extend(shown.acceptances().await?);
    entries.extend(shown.agreements().await?);
    entries.extend(shown.feed());
    Ok(entries)
}

/// What a calendar is made from.
struct Shown<'s> {
    scope: &'s Scope,
    organisations: HashMap<Uuid, String>,
    forums: HashMap<Uuid, String>,
}

impl<'s> Shown<'s> {
    async fn of(scope: &'s Scope) -> Result<Self> {
        let organisations = scope.find::<organisation::Entity>()?.all().await?;
        let forums = scope.find::<forum::Entity>()?.all().await?;
        Ok(Self {
            scope,
            organisations: organisations
                .into_iter()
                .map(|row| (row.id, row.name))
                .collect(),
            forums: forums.into_iter().map(|row| (row.id, row.name)).collect(),
        })
    }

    fn actor(&self) -> &Actor {
        self.scope.actor()
    }

    /// The rows of the days that are shown, by the column that dates them.
    async fn dated<E: Visible>(&self, by: E::Column, only: Condition) -> Result<Vec<E::Model>> {
        self.rows::<E, _>(by, only, |day| day).await
    }

    /// Rows by the column that dates them, in which a day begins as `begins` says: those to come, and what has just been
    /// missed, each from today on. None where the actor may not read of them.
    async fn rows<E: Visible, T: Into<Value>>(
        &self,
        by: E::Column,
        only: Condition,
        begins: impl Fn(NaiveDate) -> T,
    ) -> Result<Vec<E::Model>> {
        let today = self.scope.today();
        let ahead = by.gte(begins(today)).and(by.lt(begins(today + AHEAD)));
        let back = by.gte(begins(today - BACK)).and(by.lt(begins(today)));
        let mut rows = vec![];
        for (when, order) in [(ahead, Order::Asc), (back, Order::Desc)] {
            let found = match self.scope.find::<E>() {
                Err(Error::Forbidden(_)) => return Ok(vec![]),
                found => found?,
            };
            let found = found.filter(only.clone()).filter(when);
            let by = Expr::col(by.as_column_ref());
            rows.extend(found.order(by, order).limit(MOST).all().await?);
        }
        Ok(rows)
    }

    /// The party of an agreement that is not the person's own organisation.
    fn other(&self, customer: Uuid, supplier: Uuid) -> Option<String> {
        let other = match customer == self.actor().organisation {
            true => supplier,
            false => customer,
        };
        self.organisations.get(&other).cloned()
    }

    async fn meetings(&self) -> Result<Vec<Entry>> {
        use meeting::{Column, Entity};
        let moment = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        let rows = self
            .rows::<Entity, _>(Column::StartsAt, Condition::all(), moment)
            .await?;
        Ok(rows.into_iter().map(|row| self.meeting(row)).collect())
    }

    fn meeting(&self, row: meeting::Model) -> Entry {
        let id = key::id::<meeting::Entity>(row.id).0;
        Entry {
            kind: Kind::Meeting,
            page: id.clone(),
            id,
            title: row.title,
            with: self.forums.get(&row.forum_id).cloned(),
            when: When::Time(row.starts_at, row.ends_at),
            place: row.place,
            changed_at: row.updated_at,
            version: row.version,
        }
    }

    /// What is open, and the person's to do, or somebody's of the organisation who is not named.
    async fn action_items(&self) -> Result<Vec<Entry>> {
        use action_item::{Column, Entity};
        let somebody = Condition::all()
            .add(Column::AssigneeOrganisationId.eq(self.actor().organisation))
            .add(Column::AssigneeId.is_null());
        let mine = Condition::any()
            .add(Column::AssigneeId.eq(self.actor().person))
            .add(somebody);
        let open = Condition::all().add(Column::ClosedAt.is_null()).add(mine);
        let rows = self.dated::<Entity>(Column::DueOn, open).await?;
        let entries = rows.into_iter().map(|row| Entry {
            with: self.forums.get(&row.forum_id).cloned(),
            ..due::<Entity>(
                Kind::ActionItem,
                row.id,
                row.title,
                row.due_on,
                (row.updated_at, row.version),
            )
        });
        Ok(entries.collect())
    }

    /// What a supplier is asked for and has not handed in.
    async fn requests(&self) -> Result<Vec<Entry>> {
        use evidence_request::{Column, Entity};
        let open = Condition::all().add(Column::State.eq(EvidenceRequestState::Open));
        let rows = self.dated::<Entity>(Column::DueOn, open).await?;
        let entries = rows.into_iter().map(|row| Entry {
            with: self.other(row.customer_id, row.supplier_id),
            ..due::<Entity>(
                Kind::EvidenceRequest,
                row.id,
                row.title,
                row.due_on,
                (row.updated_at, row.version),
            )
        });
        Ok(entries.collect())
    }

    /// What a supplier has to renew, and what a customer has approved that runs out.
    async fn evidence(&self) -> Result<Vec<Entry>> {
        match self.actor().kind {
            OrganisationKind::Supplier => self.own_evidence().await,
            OrganisationKind::Municipality => self.approved_evidence().await,
        }
    }

    async fn own_evidence(&self) -> Result<Vec<Entry>> {
        use evidence::{Column, Entity};
        let kept = Condition::all().add(Column::ArchivedAt.is_null());
        let rows = self.dated::<Entity>(Column::ValidUntil, kept).await?;
        let entries = rows.into_iter().filter_map(|row| {
            let last = row.valid_until?;
            let changed = (row.updated_at, row.version);
            Some(due::<Entity>(
                Kind::EvidenceEnds,
                row.id,
                row.title,
                last,
                changed,
            ))
        });
        Ok(entries.collect())
    }

    async fn approved_evidence(&self) -> Result<Vec<Entry>> {
        use submission::{Column, Entity};
        let approved = Condition::all()
            .add(Column::State.eq(ReviewState::Approved))
            .add(Column::EvidenceId.is_not_null());
        let rows = self.dated::<Entity>(Column::ValidUntil, approved).await?;
        let entries = rows.into_iter().filter_map(|row| {
            let last = row.valid_until?;
            let changed = (row.updated_at, row.version);
            Some(Entry {
                with: self.organisations.get(&row.supplier_id).cloned(),
                ..due::<Entity>(Kind::EvidenceEnds, row.id, row.title, last, changed)
            })
        });
        Ok(entries.collect())
    }

    /// The last acceptance of each open risk.
    async fn acceptances(&self) -> Result<Vec<Entry>> {
        use risk_acceptance::{Column, Entity};
        let accepted = Condition::all().add(Column::State.eq(AcceptanceState::Accepted));
        let rows = self
            .dated::<Entity>(Column::AcceptedUntil, accepted)
            .await?;
        let mut last: HashMap<Uuid, risk_acceptance::Model> = HashMap::new();
        for row in rows {
            let known = last.get(&row.risk_id);
            if known.is_none_or(|known| known.accepted_until < row.accepted_until) {
                last.insert(row.risk_id, row);
            }
        }
        if last.is_empty() {
            return Ok(vec![]);
        }
        let risks = self
            .scope
            .find::<risk::Entity>()?
            .filter(risk::Column::Id.is_in(last.keys().copied()))
            .filter(risk::Column::ClosedAt.is_null())
            .order(Expr::col(risk::Column::Id.as_column_ref()), Order::Asc)
            .all()
            .await?;
        let entries = risks.into_iter().filter_map(|risk| {
            let row = last.get(&risk.id)?;
            let changed = (row.decided_at.unwrap_or(row.requested_at), row.version);
            let ends = row.accepted_until?;
            Some(Entry {
                page: key::id::<risk::Entity>(risk.id).0,
                ..due::<Entity>(Kind::AcceptanceEnds, row.id, risk.title, ends, changed)
            })
        });
        Ok(entries.collect())
    }

    async fn agreements(&self) -> Result<Vec<Entry>> {
        use agreement::{Column, Entity};
        let rows = self
            .dated::<Entity>(Column::EndsOn, Condition::all())
            .await?;
        let entries = rows.into_iter().filter_map(|row| {
            let ends = row.ends_on?;
            let changed = (row.updated_at, row.version);
            Some(Entry {
                with: self.other(row.customer_id, row.supplier_id),
                ..due::<Entity>(Kind::AgreementEnds, row.id, row.title, ends, changed)
            })
        });
        Ok(entries.collect())
    }

    /// That the address itself stops working, or it would only grow silent.
    fn feed(&self) -> Option<Entry> {
        let (token, ends) = (self.actor().token()?, self.actor().expires_at()?);
        let (untitled, changed) = (String::new(), (self.scope.now(), 1));
        let day = clock::day(ends);
        Some(due::<api_token::Entity>(
            Kind::FeedEnds,
            token,
            untitled,
            day,
            changed,
        ))
    }
}

/// An entry of a day, read on at the record's own page.
fn due<E: Keyed>(
    kind: Kind,
    id: Uuid,
    title: String,
    day: NaiveDate,
    (changed_at, version): (DateTime<Utc>, i32),
) -> Entry {
    let id = key::id::<E>(id).0;
    Entry {
        kind,
        page: id.clone(),
        id,
        title,
        with: None,
        when: When::Day(day),
        place: None,
        changed_at,
        version,
    }
}
