//! One file a table: rows, columns and the closed sets of values they hold; no logic.
//!
//! A table added here needs its step in `migration` and its rule of visibility in the service's
//! `access`; without the latter nothing can be read of it.

pub mod access_token;
pub mod action_item;
pub mod action_item_evidence;
pub mod action_item_step;
pub mod agenda_item;
pub mod agreement;
pub mod api_token;
pub mod comment;
pub mod decision;
pub mod email_domain;
pub mod event;
pub mod event_audience;
pub mod event_mark;
pub mod evidence;
pub mod evidence_file;
pub mod evidence_request;
pub mod forum;
pub mod forum_membership;
pub mod idempotency_key;
pub mod identity_provider;
pub mod ledger_seal;
pub mod linked_identity;
pub mod meeting;
pub mod organisation;
pub mod person;
pub mod resumable_upload;
pub mod risk;
pub mod risk_acceptance;
pub mod risk_analysis;
pub mod risk_analysis_participant;
pub mod role_assignment;
pub mod saved_view;
pub mod search_entry;
pub mod search_word;
pub mod session;
pub mod submission;
pub mod submission_file;
pub mod submission_round;
pub mod support_grant;
pub mod upload;
pub mod upload_part;
pub mod values;

pub use values::*;
