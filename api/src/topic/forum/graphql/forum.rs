//! Forums and their members in the schema.

use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use entity::{
    ForumLevel, MemberDuty, ServiceArea, action_item, forum, forum_membership, meeting,
    organisation, person,
};
use sea_orm::Condition;

use super::meeting::Meeting;
use crate::{
    Result,
    access::action::{AddForumMember, CreateForum, RemoveForumMember, UpdateForum},
    graphql::{
        filter::{among, contains, is},
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::DateTime,
    },
    topic::{
        action_item::graphql::{ActionItem, ActionItemFilter},
        event::graphql::{Event, history},
        forum::write::forum::{NewMember, add_member, create, remove_member, update},
        organisation::graphql::{Organisation, Person},
    },
};

/// Where a municipality and its suppliers meet. What a strategic forum decides cascades to the tactical
/// forums below it and is delegated on to the operational ones; what they cannot solve is escalated up.
/// The municipality sees its forums; a supplier sees those that it or one of its people belongs to.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Forum {
    /// Identifies the forum.
    pub id: ID,
    /// Its level.
    level: ForumLevel,
    /// What people call it.
    name: String,
    /// What it is for. Null when nobody has said.
    description: Option<String>,
    /// The service area it is about. Null when it is about all.
    service_area: Option<ServiceArea>,
    /// When it was set up.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    /// Counts its changes; pass it as `expectedVersion` when changing it.
    version: i32,
    #[graphql(skip)]
    row: Loaded<forum::Entity>,
}

impl From<Loaded<forum::Entity>> for Forum {
    fn from(row: Loaded<forum::Entity>) -> Self {
        Self {
            id: key::id::<forum::Entity>(row.id),
            level: row.level,
            name: row.name.clone(),
            description: row.description.clone(),
            service_area: row.service_area,
            created_at: DateTime(row.created_at),
            updated_at: DateTime(row.updated_at),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl Forum {
    /// The municipality that holds it.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row.required(ctx, forum::Column::CustomerId).await
    }

    /// The forum one level above, to which its action items are escalated. Null when there is none, or
    /// you do not belong to it.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Forum>> {
        self.row.one(ctx, forum::Column::ParentId).await
    }

    /// The forums one level below, by name; those that you see.
    async fn children(&self, ctx: &Context<'_>) -> Result<Vec<Forum>> {
        use forum::Column;
        self.row.all(ctx, Column::ParentId, Column::Name).await
    }

    /// Who belongs to it, in the order in which they were added.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<ForumMember>> {
        use forum_membership::Column;
        self.row.all(ctx, Column::ForumId, Column::CreatedAt).await
    }

    /// Its meetings, latest first.
    async fn meetings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Meeting>> {
        let sort = Sort::by(meeting::Column::StartsAt, OrderDirection::Desc);
        let forum = meeting::Column::ForumId;
        self.row
            .page(ctx, forum, sort, Paging::new(first, after))
            .await
    }

    /// The action items that it follows now, the most urgent first.
    async fn action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<ActionItemFilter>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<ActionItem>> {
        let wanted = filter.unwrap_or_default().condition(&*scope(ctx).await?);
        let sort = Sort::by(action_item::Column::DueOn, OrderDirection::Asc);
        let forum = action_item::Column::ForumId;
        self.row
            .page_where(ctx, forum, wanted, sort, Paging::new(first, after))
            .await
    }

    /// What happened to it, latest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Event>> {
        history(ctx, &self.row, Paging::new(first, after)).await
    }
}

/// An organisation, or one of its people, that belongs to a forum.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ForumMember {
    /// Identifies the membership.
    pub id: ID,
    /// What the member does in the forum.
    duty: MemberDuty,
    /// When it was added, and since when it belongs to the forum.
    created_at: DateTime,
    #[graphql(skip)]
    row: Loaded<forum_membership::Entity>,
}

impl From<Loaded<forum_membership::Entity>> for ForumMember {
    fn from(row: Loaded<forum_membership::Entity>) -> Self {
        Self {
            id: key::id::<forum_membership::Entity>(row.id),
            duty: row.duty,
            created_at: DateTime(row.created_at),
            row,
        }
    }
}

#[ComplexObject]
impl ForumMember {
    /// The forum.
    async fn forum(&self, ctx: &Context<'_>) -> Result<Forum> {
        self.row
            .required(ctx, forum_membership::Column::ForumId)
            .await
    }

    /// The organisation.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row
            .required(ctx, forum_membership::Column::OrganisationId)
            .await
    }

    /// The person. Null when the organisation as such is the member.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, forum_membership::Column::PersonId).await
    }

    /// What happened to the membership, latest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Event>> {
        history(ctx, &self.row, Paging::new(first, after)).await
    }
}

/// By what forums are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ForumOrderField {
    /// Its name.
    #[default]
    Name,
    /// When it was set up.
    CreatedAt,
}

/// In which order forums are listed.
#[derive(InputObject, Default)]
pub struct ForumOrder {
    /// What the list is ordered by.
    #[graphql(default)]
    field: ForumOrderField,
    /// In which direction.
    #[graphql(default)]
    direction: OrderDirection,
}

impl ForumOrder {
    fn sort(&self) -> Sort<forum::Entity> {
        let column = match self.field {
            ForumOrderField::Name => forum::Column::Name,
            ForumOrderField::CreatedAt => forum::Column::CreatedAt,
        };
        Sort::by(column, self.direction)
    }
}

