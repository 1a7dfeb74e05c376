//! The forms, one a mutation, by topic. A test holds them to the published schema.

use super::{
    Field, Form,
    Shape::{
        Day, Email, Flag, Hidden, Json, Kind, Kinds, Line, Lines, List, Mapping, Moment, Number,
        Pick, Picks, Roles, Secret, Version,
    },
    Source::{Agreements, Evidence, Forums, Organisations, People, Risks, Submissions},
};

const ID: Field = Field::new("id", Hidden);
const VERSION: Field = Field::new("expectedVersion", Version);
const TITLE: Field = Field::new("title", Line);
const DESCRIPTION: Field = Field::new("description", Lines).or_none();
const REMARK: Field = Field::new("remark", Lines);
const LIKELIHOOD: Field = Field::new("likelihood", Number(1, 5));
const IMPACT: Field = Field::new("impact", Number(1, 5));
const TREATMENT: Field = Field::new("treatment", Kind("RiskTreatment"));
const TREATMENT_PLAN: Field = Field::new("treatmentPlan", Lines).or_none();
const RESIDUAL_LIKELIHOOD: Field = Field::new("residualLikelihood", Number(1, 5)).or_none();
const RESIDUAL_IMPACT: Field = Field::new("residualImpact", Number(1, 5)).or_none();
const OWNER: Field = Field::new("ownerId", Pick(People)).or_none();
const REVIEW_ON: Field = Field::new("reviewOn", Day).or_none();
const DUE_ON: Field = Field::new("dueOn", Day);
const KIND: Field = Field::new("kind", Kind("EvidenceKind"));
const ASSIGNEE_ORGANISATION: Field = Field::new("assigneeOrganisationId", Pick(Organisations));
const ASSIGNEE: Field = Field::new("assigneeId", Pick(People)).or_none();
const PRIORITY: Field = Field::new("priority", Kind("Priority"));
const BODY: Field = Field::new("body", Lines);
const AUDIENCE: Field = Field::new("audience", Kind("CommentAudience"));
const NAME: Field = Field::new("name", Line);
const EXPIRES_AT: Field = Field::new("expiresAt", Moment);
const ROLES: Field = Field::new("roles", Roles);
const SCOPES: Field = Field::new("scopes", Kinds("TokenScope"));
const PLACE: Field = Field::new("place", Line).or_none();
const STARTS_AT: Field = Field::new("startsAt", Moment);
const ENDS_AT: Field = Field::new("endsAt", Moment).or_none();
const ENDS_ON: Field = Field::new("endsOn", Day).or_none();
const AGREEMENT: Field = Field::new("agreementId", Pick(Agreements));
const AREA: Field = Field::new("serviceArea", Kind("ServiceArea"));
const MESSAGE: Field = Field::new("message", Lines).or_none();
const EVIDENCE: [Field; 7] = [
    DESCRIPTION,
    Field::new("standard", Line).or_none(),
    Field::new("certificationBody", Line).or_none(),
    Field::new("certificateNumber", Line).or_none(),
    Field::new("scope", Line).or_none(),
    Field::new("validFrom", Day).or_none(),
    Field::new("validUntil", Day).or_none(),
];
const RISK: [Field; 10] = [
    TITLE,
    DESCRIPTION,
    LIKELIHOOD,
    IMPACT,
    TREATMENT,
    TREATMENT_PLAN,
    RESIDUAL_LIKELIHOOD,
    RESIDUAL_IMPACT,
    OWNER,
    REVIEW_ON,
];

/// The fields of a topic after those of a form.
const fn joined<const A: usize, const B: usize, const N: usize>(
    first: [Field; A],
    rest: [Field; B],
) -> [Field; N] {
    let mut all = [ID; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < A { first[at] } else { rest[at - A] };
        at += 1;
    }
    all
}

const DRAFT_EVIDENCE: [Field; 9] = joined([KIND, TITLE], EVIDENCE);
const UPDATE_EVIDENCE: [Field; 11] = joined([ID, VERSION, KIND, TITLE], EVIDENCE);
const ADD_RISK: [Field; 11] = joined([Field::new("riskAnalysisId", Hidden)], RISK);
const UPDATE_RISK: [Field; 12] = joined([ID, VERSION], RISK);

