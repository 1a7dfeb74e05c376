//! Every template is rendered with samples: each page and each form, in both languages, with all, nothing, too much and
//! some of what the schema lets the API answer, and with everything that it refuses.
//!
//! What always holds: nothing here knows what a page looks like. A route is missing here until it is visited ([`PAGES`]),
//! and a piece of a template until some sample shows it.

mod markup;
mod sample;
mod stand_in;
mod templates;
mod tour;

use apollo_compiler::{Name, Schema, validation::Valid};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use portal::{
    sign_in::{self, DemoPerson},
    words::{Message, Words},
};
use url::form_urlencoded;

use sample::{Fill, Kind, MARKUP, id};
use tour::{LIVE, Tour, codes, routes};

const FORM: &str = "application/x-www-form-urlencoded";
const FILES: &str = "multipart/form-data; boundary=x";

/// The pages: their routes, and what may follow. `{Risk}` is the id of a risk.
const PAGES: &str = "
/ ?done=markEventsSeen
/access
/action-items ?q=x ?mine=true&state=OPEN ?overdue=true&organisation={Organisation}
/action-items/{ActionItem}
/agreements ?force=true
/agreements/{Agreement}
/decisions ?q=x
/events ?q=x
/evidence ?archived=true&q=x ?order=title ?order=until&before=2026-01-01
/evidence/new ?request={EvidenceRequest} ?kind=POLICY&title=%3Cu%3E
/evidence/{Evidence}
/forums ?level=TACTICAL
/forums/{Forum} ?show=project ?show=project&audience=all ?show=project&audience={Organisation}
/me
/meetings ?q=x
/meetings/{Meeting}
/people ?q=x
/people/{Person}
/requests ?q=x&before=2026-01-01&overdue=true
/requests/{EvidenceRequest}
/risk-analyses ?order=title ?order=review
/risk-analyses/{RiskAnalysis}
/risks ?q=x ?owner={Person}&accepted=EXPIRED ?now=3-3&order=score&open=all ?left=2-4&order=title&acceptance=true&level=serious ?order=review
/risks/{Risk} ?done=closeRisk
/search ?q=%3Cu%3E&kind=RISK
/submissions ?q=x ?order=until
/submissions/{Submission} ?file={EvidenceFile}
/validity ?validity=EXPIRED";
/// The routes that are visited in ways of their own.
const OTHERS: &str = "/assets/{version}/{name} /do/{mutation} /evidence/{id}/add-files /evidence/{id}/hand-in /export/{file} \
    /files/{id}/view /me/choices";
const EXPORTS: &str = "submissions evidence requests risk-analyses risks action-items agreements events forums people \
    sessions tokens validity decisions meetings";

/// How a form is answered that the API refuses with this code: it keeps what was typed for whoever has to sign in again.
fn status_of_form(code: &str) -> u16 {
    match code {
        "UNAUTHENTICATED" => 401,
        code => status(code),
    }
}

/// How a page is answered that the API refuses with this code.
fn status(code: &str) -> u16 {
    match code {
        "UNAUTHENTICATED" => 303,
        "FORBIDDEN" => 403,
        "NOT_FOUND" => 404,
        "CONFLICT" | "INVALID_STATE" => 409,
        "LIMIT_EXCEEDED" => 413,
        "INVALID_INPUT" | "GRAPHQL_VALIDATION_FAILED" => 422,
        "RATE_LIMITED" => 429,
        "UNAVAILABLE" | "TRY_AGAIN" => 503,
        _ => 500,
    }
}

/// Kinds of samples, as a cookie tells them: so many turns of what is all there, and of what is there in part.
fn samples(full: usize, mixed: usize) -> Vec<String> {
    let few = [(Fill::Bare, 0), (Fill::Bare, 1), (Fill::Long, 0)];
    let few = few.map(|(fill, turn)| Kind(fill, turn)).into_iter();
    // Lists of three have the values of three turns.
    let full = (0..full).map(|turn| Kind(Fill::Full, 3 * turn));
    let mixed = (0..mixed).map(|turn| Kind(Fill::Mixed, turn));
    let all = full.chain(few).chain(mixed);
    all.map(|Kind(fill, turn)| format!("sample={fill:?}.{turn}; samsyn-theme=dark"))
        .collect()
}

