//! The story that Samsyn exists for, told over HTTP against the real binary: from a certificate in a
//! supplier's workspace to a verified action item and a ledger that proves it. README tells it too.

mod evidence;
mod forum;
mod integration;
mod risk;

use serde_json::{Value, json};

use crate::harness::{Client, Served};

/// The people of the story, and the records that it goes on with.
pub struct Stage {
    pub demo: Served,
    pub it_manager: Client,
    pub network_manager: Client,
    pub contributor: Client,
    pub supplier: Client,
}

impl Stage {
    fn set() -> Self {
        let demo = Served::start();
        Self {
            it_manager: demo.client("Älvsunda", "IT_MANAGER"),
            network_manager: demo.client("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK"),
            contributor: demo.client("Bältespännar", "SUPPLIER_CONTRIBUTOR"),
            supplier: demo.client("Bältespännar", "SUPPLIER_MANAGER"),
            demo,
        }
    }

    /// The id of the first record of a list.
    pub async fn first(&self, who: &Client, document: &str, place: &str) -> Value {
        let data = who.ask(document, json!({})).await;
        data.pointer(place)
            .unwrap_or_else(|| panic!("{document} has {place}: {data:#}"))
            .clone()
    }
}

#[tokio::test]
async fn from_a_draft_to_a_verified_action_item() {
    let stage = Stage::set();
    let submission = evidence::a_certificate_is_handed_in_returned_and_approved(&stage).await;
    evidence::it_is_handed_in_elsewhere_without_being_uploaded_again(&stage).await;
    evidence::a_restore_test_is_asked_for_and_answered(&stage).await;
    risk::a_high_risk_is_worked_out_and_accepted(&stage).await;
    forum::the_briefing_has_everything_in_one_query(&stage).await;
    forum::a_meeting_decides_and_an_action_item_goes_down_and_is_verified(&stage, &submission)
        .await;
    forum::an_overdue_item_is_escalated(&stage).await;
    integration::reads_all_open_items_page_by_page_and_follows_events(&stage).await;
    integration::the_ledger_is_whole_until_somebody_alters_it(stage).await;
}