macro_rules! forms {
    ($($mutation:ident: $fields:expr;)*) => {
        /// Every form.
        pub const FORMS: &[Form] = &[$(Form { mutation: stringify!($mutation), fields: &$fields }),*];
    };
}

forms! {
    // evidence
    draftEvidence: DRAFT_EVIDENCE;
    updateEvidence: UPDATE_EVIDENCE;
    archiveEvidence: [ID, VERSION];
    removeEvidenceFile: [ID];

    // submissions
    createSubmission: [Field::new("evidenceId", Pick(Evidence)), AGREEMENT];
    submitSubmission: [ID, VERSION, MESSAGE];
    approveSubmission: [ID, VERSION, REMARK.or_none()];
    returnSubmission: [ID, VERSION, REMARK];
    commentOnSubmission: [Field::new("submissionId", Hidden), BODY, AUDIENCE];

    // evidence requests
    createEvidenceRequest: [AGREEMENT, KIND, TITLE, DESCRIPTION, DUE_ON];
    updateEvidenceRequest: [ID, VERSION, TITLE, DESCRIPTION, DUE_ON];
    answerEvidenceRequest: [ID, VERSION, Field::new("submissionId", Pick(Submissions))];
    fulfilEvidenceRequest: [ID, VERSION];
    reopenEvidenceRequest: [ID, VERSION, REMARK];
    withdrawEvidenceRequest: [ID, VERSION, REMARK.or_none()];
    commentOnEvidenceRequest: [Field::new("evidenceRequestId", Hidden), BODY, AUDIENCE];

    // risk analyses
    createRiskAnalysis: [AGREEMENT, TITLE, DESCRIPTION, REVIEW_ON];
    updateRiskAnalysis: [ID, VERSION, TITLE, DESCRIPTION, REVIEW_ON];
    shareRiskAnalysis: [ID, VERSION, Field::new("organisationId", Pick(Organisations))];
    submitRiskAnalysis: [ID, VERSION, MESSAGE];
    reviseRiskAnalysis: [ID, VERSION];
    approveRiskAnalysis: [ID, VERSION, REMARK.or_none()];
    returnRiskAnalysis: [ID, VERSION, REMARK];
    commentOnRiskAnalysis: [Field::new("riskAnalysisId", Hidden), BODY, AUDIENCE];
    addRisk: ADD_RISK;
    updateRisk: UPDATE_RISK;
    closeRisk: [ID, VERSION];
    requestRiskAcceptance: [Field::new("riskId", Hidden), Field::new("justification", Lines), Field::new("proposedUntil", Day)];
    acceptRisk: [ID, VERSION, Field::new("acceptedUntil", Day), Field::new("note", Lines).or_none()];
    declineRisk: [ID, VERSION, Field::new("note", Lines)];

    // forums and meetings
    createForum: [NAME, Field::new("level", Kind("ForumLevel")), Field::new("parentId", Pick(Forums)).or_none(), AREA.or_none(), DESCRIPTION];
    updateForum: [ID, VERSION, NAME, Field::new("parentId", Pick(Forums)).or_none(), DESCRIPTION];
    addForumMember: [Field::new("forumId", Hidden), Field::new("organisationId", Pick(Organisations)), Field::new("personId", Pick(People)).or_none(), Field::new("duty", Kind("MemberDuty"))];
    removeForumMember: [Field::new("forumId", Hidden), Field::new("memberId", Hidden), VERSION];
    scheduleMeeting: [Field::new("forumId", Pick(Forums)), TITLE, STARTS_AT, ENDS_AT, PLACE];
    updateMeeting: [ID, VERSION, TITLE, STARTS_AT, ENDS_AT, PLACE, Field::new("minutes", Lines).or_none()];
    holdMeeting: [ID, VERSION];
    signMinutes: [ID, VERSION];
    addAgendaItem: [Field::new("meetingId", Hidden), TITLE, Field::new("riskId", Pick(Risks)).or_none(), Field::new("submissionId", Pick(Submissions)).or_none()];
    updateAgendaItem: [ID, VERSION, TITLE, Field::new("notes", Lines).or_none(), Field::new("position", Number(1, 1000)), Field::new("riskId", Pick(Risks)).or_none(), Field::new("submissionId", Pick(Submissions)).or_none()];
    recordDecision: [Field::new("meetingId", Hidden), Field::new("agendaItemId", Hidden).or_none(), Field::new("text", Lines)];
    updateDecision: [ID, VERSION, Field::new("text", Lines), Field::new("agendaItemId", Hidden).or_none()];

    // action items
    createActionItem: [Field::new("forumId", Pick(Forums)), Field::new("meetingId", Hidden).or_none(), Field::new("decisionId", Hidden).or_none(), Field::new("riskId", Hidden).or_none(), TITLE, DESCRIPTION, ASSIGNEE_ORGANISATION, ASSIGNEE, DUE_ON, PRIORITY];
    updateActionItem: [ID, VERSION, TITLE, DESCRIPTION, ASSIGNEE_ORGANISATION, ASSIGNEE, DUE_ON, PRIORITY];
    startActionItem: [ID, VERSION];
    reportActionItemDone: [ID, VERSION, Field::new("report", Lines), Field::new("submissionIds", Picks(Submissions)).or_none()];
    verifyActionItem: [ID, VERSION];
    sendBackActionItem: [ID, VERSION, REMARK];
    cancelActionItem: [ID, VERSION, REMARK];
    cascadeActionItem: [ID, VERSION, Field::new("toForumId", Pick(Forums)), ASSIGNEE_ORGANISATION.or_none(), ASSIGNEE, Field::new("reason", Lines).or_none()];
    escalateActionItem: [ID, VERSION, Field::new("reason", Lines)];
    commentOnActionItem: [Field::new("actionItemId", Hidden), BODY, AUDIENCE];

    // agreements
    createAgreement: [Field::new("supplierName", Line), Field::new("supplierNumber", Line), AREA, Field::new("reference", Line), TITLE, Field::new("startsOn", Day), ENDS_ON];
    updateAgreement: [ID, VERSION, TITLE, Field::new("reference", Line), ENDS_ON];

    // people and how they get in
    createPerson: [NAME, Field::new("email", Email), Field::new("title", Line).or_none(), ROLES];
    updatePerson: [ID, VERSION, NAME, Field::new("title", Line).or_none(), Field::new("status", Kind("PersonStatus")), ROLES];
    confirmPersonAccess: [ID, VERSION];
    forgetPersonIdentity: [ID, VERSION];
    createApiToken: [NAME, SCOPES, EXPIRES_AT];
    createCalendarFeed: [NAME, Field::new("language", Kind("CalendarLanguage"))];
    createIntegrationToken: [NAME, ROLES, SCOPES, EXPIRES_AT];
    createMachineClient: [NAME, ROLES, SCOPES, EXPIRES_AT, Field::new("providerClientId", Line).or_none(), Field::new("publicKeys", Json).or_none()];
    createProvisioningToken: [NAME, EXPIRES_AT];
    revokeApiToken: [ID];
    revokeSession: [ID];
    setIdentityProvider: [VERSION.or_none(), Field::new("issuer", Line), Field::new("clientId", Line), Field::new("clientSecret", Secret).or_none(), Field::new("emailDomains", List), Field::new("justInTime", Flag), Field::new("vouchesForEmail", Flag), Field::new("requiredClaim", Line).or_none(), Field::new("requiredValue", Line).or_none(), Field::new("roleClaim", Line).or_none(), Field::new("roleMapping", Mapping).or_none(), Field::new("takesAccessTokens", Flag)];
    removeIdentityProvider: [VERSION];
    // one's own
    saveView: [NAME, Field::new("page", Hidden), Field::new("query", Hidden)];
    removeSavedView: [ID, VERSION.or_none()];
    markEventsSeen: [Field::new("position", Version)];

    grantSupportAccess: [Field::new("reason", Lines), EXPIRES_AT];
    endSupportAccess: [ID];
}

