//! The enumerations of the schema, as the portal's own types.
//!
//! Every page shares them, so that a state is matched, named and coloured in one way. A test holds them to the
//! published schema; what they are called stands in `messages/`, under `<Type>-<VALUE>`.

use serde::{Deserialize, Serialize};

/// What may be done with a record, by the name that the schema gives it: there are as many as mutations, and a page
/// only looks for some of them.
pub type Action = String;

/// How a state is to be taken, shown by shape and colour beside its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Something waits or comes near.
    Notice,
    /// Something is wrong or late.
    Bad,
    /// Neither good nor bad.
    Plain,
    /// Over and done with.
    Past,
}

impl Tone {
    /// Its name in the style sheet.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Notice => "notice",
            Self::Bad => "bad",
            Self::Plain => "plain",
            Self::Past => "past",
        }
    }
}

/// A value of an enumeration, as the schema and the messages name it. A reference to one is as good, so that templates
/// need not tell them apart.
pub trait Named {
    /// The type's name in the schema.
    fn type_name(&self) -> &'static str;
    /// The value's name in the schema.
    fn name(&self) -> &'static str;
    /// How it is to be taken.
    fn tone(&self) -> Tone;
}

impl<N: Named> Named for &N {
    fn type_name(&self) -> &'static str {
        (**self).type_name()
    }

    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn tone(&self) -> Tone {
        (**self).tone()
    }
}

/// An enumeration.
pub trait Kind: Named + Copy + 'static {
    /// All values, in the order of the schema.
    const ALL: &'static [Self];
}

macro_rules! kinds {
    ($($type:ident { $($value:ident $name:literal $tone:ident),* $(,)? })*) => {
        $(
            #[doc = concat!("`", stringify!($type), "` of the schema.")]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
            pub enum $type {
                $(#[doc = concat!("`", $name, "`.")] #[serde(rename = $name)] $value),*
            }

            impl Kind for $type {
                const ALL: &'static [Self] = &[$(Self::$value),*];
            }

            impl Named for $type {
                fn type_name(&self) -> &'static str {
                    stringify!($type)
                }

                fn name(&self) -> &'static str {
                    match self { $(Self::$value => $name),* }
                }

                fn tone(&self) -> Tone {
                    match self { $(Self::$value => Tone::$tone),* }
                }
            }
        )*

        /// Every type with the names of its values, for forms and tests.
        pub const KINDS: &[(&str, &[&str])] = &[$((stringify!($type), &[$($name),*])),*];
    };
}

/// The names of the values of a type of the schema; none if there is no such type here.
#[must_use]
pub fn names_of(kind: &str) -> &'static [&'static str] {
    KINDS
        .iter()
        .find(|(name, _)| *name == kind)
        .map_or(&[], |(_, values)| values)
}