#[test]
fn every_route_is_visited() {
    let is_visited = |route: &&String| {
        let pages = pages();
        let mut paths = pages.iter().map(|(path, _)| path);
        paths.any(|path| markup::fits(route, path) && route.contains('{') == path.contains('{'))
    };
    let is_other = |route: &&String| OTHERS.split(' ').any(|other| other == *route);
    let known = routes();
    let missed = known
        .keys()
        .filter(|route| !is_visited(route) && !is_other(route));
    assert_eq!(missed.collect::<Vec<_>>(), [""; 0]);
}

#[tokio::test]
async fn every_list_leads_to_its_files() {
    let tour = Tour::begin("sv");
    for list in EXPORTS.split(' ') {
        let path = match list {
            "sessions" | "tokens" => "/access".to_owned(),
            list => format!("/{list}"),
        };
        let page = tour.reads(&path).await;
        assert!(page.contains(&format!("/export/{list}.csv")), "{list}");
    }
}

#[tokio::test]
async fn a_list_that_offers_to_save_a_view_shows_those_that_were_saved() {
    let tour = Tour::begin("sv");
    for (path, _) in pages() {
        let page = tour.reads(&format!("{}?q=x", filled(path, 0))).await;
        let sent = tour.stand_in.documents.lock().expect("the documents");
        let asks = sent.keys().any(|text| text.contains("savedViews"));
        assert_eq!(page.contains("/do/saveView"), asks, "{path}");
        drop(sent);
        tour.stand_in.documents.lock().expect("them").clear();
    }
}

#[tokio::test]
async fn what_others_change_appears_on_every_page_but_forms() {
    let tour = Tour::begin("sv");
    for (path, _) in pages() {
        let page = tour.reads(&filled(path, 0)).await;
        assert_eq!(page.contains(LIVE), path != "/evidence/new", "{path}");
    }
}

#[tokio::test]
async fn handing_in_begins_with_nothing_that_an_address_could_overwrite() {
    let tour = Tour::begin("sv");
    let path = filled("/evidence/new?id={Evidence}&expectedVersion=3", 0);
    let page = tour.reads(&path).await;
    for name in ["id", "expectedVersion"] {
        assert!(!page.contains(&format!("name=\"{name}\"")), "{name}");
    }
}

#[tokio::test]
async fn a_refused_draft_is_sent_again_with_the_version_that_was_seen() {
    let tour = Tour::begin("sv");
    let draft = part("id", &id("Evidence", 0)) + &part("expectedVersion", "987");
    let typed = draft + &part("kind", "POLICY") + &part("title", "Mine");
    let unreadable = format!("{typed}{}--x--", part("validFrom", "soon"));
    let whole = typed + "--x--";
    let seen = |page: &str| page.contains("name=\"expectedVersion\" value=\"987\"");
    for (sent, refused) in [
        (&unreadable, ""),
        (&whole, "refused-change=INVALID_INPUT"),
        (&whole, "refused-change=INVALID_STATE"),
    ] {
        let page = tour.reads_after("/evidence/new", FILES, sent, refused);
        assert!(seen(&page.await), "{refused}");
    }
    // What a colleague has made of it is shown before it can be overwritten.
    let conflict = "refused-change=CONFLICT";
    let page = tour.reads_after("/evidence/new", FILES, &whole, conflict);
    let page = page.await;
    assert!(!seen(&page) && page.contains("name=\"expectedVersion\""));
    assert!(page.contains("id=\"updateEvidence-title-theirs\""));
}

#[tokio::test]
async fn what_is_handed_in_is_kept_when_the_session_ends_while_files_come() {
    let tour = Tour::begin("sv");
    let typed = part("kind", "POLICY") + &part("title", "T") + &part("agreementId", "agr_1");
    let whole = typed + &part("message", "Hello") + &part("file; filename=a.txt", "x") + "--x--";
    let ended = "refused-upload=UNAUTHENTICATED";
    let page = tour.reads_after("/evidence/new", FILES, &whole, ended);
    let page = page.await;
    // It goes on with the draft, and makes no second one.
    for name in ["id", "expectedVersion", "agreementId", "message", "file"] {
        assert!(page.contains(&format!("name=\"{name}\"")), "{name}");
    }
}

