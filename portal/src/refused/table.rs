//! What the API says, and the messages that say the same.
//!
//! What always holds, as the tests see to it: everything that the API's sources refuse a person for has its row here,
//! unless it is among what only machines meet; and every row stands for something that the sources say.

/// How the API's text begins, and the message. The parts that differ are, in their order, `$what` and `$other`:
/// `{}` as they are, `{bytes}` as a size, and `{Role}` (any enumeration of the schema) as the values are called.
/// `{_}` is left out.
pub const WORDS: &[(&str, &str)] = &[
    // any field
    ("must not be blank", "problem-missing"),
    ("must be at most {} characters long, not", "problem-long"),
    ("must not contain control characters", "problem-characters"),
    ("must be from {} to {}, not", "problem-range"),
    ("must lie in a year from {} to {}", "problem-year"),
    ("must be {} or later, not", "problem-early"),
    ("must lie in the future", "problem-past"),
    ("must lie at most {} days ahead", "problem-days-ahead"),
    ("must lie at most {} hours ahead", "problem-hours-ahead"),
    (
        "must be an active person of the organisation",
        "problem-person",
    ),
    ("must have at most {} words", "problem-words"),
    // anything
    (
        "Somebody else has just added the same",
        "refused-just-added",
    ),
    ("The request took longer than", "refused-slow"),
    ("Too many large requests are under way", "refused-busy"),
    // what roles and records let through
    (
        "You may not do this: {_} needs one of the roles {Role}.",
        "refused-roles",
    ),
    (
        "You may not do this: {_} is for the managers of its service area",
        "refused-other-area",
    ),
    (
        "You may not do this: {_} is done for the own organisation's records",
        "refused-not-owner",
    ),
    (
        "You may not do this: {_} is done for the customer",
        "refused-not-customer",
    ),
    (
        "You may not do this: {_} is done for the supplier",
        "refused-not-supplier",
    ),
    (
        "You may not do this: {_} is done for a party of the agreement",
        "refused-not-party",
    ),
    (
        "You may not do this: {_} is done for a participating organisation",
        "refused-not-participant",
    ),
    (
        "You may not do this: {_} is done for the organisation that shall do it",
        "refused-not-assignee",
    ),
    (
        "You may not do this: {_} is done by a person other than",
        "refused-own-work",
    ),
    (
        "You may not do this: {_} is done by the chair",
        "refused-not-chair",
    ),
    (
        "Your roles do not let you read this: it needs one of {Role}.",
        "refused-reading",
    ),
    (
        "Whose access should be looked at is for administrators",
        "refused-access-concerns",
    ),
    // states
    (
        "A submission that is {ReviewState} cannot be {_}; that is possible from {ReviewState}.",
        "refused-state-submission",
    ),
    (
        "An evidence request that is {EvidenceRequestState} cannot be {_}; that is possible from {EvidenceRequestState}.",
        "refused-state-request",
    ),
    (
        "A risk acceptance that is {RiskAcceptanceState} cannot be {_}; that is possible from {RiskAcceptanceState}.",
        "refused-state-acceptance",
    ),
    (
        "A meeting that is {MeetingState} cannot be {_}; that is possible from {MeetingState}.",
        "refused-state-meeting",
    ),
    (
        "An action item that is {ActionItemState} cannot be {_}; that is possible from {ActionItemState}.",
        "refused-state-action-item",
    ),
    // files
    (
        "has more than {} characters; shorten it",
        "problem-file-name-long",
    ),
    (
        "contains {_}, which a file name must not",
        "problem-file-name-character",
    ),
    ("contains {_}, that is, macros", "problem-file-macros"),
    ("contains {_}, that is, a program", "problem-file-program"),
    (
        "has the extension of {_}, but its content",
        "problem-file-content",
    ),
    (
        "has no extension that is accepted",
        "file-refused-UNSUPPORTED",
    ),
    ("is empty; choose one with content", "problem-file-empty"),
    ("did not arrive whole", "problem-file-broken"),
    (
        "The file is larger than {_} MiB ({bytes} bytes)",
        "refused-file-large",
    ),
    ("Too many uploads are under way", "refused-busy"),
    (
        "This file is no longer in the working copy",
        "refused-file-gone",
    ),
    // evidence, submissions and requests
    ("must be filled in before", "problem-before-handing-in"),
    ("must hold at least one uploaded file", "problem-no-file"),
    (
        "This evidence has been put away",
        "refused-evidence-put-away",
    ),
    (
        "Evidence that is archived cannot be handed in",
        "refused-evidence-put-away",
    ),
    (
        "This evidence is already being handed in under this agreement",
        "refused-handing-in",
    ),
    (
        "This agreement is not in force today, so nothing can be handed in",
        "refused-not-in-force",
    ),
    (
        "This agreement is not in force today, so nothing can be asked for",
        "refused-not-in-force-asking",
    ),
    (
        "This submission is of a risk analysis",
        "refused-of-analysis",
    ),
    ("must say what to change before", "problem-remark"),
    (
        "must be a submission under the agreement of the request",
        "problem-answer-agreement",
    ),
    ("must have been handed in: do so", "problem-answer-draft"),
    // risks
    (
        "This risk analysis waits for the customer's review. Change",
        "refused-analysis-waits",
    ),
    (
        "This risk analysis waits for the customer's review. It can be opened",
        "refused-analysis-waits-opening",
    ),
    (
        "This risk analysis has been approved",
        "refused-analysis-approved",
    ),
    (
        "This risk analysis is open for changes already",
        "refused-analysis-open",
    ),
    (
        "This risk analysis has no open risk",
        "refused-analysis-empty",
    ),
    (
        "This risk analysis has not been handed in yet",
        "refused-analysis-not-handed-in",
    ),
    (
        "This agreement has ended, so nothing can be handed in",
        "refused-analysis-agreement",
    ),
    (
        "This organisation takes part in the risk analysis already",
        "refused-analysis-shared",
    ),
    (
        "must be the customer of the agreement or",
        "risk-problem-guest",
    ),
    ("This risk is closed", "refused-risk-closed"),
    (
        "must be an active person of an organisation that takes part",
        "problem-risk-owner",
    ),
    (
        "must, with residualImpact, give a score no higher",
        "risk-problem-raised",
    ),
    ("must be given together with residual", "risk-problem-half"),
    (
        "must be {} or earlier: a risk is accepted",
        "risk-problem-late",
    ),
    (
        "A risk that is closed needs no acceptance",
        "refused-acceptance-closed",
    ),
    (
        "A risk with a remaining score of {} needs no acceptance; that is for scores of {} or more",
        "refused-acceptance-low",
    ),
    (
        "Acceptance of this risk has been asked for",
        "refused-acceptance-asked",
    ),
    // forums and meetings
    (
        "is the name of another of your forums",
        "problem-forum-name",
    ),
    ("must be one of your own forums", "problem-forum-own"),
    (
        "must be left out: no forum is above",
        "problem-forum-topmost",
    ),
    (
        "must be a {ForumLevel} forum, the level just above",
        "problem-forum-above",
    ),
    (
        "must be about all service areas, or about the same",
        "problem-forum-area",
    ),
    (
        "must be your own organisation, or a supplier",
        "problem-member",
    ),
    ("must be your own organisation: the chair", "problem-chair"),
    (
        "must be given: the chair and the secretary",
        "problem-member-person",
    ),
    (
        "This member belongs to the forum already",
        "refused-member-already",
    ),
    ("The forum has a chair", "refused-another-chair"),
    ("must be later than startsAt", "problem-meeting-ends"),
    ("The meeting has no agenda", "meeting-sign-empty"),
    ("The minutes are signed", "refused-minutes-signed"),
    (
        "must be a point on the agenda of the same meeting",
        "problem-decision-point",
    ),
    (
        "must be a risk of an analysis for the customer that holds the forum",
        "problem-forum-risk",
    ),
    (
        "must have been handed in to the customer that holds the forum",
        "problem-forum-submission",
    ),
    // action items
    ("must be a decision of the meeting", "problem-item-decision"),
    (
        "must be of this forum or of one above it",
        "problem-item-meeting",
    ),
    (
        "must be an organisation that takes part in the forum",
        "problem-assignee",
    ),
    (
        "must name at most {} submissions",
        "problem-many-submissions",
    ),
    (
        "must be submissions that your organisation has handed in",
        "problem-submissions",
    ),
    (
        "must be a forum one level up or down: from {ForumLevel} that is {ForumLevel}",
        "problem-forum-step",
    ),
    ("must be a forum directly below", "problem-forum-below"),
    (
        "No forum is above the one that follows this item",
        "refused-no-forum-above",
    ),
    (
        "The forum that follows this item is not one of yours",
        "refused-other-forum",
    ),
    // agreements
    ("must be a supplier's", "problem-not-supplier"),
    (
        "is the reference of another agreement",
        "problem-agreement-reference",
    ),
    (
        "must be an organisation number such as",
        "problem-organisation-number",
    ),
    (
        "must have ten digits, such as",
        "problem-organisation-number",
    ),
    (
        "must begin with 16 when it has twelve digits",
        "problem-organisation-number-long",
    ),
    (
        "must have a third digit of 2 or more",
        "problem-organisation-number-personal",
    ),
    (
        "has a wrong check digit",
        "problem-organisation-number-check",
    ),
    // people
    ("must be an e-mail address such as", "problem-email"),
    (
        "belongs to another person of the organisation",
        "problem-email-taken",
    ),
    (
        "must be a role of a municipality",
        "problem-role-municipality",
    ),
    ("must be a role of a supplier", "problem-role-supplier"),
    ("must be given: a service-area manager", "problem-role-area"),
    (
        "must be left out: only a SERVICE_AREA_MANAGER has an area",
        "problem-role-no-area",
    ),
    (
        "The organisation would be left without an administrator",
        "refused-last-administrator",
    ),
    ("This person may no longer act", "refused-inactive"),
    (
        "This person has never signed in by the provider",
        "refused-no-identity",
    ),
    (
        "This session has been ended already",
        "refused-session-ended",
    ),
    // how people and programs get in
    (
        "must be the issuer identifier of your provider",
        "problem-issuer",
    ),
    (
        "must be that of a provider which answers at",
        "problem-issuer-silent",
    ),
    (
        "must be given if there is a requiredClaim",
        "problem-required-value",
    ),
    (
        "must be given if there is a roleClaim",
        "problem-role-claim",
    ),
    ("must have at most {} values", "problem-mapping-long"),
    (
        "must not give ADMINISTRATOR",
        "problem-mapping-administrator",
    ),
    ("must name at least one domain", "problem-no-domain"),
    ("must have at most {} domains", "problem-domains-long"),
    ("must be what stands after the @", "problem-domain"),
    (
        "must be left out: no provider is set yet",
        "problem-provider-gone",
    ),
    ("This service cannot keep secrets yet", "refused-no-key"),
    ("must name at least one scope", "problem-no-scope"),
    ("must name at least one role", "problem-no-role"),
    (
        "must not include ADMINISTRATOR",
        "problem-program-administrator",
    ),
    (
        "belongs to another machine client of the organisation",
        "problem-client-taken",
    ),
    ("must be a JSON Web Key Set", "problem-keys"),
    ("must not have private keys", "problem-private-keys"),
    (
        "This token has been revoked already",
        "refused-token-revoked",
    ),
    ("This leave has been ended already", "refused-leave-ended"),
    // one's own
    ("You have saved {} views", "refused-many-views"),
];
