//! Risk analyses, their risks, and the acceptance of risks.
//!
//! Customer and suppliers work out an analysis together; it is handed in and reviewed as evidence is
//! (see [`super::submission`]). What always holds:
//! - An analysis is its owner's alone until it is shared or handed in; handing in makes the customer take
//!   part. Only the customer brings in suppliers, so that none learns of another by another.
//! - An analysis has the state of its latest submission. It and its risks change only while that is a draft
//!   or returned; an approved one is opened by a new submission, which in the end takes its place.
//! - A risk has a likelihood and an impact from 1 to 5, and a score that is their product. After
//!   treatment it has both again or neither, and scores no higher than before.
//! - A risk that stays high after treatment is lived with only by an acceptance: asked for by one
//!   person, decided by another, until a date at most a year ahead, with the risk as it then stood.
//! - An acceptance whose last day has passed has expired: the risk needs treatment or a new one.

pub mod graphql;
pub mod model;
pub mod read;
pub mod write;

pub use read::{AnalysedRisk, Analysis, AskedAcceptance};
