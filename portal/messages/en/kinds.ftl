# What the values of the API's enumerations are called: <Type>-<VALUE>.

AccessConcern-DORMANT = Not signed in for 90 days
AccessConcern-WIDE_ROLES = Over-wide roles
AccessConcern-REVIEW_DUE = To be confirmed
AccessConcern-SECRETS_KNOWN = Knows secrets that still work

ActionItemState-OPEN = Open
ActionItemState-IN_PROGRESS = In progress
ActionItemState-REPORTED_DONE = Reported done
ActionItemState-VERIFIED = Verified
ActionItemState-CANCELLED = Cancelled

ActionItemStepKind-CASCADED = Cascaded
ActionItemStepKind-DELEGATED = Delegated
ActionItemStepKind-ESCALATED = Escalated

CalendarLanguage-SWEDISH = Swedish
CalendarLanguage-ENGLISH = English
CommentAudience-SHARED = Everyone who takes part
CommentAudience-INTERNAL = Only our organisation

EvidenceKind-CERTIFICATE = Certificate
EvidenceKind-AUDIT_REPORT = Audit report
EvidenceKind-STATEMENT_OF_APPLICABILITY = Statement of applicability
EvidenceKind-PENETRATION_TEST = Penetration test
EvidenceKind-RESTORE_TEST = Restore test
EvidenceKind-POLICY = Policy
EvidenceKind-OTHER = Other evidence

EvidenceRequestState-OPEN = Open
EvidenceRequestState-ANSWERED = Answered
EvidenceRequestState-FULFILLED = Fulfilled
EvidenceRequestState-WITHDRAWN = Withdrawn

ForumLevel-STRATEGIC = Strategic
ForumLevel-TACTICAL = Tactical
ForumLevel-OPERATIONAL = Operational

MeetingState-PLANNED = Planned
MeetingState-HELD = Held
MeetingState-SIGNED = Signed

MemberDuty-CHAIR = Chair
MemberDuty-SECRETARY = Secretary
MemberDuty-MEMBER = Member

OrganisationKind-MUNICIPALITY = Municipality
OrganisationKind-SUPPLIER = Supplier

PersonStatus-ACTIVE = Active
PersonStatus-INACTIVE = Inactive

Priority-LOW = Low
Priority-NORMAL = Normal
Priority-HIGH = High

ReviewOutcome-APPROVED = Approved
ReviewOutcome-RETURNED = Returned

ReviewState-DRAFT = Draft
ReviewState-SUBMITTED = Submitted
ReviewState-RETURNED = Returned
ReviewState-APPROVED = Approved
ReviewState-SUPERSEDED = Superseded

RiskAcceptanceState-REQUESTED = Awaits decision
RiskAcceptanceState-ACCEPTED = Accepted
RiskAcceptanceState-EXPIRED = Expired
RiskAcceptanceState-DECLINED = Declined

RiskLevel-LOW = Low
RiskLevel-MODERATE = Moderate
RiskLevel-HIGH = High
RiskLevel-CRITICAL = Critical

RiskTreatment-MITIGATE = Mitigate
RiskTreatment-ACCEPT = Accept
RiskTreatment-AVOID = Avoid
RiskTreatment-TRANSFER = Transfer

Role-IT_MANAGER = IT manager
Role-SECURITY_COORDINATOR = Security coordinator
Role-IT_SECURITY_OFFICER = IT security officer
Role-SERVICE_AREA_MANAGER = Service-area manager
Role-READER = Reader
Role-SUPPLIER_MANAGER = Supplier manager
Role-SUPPLIER_CONTRIBUTOR = Supplier contributor
Role-SUPPLIER_READER = Supplier reader
Role-ADMINISTRATOR = Administrator

ServiceArea-APPLICATION_HOSTING = Application hosting
ServiceArea-NETWORK = Network
ServiceArea-CLIENTS = Clients

TokenScope-EVIDENCE_READ = Read evidence
TokenScope-EVIDENCE_WRITE = Write evidence
TokenScope-RISK_READ = Read risks
TokenScope-RISK_WRITE = Write risks
TokenScope-FORUM_READ = Read forums
TokenScope-FORUM_WRITE = Write forums
TokenScope-ACTION_ITEM_READ = Read action items
TokenScope-ACTION_ITEM_WRITE = Write action items
TokenScope-ADMINISTRATION_READ = Read administration
TokenScope-ADMINISTRATION_WRITE = Write administration

TokenUsage-BEARER = API token
TokenUsage-PROVISIONING = Provisioning (SCIM)
TokenUsage-CALENDAR = Calendar address
TokenUsage-CLIENT_CREDENTIALS = Machine client

Topic-DIRECTORY = Organisations and agreements
Topic-EVIDENCE = Evidence
Topic-RISK = Risks
Topic-FORUM = Forums
Topic-ACTION_ITEM = Action items
Topic-ADMINISTRATION = Administration

Validity-UPCOMING = Not yet valid
Validity-VALID = Valid
Validity-EXPIRING = Expires soon
Validity-EXPIRED = Expired

SearchKind-ACTION_ITEM = Action item
SearchKind-AGENDA_ITEM = Agenda item
SearchKind-AGREEMENT = Agreement
SearchKind-DECISION = Decision
SearchKind-EVIDENCE = Own evidence
SearchKind-EVIDENCE_REQUEST = Request for evidence
SearchKind-FORUM = Forum
SearchKind-MEETING = Meeting
SearchKind-ORGANISATION = Organisation
SearchKind-PERSON = Person
SearchKind-RISK = Risk
SearchKind-RISK_ANALYSIS = Risk analysis
SearchKind-SUBMISSION = Submission
