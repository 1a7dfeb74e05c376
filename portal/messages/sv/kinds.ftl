# Vad värdena i API:ets uppräkningar heter: <Typ>-<VÄRDE>.

AccessConcern-DORMANT = Inte inloggad på 90 dagar
AccessConcern-WIDE_ROLES = För vida roller
AccessConcern-REVIEW_DUE = Ska bekräftas
AccessConcern-SECRETS_KNOWN = Känner till hemligheter som fortfarande gäller

ActionItemState-OPEN = Öppen
ActionItemState-IN_PROGRESS = Pågår
ActionItemState-REPORTED_DONE = Anmäld klar
ActionItemState-VERIFIED = Verifierad
ActionItemState-CANCELLED = Avbruten

ActionItemStepKind-CASCADED = Fördes nedåt
ActionItemStepKind-DELEGATED = Delegerades
ActionItemStepKind-ESCALATED = Eskalerades

CalendarLanguage-SWEDISH = Svenska
CalendarLanguage-ENGLISH = Engelska
CommentAudience-SHARED = Alla som deltar
CommentAudience-INTERNAL = Bara vår organisation

EvidenceKind-CERTIFICATE = Certifikat
EvidenceKind-AUDIT_REPORT = Revisionsrapport
EvidenceKind-STATEMENT_OF_APPLICABILITY = Uttalande om tillämplighet (SoA)
EvidenceKind-PENETRATION_TEST = Penetrationstest
EvidenceKind-RESTORE_TEST = Återläsningstest
EvidenceKind-POLICY = Policy
EvidenceKind-OTHER = Annat underlag

EvidenceRequestState-OPEN = Öppen
EvidenceRequestState-ANSWERED = Besvarad
EvidenceRequestState-FULFILLED = Uppfylld
EvidenceRequestState-WITHDRAWN = Återtagen

ForumLevel-STRATEGIC = Strategiskt
ForumLevel-TACTICAL = Taktiskt
ForumLevel-OPERATIONAL = Operativt

MeetingState-PLANNED = Planerat
MeetingState-HELD = Hållet
MeetingState-SIGNED = Justerat

MemberDuty-CHAIR = Ordförande
MemberDuty-SECRETARY = Sekreterare
MemberDuty-MEMBER = Ledamot

OrganisationKind-MUNICIPALITY = Kommun
OrganisationKind-SUPPLIER = Leverantör

PersonStatus-ACTIVE = Aktiv
PersonStatus-INACTIVE = Avstängd

Priority-LOW = Låg
Priority-NORMAL = Normal
Priority-HIGH = Hög

ReviewOutcome-APPROVED = Godkänd
ReviewOutcome-RETURNED = Återlämnad

ReviewState-DRAFT = Utkast
ReviewState-SUBMITTED = Inlämnad
ReviewState-RETURNED = Återlämnad
ReviewState-APPROVED = Godkänd
ReviewState-SUPERSEDED = Ersatt

RiskAcceptanceState-REQUESTED = Väntar på beslut
RiskAcceptanceState-ACCEPTED = Accepterad
RiskAcceptanceState-EXPIRED = Har löpt ut
RiskAcceptanceState-DECLINED = Avslagen

RiskLevel-LOW = Låg
RiskLevel-MODERATE = Måttlig
RiskLevel-HIGH = Hög
RiskLevel-CRITICAL = Kritisk

RiskTreatment-MITIGATE = Åtgärda
RiskTreatment-ACCEPT = Acceptera
RiskTreatment-AVOID = Undvika
RiskTreatment-TRANSFER = Överföra

Role-IT_MANAGER = It-chef
Role-SECURITY_COORDINATOR = Informationssäkerhetssamordnare
Role-IT_SECURITY_OFFICER = It-säkerhetsansvarig
Role-SERVICE_AREA_MANAGER = Tjänsteområdesansvarig
Role-READER = Läsare
Role-SUPPLIER_MANAGER = Leverantörsansvarig
Role-SUPPLIER_CONTRIBUTOR = Medarbetare hos leverantören
Role-SUPPLIER_READER = Läsare hos leverantören
Role-ADMINISTRATOR = Administratör

ServiceArea-APPLICATION_HOSTING = Applikationsdrift
ServiceArea-NETWORK = Nätverk
ServiceArea-CLIENTS = Klienter

TokenScope-EVIDENCE_READ = Läsa underlag
TokenScope-EVIDENCE_WRITE = Skriva underlag
TokenScope-RISK_READ = Läsa risker
TokenScope-RISK_WRITE = Skriva risker
TokenScope-FORUM_READ = Läsa forum
TokenScope-FORUM_WRITE = Skriva forum
TokenScope-ACTION_ITEM_READ = Läsa åtgärder
TokenScope-ACTION_ITEM_WRITE = Skriva åtgärder
TokenScope-ADMINISTRATION_READ = Läsa administration
TokenScope-ADMINISTRATION_WRITE = Skriva administration

TokenUsage-BEARER = API-token
TokenUsage-PROVISIONING = Katalogsynkronisering (SCIM)
TokenUsage-CALENDAR = Kalenderadress
TokenUsage-CLIENT_CREDENTIALS = Maskinklient

Topic-DIRECTORY = Organisationer och avtal
Topic-EVIDENCE = Underlag
Topic-RISK = Risker
Topic-FORUM = Forum
Topic-ACTION_ITEM = Åtgärder
Topic-ADMINISTRATION = Administration

Validity-UPCOMING = Börjar gälla senare
Validity-VALID = Gäller
Validity-EXPIRING = Löper snart ut
Validity-EXPIRED = Har löpt ut

SearchKind-ACTION_ITEM = Åtgärd
SearchKind-AGENDA_ITEM = Dagordningspunkt
SearchKind-AGREEMENT = Avtal
SearchKind-DECISION = Beslut
SearchKind-EVIDENCE = Eget underlag
SearchKind-EVIDENCE_REQUEST = Begäran om underlag
SearchKind-FORUM = Forum
SearchKind-MEETING = Möte
SearchKind-ORGANISATION = Organisation
SearchKind-PERSON = Person
SearchKind-RISK = Risk
SearchKind-RISK_ANALYSIS = Riskanalys
SearchKind-SUBMISSION = Inlämning