#[tokio::test]
async fn a_cell_of_the_matrix_has_as_many_risks_as_the_list_counts() {
    let tour = Tour::begin("sv");
    let count = |page: &str| {
        let after = page.split("<h1>").nth(1).expect("a heading");
        after.split(['<', '>']).nth(2).expect("a count").to_owned()
    };
    let all = count(&tour.reads("/risks").await);
    assert_eq!(count(&tour.reads("/risks?now=3-3").await), all);
}

#[tokio::test]
async fn every_template_is_rendered_with_samples_in_swedish() {
    everything_in("sv").await;
}

#[tokio::test]
async fn every_template_is_rendered_with_samples_in_english() {
    everything_in("en").await;
}

async fn everything_in(language: &'static str) {
    let tour = Tour::begin(language);
    signing_in(&tour).await;
    // What most pages have is found first, so that little is left to be looked for in the rest.
    every_page(&tour, &samples(1, 0)).await;
    every_form(&tour).await;
    what_is_handed_in(&tour).await;
    every_page(&tour, &samples(5, 48)).await;
    every_refusal(&tour).await;
    what_is_no_page(&tour).await;

    let problems = tour.problems.into_inner().expect("the problems");
    assert!(problems.is_empty(), "{problems:#?}");
    let unseen = tour.unseen.into_inner().expect("the pieces");
    assert!(
        unseen.is_empty(),
        "no page shows these pieces of templates: {unseen:#?}"
    );
    let stand_in = tour.stand_in;
    let sent = stand_in.documents.lock().expect("the documents");
    let by_scripts =
        |text: &str| text.starts_with("subscription") || text.starts_with("mutation (");
    let unsent = portal::documents().filter(|text| !by_scripts(text) && !sent.contains_key(*text));
    assert_eq!(unsent.collect::<Vec<_>>(), [""; 0], "no page asks for it");
    let answered = stand_in.answered.lock().expect("the values");
    for (kind, _) in answered.iter() {
        let known = stand_in.schema.get_enum(kind).expect("an enumeration");
        let is_missing = |value: &&Name| !answered.contains(&(kind.clone(), value.to_string()));
        assert_eq!(known.values.keys().find(is_missing), None, "of {kind}");
    }
}

/// A path of a page: with the records of this number, or with whatever `{…}` stands for.
fn filled(path: &str, number: usize) -> String {
    let mut parts = path.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.filter_map(|part| part.split_once('}'));
    rest.fold(first, |path, (kind, after)| {
        path + &id(kind, number) + after
    })
}

/// The paths of all pages, and what may follow each.
fn pages() -> Vec<(&'static str, Vec<&'static str>)> {
    let lines = PAGES.trim().lines();
    let lines = lines.map(|line| line.split_once(' ').unwrap_or((line, "")));
    lines
        .map(|(path, more)| {
            (
                path,
                std::iter::once("").chain(more.split_whitespace()).collect(),
            )
        })
        .collect()
}

/// All pages, with these samples.
async fn every_page(tour: &Tour, samples: &[String]) {
    for (turn, sample) in samples.iter().enumerate() {
        for (path, queries) in pages() {
            // A list needs less to be shown in every way.
            if turn > 14 && !path.contains('{') {
                continue;
            }
            for query in queries {
                let path = filled(&format!("{path}{query}"), [0, 2][turn % 2]);
                tour.sees(&path, sample, 200).await;
            }
        }
    }
}

/// All pages, refused; with ids of other records; and what is no page.
async fn every_refusal(tour: &Tour) {
    for (path, _) in pages() {
        for code in codes() {
            let expected = match (path, code.as_str()) {
                ("/", "UNAUTHENTICATED") => 200,
                ("/", "FORBIDDEN") => 303,
                _ => status(&code),
            };
            let refused = format!("refused={code}");
            tour.sees(&filled(path, 0), &refused, expected).await;
        }
        if let Some((folder, _)) = path.split_once('{') {
            let other = format!("{folder}{}", id("Comment", 0));
            tour.sees(&other, "", 404).await;
            tour.sees(&format!("{folder}none"), "", 404).await;
        }
    }
    tour.sees("/nowhere", "", 404).await;
}

