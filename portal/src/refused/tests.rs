use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use self::source::{Token, after, read, texts};
use super::*;
use crate::{api::Violation, form::FORMS, text::Language};

mod source;

/// Sources of which no person meets a text in the portal, and why.
const MACHINES: &[(&str, &str)] = &[
    (
        "access/authn/",
        "whoever is not signed in is led to sign in",
    ),
    ("access/session.rs", "the same"),
    ("access/migrate.rs", "for the operator, in a terminal"),
    ("access/operator.rs", "for the operator, in a terminal"),
    ("bus/", "for the operator, in a terminal"),
    ("command/", "for the operator, in a terminal"),
    ("config/", "for the operator, in a terminal"),
    ("demo/", "the demo's records"),
    (
        "graphql/",
        "HTTP, JSON and GraphQL; the portal's documents are checked",
    ),
    ("telemetry/", "what is measured"),
    ("topic/calendar/http.rs", "read by calendar programs"),
    (
        "topic/evidence/http/",
        "tus and plain PUT, as programs speak them",
    ),
    (
        "topic/evidence/resume.rs",
        "tus; the portal's script tells it by its code",
    ),
    ("topic/identity/gatekeeper.rs", "access tokens of programs"),
    ("topic/identity/http/", "signing in has pages of its own"),
    ("topic/provisioning/", "SCIM"),
    ("topic/token/oauth.rs", "OAuth"),
];

/// Texts that no person meets in the portal, in sources that have others.
const MACHINE_ONLY: &[&str] = &[
    // Sessions are not limited to scopes, and belong to a person.
    "You may not do this: {} needs a token with the scope {scope}.",
    "You may not do this: {} is done by a person, not by an integration.",
    "This token may not read this: it needs the scope {scope}.",
    "must be among the scopes of the token that you use now",
    "An integration cannot make tokens for itself. Ask an administrator for createIntegrationToken.",
    "An integration has no calendar. A person makes one, with createCalendarFeed.",
    "The token in use reads nothing that a calendar shows. Use one with FORUM_READ or ACTION_ITEM_READ.",
    // The portal says neither which file another replaces, nor sends two to one address.
    "must be a current file of this evidence",
    "This upload URL has been used. Ask for a new one with createEvidenceUpload.",
    // The position comes from the page.
    "must be the position of an event, or 0",
];

/// Where the API's sources give the reason of a refusal.
const REASONS: &[&str] = &[
    "invalid(",
    "require(",
    "InvalidState(",
    "Forbidden(",
    "LimitExceeded(",
    "Unreadable(",
    "refused(",
];

/// A source of the API: its path below `src`, and what stands in it.
struct Source {
    path: String,
    tokens: Vec<Token>,
}

impl Source {
    fn is_for_machines(&self) -> bool {
        MACHINES.iter().any(|(path, _)| self.path.starts_with(path))
    }

    /// What it refuses: what is given as the reason of a refusal, and what reads as one wherever it stands, for reasons
    /// have names and are chosen among.
    fn refusals(&self) -> BTreeSet<&str> {
        let given = REASONS
            .iter()
            .flat_map(|reason| after(&self.tokens, reason, ')'))
            .flat_map(texts)
            // Names of fields, and what stands between the parts of a list, say nothing.
            .filter(|text| text.trim().contains(' '));
        texts(&self.tokens)
            .filter(|text| is_violation(text) || is_sentence(text))
            .filter(|text| !self.is_description(text))
            .chain(given)
            .collect()
    }

    /// Whether the text describes the schema.
    fn is_description(&self, text: &str) -> bool {
        let described = after(&self.tokens, "desc =", ',');
        described
            .iter()
            .any(|rest| texts(rest).any(|other| other == text))
    }
}

fn is_violation(text: &str) -> bool {
    let begins = ["must ", "is ", "has ", "belongs ", "contains ", "did not "];
    begins.iter().any(|word| text.starts_with(word))
}

fn is_sentence(text: &str) -> bool {
    text.starts_with(char::is_uppercase) && text.ends_with('.') && text.contains(' ')
}

fn sources() -> Vec<Source> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src");
    let mut paths = vec![];
    list(&home, &mut paths);
    let sources: Vec<_> = paths
        .iter()
        .map(|path| Source {
            path: path
                .strip_prefix(&home)
                .expect("below")
                .display()
                .to_string(),
            tokens: read(&fs::read_to_string(path).expect("a source")),
        })
        .collect();
    assert!(sources.len() > 100, "the API's sources were not found");
    sources
}

