//! The rows of the action table. Read it as the auditor's matrix: action, record, token scope, roles,
//! conditions that must all hold.

use entity::{
    Role, Topic, agreement, api_token, evidence, evidence_file, evidence_request, organisation,
    person, saved_view, session, submission, support_grant, upload,
};

use super::{Act, Condition, Offer, Reading, Rule, TokenScope};
use crate::topic::{
    action_item::FollowedActionItem,
    forum::{ForumMeeting, ForumWithMembers, MeetingAgendaItem, MeetingDecision},
    risk::{AnalysedRisk, Analysis, AskedAcceptance},
};

actions! {
    mutations {
        // people, agreements, tokens

        /// Add a person to the own organisation, with roles.
        CreatePerson on organisation::Model, AdministrationWrite,
            [Administrator], [Owner];
        /// Change a person's name, title, roles or status; never one's own.
        UpdatePerson on person::Model, AdministrationWrite,
            [Administrator], [Owner, NotOwnWork];
        /// Record an agreement with a supplier.
        CreateAgreement on organisation::Model, AdministrationWrite,
            [ItManager], [Owner];
        /// Change the reference, title or period of an agreement.
        UpdateAgreement on agreement::Model, AdministrationWrite,
            [ItManager], [Customer];
        /// Make a token for the organisation's own directory.
        CreateProvisioningToken on organisation::Model, AdministrationWrite,
            [Administrator], [Owner, NotOwnWork];
        /// Confirm that a person needs the roles held; never one's own.
        ConfirmPersonAccess on person::Model, AdministrationWrite,
            [Administrator], [Owner, NotOwnWork];
        /// Forget as whom the provider knows a person; never oneself.
        ForgetPersonIdentity on person::Model, AdministrationWrite,
            [Administrator], [Owner, NotOwnWork];
        /// Let the operator of the service look at the own organisation's records, for a while.
        GrantSupportAccess on organisation::Model, AdministrationWrite,
            [Administrator], [Owner, NotOwnWork];
        /// End such leave.
        EndSupportAccess on support_grant::Model, AdministrationWrite,
            [Administrator], [Owner];
        /// Make an API token that acts as oneself.
        CreateApiToken on organisation::Model, AdministrationWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, Reader, SupplierManager, SupplierContributor, SupplierReader, Administrator], [Owner, Person];
        /// Make an address under which programs follow one's own calendar.
        CreateCalendarFeed on organisation::Model, AdministrationWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, Reader, SupplierManager, SupplierContributor, SupplierReader, Administrator], [Owner, Person];
        /// Make an API token for an integration of the own organisation.
        CreateIntegrationToken on organisation::Model, AdministrationWrite,
            [Administrator], [Owner];
        /// Register a machine client of the own organisation.
        CreateMachineClient on organisation::Model, AdministrationWrite,
            [Administrator], [Owner];
        /// Revoke an API token: one's own, or as administrator any of the organisation's.
        RevokeApiToken on api_token::Model, AdministrationWrite,
            [], [Owner];

        /// Set the provider by which the own organisation's people sign in.
        SetIdentityProvider on organisation::Model, AdministrationWrite,
            [Administrator], [Owner];
        /// Take that provider away.
        RemoveIdentityProvider on organisation::Model, AdministrationWrite,
            [Administrator], [Owner];
        /// End a session: one's own, or as administrator any of the organisation's.
        RevokeSession on session::Model, AdministrationWrite,
            [], [Owner];

        // evidence

        /// Draft a piece of evidence.
        DraftEvidence on organisation::Model, EvidenceWrite,
            [SupplierManager, SupplierContributor], [Owner];
        /// Change a piece of evidence in the own workspace.
        UpdateEvidence on evidence::Model, EvidenceWrite,
            [SupplierManager, SupplierContributor], [Owner];
        /// Put a piece of evidence away.
        ArchiveEvidence on evidence::Model, EvidenceWrite,
            [SupplierManager, SupplierContributor], [Owner];
        /// Ask for an upload URL for a file of a piece of evidence.
        CreateEvidenceUpload on evidence::Model, EvidenceWrite,
            [SupplierManager, SupplierContributor], [Owner];
        /// Add a small file to a piece of evidence in one request.
        UploadEvidenceFile on evidence::Model, EvidenceWrite,
            [SupplierManager, SupplierContributor], [Owner];
        /// Take a file out of the working copy; what was handed in keeps it.
        RemoveEvidenceFile on evidence_file::Model, EvidenceWrite,
            [SupplierManager, SupplierContributor], [Owner];

        // submissions

        /// Prepare a piece of evidence for handing in under an agreement.
        CreateSubmission on evidence::Model, EvidenceWrite,
            [SupplierManager, SupplierContributor], [Owner];
        /// Hand in what was prepared or returned.
        SubmitSubmission on submission::Model, EvidenceWrite,
            [SupplierManager, SupplierContributor], [Supplier];
        /// Approve what was handed in.
        ApproveSubmission on submission::Model, EvidenceWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer, NotOwnWork];
        /// Return what was handed in, with a remark.
        ReturnSubmission on submission::Model, EvidenceWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer, NotOwnWork];
        /// Remark on a submission.
        CommentOnSubmission on submission::Model, EvidenceWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager, SupplierContributor], [];

        // evidence requests

        /// Ask a supplier for evidence, by a date.
        CreateEvidenceRequest on agreement::Model, EvidenceWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Change what is asked for, or by when.
        UpdateEvidenceRequest on evidence_request::Model, EvidenceWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Answer a request with something handed in under its agreement.
        AnswerEvidenceRequest on evidence_request::Model, EvidenceWrite,
            [SupplierManager, SupplierContributor], [Supplier];
        /// Be content with the answer to a request.
        FulfilEvidenceRequest on evidence_request::Model, EvidenceWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Ask again, because the answer was not enough.
        ReopenEvidenceRequest on evidence_request::Model, EvidenceWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Ask no longer.
        WithdrawEvidenceRequest on evidence_request::Model, EvidenceWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Remark on a request.
        CommentOnEvidenceRequest on evidence_request::Model, EvidenceWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager, SupplierContributor], [];

        // risk analyses

        /// Begin a risk analysis under an agreement.
        CreateRiskAnalysis on agreement::Model, RiskWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager, SupplierContributor], [Party];
        /// Change a risk analysis that is being worked out.
        UpdateRiskAnalysis on Analysis, RiskWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager, SupplierContributor], [Participant];
        /// Let a customer or supplier take part in a risk analysis.
        ShareRiskAnalysis on Analysis, RiskWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager], [Owner];
        /// Add a risk.
        AddRisk on Analysis, RiskWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager, SupplierContributor], [Participant];
        /// Change a risk.
        UpdateRisk on AnalysedRisk, RiskWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager, SupplierContributor], [Participant];
        /// Close a risk that no longer exists.
        CloseRisk on AnalysedRisk, RiskWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager, SupplierContributor], [Participant];
        /// Hand in a risk analysis for review by the customer.
        SubmitRiskAnalysis on Analysis, RiskWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager], [Participant, Party];
        /// Open an approved risk analysis for changes.
        ReviseRiskAnalysis on Analysis, RiskWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager], [Participant, Party];
        /// Approve a risk analysis.
        ApproveRiskAnalysis on Analysis, RiskWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer, NotOwnWork];
        /// Return a risk analysis, with a remark.
        ReturnRiskAnalysis on Analysis, RiskWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer, NotOwnWork];
        /// Ask that a risk be accepted.
        RequestRiskAcceptance on AnalysedRisk, RiskWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager], [Participant];
        /// Accept a risk until a date.
        AcceptRisk on AskedAcceptance, RiskWrite,
            [ItManager], [Customer, NotOwnWork];
        /// Decline to accept a risk.
        DeclineRisk on AskedAcceptance, RiskWrite,
            [ItManager], [Customer, NotOwnWork];
        /// Remark on a risk analysis.
        CommentOnRiskAnalysis on Analysis, RiskWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager, SupplierContributor], [];

        // forums and meetings

        /// Set up a forum.
        CreateForum on organisation::Model, ForumWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer], [Owner];
        /// Change a forum's name, description or place among the levels.
        UpdateForum on ForumWithMembers, ForumWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Add an organisation or a person to a forum.
        AddForumMember on ForumWithMembers, ForumWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Remove a member from a forum.
        RemoveForumMember on ForumWithMembers, ForumWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Call a meeting.
        ScheduleMeeting on ForumWithMembers, ForumWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Change a meeting's time, place or minutes until they are signed.
        UpdateMeeting on ForumMeeting, ForumWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Put a point on the agenda.
        AddAgendaItem on ForumMeeting, ForumWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager], [Participant];
        /// Change a point on the agenda, or take notes under it.
        UpdateAgendaItem on MeetingAgendaItem, ForumWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Take down a decision.
        RecordDecision on ForumMeeting, ForumWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Correct a decision before the minutes are signed.
        UpdateDecision on MeetingDecision, ForumWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Mark a meeting as held.
        HoldMeeting on ForumMeeting, ForumWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Sign the minutes, after which nothing in them can change.
        SignMinutes on ForumMeeting, ForumWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer, Chair];

        // action items

        /// Take down an action item.
        CreateActionItem on ForumWithMembers, ActionItemWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Change an action item that is not closed.
        UpdateActionItem on FollowedActionItem, ActionItemWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Begin the work.
        StartActionItem on FollowedActionItem, ActionItemWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager, SupplierContributor], [Assignee];
        /// Report it done, with evidence.
        ReportActionItemDone on FollowedActionItem, ActionItemWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager, SupplierContributor], [Assignee];
        /// Verify that it is done.
        VerifyActionItem on FollowedActionItem, ActionItemWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer, NotOwnWork];
        /// Send it back because it is not done.
        SendBackActionItem on FollowedActionItem, ActionItemWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer, NotOwnWork];
        /// Cancel it.
        CancelActionItem on FollowedActionItem, ActionItemWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Hand it down to a forum one level below.
        CascadeActionItem on FollowedActionItem, ActionItemWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager], [Customer];
        /// Hand it up to the forum above.
        EscalateActionItem on FollowedActionItem, ActionItemWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager], [Participant];
        /// Remark on an action item.
        CommentOnActionItem on FollowedActionItem, ActionItemWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, SupplierManager, SupplierContributor], [];

        // what is one's own

        /// Save a view of a page for oneself.
        SaveView on organisation::Model, AdministrationWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, Reader, SupplierManager, SupplierContributor, SupplierReader, Administrator], [Owner, Person];
        /// Remove a view that one has saved.
        RemoveSavedView on saved_view::Model, AdministrationWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, Reader, SupplierManager, SupplierContributor, SupplierReader, Administrator], [Owner, Person];
        /// Note up to where one has seen what is new.
        MarkEventsSeen on organisation::Model, AdministrationWrite,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, Reader, SupplierManager, SupplierContributor, SupplierReader, Administrator], [Owner, Person];
    }

    // What is done at an address of its own, with the same rights.
    routes {
        /// Send the bytes of a file (a route, not a mutation).
        ReceiveEvidenceFile on upload::Model, EvidenceWrite,
            [SupplierManager, SupplierContributor], [Owner];
        /// Download a file (a route, not a mutation).
        DownloadEvidenceFile on evidence_file::Model, EvidenceRead,
            [ItManager, SecurityCoordinator, ItSecurityOfficer, ServiceAreaManager, Reader, SupplierManager, SupplierContributor, SupplierReader], [];
        /// Keep a person up to date for the organisation's own directory (a route, not a mutation).
        ProvisionPerson on person::Model, AdministrationWrite,
            [Administrator], [Owner];
    }
}

/// The roles that take part in the exchange: all but the administrators.
const EXCHANGE: &[Role] = &[
    Role::ItManager,
    Role::SecurityCoordinator,
    Role::ItSecurityOfficer,
    Role::ServiceAreaManager,
    Role::Reader,
    Role::SupplierManager,
    Role::SupplierContributor,
    Role::SupplierReader,
];

/// The reading table.
pub const READINGS: &[Reading] = &[
    Reading {
        topic: Topic::Directory,
        roles: &[],
        scope: None,
    },
    Reading {
        topic: Topic::Evidence,
        roles: EXCHANGE,
        scope: Some(TokenScope::EvidenceRead),
    },
    Reading {
        topic: Topic::Risk,
        roles: EXCHANGE,
        scope: Some(TokenScope::RiskRead),
    },
    Reading {
        topic: Topic::Forum,
        roles: EXCHANGE,
        scope: Some(TokenScope::ForumRead),
    },
    Reading {
        topic: Topic::ActionItem,
        roles: EXCHANGE,
        scope: Some(TokenScope::ActionItemRead),
    },
    Reading {
        topic: Topic::Administration,
        roles: &[Role::Administrator],
        scope: Some(TokenScope::AdministrationRead),
    },
];
