//! The closed sets of values that columns hold and the API speaks: one definition for both, so that
//! the database, the code and the schema cannot drift apart. The strings are the stored values.

use async_graphql::Enum;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What an organisation is in the exchange.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrganisationKind {
    /// A municipality: the customer of agreements.
    Municipality,
    /// A supplier that runs part of a municipality's IT.
    Supplier,
}

/// Whether a person may act.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PersonStatus {
    /// May act according to the roles held.
    Active,
    /// May no longer act; what the person did is kept.
    Inactive,
}

/// How the secret of an API token is used.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TokenUsage {
    /// It is sent with each request, as a bearer token.
    Bearer,
    /// It is that of the organisation's own directory, which keeps people and roles up to date by SCIM at `/scim/v2`.
    Provisioning,
    /// It stands in the address of a person's calendar of meetings and due dates, and opens nothing else.
    Calendar,
    /// It is a machine client's, which exchanges it at `/oauth/token` for access tokens that work for minutes.
    ClientCredentials,
}

/// What a person may do on behalf of the organisation. The first six are a municipality's, the next three a supplier's; ADMINISTRATOR exists in both.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// IT-chef: holds the strategic forums, accepts risks, decides for every service area.
    ItManager,
    /// Informationssäkerhetssamordnare: reviews submissions and runs forums for every service area.
    SecurityCoordinator,
    /// IT-säkerhetsansvarig: reviews submissions and runs forums for every service area.
    ItSecurityOfficer,
    /// Tjänsteområdesansvarig: sees and decides for the own service areas only.
    ServiceAreaManager,
    /// Board member or auditor: reads everything that is not internal to administration, changes nothing.
    Reader,
    /// Hands in for the supplier, risk analyses too, and asks for acceptance of risks.
    SupplierManager,
    /// Drafts, uploads and hands in evidence, answers requests, reports action items done.
    SupplierContributor,
    /// Reads what the supplier sees, changes nothing.
    SupplierReader,
    /// Manages the organisation's people and API tokens; sees none of the exchange by that role alone.
    Administrator,
}

/// What an agreement is about.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceArea {
    /// Applikationsdrift: servers, databases and applications.
    ApplicationHosting,
    /// Nätverk: local and wide area networks, firewalls.
    Network,
    /// Klienter: computers, phones and their management.
    Clients,
}

/// What a piece of evidence is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EvidenceKind {
    /// A certificate issued by a certification body.
    Certificate,
    /// The report of an external or internal audit.
    AuditReport,
    /// Which controls apply, and why (ISO/IEC 27001, 6.1.3 d).
    StatementOfApplicability,
    /// The report of a penetration test or vulnerability scan.
    PenetrationTest,
    /// The record of a restore test from backup.
    RestoreTest,
    /// A policy, routine or other governing document.
    Policy,
    /// Anything else that supports a requirement.
    Other,
}

/// Where something handed in stands: DRAFT → SUBMITTED → APPROVED or RETURNED; RETURNED → SUBMITTED; APPROVED → SUPERSEDED.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewState {
    /// Being prepared; not handed in.
    Draft,
    /// Handed in and waiting for the customer's review.
    Submitted,
    /// Sent back with a remark, to be handed in again.
    Returned,
    /// Approved by the customer.
    Approved,
    /// Was approved, and a later approved version has taken its place.
    Superseded,
}

/// What the customer decided on one round of a submission.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewOutcome {
    /// The content was approved.
    Approved,
    /// The content was returned with a remark.
    Returned,
}

/// Where a request for evidence stands: OPEN → ANSWERED → FULFILLED or OPEN; OPEN → WITHDRAWN.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EvidenceRequestState {
    /// Waiting for the supplier.
    Open,
    /// The supplier has handed in an answer; waiting for the customer.
    Answered,
    /// The customer is content with the answer.
    Fulfilled,
    /// The customer no longer asks for it.
    Withdrawn,
}