fn list(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests");
        match (is_test, path.is_dir()) {
            (true, _) => {}
            (false, true) => list(&path, paths),
            (false, false) => paths.push(path),
        }
    }
}

/// The texts that stand after these words somewhere in the sources.
fn parts<'a>(sources: &'a [Source], path: &str, before: &str, end: char) -> Vec<&'a str> {
    let found: Vec<_> = sources
        .iter()
        .filter(|source| source.path.starts_with(path))
        .flat_map(|source| after(&source.tokens, before, end))
        .flat_map(texts)
        .collect();
    assert!(!found.is_empty(), "{before} is not in {path}");
    found
}

/// Every text that a refusal becomes whose parts stand apart in the sources; itself, if it is whole.
fn whole(sources: &[Source], text: &str) -> Vec<String> {
    let filled = |place: &str, parts: Vec<&str>| -> Vec<String> {
        let parts = parts.into_iter();
        parts.map(|part| text.replacen(place, part, 1)).collect()
    };
    let rules = "access/action.rs";
    match text {
        // What is put into others.
        "is done {}" | "is for the managers of its service area" => vec![],
        "You may not do this: {} {why}." => {
            let mut why = parts(sources, rules, "refusal(", ')');
            why.retain(|part| *part != "is done {}");
            let conditions = parts(sources, rules, "fn words(self) -> &'static str {", '}');
            let done: Vec<_> = conditions.iter().map(|c| format!("is done {c}")).collect();
            why.extend(done.iter().map(String::as_str));
            filled("{why}", why)
        }
        "contains {path}, that is, {what}. {}" => {
            let found = parts(sources, "store/media.rs", "let what =", ';');
            filled("{what}", found)
        }
        text if text.starts_with("{} that is {} cannot be") => filled(
            "{}",
            parts(sources, "topic/", "const SUBJECT: &'static str =", ';'),
        ),
        text => vec![text.to_owned()],
    }
}

/// What somebody is told: with something in every place of the text.
fn sample(text: &str) -> String {
    let mut pieces = text.split('{');
    let mut told = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = piece.split_once('}').map_or(piece, |(_, rest)| rest);
        told.push('7');
        told.push_str(rest);
    }
    told
}

#[test]
fn whatever_the_api_refuses_a_person_is_said_in_words() {
    let sources = sources();
    let mut machine_only: BTreeSet<_> = MACHINE_ONLY.iter().copied().collect();
    let mut silent = vec![];
    let mut count = 0;
    for source in sources.iter().filter(|source| !source.is_for_machines()) {
        for text in source
            .refusals()
            .into_iter()
            .flat_map(|text| whole(&sources, text))
        {
            count += 1;
            let known = MACHINE_ONLY.contains(&text.as_str());
            machine_only.remove(text.as_str());
            if !known && row(&sample(&text)).is_none() {
                silent.push(format!("{}: {text}", source.path));
            }
        }
    }
    assert!(count > 100, "only {count} texts were found");
    assert!(silent.is_empty(), "without words:\n{}", silent.join("\n"));
    assert!(machine_only.is_empty(), "nobody says {machine_only:?}");
}

#[test]
fn no_row_of_the_table_is_dead() {
    let sources = sources();
    let texts: BTreeSet<_> = sources.iter().flat_map(Source::refusals).collect();
    let told = texts.into_iter().flat_map(|text| whole(&sources, text));
    let told: Vec<_> = told.map(|text| sample(&text)).collect();
    let first = |message: &String| {
        let mut rows = WORDS.iter();
        rows.position(|(pattern, _)| matched(pattern, message).is_some())
    };
    let used: BTreeSet<_> = told.iter().filter_map(first).collect();
    for (at, (pattern, _)) in WORDS.iter().enumerate() {
        assert!(used.contains(&at), "the API does not say: {pattern}");
    }
}

#[test]
fn what_only_machines_meet_is_still_there() {
    let sources = sources();
    for (path, why) in MACHINES {
        let found = sources.iter().any(|source| source.path.starts_with(path));
        assert!(found, "{path} ({why})");
    }
}

#[test]
fn every_row_says_all_of_its_message_and_names_no_mutation() {
    for text in Language::ALL.map(Text::new) {
        for (pattern, id) in WORDS {
            assert!(text.find(id).is_some(), "{id}");
            let told = in_words(text, &sample(pattern)).unwrap_or_default();
            assert!(!told.contains('{'), "{id}: {told}");
            for form in FORMS {
                assert!(!told.contains(form.mutation), "{id}: {told}");
            }
        }
    }
}

