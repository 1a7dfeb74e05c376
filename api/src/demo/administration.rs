//! Agreements, people who come and go, and tokens that ended.

use anyhow::Result;
use chrono::Datelike;
use serde_json::{Value, json};

use super::{
    people::{BALTESPANNAR, FJALLNARA, KLIENTVERKET, TENANTS},
    world::World,
};

/// An agreement, under the name by which other stories know it.
struct Agreement {
    name: &'static str,
    it_manager: &'static str,
    supplier: &'static str,
    area: &'static str,
    reference: &'static str,
    title: &'static str,
    starts: i64,
    ends: Option<i64>,
}

/// The agreement of Älvsunda about application hosting.
pub const HOSTING: &str = "agreement hosting";
/// The agreement of Älvsunda about its networks.
pub const NETWORK: &str = "agreement network";
/// The agreement of Älvsunda about its clients.
pub const CLIENTS: &str = "agreement clients";
/// The agreement of Norrvik about application hosting.
pub const NORRVIK_HOSTING: &str = "agreement norrvik hosting";
/// An agreement of Älvsunda that has ended.
const TELEPHONY: &str = "agreement telephony";

const AGREEMENTS: &[Agreement] = &[
    Agreement {
        name: HOSTING,
        it_manager: "Anna Lindqvist",
        supplier: FJALLNARA,
        area: "APPLICATION_HOSTING",
        reference: "412",
        title: "Avtal om applikationsdrift och databaser",
        starts: -700,
        ends: Some(395),
    },
    Agreement {
        name: NETWORK,
        it_manager: "Anna Lindqvist",
        supplier: BALTESPANNAR,
        area: "NETWORK",
        reference: "118",
        title: "Avtal om nätverk, brandväggar och internetförbindelse",
        starts: -520,
        ends: None,
    },
    Agreement {
        name: CLIENTS,
        it_manager: "Anna Lindqvist",
        supplier: KLIENTVERKET,
        area: "CLIENTS",
        reference: "203",
        title: "Avtal om klienter och servicedesk",
        starts: -640,
        ends: Some(84),
    },
    Agreement {
        name: TELEPHONY,
        it_manager: "Anna Lindqvist",
        supplier: BALTESPANNAR,
        area: "NETWORK",
        reference: "077",
        title: "Avtal om telefonväxel",
        starts: -1400,
        ends: None,
    },
    Agreement {
        name: NORRVIK_HOSTING,
        it_manager: "Ulrika Dahl",
        supplier: FJALLNARA,
        area: "APPLICATION_HOSTING",
        reference: "31",
        title: "Avtal om drift av verksamhetssystem",
        starts: -480,
        ends: Some(610),
    },
];

/// Records the agreements, before anything else happens.
///
/// # Errors
/// When something is refused.
pub async fn agreements(world: &World) -> Result<()> {
    world.timeline.day(-372).await;
    for agreement in AGREEMENTS {
        let starts_on = world.timeline.date(agreement.starts);
        let number = TENANTS
            .iter()
            .find(|tenant| tenant.name == agreement.supplier)
            .map(|tenant| tenant.number);
        let input = json!({
            "supplierNumber": number,
            "supplierName": agreement.supplier,
            "serviceArea": agreement.area,
            "reference": format!("KS {}/{}", starts_on.year(), agreement.reference),
            "title": agreement.title,
            "startsOn": starts_on,
            "endsOn": agreement.ends.map(|days| world.timeline.date(days)),
        });
        let record = world
            .person(agreement.it_manager)?
            .does("createAgreement", input)
            .await?;
        world.remember(agreement.name, &record);
    }
    Ok(())
}

/// The telephone exchange moves into the agreement about the networks.
///
/// # Errors
/// When something is refused.
pub async fn an_agreement_ends(world: &World) -> Result<()> {
    world.timeline.day(-139).await;
    let ends_on = world.timeline.date(-120);
    let telephony = world.record(TELEPHONY)?;
    world
        .person("Anna Lindqvist")?
        .moves("updateAgreement", &telephony, json!({"endsOn": ends_on}))
        .await?;
    Ok(())
}

/// A security strategist works for Älvsunda for some months.
///
/// # Errors
/// When something is refused.
pub async fn somebody_comes_and_goes(world: &World) -> Result<()> {
    let administrator = world.person("Peter Wallin")?;
    world.timeline.day(-335).await;
    let input = json!({
        "name": "Gunilla Forsberg",
        "email": "gunilla.forsberg@alvsunda.example",
        "title": "Säkerhetsstrateg (konsult)",
        "roles": [{"role": "SECURITY_COORDINATOR"}],
    });
    let consultant = administrator.does("createPerson", input).await?;
    world.timeline.day(-196).await;
    administrator
        .moves(
            "updatePerson",
            &consultant,
            json!({"status": "INACTIVE", "roles": []}),
        )
        .await?;
    Ok(())
}

/// Programs come and go, too: one token has expired, one was revoked.
///
/// # Errors
/// When something is refused.
pub async fn tokens_end(world: &World) -> Result<()> {
    let administrator = world.person("Peter Wallin")?;
    world.timeline.day(-318).await;
    let token = |name: &str, expires: i64| -> Value {
        json!({
            "name": name,
            "scopes": ["ACTION_ITEM_READ", "EVIDENCE_READ"],
            "roles": [{"role": "READER"}],
            "expiresAt": world.timeline.time(expires, 0),
        })
    };
    let selection = "apiToken { id }";
    administrator
        .mutate(
            "createIntegrationToken",
            token("Verksamhetsportal, test", -45),
            selection,
        )
        .await?;
    let pilot = token("Beslutsstöd, pilot", 30);
    let made = administrator
        .mutate("createIntegrationToken", pilot, selection)
        .await?;
    world.timeline.day(-101).await;
    administrator
        .mutate(
            "revokeApiToken",
            json!({"id": made["apiToken"]["id"]}),
            "id",
        )
        .await?;
    Ok(())
}