/// All forms: empty, about a record, sent as they should be and as they should not.
async fn every_form(tour: &Tour) {
    let schema = &tour.stand_in.schema;
    let mutations = &schema.get_object("Mutation").expect("mutations").fields;
    for (name, mutation) in mutations {
        if matches!(name.as_str(), "createEvidenceUpload" | "uploadEvidenceFile") {
            continue;
        }
        let path = format!("/do/{name}");
        let made = mutation.ty.inner_named_type();
        let about = format!("{path}?id={}&return_to=/risks", id(made, 0));
        for sample in samples(1, 1) {
            tour.sees(&path, &sample, 200).await;
            tour.sees(&about, &sample, 200).await;
        }
        let input = mutation.arguments[0].ty.inner_named_type();
        let typed = typed(schema, input, &id(made, 0));
        // What is shown only once is shown; else one goes on.
        let done = match made.starts_with("Created") {
            true => 200,
            false => 303,
        };
        tour.sends(&path, FORM, &typed, "", done).await;
        let back = format!("{typed}&return_to=/risks?q=x%23list");
        tour.sends(&path, FORM, &back, "sample=Bare.0", done).await;
        for code in codes() {
            let refused = format!("refused-change={code}; sample=Mixed.1");
            tour.sends(&path, FORM, &typed, &refused, status_of_form(&code))
                .await;
        }
        // A question mark before it makes nonsense of a day, a number and JSON, and of nothing else.
        let nonsense = typed.replace('=', "=%3F") + "&";
        let unreadable = ["=%3F3&", "=%3F2026", "=%3F%5B"];
        let unreadable = match unreadable.iter().any(|value| nonsense.contains(value)) {
            true => 422,
            false => done,
        };
        tour.sends(&path, FORM, &nonsense, "", unreadable).await;
    }
    for code in codes() {
        let refused = format!("refused={code}");
        tour.sends(
            "/do/recordDecision",
            FORM,
            "",
            &refused,
            status_of_form(&code),
        )
        .await;
    }
    tour.sees("/do/nothing", "", 404).await;
    tour.sends("/do/nothing", FORM, "", "", 404).await;
}