#[test]
fn a_broken_rule_is_said_in_swedish() {
    let swedish = Text::new(Language::Swedish);
    for (told, said) in [
        ("must not be blank", "Fyll i det här."),
        (
            "must be at most 200 characters long, not 412",
            "Högst 200 tecken.",
        ),
        (
            "must be 2026-03-01 or later, not 2026-01-01",
            "Tidigast 2026-03-01.",
        ),
        ("must be from 1 to 5, not 7", "Skriv ett tal från 1 till 5."),
        (
            "must lie in a year from 1900 to 2199",
            "Året ska ligga mellan 1900 och 2199.",
        ),
        (
            "must be a STRATEGIC forum, the level just above",
            "Välj ett forum på nivån närmast ovanför: Strategiskt.",
        ),
        (
            "must be a forum one level up or down: from TACTICAL that is STRATEGIC or OPERATIONAL",
            "Välj ett forum på nivån närmast ovanför eller under. Från nivån Taktiskt är det: Strategiskt eller Operativt.",
        ),
        (
            "contains xl/vbaProject.bin, that is, macros; save it without them. Accepted are: PDF (.pdf)",
            "Filen innehåller makron. Spara den utan makron och ladda upp den igen.",
        ),
        (
            "must have been handed in: do so with submitSubmission first",
            "Inlämningen är fortfarande ett utkast. Välj ”Lämna in” på inlämningens sida först, och besvara sedan begäran.",
        ),
        ("is no key", "is no key"),
    ] {
        assert_eq!(violation(swedish, told), said);
    }
    let late = "must be 2027-03-01 or earlier: a risk is accepted for a year at most, so that";
    assert!(violation(swedish, late).starts_with("Senast 2027-03-01:"));
}

fn refused(code: &str, message: &str) -> Refusal {
    Refusal {
        message: message.to_owned(),
        ..Refusal::coded(code)
    }
}

#[test]
fn a_refusal_is_said_in_swedish() {
    let swedish = Text::new(Language::Swedish);
    for (code, told, said) in [
        (
            "INVALID_STATE",
            "A submission that is DRAFT cannot be approved; that is possible from SUBMITTED.",
            "Inlämningens läge är nu: Utkast. Det här går bara i läget: Inlämnad. Ladda om sidan och se vad som gäller nu.",
        ),
        (
            "INVALID_STATE",
            "An action item that is VERIFIED cannot be reported done; that is possible from OPEN, IN_PROGRESS.",
            "Åtgärdens läge är nu: Verifierad. Det här går bara i läget: Öppen eller Pågår. Ladda om sidan och se vad som gäller nu.",
        ),
        (
            "INVALID_STATE",
            "This risk analysis has been approved. Open it for changes with reviseRiskAnalysis first.",
            "Analysen är godkänd. Välj ”Öppna för ändring” först.",
        ),
        (
            "FORBIDDEN",
            "You may not do this: AcceptRisk needs one of the roles IT_MANAGER.",
            "Bara den som har rollen It-chef får göra det här. Be en kollega som har den, eller be er administratör att ge dig den.",
        ),
        (
            "LIMIT_EXCEEDED",
            "The file is larger than 100.0 MiB (104857600 bytes), the most that is accepted. Make it smaller, or hand it in as several files.",
            "Filen är större än gränsen 104,9 MB. Gör den mindre eller dela upp den på flera filer.",
        ),
        (
            "NOT_FOUND",
            "Nothing with this id can be found.",
            "Det finns inget sådant, eller så får du inte se det.",
        ),
    ] {
        let refusal = refused(code, told);
        assert_eq!(message(swedish, &refusal), (said.to_owned(), None));
    }
}

#[test]
fn what_has_no_words_is_shown_as_it_was_said() {
    let swedish = Text::new(Language::Swedish);
    let (said, english) = message(swedish, &refused("INVALID_STATE", "Something new."));
    assert_eq!(said, "Det går inte i det läge som det är nu.");
    assert_eq!(english.as_deref(), Some("Something new."));
}

#[test]
fn broken_rules_are_told_where_there_is_no_form_too() {
    let swedish = Text::new(Language::Swedish);
    let refusal = Refusal {
        violations: vec![Violation {
            path: "text".to_owned(),
            message: "must have at most 8 words, not 12".to_owned(),
        }],
        ..refused("INVALID_INPUT", "The input is not valid: …")
    };
    let said = "Något i det du skickade var fel. Sök på högst 8 ord.";
    assert_eq!(message(swedish, &refusal), (said.to_owned(), None));
}