/// The form of a mutation.
#[must_use]
pub fn find(mutation: &str) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.mutation == mutation)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::{
        kinds::names_of,
        text::{Language, Text},
    };

    /// The inputs of all mutations: mutation → field → type.
    fn published() -> BTreeMap<String, BTreeMap<String, String>> {
        let schema = include_str!("../../../api/schema.graphql");
        let mut quiet = String::new();
        for (at, part) in schema.split("\"\"\"").enumerate() {
            if at % 2 == 0 {
                quiet.push_str(part);
            }
        }
        let body = |head: &str| -> Vec<String> {
            let start = quiet
                .find(&format!("{head} {{"))
                .unwrap_or_else(|| panic!("{head}"));
            let text = &quiet[start..];
            let text =
                &text[text.find('{').expect("a body") + 1..text.find("\n}").expect("an end")];
            text.lines()
                .map(|line| line.trim().to_owned())
                .filter(|line| !line.is_empty())
                .collect()
        };
        let mut mutations = BTreeMap::new();
        let mut last = String::new();
        for line in body("type Mutation") {
            if let Some(name) = line.strip_suffix('(') {
                last = name.to_owned();
            } else if let Some(input) = line.strip_prefix("input: ") {
                let input = input.trim_end_matches(['!', ',']);
                let fields = body(&format!("input {input}"))
                    .iter()
                    .filter_map(|line| line.split_once(": "))
                    .map(|(name, kind)| (name.to_owned(), kind.trim_end_matches(',').to_owned()))
                    .collect();
                mutations.insert(last.clone(), fields);
            }
        }
        mutations
    }

    /// What is done by uploading instead of by a form.
    const NO_FORM: [&str; 2] = ["createEvidenceUpload", "uploadEvidenceFile"];

    #[test]
    fn everything_that_the_api_does_can_be_done_here() {
        let published = published();
        assert!(published.len() > 50, "the schema was not read");
        let wanted: BTreeSet<&str> = published.keys().map(String::as_str).collect();
        let forms = FORMS.iter().map(|form| form.mutation);
        let have: BTreeSet<&str> = forms.chain(NO_FORM).collect();
        assert_eq!(have, wanted);
    }

    #[test]
    fn every_form_asks_for_what_its_mutation_takes() {
        let published = published();
        for form in FORMS {
            let Some(input) = published.get(form.mutation) else {
                continue;
            };
            let asked: BTreeSet<&str> = form.fields.iter().map(|field| field.name).collect();
            let taken: BTreeSet<&str> = input.keys().map(String::as_str).collect();
            assert_eq!(asked, taken, "{}", form.mutation);
            for field in form.fields {
                let kind = &input[field.name];
                let needed = kind.ends_with('!') && !kind.contains(" = ");
                assert!(
                    field.required || !needed,
                    "{}.{} is needed",
                    form.mutation,
                    field.name
                );
                if let Kind(name) = field.shape {
                    assert!(
                        kind.starts_with(name),
                        "{}.{}: {kind}",
                        form.mutation,
                        field.name
                    );
                    assert!(!names_of(name).is_empty(), "{name} has no values here");
                }
            }
        }
    }

    #[test]
    fn every_form_and_field_has_its_words() {
        for text in Language::ALL.map(Text::new) {
            for form in FORMS {
                for id in [
                    format!("do-{}", form.mutation),
                    format!("done-{}", form.mutation),
                ] {
                    assert!(text.find(&id).is_some(), "{id}");
                }
                for field in form.fields {
                    if !matches!(field.shape, Hidden | Version) {
                        let own = format!("field-{}-{}", form.mutation, field.name);
                        let shared = format!("field-{}", field.name);
                        let found = text.find(&own).or_else(|| text.find(&shared));
                        assert!(found.is_some(), "{shared}");
                    }
                }
            }
        }
    }
}