/// What somebody types who fills in every field of an input.
fn typed(schema: &Valid<Schema>, input: &str, about: &str) -> String {
    let fields = &schema.get_input_object(input).expect("an input").fields;
    let value = |name: &str, kind: &str| match kind {
        _ if name == "id" => about.to_owned(),
        "Boolean" => "true".to_owned(),
        "Date" => "2026-03-01".to_owned(),
        "DateTime" => "2026-03-01T10:00".to_owned(),
        "ID" => id("Organisation", 0),
        "Int" | "Long" => "3".to_owned(),
        "JSON" => "[]".to_owned(),
        "RoleInput" => "READER".to_owned(),
        "RoleMappingInput" => "x = READER".to_owned(),
        other => match schema.get_enum(other) {
            Some(known) => known.values[0].value.to_string(),
            None => MARKUP.to_owned(),
        },
    };
    let pairs = fields
        .iter()
        .map(|(name, field)| (name.as_str(), value(name, field.ty.inner_named_type())));
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// A field of a form with files.
fn part(name: &str, value: &str) -> String {
    format!("--x\r\ncontent-disposition: form-data; name={name}\r\n\r\n{value}\r\n")
}

/// Handing in, which is a page of its own, and sending files.
async fn what_is_handed_in(tour: &Tour) {
    let agreement = id("Agreement", 0);
    let about = part("title", MARKUP) + &part("agreementId", &agreement) + &part("message", MARKUP);
    let answering = part("request", &id("EvidenceRequest", 0)) + &part("requestVersion", "3");
    let file = part("file; filename=a.txt", MARKUP);
    let whole = format!("{about}{answering}{}{file}--x--", part("kind", "POLICY"));
    let drafted = part("id", &id("Evidence", 0)) + &part("expectedVersion", "3");
    let evidence = format!("/evidence/{}", id("Evidence", 0));
    let (new, add) = ("/evidence/new", format!("{evidence}/add-files"));
    let again = format!("{evidence}/hand-in");
    for code in codes() {
        let refused = status(&code);
        let change = format!("refused-change={code}");
        let kept = status_of_form(&code);
        tour.sends(new, FILES, &whole, &change, kept).await;
        tour.sends(new, FILES, &(drafted.clone() + &whole), &change, kept)
            .await;
        tour.sends(&add, FILES, &whole, &change, refused).await;
        tour.sends(&again, FORM, "agreementId=a&message=x", &change, kept)
            .await;
        let upload = format!("refused-upload={code}");
        tour.sends(new, FILES, &whole, &upload, kept).await;
        tour.sends(&add, FILES, &whole, &upload, refused).await;
    }
    tour.sends(new, FILES, &whole, "", 303).await;
    let to_another = whole.replace(&agreement, "agr_1");
    tour.sends(new, FILES, &to_another, "", 422).await;
    let unreadable = format!("{about}--x--");
    tour.sends(new, FILES, &unreadable, "", 422).await;
    let long = part("title", &"x".repeat(100_000)) + "--x--";
    tour.sends(new, FILES, &long, "", 413).await;
    tour.sends(new, FILES, "--x\r\nbroken", "", 400).await;
    tour.sends(new, "text/plain", "", "", 422).await;
    tour.sends(&add, FILES, &whole, "", 303).await;
    tour.sends(&add, FILES, "--x--", "", 422).await;
    for agreements in ["", "agreementId=a", "agreementId=a&agreementId=b"] {
        tour.sends(&again, FORM, agreements, "", 303).await;
    }
}

/// Files, lists as files, what pages are made of, and choices.
async fn what_is_no_page(tour: &Tour) {
    let file = format!("/files/{}/view", id("EvidenceFile", 0));
    tour.sees(&file, "", 200).await;
    tour.sees(&file, "refused=UNAUTHENTICATED", 303).await;
    tour.sees(&file, "refused=NOT_FOUND", 404).await;
    for list in EXPORTS.split(' ') {
        for sample in samples(1, 1) {
            tour.sees(&format!("/export/{list}.csv"), &sample, 200)
                .await;
            tour.sees(&format!("/export/{list}.xlsx"), &sample, 200)
                .await;
        }
    }
    for code in codes() {
        let refused = format!("refused={code}");
        tour.sees("/export/risks.csv", &refused, status(&code))
            .await;
    }
    tour.sees("/export/nothing.csv", "", 404).await;
    tour.sees("/assets/0/portal.css", "", 200).await;
    tour.sees("/assets/0/nothing", "", 404).await;
    for chosen in [
        "language=en&theme=dark",
        "language=xx&return_to=//evil.example",
    ] {
        tour.sends("/me/choices", FORM, chosen, "", 303).await;
    }
}

/// The pages on which one signs in and out, which the service shows.
async fn signing_in(tour: &Tour) {
    let marked = || MARKUP.to_owned();
    let somebody = [DemoPerson {
        id: marked(),
        name: marked(),
        about: marked(),
    }];
    let language = HeaderValue::from_static(tour.language);
    let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, language)]);
    let words = Words::for_browser(&headers);
    let empty = sign_in::form(words, None, "", "/", &[]);
    tour.looks_at(empty, 200, "signing in").await;
    for message in [
        Message::UnknownDomain,
        Message::NotAnAddress,
        Message::Expired,
        Message::ProviderUnavailable,
        Message::RefusedByProvider,
        Message::NotTrusted,
        Message::NotWelcome,
        Message::TooWeak,
        Message::TooMany,
        Message::Failed,
        Message::SignedOut,
    ] {
        let form = sign_in::form(words, Some(message), MARKUP, "/risks?q=<u>", &somebody);
        tour.looks_at(form, 422, "signing in").await;
        let told = sign_in::message(words, StatusCode::OK, message, Some(MARKUP));
        tour.looks_at(told, 200, "signing in").await;
    }
}
