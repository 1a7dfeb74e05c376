//! Setting up forums and saying who belongs to them.

use entity::{ForumLevel, MemberDuty, agreement, forum, forum_membership, organisation};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use crate::{
    Error, Result,
    access::{
        Permit, Scope,
        action::{AddForumMember, CreateForum, RemoveForumMember, UpdateForum},
    },
    topic::forum::{
        model::{membership_rules, rules},
        read::check_person,
    },
    validate::Check,
};

/// Sets up a forum of the own municipality; `fill` puts the caller's fields into the new row.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `NotFound` when there is no such forum above it.
pub async fn create(
    permit: Permit<CreateForum>,
    level: ForumLevel,
    fill: impl FnOnce(&mut forum::Model),
) -> Result<forum::Model> {
    let now = permit.now();
    let mut row = forum::Model {
        id: permit.id(),
        customer_id: permit.resource.id,
        level,
        name: String::new(),
        description: None,
        service_area: None,
        parent_id: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    fill(&mut row);
    check(&permit, &row, row.parent_id).await?;
    let row = permit.create::<forum::Entity>(row, "created").await?;
    permit.commit().await?;
    Ok(row)
}

/// Changes the name, the description or the forum above.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `NotFound` when there is no such forum above it.
pub async fn update(
    permit: Permit<UpdateForum>,
    fill: impl FnOnce(&mut forum::Model),
) -> Result<forum::Model> {
    let before = permit.resource.row.clone();
    let mut after = before.clone();
    fill(&mut after);
    // A forum above that stays need not be one that the actor sees.
    let parent = after
        .parent_id
        .filter(|_| after.parent_id != before.parent_id);
    check(&permit, &after, parent).await?;
    let row = permit
        .change::<forum::Entity>(&before, after, "updated")
        .await?;
    permit.commit().await?;
    Ok(row)
}

async fn check(scope: &Scope, row: &forum::Model, new_parent: Option<Uuid>) -> Result<()> {
    let parent = match new_parent {
        Some(id) => Some(scope.get::<forum::Entity>(id).await?),
        None => None,
    };
    let mut check = Check::default();
    rules(row, parent.as_ref(), &mut check);
    let same = scope
        .find::<forum::Entity>()?
        .filter(forum::Column::CustomerId.eq(row.customer_id))
        .filter(forum::Column::Name.eq(&row.name))
        .filter(forum::Column::Id.ne(row.id))
        .one()
        .await?;
    check.require(
        "name",
        same.is_none(),
        "is the name of another of your forums",
    );
    check.finish()
}

/// Who shall belong to a forum.
pub struct NewMember {
    /// The organisation.
    pub organisation_id: Uuid,
    /// The person; none when the organisation as such shall belong to it.
    pub person_id: Option<Uuid>,
    /// What the member shall do.
    pub duty: MemberDuty,
}

/// Adds a member. A supplier sees the forum from then on.
///
/// # Errors
/// `NotFound` when there is no such organisation or person, `Invalid` when they cannot belong to this
/// forum, `InvalidState` when they do already or there is another chair.
pub async fn add_member(
    permit: Permit<AddForumMember>,
    new: NewMember,
) -> Result<forum_membership::Model> {
    let row = forum_membership::Model {
        id: permit.id(),
        forum_id: permit.resource.row.id,
        organisation_id: new.organisation_id,
        person_id: new.person_id,
        duty: new.duty,
        created_at: permit.now(),
    };
    let forum = &permit.resource.row;
    check_member(&permit, forum, &row).await?;
    check_place(&permit.resource.members, &row)?;
    let row = permit
        .create::<forum_membership::Entity>(row, "added")
        .await?;
    permit.commit().await?;
    Ok(row)
}

async fn check_member(
    scope: &Scope,
    forum: &forum::Model,
    row: &forum_membership::Model,
) -> Result<()> {
    let organisation = scope
        .get::<organisation::Entity>(row.organisation_id)
        .await?;
    let own = organisation.id == forum.customer_id;
    let mut check = Check::default();
    check.require(
        "organisationId",
        own || supplies(scope, organisation.id, forum).await?,
        "must be your own organisation, or a supplier that has an agreement with it in the forum's service area",
    );
    check.require(
        "organisationId",
        own || row.duty != MemberDuty::Chair,
        "must be your own organisation: the chair is one of its people",
    );
    membership_rules(row, &mut check);
    check.finish()?;
    match row.person_id {
        Some(person) => check_person(scope, "personId", person, organisation.id).await,
        None => Ok(()),
    }
}

/// Whether the organisation has an agreement with the forum's customer, in the forum's area if it is
/// about one, that has not ended.
async fn supplies(scope: &Scope, supplier: Uuid, forum: &forum::Model) -> Result<bool> {
    use agreement::Column;
    let lasting = Condition::any()
        .add(Column::EndsOn.is_null())
        .add(Column::EndsOn.gte(scope.today()));
    let area = forum.service_area.map(|area| Column::ServiceArea.eq(area));
    let agreement = scope
        .find::<agreement::Entity>()?
        .filter(Column::CustomerId.eq(forum.customer_id))
        .filter(Column::SupplierId.eq(supplier))
        .filter(Condition::all().add(lasting).add_option(area))
        .one()
        .await?;
    Ok(agreement.is_some())
}

/// Refuses a second place for the same member, and a second chair.
fn check_place(members: &[forum_membership::Model], new: &forum_membership::Model) -> Result<()> {
    let holder = |row: &forum_membership::Model| (row.organisation_id, row.person_id);
    if members.iter().any(|row| holder(row) == holder(new)) {
        return Err(Error::InvalidState(
            "This member belongs to the forum already. Remove the membership first to give it another duty."
                .to_owned(),
        ));
    }
    if new.duty == MemberDuty::Chair && members.iter().any(|row| row.duty == MemberDuty::Chair) {
        return Err(Error::InvalidState(
            "The forum has a chair. Remove that member first, then add the new chair.".to_owned(),
        ));
    }
    Ok(())
}

/// Removes a member. A supplier of whom no other member is left sees the forum no longer.
///
/// # Errors
/// `NotFound` when the forum has no such member.
pub async fn remove_member(permit: Permit<RemoveForumMember>, id: Uuid) -> Result<forum::Model> {
    let forum = permit.resource.row.clone();
    let member = permit
        .resource
        .members
        .iter()
        .find(|member| member.id == id)
        .ok_or(Error::NotFound)?;
    permit
        .remove::<forum_membership::Entity>(member, "removed")
        .await?;
    permit.commit().await?;
    Ok(forum)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    const THE_MUNICIPALITY: Uuid = Uuid::from_u128(1);
    const THE_NETWORK_SUPPLIER: Uuid = Uuid::from_u128(2);
    const KARIN: Uuid = Uuid::from_u128(3);
    const OMAR: Uuid = Uuid::from_u128(4);

    fn a_member(
        organisation: Uuid,
        person: Option<Uuid>,
        duty: MemberDuty,
    ) -> forum_membership::Model {
        forum_membership::Model {
            id: Uuid::nil(),
            forum_id: Uuid::nil(),
            organisation_id: organisation,
            person_id: person,
            duty,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn nobody_belongs_twice_but_an_organisation_may_beside_its_people() {
        let supplier = a_member(THE_NETWORK_SUPPLIER, None, MemberDuty::Member);
        let karin = a_member(THE_MUNICIPALITY, Some(KARIN), MemberDuty::Member);
        let members = [supplier.clone(), karin.clone()];
        assert!(check_place(&members, &supplier).is_err());
        assert!(check_place(&members, &karin).is_err());
        let omar = a_member(THE_NETWORK_SUPPLIER, Some(OMAR), MemberDuty::Member);
        assert!(check_place(&members, &omar).is_ok());
    }

    #[test]
    fn there_is_one_chair() {
        let karin = a_member(THE_MUNICIPALITY, Some(KARIN), MemberDuty::Chair);
        let omar = a_member(THE_MUNICIPALITY, Some(OMAR), MemberDuty::Chair);
        assert!(check_place(&[], &karin).is_ok());
        let error = check_place(&[karin], &omar).expect_err("must be refused");
        assert_eq!(error.code(), "INVALID_STATE");
    }
}
