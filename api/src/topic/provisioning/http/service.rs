//! What the routes of a directory do, as the actor that its token stands for.

use std::{collections::BTreeMap, sync::Arc};

use entity::{OrganisationKind, person, role_assignment};
use http::{HeaderMap, StatusCode};
use sea_orm::{ColumnTrait, Condition, Order, sea_query::Expr};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Service,
    answer::{Answer, Answered, Refusal},
    asked::{Asked, Filter, no_filter, user_id},
};
use crate::{
    Error,
    access::{Actor, Grant, Permit, Scope, Shown, action::ProvisionPerson},
    graphql::transport::{
        budget::{Budget, Holder},
        shown,
    },
    topic::provisioning::{
        group::{Members, groups_of, with_id},
        resource::{self, list},
        write::{held, set_role},
    },
};

/// How many requests of a directory are carried out in a minute. Entra ID sends up to 25 in a second when it begins.
const REQUESTS: u64 = 1800;

impl Service {
    /// The people whom the filter looks for.
    pub(super) async fn users(&self, headers: &HeaderMap, asked: &Asked) -> Answered {
        let scope = self.scope(headers).await?;
        let looked_for = match asked.filter()? {
            Some(filter) => filter.of_people().ok_or_else(no_filter)?,
            None => Condition::all(),
        };
        let (shown, total) = self.page_of_people(&scope, looked_for, asked).await?;
        Ok(Answer(StatusCode::OK, list(&shown, total, asked.start())))
    }

    /// The groups that the filter looks for.
    pub(super) async fn groups(&self, headers: &HeaderMap, asked: &Asked) -> Answered {
        let scope = self.scope(headers).await?;
        let kind = scope.actor().kind;
        let found = groups_found(kind, asked.filter()?.as_ref()).ok_or_else(no_filter)?;
        let total = found.len() as u64;
        let before = asked.start() - 1;
        let shown = self
            .page_of_groups(&scope, &found, before, asked.count(), asked)
            .await?;
        Ok(Answer(StatusCode::OK, list(&shown, total, asked.start())))
    }

    /// Whatever the filter looks for: people, and after them groups (RFC 7644, section 3.4.2.1). What has no such
    /// attribute is not looked for.
    pub(super) async fn everything(&self, headers: &HeaderMap, asked: &Asked) -> Answered {
        let scope = self.scope(headers).await?;
        let filter = asked.filter()?;
        let people = match &filter {
            Some(filter) => filter.of_people(),
            None => Some(Condition::all()),
        };
        let groups = groups_found(scope.actor().kind, filter.as_ref());
        if people.is_none() && groups.is_none() {
            return Err(no_filter());
        }
        let (mut shown, of_people) = match people {
            Some(people) => self.page_of_people(&scope, people, asked).await?,
            None => (vec![], 0),
        };
        let groups = groups.unwrap_or_default();
        let before = (asked.start() - 1).saturating_sub(of_people);
        let room = asked.count().saturating_sub(shown.len() as u64);
        shown.extend(
            self.page_of_groups(&scope, &groups, before, room, asked)
                .await?,
        );
        let total = of_people + groups.len() as u64;
        Ok(Answer(StatusCode::OK, list(&shown, total, asked.start())))
    }

    /// A page of the people whom this is true of, and how many there are.
    async fn page_of_people(
        &self,
        scope: &Scope,
        looked_for: Condition,
        asked: &Asked,
    ) -> Result<(Vec<Value>, u64), Refusal> {
        let condition = people_of(scope.actor()).add(looked_for);
        let found = || Ok::<_, Refusal>(scope.find::<person::Entity>()?.filter(condition.clone()));
        let total = found()?.count().await?;
        let rows = found()?
            .order(Expr::col(person::Column::Id.as_column_ref()), Order::Asc)
            .skip((asked.start() - 1).min(total))
            .limit(asked.count())
            .all()
            .await?;
        let roles = roles_of(scope, &rows).await?;
        let shown = rows.iter().map(|row| {
            let own = roles.get(&row.id).map_or(&[][..], Vec::as_slice);
            asked.narrow(resource::user(&self.base, row, own))
        });
        Ok((shown.collect(), total))
    }