/// Which forums are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct ForumFilter {
    /// Of one of these levels.
    level: Option<Vec<ForumLevel>>,
    /// About one of these service areas.
    service_area: Option<Vec<ServiceArea>>,
    /// Held by this municipality.
    customer_id: Option<Key<organisation::Entity>>,
    /// Directly below this forum.
    parent_id: Option<Key<forum::Entity>>,
    /// Whose name contains this text, whatever its case.
    name_contains: Option<String>,
}

impl ForumFilter {
    fn condition(self) -> Condition {
        use forum::Column;
        Condition::all()
            .add_option(among(Column::Level, self.level))
            .add_option(among(Column::ServiceArea, self.service_area))
            .add_option(is(Column::CustomerId, self.customer_id))
            .add_option(is(Column::ParentId, self.parent_id))
            .add_option(contains(Column::Name, self.name_contains))
    }
}

#[derive(Default)]
pub(super) struct ForumQueries;

#[Object]
impl ForumQueries {
    /// The forums of the own municipality, or those that the own organisation takes part in.
    async fn forums(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<ForumFilter>,
        #[graphql(desc = "In which order; by name when left out.")] order: Option<ForumOrder>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Forum>> {
        list(
            ctx,
            filter.unwrap_or_default().condition(),
            order.unwrap_or_default().sort(),
            Paging::new(first, after),
        )
        .await
    }
}

/// A new forum of the own municipality.
#[derive(InputObject)]
pub struct CreateForumInput {
    /// Its level; it stays as it is.
    level: ForumLevel,
    /// What people call it: up to 200 characters, unique among your forums.
    name: String,
    /// What it is for: up to 10 000 characters; nothing when left out.
    description: Option<String>,
    /// The service area it is about; leave out when it is about all. It stays as it is.
    service_area: Option<ServiceArea>,
    /// The forum one level above, about the same service area or about all; none when left out. Nothing can
    /// be escalated without one.
    parent_id: Option<Key<forum::Entity>>,
}

impl CreateForumInput {
    fn fill(self, row: &mut forum::Model) {
        row.name = self.name;
        row.description = self.description;
        row.service_area = self.service_area;
        row.parent_id = self.parent_id.map(|parent| parent.id);
    }
}

/// A change of a forum. What is left out stays; null empties what may be empty, and leaves the rest.
#[derive(InputObject)]
pub struct UpdateForumInput {
    /// Which forum.
    id: Key<forum::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// What people call it.
    name: Option<String>,
    /// What it is for.
    description: MaybeUndefined<String>,
    /// The forum one level above.
    parent_id: MaybeUndefined<Key<forum::Entity>>,
}

impl UpdateForumInput {
    fn fill(self, row: &mut forum::Model) {
        if let Some(name) = self.name {
            row.name = name;
        }
        self.description.update_to(&mut row.description);
        self.parent_id
            .map_value(|parent| parent.id)
            .update_to(&mut row.parent_id);
    }
}

/// Who shall belong to a forum.
#[derive(InputObject)]
pub struct AddForumMemberInput {
    /// Which forum.
    forum_id: Key<forum::Entity>,
    /// The own organisation, or a supplier that has an agreement with it; for a forum about one service
    /// area, an agreement in that area.
    organisation_id: Key<organisation::Entity>,
    /// One of the organisation's people; leave out to add the organisation as such. The chair and the
    /// secretary are certain people.
    person_id: Option<Key<person::Entity>>,
    /// What the member shall do. There is one chair, a person of the own organisation.
    #[graphql(default_with = "MemberDuty::Member")]
    duty: MemberDuty,
}

/// Who shall no longer belong to a forum.
#[derive(InputObject)]
pub struct RemoveForumMemberInput {
    /// Which forum.
    forum_id: Key<forum::Entity>,
    /// The version of the forum that the change is made on.
    expected_version: i32,
    /// Which of its members.
    member_id: Key<forum_membership::Entity>,
}

#[derive(Default)]
pub(super) struct ForumMutations;

#[Object]
impl ForumMutations {
    /// Sets up a forum of the own municipality. It has no members yet.
    async fn create_forum(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new forum.")] input: CreateForumInput,
    ) -> Result<Forum> {
        let permit = session(ctx)?.permit_at_home::<CreateForum>().await?;
        let row = create(permit, input.level, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }

    /// Changes a forum's name, description or place among the levels.
    async fn update_forum(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateForumInput,
    ) -> Result<Forum> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<UpdateForum>(input.id.id, expected)
            .await?;
        let row = update(permit, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }

    /// Adds an organisation or a person to a forum. A supplier sees the forum, its meetings and the action
    /// items that it follows from then on, whether the organisation as such or one of its people was added.
    async fn add_forum_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: AddForumMemberInput,
    ) -> Result<ForumMember> {
        let permit = session(ctx)?
            .permit::<AddForumMember>(input.forum_id.id, None)
            .await?;
        let new = NewMember {
            organisation_id: input.organisation_id.id,
            person_id: input.person_id.map(|person| person.id),
            duty: input.duty,
        };
        Ok(alone(add_member(permit, new).await?).into())
    }

    /// Removes a member from a forum. A supplier of whom no member is left no longer sees it; what it shall
    /// still do it goes on seeing.
    async fn remove_forum_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: RemoveForumMemberInput,
    ) -> Result<Forum> {
        let permit = session(ctx)?
            .permit::<RemoveForumMember>(input.forum_id.id, Some(input.expected_version))
            .await?;
        Ok(alone(remove_member(permit, input.member_id.id).await?).into())
    }
}