/// What is done about a risk (ISO/IEC 27005).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RiskTreatment {
    /// Åtgärda: lower the likelihood or the impact.
    Mitigate,
    /// Acceptera: live with it; needs a risk acceptance when it is high.
    Accept,
    /// Undvika: stop doing what causes it.
    Avoid,
    /// Överföra: let somebody else carry it, by contract or insurance.
    Transfer,
}

/// Where a request to accept a risk stands.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AcceptanceState {
    /// Waiting for the IT manager.
    Requested,
    /// Accepted until a date.
    Accepted,
    /// Not accepted; the risk must be treated.
    Declined,
}

/// The level on which a forum works.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ForumLevel {
    /// Strategiskt forum: needs, ambitions, obligations; the IT manager takes part.
    Strategic,
    /// Taktiskt forum: plans and follows up what the strategic forum decided.
    Tactical,
    /// Operativt forum: carries the measures out.
    Operational,
}

/// What a member does in a forum.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MemberDuty {
    /// Leads the meetings and signs the minutes.
    Chair,
    /// Prepares the meetings and takes the minutes.
    Secretary,
    /// Takes part.
    Member,
}

/// Where a meeting stands: PLANNED → HELD → SIGNED.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MeetingState {
    /// Called; the agenda can be prepared.
    Planned,
    /// Has been held; the minutes are being finished.
    Held,
    /// The chair has signed the minutes; nothing in them can change.
    Signed,
}

/// Where an action item stands: OPEN → IN_PROGRESS → REPORTED_DONE → VERIFIED or back to IN_PROGRESS; any open state → CANCELLED.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActionItemState {
    /// Not begun.
    Open,
    /// Being worked on.
    InProgress,
    /// Done according to the assignee; waiting for the customer.
    ReportedDone,
    /// The customer has verified that it is done.
    Verified,
    /// No longer to be done.
    Cancelled,
}

/// How urgent an action item is beside its due date.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Priority {
    /// When there is time.
    Low,
    /// By its due date.
    Normal,
    /// Before other work.
    High,
}

/// How an action item moved between forums.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActionItemStepKind {
    /// Down from a strategic to a tactical forum.
    Cascaded,
    /// Down from a tactical to an operational forum.
    Delegated,
    /// Up to the forum above.
    Escalated,
}

/// A part of the exchange that is readable to a role or a token, or not.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Topic {
    /// Who there is: organisations, people, agreements, forums and their members.
    Directory,
    /// Evidence, its submissions, and requests for it.
    Evidence,
    /// Risk analyses, their submissions, risks and acceptances.
    Risk,
    /// Meetings, agendas and decisions.
    Forum,
    /// Action items.
    ActionItem,
    /// API tokens, and what happens to people and their roles.
    Administration,
}

/// Who may read a comment.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CommentAudience {
    /// Everyone who may read the record it stands on.
    Shared,
    /// The author's own organisation only.
    Internal,
}

/// What kinds of records can be searched for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::None)",
    rename_all = "SCREAMING_SNAKE_CASE"
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SearchKind {
    /// Action items, by title, description, report and remark.
    ActionItem,
    /// Points on agendas, by title and notes.
    AgendaItem,
    /// Agreements, by title and reference.
    Agreement,
    /// Decisions, by their text.
    Decision,
    /// The own organisation's evidence, by title, description, standard, scope and certificate.
    Evidence,
    /// Evidence requests, by title, description and remark.
    EvidenceRequest,
    /// Forums, by name and description.
    Forum,
    /// Meetings, by title, place and minutes.
    Meeting,
    /// Organisations, by name and number.
    Organisation,
    /// People, by name and title at work.
    Person,
    /// Risks, by title, description and how they are treated.
    Risk,
    /// Risk analyses, by title and description.
    RiskAnalysis,
    /// What was handed in, by its title and the remark of the latest review.
    Submission,
}