    async fn page_of_groups(
        &self,
        scope: &Scope,
        found: &[Grant],
        before: u64,
        most: u64,
        asked: &Asked,
    ) -> Result<Vec<Value>, Refusal> {
        let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let mut shown = vec![];
        for grant in found.iter().skip(whole(before)).take(whole(most)) {
            shown.push(asked.narrow(self.group(scope, *grant).await?));
        }
        Ok(shown)
    }

    async fn scope(&self, headers: &HeaderMap) -> Result<Scope, Refusal> {
        let actor = self.actor(headers).await?;
        Ok(self.door.scope(&actor).await?)
    }

    /// The directory that calls, by a token that is for this and nothing else.
    pub(super) async fn actor(&self, headers: &HeaderMap) -> Result<Arc<Actor>, Refusal> {
        match shown(headers)? {
            Some(Shown::Token(secret)) => {
                let actor = self.door.authenticate_provisioning(&secret).await?;
                self.counted(&actor).await?;
                Ok(actor)
            }
            _ => Err(Refusal::new(
                StatusCode::UNAUTHORIZED,
                None,
                "Send a provisioning token as `Authorization: Bearer TOKEN`.",
            )),
        }
    }

    /// Counts a request of the directory's.
    async fn counted(&self, actor: &Actor) -> crate::Result<()> {
        let budgets = actor
            .token()
            .map(|token| Budget::new(Holder::Token(token), REQUESTS));
        let spent = self.budgets.spend(budgets.into_iter().collect(), 1).await?;
        match spent.wait {
            None => Ok(()),
            Some(wait) => Err(Error::RateLimited {
                problem: format!("A directory sends at most {REQUESTS} requests in a minute."),
                retry_after: wait.as_secs() + 1,
            }),
        }
    }

    pub(super) async fn permit(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
    ) -> Result<Permit<ProvisionPerson>, Refusal> {
        Ok(self.door.permit(actor, id, None).await?)
    }

    /// The id of one of the organisation's own people whom the directory has not deleted.
    pub(super) async fn own(&self, actor: &Arc<Actor>, id: &str) -> Result<Uuid, Refusal> {
        let id = user_id(id)?;
        let scope = self.door.scope(actor).await?;
        self.person(&scope, id).await.map(|row| row.id)
    }

    async fn person(&self, scope: &Scope, id: Uuid) -> Result<person::Model, Refusal> {
        let found = scope
            .find::<person::Entity>()?
            .filter(people_of(scope.actor()).add(person::Column::Id.eq(id)))
            .one()
            .await?;
        found.ok_or_else(Refusal::not_found)
    }

    /// Whoever has this address and was deleted by the directory.
    pub(super) async fn withdrawn(
        &self,
        actor: &Arc<Actor>,
        email: Option<&str>,
    ) -> Result<Option<Uuid>, Refusal> {
        let email = email.unwrap_or_default().to_lowercase();
        let scope = self.door.scope(actor).await?;
        let found = scope
            .find::<person::Entity>()?
            .filter(person::Column::OrganisationId.eq(actor.organisation))
            .filter(person::Column::WithdrawnAt.is_not_null())
            .filter(person::Column::Email.eq(email))
            .one()
            .await?;
        Ok(found.map(|row| row.id))
    }

    pub(super) async fn show(&self, actor: &Arc<Actor>, id: Uuid, status: StatusCode) -> Answered {
        let scope = self.door.scope(actor).await?;
        let row = self.person(&scope, id).await?;
        let roles = held(&scope, &row).await?;
        let roles: Vec<Grant> = roles
            .into_iter()
            .filter(|grant| groups_of(actor.kind).contains(grant))
            .collect();
        Ok(Answer(status, resource::user(&self.base, &row, &roles)))
    }