kinds! {
    AccessConcern {
        Dormant "DORMANT" Notice,
        WideRoles "WIDE_ROLES" Bad,
        ReviewDue "REVIEW_DUE" Notice,
        SecretsKnown "SECRETS_KNOWN" Bad,
    }
    ActionItemState {
        Open "OPEN" Plain,
        InProgress "IN_PROGRESS" Plain,
        ReportedDone "REPORTED_DONE" Notice,
        Verified "VERIFIED" Good,
        Cancelled "CANCELLED" Past,
    }
    ActionItemStepKind {
        Cascaded "CASCADED" Plain,
        Delegated "DELEGATED" Plain,
        Escalated "ESCALATED" Plain,
    }
    CalendarLanguage {
        Swedish "SWEDISH" Plain,
        English "ENGLISH" Plain,
    }
    CommentAudience {
        Shared "SHARED" Plain,
        Internal "INTERNAL" Plain,
    }
    EvidenceKind {
        Certificate "CERTIFICATE" Plain,
        AuditReport "AUDIT_REPORT" Plain,
        StatementOfApplicability "STATEMENT_OF_APPLICABILITY" Plain,
        PenetrationTest "PENETRATION_TEST" Plain,
        RestoreTest "RESTORE_TEST" Plain,
        Policy "POLICY" Plain,
        Other "OTHER" Plain,
    }
    EvidenceRequestState {
        Open "OPEN" Plain,
        Answered "ANSWERED" Notice,
        Fulfilled "FULFILLED" Good,
        Withdrawn "WITHDRAWN" Past,
    }
    ForumLevel {
        Strategic "STRATEGIC" Plain,
        Tactical "TACTICAL" Plain,
        Operational "OPERATIONAL" Plain,
    }
    MeetingState {
        Planned "PLANNED" Plain,
        Held "HELD" Notice,
        Signed "SIGNED" Good,
    }
    MemberDuty {
        Chair "CHAIR" Plain,
        Secretary "SECRETARY" Plain,
        Member "MEMBER" Plain,
    }
    OrganisationKind {
        Municipality "MUNICIPALITY" Plain,
        Supplier "SUPPLIER" Plain,
    }
    PersonStatus {
        Active "ACTIVE" Good,
        Inactive "INACTIVE" Past,
    }
    Priority {
        Low "LOW" Past,
        Normal "NORMAL" Plain,
        High "HIGH" Notice,
    }
    ReviewOutcome {
        Approved "APPROVED" Good,
        Returned "RETURNED" Bad,
    }
    ReviewState {
        Draft "DRAFT" Plain,
        Submitted "SUBMITTED" Notice,
        Returned "RETURNED" Bad,
        Approved "APPROVED" Good,
        Superseded "SUPERSEDED" Past,
    }
    RiskAcceptanceState {
        Requested "REQUESTED" Notice,
        Accepted "ACCEPTED" Good,
        Expired "EXPIRED" Bad,
        Declined "DECLINED" Bad,
    }
    RiskLevel {
        Low "LOW" Good,
        Moderate "MODERATE" Plain,
        High "HIGH" Notice,
        Critical "CRITICAL" Bad,
    }
    RiskTreatment {
        Mitigate "MITIGATE" Plain,
        Accept "ACCEPT" Plain,
        Avoid "AVOID" Plain,
        Transfer "TRANSFER" Plain,
    }
    Role {
        ItManager "IT_MANAGER" Plain,
        SecurityCoordinator "SECURITY_COORDINATOR" Plain,
        ItSecurityOfficer "IT_SECURITY_OFFICER" Plain,
        ServiceAreaManager "SERVICE_AREA_MANAGER" Plain,
        Reader "READER" Plain,
        SupplierManager "SUPPLIER_MANAGER" Plain,
        SupplierContributor "SUPPLIER_CONTRIBUTOR" Plain,
        SupplierReader "SUPPLIER_READER" Plain,
        Administrator "ADMINISTRATOR" Plain,
    }
    SearchKind {
        ActionItem "ACTION_ITEM" Plain,
        AgendaItem "AGENDA_ITEM" Plain,
        Agreement "AGREEMENT" Plain,
        Decision "DECISION" Plain,
        Evidence "EVIDENCE" Plain,
        EvidenceRequest "EVIDENCE_REQUEST" Plain,
        Forum "FORUM" Plain,
        Meeting "MEETING" Plain,
        Organisation "ORGANISATION" Plain,
        Person "PERSON" Plain,
        Risk "RISK" Plain,
        RiskAnalysis "RISK_ANALYSIS" Plain,
        Submission "SUBMISSION" Plain,
    }
    ServiceArea {
        ApplicationHosting "APPLICATION_HOSTING" Plain,
        Network "NETWORK" Plain,
        Clients "CLIENTS" Plain,
    }
    TokenScope {
        EvidenceRead "EVIDENCE_READ" Plain,
        EvidenceWrite "EVIDENCE_WRITE" Plain,
        RiskRead "RISK_READ" Plain,
        RiskWrite "RISK_WRITE" Plain,
        ForumRead "FORUM_READ" Plain,
        ForumWrite "FORUM_WRITE" Plain,
        ActionItemRead "ACTION_ITEM_READ" Plain,
        ActionItemWrite "ACTION_ITEM_WRITE" Plain,
        AdministrationRead "ADMINISTRATION_READ" Plain,
        AdministrationWrite "ADMINISTRATION_WRITE" Plain,
    }
    TokenUsage {
        Bearer "BEARER" Plain,
        Provisioning "PROVISIONING" Plain,
        Calendar "CALENDAR" Plain,
        ClientCredentials "CLIENT_CREDENTIALS" Plain,
    }
    Topic {
        Directory "DIRECTORY" Plain,
        Evidence "EVIDENCE" Plain,
        Risk "RISK" Plain,
        Forum "FORUM" Plain,
        ActionItem "ACTION_ITEM" Plain,
        Administration "ADMINISTRATION" Plain,
    }
    Validity {
        Upcoming "UPCOMING" Plain,
        Valid "VALID" Good,
        Expiring "EXPIRING" Notice,
        Expired "EXPIRED" Bad,
    }
}
