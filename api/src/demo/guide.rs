//! What `samsyn demo` tells a person at a terminal: where it serves, whom to act as, and the first
//! commands of the tour, as a shell script that can be pasted.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use chrono::{Days, NaiveDate};
use entity::{
    Role,
    ServiceArea::{self, ApplicationHosting},
};
use url::Url;

use super::{
    paper::pdf,
    people::{ALVSUNDA, BALTESPANNAR, Cast, FJALLNARA, KLIENTVERKET, NORRVIK, Visitor},
};

/// The shell variables that hold tokens, and whose: of the service-area managers, the one of the area.
const VARIABLES: &[(&str, &str, Role, Option<ServiceArea>)] = &[
    ("IT_MANAGER", ALVSUNDA, Role::ItManager, None),
    (
        "SECURITY_COORDINATOR",
        ALVSUNDA,
        Role::SecurityCoordinator,
        None,
    ),
    (
        "HOSTING_AREA_MANAGER",
        ALVSUNDA,
        Role::ServiceAreaManager,
        Some(ApplicationHosting),
    ),
    ("READER", ALVSUNDA, Role::Reader, None),
    ("ADMINISTRATOR", ALVSUNDA, Role::Administrator, None),
    ("HOSTING_MANAGER", FJALLNARA, Role::SupplierManager, None),
    (
        "HOSTING_CONTRIBUTOR",
        FJALLNARA,
        Role::SupplierContributor,
        None,
    ),
    ("NETWORK_MANAGER", BALTESPANNAR, Role::SupplierManager, None),
    (
        "NETWORK_CONTRIBUTOR",
        BALTESPANNAR,
        Role::SupplierContributor,
        None,
    ),
    ("CLIENTS_MANAGER", KLIENTVERKET, Role::SupplierManager, None),
    (
        "CLIENTS_CONTRIBUTOR",
        KLIENTVERKET,
        Role::SupplierContributor,
        None,
    ),
    ("NORRVIK_IT_MANAGER", NORRVIK, Role::ItManager, None),
    (
        "NORRVIK_HOSTING_AREA_MANAGER",
        NORRVIK,
        Role::ServiceAreaManager,
        Some(ApplicationHosting),
    ),
];

/// A certificate to upload in the tour, and the same after a remark.
const SAMPLES: [(&str, &str, &str); 2] = [
    ("CERTIFICATE", "certificate.pdf", "Utgåva 1"),
    (
        "CORRECTED_CERTIFICATE",
        "certificate-corrected.pdf",
        "Utgåva 2, med förteckning över tjänster",
    ),
];

/// Everything that is told, after the addresses: the tokens, two sample files (which are written into
/// the folder), and the first commands.
///
/// # Errors
/// When the files cannot be written.
pub fn script(base: &Url, cast: &Cast, folder: &Path, today: NaiveDate) -> Result<String> {
    let mut lines = vec![COMMENTS.to_owned()];
    for (variable, organisation, role, area) in VARIABLES {
        let visitor = find(cast, organisation, *role, *area)?;
        lines.push(export(
            variable,
            &visitor.token,
            &format!("{}, {organisation}", visitor.name),
        ));
    }
    for (variable, program) in ["SERVICE_DESK", "SUPPLIER_DESK"]
        .iter()
        .zip(&cast.integrations)
    {
        let about = format!(
            "{}, {}: reads action items",
            program.name, program.organisation
        );
        lines.push(export(variable, &program.token, &about));
    }
    for (variable, name, edition) in SAMPLES {
        let path = folder.join(name);
        let bytes = pdf(
            "Certifikat ISO/IEC 27001:2022",
            &["Nordcert Sverige AB", edition],
        );
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        let path = path.canonicalize()?;
        lines.push(export(
            variable,
            &path.display().to_string(),
            "a sample to upload",
        ));
    }
    lines.push(
        TOUR.replace("{base}", base.as_str())
            .replace("{from}", &today.to_string())
            .replace("{until}", &(today + Days::new(1095)).to_string()),
    );
    Ok(lines.join("\n"))
}