    pub(super) async fn group(&self, scope: &Scope, grant: Grant) -> Result<Value, Refusal> {
        let rows = self.members(scope, grant).await?;
        let members: Vec<&person::Model> = rows.iter().collect();
        Ok(resource::group(&self.base, grant, &members))
    }

    async fn members(&self, scope: &Scope, grant: Grant) -> Result<Vec<person::Model>, Refusal> {
        use role_assignment::Column;
        let mut holders = scope
            .find::<role_assignment::Entity>()?
            .filter(Column::Role.eq(grant.role));
        if let Some(area) = grant.area {
            holders = holders.filter(Column::ServiceArea.eq(area));
        }
        let people = people_of(scope.actor())
            .add(person::Column::Id.in_subquery(holders.column(Column::PersonId)));
        let rows = scope
            .find::<person::Entity>()?
            .filter(people)
            .order(Expr::col(person::Column::Id.as_column_ref()), Order::Asc)
            .all()
            .await?;
        Ok(rows)
    }

    /// Gives and takes a role, person by person: what has been done when one fails, is done.
    pub(super) async fn regroup(
        &self,
        headers: &HeaderMap,
        id: &str,
        members: Members,
    ) -> Answered {
        let actor = self.actor(headers).await?;
        let grant = with_id(actor.kind, id).ok_or_else(Refusal::not_found)?;
        let mut left = vec![];
        let mut joined = vec![];
        for id in &members.left {
            left.push(self.own(&actor, id).await?);
        }
        for id in members.only.iter().flatten().chain(&members.joined) {
            joined.push(self.own(&actor, id).await?);
        }
        if members.only.is_some() {
            let scope = self.door.scope(&actor).await?;
            let now = self.members(&scope, grant).await?;
            let gone = now
                .iter()
                .map(|row| row.id)
                .filter(|id| !joined.contains(id));
            left.extend(gone);
        }
        for id in left {
            set_role(self.permit(&actor, id).await?, grant, false).await?;
        }
        for id in joined {
            set_role(self.permit(&actor, id).await?, grant, true).await?;
        }
        let scope = self.door.scope(&actor).await?;
        Ok(Answer(StatusCode::OK, self.group(&scope, grant).await?))
    }
}

/// The organisation's own people, without those whom its directory has deleted.
fn people_of(actor: &Actor) -> Condition {
    Condition::all()
        .add(person::Column::OrganisationId.eq(actor.organisation))
        .add(person::Column::WithdrawnAt.is_null())
}

/// The roles of these people that a directory has a say in.
async fn roles_of(
    scope: &Scope,
    people: &[person::Model],
) -> Result<BTreeMap<Uuid, Vec<Grant>>, Refusal> {
    let rows = scope
        .find::<role_assignment::Entity>()?
        .filter(role_assignment::Column::PersonId.is_in(people.iter().map(|row| row.id)))
        .all()
        .await?;
    let groups = groups_of(scope.actor().kind);
    let mut roles: BTreeMap<Uuid, Vec<Grant>> = BTreeMap::new();
    for row in rows {
        let grant = Grant {
            role: row.role,
            area: row.service_area,
        };
        if groups.contains(&grant) {
            roles.entry(row.person_id).or_default().push(grant);
        }
    }
    Ok(roles)
}

/// The groups that a filter looks for; nothing, if groups have no such attribute.
fn groups_found(kind: OrganisationKind, filter: Option<&Filter>) -> Option<Vec<Grant>> {
    let all = groups_of(kind);
    match filter {
        None => Some(all),
        Some(filter) => {
            let wanted = |grant: Grant| Some(filter.of_group(grant)?.then_some(grant));
            let found: Option<Vec<_>> = all.into_iter().map(wanted).collect();
            Some(found?.into_iter().flatten().collect())
        }
    }
}
