//! Recording agreements.

use chrono::NaiveDate;
use entity::{OrganisationKind, ServiceArea, agreement, organisation};
use sea_orm::ColumnTrait;

use super::model::rules;
use crate::{
    Error, Result,
    access::{
        Permit,
        action::{CreateAgreement, UpdateAgreement},
    },
    topic::organisation::model::OrganisationNumber,
    validate::Check,
};

/// A new agreement.
pub struct NewAgreement {
    /// The supplier's organisation number.
    pub supplier_number: String,
    /// The supplier's registered name, used when it is new to the exchange.
    pub supplier_name: String,
    /// The service area.
    pub service_area: ServiceArea,
    /// The customer's registry number.
    pub reference: String,
    /// What people call it.
    pub title: String,
    /// First day in force.
    pub starts_on: NaiveDate,
    /// Last day in force.
    pub ends_on: Option<NaiveDate>,
}

/// Records an agreement with a supplier, who becomes a tenant if it was none. Whether it was one is not
/// told: a customer does not learn for whom else a supplier works.
///
/// # Errors
/// `Invalid` when a field breaks a rule or the number cannot be a supplier's.
pub async fn create(
    permit: Permit<CreateAgreement>,
    new: NewAgreement,
) -> Result<agreement::Model> {
    let mut check = Check::default();
    let number = check.parse::<OrganisationNumber>("supplierNumber", &new.supplier_number);
    let number = check.finish_with(number)?;
    let supplier = supplier(&permit, number.digits(), new.supplier_name).await?;
    let now = permit.now();
    let row = agreement::Model {
        id: permit.id(),
        customer_id: permit.resource.id,
        supplier_id: supplier.id,
        service_area: new.service_area,
        reference: new.reference,
        title: new.title,
        starts_on: new.starts_on,
        ends_on: new.ends_on,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    checked(&permit, &row).await?;
    let row = permit.create::<agreement::Entity>(row, "recorded").await?;
    permit.commit().await?;
    Ok(row)
}

async fn supplier(
    permit: &Permit<CreateAgreement>,
    number: &str,
    name: String,
) -> Result<organisation::Model> {
    match permit.organisation_numbered(number).await? {
        Some(known) if known.kind == OrganisationKind::Supplier => Ok(known),
        Some(_) => Err(Error::invalid("supplierNumber", "must be a supplier's")),
        None => {
            let row = organisation::Model {
                id: permit.id(),
                number: number.to_owned(),
                name,
                kind: OrganisationKind::Supplier,
                created_at: permit.now(),
                version: 1,
            };
            let mut check = Check::default();
            check.text("supplierName", &row.name, crate::validate::TITLE);
            check.finish()?;
            permit.create::<organisation::Entity>(row, "added").await
        }
    }
}

/// Changes the reference, title or period.
///
/// # Errors
/// `Invalid` when a field breaks a rule.
pub async fn update(
    permit: Permit<UpdateAgreement>,
    fill: impl FnOnce(&mut agreement::Model),
) -> Result<agreement::Model> {
    let before = &permit.resource;
    let mut after = before.clone();
    fill(&mut after);
    checked(&permit, &after).await?;
    let row = permit
        .change::<agreement::Entity>(before, after, "updated")
        .await?;
    permit.commit().await?;
    Ok(row)
}

async fn checked(scope: &crate::access::Scope, row: &agreement::Model) -> Result<()> {
    let mut check = Check::default();
    rules(row, &mut check);
    let same = scope
        .find::<agreement::Entity>()?
        .filter(agreement::Column::CustomerId.eq(row.customer_id))
        .filter(agreement::Column::Reference.eq(&row.reference))
        .filter(agreement::Column::Id.ne(row.id))
        .one()
        .await?;
    check.require(
        "reference",
        same.is_none(),
        "is the reference of another agreement",
    );
    check.finish()
}