fn find<'c>(
    cast: &'c Cast,
    organisation: &str,
    role: Role,
    area: Option<ServiceArea>,
) -> Result<&'c Visitor> {
    let visitor = cast.actors.iter().find(|visitor| {
        visitor.organisation == organisation
            && visitor.roles.contains(&role)
            && area.is_none_or(|area| visitor.service_areas == [area])
    });
    visitor.with_context(|| format!("nobody is {role:?} of {organisation}"))
}

/// A line of a shell script that sets a variable, with what it is for.
fn export(variable: &str, value: &str, about: &str) -> String {
    let value = value.replace('\'', r"'\''");
    format!("export {variable}='{value}'  # {about}")
}

/// Has zsh, too, understand comments in what is pasted.
const COMMENTS: &str = "setopt interactivecomments 2>/dev/null || true";

/// The first commands. `ask` sends an operation in somebody's name, `id` takes the first id out of an
/// answer, `field` any other text.
const TOUR: &str = r#"
ask() { curl -sS {base}graphql -H "Authorization: Bearer $1" -H 'Content-Type: application/json' -d "$2"; echo; }
field() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }
id() { field id; }

# What the strategic forum has before it, in one query
FORUM=$(ask "$IT_MANAGER" '{"query":"{ forums(filter: {level: [STRATEGIC]}) { nodes { id } } }"}' | id)
ask "$IT_MANAGER" '{"query":"query($forum: ID!) { briefing(forumId: $forum) { overdueActionItems(first: 3) { totalCount nodes { title dueOn } } highRisks(first: 3) { totalCount nodes { title score } } submissionsToReview(first: 3) { totalCount nodes { title } } } }","variables":{"forum":"'"$FORUM"'"}}'

# A supplier drafts a certificate, uploads it and hands it in
AGREEMENT=$(ask "$IT_MANAGER" '{"query":"{ agreements(filter: {serviceArea: [APPLICATION_HOSTING]}) { nodes { id } } }"}' | id)
EVIDENCE=$(ask "$HOSTING_CONTRIBUTOR" '{"query":"mutation($input: DraftEvidenceInput!) { draftEvidence(input: $input) { id } }","variables":{"input":{"kind":"CERTIFICATE","title":"ISO/IEC 27001, new cycle","standard":"ISO/IEC 27001:2022","certificationBody":"Nordcert Sverige AB","certificateNumber":"NC-27001-3001","validFrom":"{from}","validUntil":"{until}"}}}' | id)
UPLOAD=$(ask "$HOSTING_CONTRIBUTOR" '{"query":"mutation($input: CreateEvidenceUploadInput!) { createEvidenceUpload(input: $input) { url } }","variables":{"input":{"evidenceId":"'"$EVIDENCE"'","fileName":"certificate.pdf"}}}' | field url)
curl -sS -T "$CERTIFICATE" "$UPLOAD"; echo
SUBMISSION=$(ask "$HOSTING_CONTRIBUTOR" '{"query":"mutation($input: CreateSubmissionInput!) { createSubmission(input: $input) { id } }","variables":{"input":{"evidenceId":"'"$EVIDENCE"'","agreementId":"'"$AGREEMENT"'"}}}' | id)
ask "$HOSTING_CONTRIBUTOR" '{"query":"mutation($input: SubmitSubmissionInput!) { submitSubmission(input: $input) { title state version } }","variables":{"input":{"id":"'"$SUBMISSION"'","expectedVersion":1}}}'

# Its customer sees it; another supplier cannot find it
ask "$HOSTING_AREA_MANAGER" '{"query":"query($id: ID!) { node(id: $id) { ... on Submission { title state validUntil } } }","variables":{"id":"'"$SUBMISSION"'"}}'
ask "$NETWORK_CONTRIBUTOR" '{"query":"query($id: ID!) { node(id: $id) { ... on Submission { title } } }","variables":{"id":"'"$SUBMISSION"'"}}'"#;
