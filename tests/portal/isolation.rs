//! Nobody sees what is not theirs: no page shows a word of a record to a foreign supplier, to a foreign customer, or to
//! somebody who is not signed in; nothing is done by whoever may not do it, nor by the page of another site.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use reqwest::StatusCode;
use serde_json::json;
use tracing::{
    Subscriber,
    span::{Attributes, Id},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
};

use super::pages::{self, Visitor, links};
use crate::harness::{Client, Served, World};

/// What a page may weigh with all that it is made of, in bytes over the wire.
const HEAVIEST: usize = 100_000;

/// Who looks around, and as whom the API knows them.
const PEOPLE: [(&str, &str, &str); 8] = [
    ("Lisa", "Fjällnära", "SUPPLIER_CONTRIBUTOR"),
    ("Björn", "Fjällnära", "SUPPLIER_MANAGER"),
    ("Helena", "Bältespännar", "SUPPLIER_MANAGER"),
    ("Stefan", "Klientverket", "SUPPLIER_MANAGER"),
    ("Anna", "Älvsunda", "IT_MANAGER"),
    ("Karin", "Älvsunda", "READER"),
    ("Peter", "Älvsunda", "ADMINISTRATOR"),
    ("Ulrika", "Norrvik", "IT_MANAGER"),
];

/// The routes that one does not come to by links: they are sent to, are no page, or are looked at below.
const NOT_BY_LINKS: [&str; 8] = [
    "/assets/{version}/{name}",
    "/do/{mutation}",
    "/evidence/{id}/add-files",
    "/evidence/{id}/hand-in",
    "/export/{file}",
    "/files/{id}/view",
    "/me/choices",
    "/sign-in",
];

struct Somebody {
    name: &'static str,
    visitor: Visitor,
    client: Client,
    pages: BTreeMap<String, Vec<String>>,
}

async fn everybody(demo: &Served, of_each: usize) -> Vec<Somebody> {
    let mut all = vec![];
    for (name, organisation, role) in PEOPLE {
        let visitor = Visitor::signed_in(demo, name).await;
        all.push(Somebody {
            name,
            pages: visitor.comes_to(of_each).await,
            visitor,
            client: demo.client(organisation, role),
        });
    }
    all
}

/// The records that a page is about. A list is about none, whatever it is narrowed to.
fn records(path: &str) -> Vec<&str> {
    let (page, query) = path.split_once('?').unwrap_or((path, ""));
    let form = page.starts_with("/do/");
    let query = query.split(['&', '=']).filter(|_| form);
    let parts = page.split('/').chain(query);
    parts.filter(|part| pages::is_id(part)).collect()
}

/// What a page tells of its record: what it is called, and what a form about it is filled with.
fn words(page: &str) -> Vec<&str> {
    let main = page.split("<main").nth(1).unwrap_or_default();
    let headings = main.split("<h1>").skip(1);
    let headings = headings.filter_map(|part| part.split(['<', '\n']).next());
    let values = main.split("value=\"").skip(1);
    let values = values.filter_map(|part| part.split('"').next());
    let values = values.filter(|value| value.contains(' '));
    headings
        .chain(values)
        .map(str::trim)
        .filter(|word| word.len() > 8)
        .collect()
}

#[tokio::test]
async fn every_page_is_somebodys_and_nobody_else_learns_a_word_of_it() {
    let demo = Served::start();
    let everybody = everybody(&demo, 2).await;
    let nobody = Visitor::nobody(&demo);
    let mut problems = BTreeSet::new();
    let mut found: BTreeMap<(&str, String), bool> = BTreeMap::new();
    let mut tried = 0;
    for one in &everybody {
        for (kind, paths) in &one.pages {
            for path in paths {
                let own = one.visitor.sees(path).await;
                let shown = nobody.sees(path).await;
                let to_sign_in = shown.status == StatusCode::SEE_OTHER
                    && shown.location().starts_with("/sign-in?return_to=")
                    && shown.text.is_empty();
                if !to_sign_in && path != "/" {
                    problems.insert(format!("{path} says {} to nobody", shown.status));
                }
                let records = records(path);
                let words = words(&own.text);
                for other in &everybody {
                    let mut sees_all = true;
                    for id in &records {
                        let asked = (other.name, (*id).to_owned());
                        if !found.contains_key(&asked) {
                            let finds = other.client.finds(&json!(id)).await;
                            found.insert(asked.clone(), finds);
                        }
                        sees_all &= found[&asked];
                    }
                    if sees_all {
                        continue;
                    }
                    tried += 1;
                    let shown = other.visitor.sees(path).await;
                    let kept =
                        [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&shown.status);
                    // A form for something new may be shown, as long as it tells nothing of what it would belong to.
                    let for_new = kind.starts_with("/do/") && !kind.starts_with("/do/update");
                    if !kept && !for_new {
                        let (name, status) = (other.name, shown.status);
                        problems.insert(format!(
                            "{kind} of {} says {status} to {name}: {path}",
                            one.name
                        ));
                    }
                    let title = &shown.text.split("<h1>").nth(1).unwrap_or_default();
                    let title = title.split('<').next().unwrap_or_default().trim();
                    for word in &words {
                        if *word != title && shown.text.contains(word) {
                            problems
                                .insert(format!("{kind} tells {} of “{word}”: {path}", other.name));
                        }
                    }
                }
            }
        }
    }
    assert!(tried > 100, "only {tried} pages were foreign to somebody");
    let problems: Vec<_> = problems.into_iter().collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[tokio::test]
async fn every_route_is_reached_and_no_page_is_heavy() {
    let demo = Served::start();
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut weights: BTreeMap<String, usize> = BTreeMap::new();
    let mut problems = vec![];
    for one in everybody(&demo, 1).await {
        for (kind, paths) in &one.pages {
            reached.insert(kind.split('?').next().unwrap_or_default().to_owned());
            for path in paths {
                let page = one.visitor.sees(path).await.text;
                let alone = one.visitor.weighs(path).await;
                let mut weight = alone;
                let scripts = page
                    .split("src=\"")
                    .skip(1)
                    .filter_map(|part| part.split('"').next());
                let mut parts: BTreeSet<String> = scripts.map(str::to_owned).collect();
                parts.extend(links(&page));
                parts.retain(|part| part.starts_with("/assets/"));
                // What `portal.js` brings.
                let live = parts.iter().find(|part| part.ends_with("/portal.js"));
                parts.extend(live.map(|script| script.replace("portal.js", "live.js")));
                for part in parts {
                    if !weights.contains_key(&part) {
                        let weight = one.visitor.weighs(&part).await;
                        weights.insert(part.clone(), weight);
                    }
                    weight += weights[&part];
                }
                if weight > HEAVIEST {
                    problems.push(format!(
                        "{path} weighs {weight} for {}, {alone} of it by itself",
                        one.name
                    ));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let known = pages::routes();
    assert!(known.len() > 20, "the routes are read: {known:?}");
    let missing: Vec<_> = known
        .iter()
        .filter(|route| !reached.contains(*route) && !NOT_BY_LINKS.contains(&route.as_str()))
        .collect();
    assert!(missing.is_empty(), "nobody comes to {missing:?} by links");
}

#[tokio::test]
async fn a_list_as_a_file_holds_what_its_reader_may_see() {
    let demo = Served::start();
    let lisa = Visitor::signed_in(&demo, "Lisa").await;
    let helena = Visitor::signed_in(&demo, "Helena").await;
    let peter = Visitor::signed_in(&demo, "Peter").await;
    let nobody = Visitor::nobody(&demo);
    for (list, field) in [
        ("submissions", "submissions"),
        ("requests", "evidenceRequests"),
        ("agreements", "agreements"),
    ] {
        let path = format!("/export/{list}.csv");
        for (who, of) in [(&lisa, "Fjällnära"), (&helena, "Bältespännar")] {
            let role = match of {
                "Fjällnära" => "SUPPLIER_CONTRIBUTOR",
                _ => "SUPPLIER_MANAGER",
            };
            let told = demo.client(of, role).counts(field, "{}").await;
            let file = who.sees(&path).await.text;
            assert!(file.contains(of), "{list} of {of}: {file}");
            assert_eq!(
                file.lines().count(),
                usize::try_from(told).expect("a count") + 1,
                "{list} of {of}"
            );
        }
        // An analysis that both take part in may have been handed in under the other's agreement; nothing else.
        let foreign = helena.sees(&path).await.text;
        let theirs = foreign.lines().filter(|line| line.contains("Fjällnära"));
        let evidence =
            theirs.filter(|line| list != "submissions" || line.split(';').nth(1) != Some(""));
        assert_eq!(evidence.collect::<Vec<_>>(), [""; 0], "{list}");
    }
    for list in [
        "submissions",
        "evidence",
        "validity",
        "risks",
        "action-items",
        "meetings",
        "decisions",
    ] {
        for kind in ["csv", "xlsx"] {
            let path = format!("/export/{list}.{kind}");
            assert_eq!(lisa.sees(&path).await.status, StatusCode::OK, "{path}");
            let shown = nobody.sees(&path).await;
            assert_eq!(shown.status, StatusCode::SEE_OTHER, "{path}");
            assert_eq!(shown.text, "", "{path}");
            let shown = peter.sees(&path).await;
            assert_eq!(shown.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    let colleagues = peter.sees("/export/people.csv").await.text;
    assert!(
        colleagues.contains("Peter") && !colleagues.contains("Lisa"),
        "{colleagues}"
    );
    for (list, field) in [("meetings", "meetings"), ("decisions", "decisions")] {
        let file = lisa.sees(&format!("/export/{list}.csv")).await.text;
        let theirs = demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
        let told = theirs.counts(field, "{}").await;
        let rows = i64::try_from(file.lines().count()).expect("a count") - 1;
        assert_eq!(rows, told, "{list}: {file}");
        let all = demo
            .client("Älvsunda", "IT_MANAGER")
            .counts(field, "{}")
            .await;
        assert!(told < all, "{list} has some that are not theirs");
    }
    let sessions = lisa.sees("/export/sessions.csv").await.text;
    assert_eq!(sessions.lines().count(), 2, "her own: {sessions}");
    for list in ["forums", "people", "sessions", "tokens"] {
        let shown = nobody.sees(&format!("/export/{list}.xlsx")).await;
        assert_eq!(
            (shown.status, shown.text.as_str()),
            (StatusCode::SEE_OTHER, ""),
            "{list}"
        );
    }
    for path in ["/export/access.csv", "/export/submissions.pdf", "/export/x"] {
        let shown = lisa.sees(path).await;
        assert_eq!(shown.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_file_that_is_shown_can_do_nothing() {
    let demo = Served::start();
    let anna = Visitor::signed_in(&demo, "Anna").await;
    let manager = demo.client("Älvsunda", "IT_MANAGER");
    let selection =
        "{ rounds { content { ... on SubmittedEvidence { files { id mediaType } } } } }";
    let handed_in = manager.lists("submissions", "", selection).await;
    let told = json!(handed_in).to_string();
    let files: BTreeMap<_, _> = told
        .split("{\"id\":\"fil_")
        .skip(1)
        .filter_map(|file| Some((file.split("\"mediaType\":\"").nth(1)?, file)))
        .map(|(kind, file)| (kind.split('"').next(), file.split('"').next()))
        .collect();
    assert!(files.contains_key(&Some("application/pdf")), "{files:?}");
    for (kind, id) in files {
        let (kind, id) = (kind.expect("a kind"), id.expect("an id"));
        let path = format!("/files/fil_{id}/view");
        let shown = anna.sees(&path).await;
        assert_eq!(shown.status, StatusCode::OK, "{kind}");
        let header = |name: &str| {
            let value = shown
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let policy = header("content-security-policy");
        let can_be_shown =
            kind == "application/pdf" || kind.starts_with("image/") || kind == "text/plain";
        match can_be_shown {
            true => {
                assert_eq!(header("content-disposition"), "inline", "{kind}");
                assert_eq!(header("x-frame-options"), "SAMEORIGIN", "{kind}");
                assert!(
                    policy.contains("frame-ancestors 'self'"),
                    "{kind}: {policy}"
                );
                let boxed = policy.split("; ").any(|rule| rule == "sandbox");
                assert_eq!(boxed, kind != "application/pdf", "{kind}: {policy}");
            }
            false => assert!(
                header("content-disposition").starts_with("attachment"),
                "{kind}"
            ),
        }
        assert!(
            policy.contains("default-src 'none'") && !policy.contains("script"),
            "{policy}"
        );
        for (stranger, status) in [("Ulrika", 404), ("Peter", 403)] {
            let stranger = Visitor::signed_in(&demo, stranger).await;
            assert_eq!(stranger.sees(&path).await.status, status, "{kind}");
        }
    }
}

#[tokio::test]
async fn another_site_learns_nothing_from_how_long_a_page_is() {
    let demo = Served::start();
    let lisa = Visitor::signed_in(&demo, "Lisa").await;
    for (site, expected) in [
        ("none", Some("gzip")),
        ("same-origin", Some("gzip")),
        ("same-site", None),
        ("cross-site", None),
    ] {
        let encoding = lisa.encoding("/search?q=certifikat", site).await;
        assert_eq!(encoding.as_deref(), expected, "{site}");
    }
}

#[tokio::test]
async fn nothing_is_done_for_the_page_of_another_site() {
    let demo = Served::start();
    let lisa = Visitor::signed_in(&demo, "Lisa").await;
    let form = "kind=OTHER&title=Bakom+ryggen";
    for path in [
        "/do/draftEvidence",
        "/do/revokeApiToken",
        "/evidence/new",
        "/evidence/evd_019aa1614da070008000e326e1a7c45f/add-files",
        "/evidence/evd_019aa1614da070008000e326e1a7c45f/hand-in",
        "/me/choices",
        "/sign-out",
        "/sign-in/demo",
    ] {
        for headers in [
            [
                ("origin", "https://evil.example"),
                ("sec-fetch-site", "cross-site"),
            ],
            [("origin", "null"), ("sec-fetch-site", "cross-site")],
            [
                ("origin", "https://evil.example"),
                ("sec-fetch-site", "same-site"),
            ],
        ] {
            let shown = lisa.sends_from(path, form, &headers).await;
            assert_eq!(shown.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
    }
    let supplier = demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let drafted = supplier
        .counts("evidence", r#"{ titleContains: "Bakom ryggen" }"#)
        .await;
    assert_eq!(drafted, 0);
    let shown = lisa.sends("/do/draftEvidence", form).await;
    assert_eq!(
        shown.status,
        StatusCode::SEE_OTHER,
        "the same from its own page is done"
    );
}

#[tokio::test]
async fn who_only_reads_changes_nothing_by_any_form() {
    let demo = Served::start();
    let anna = Visitor::signed_in(&demo, "Anna").await;
    let karin = Visitor::signed_in(&demo, "Karin").await;
    let mut tried = 0;
    for (_, paths) in anna.comes_to(2).await {
        for path in paths {
            let page = anna.sees(&path).await.text;
            for form in page.split("<form").skip(1) {
                let form = form.split("</form>").next().unwrap_or_default();
                let Some(to) = attribute(form, "action").filter(|to| to.starts_with("/do/")) else {
                    continue;
                };
                // Somebody's own token, or session, is theirs.
                if to.starts_with("/do/revoke") || to.starts_with("/do/createApiToken") {
                    continue;
                }
                let fields = form.split("<input").skip(1).filter_map(|field| {
                    let field = field.split('>').next().unwrap_or_default();
                    Some((attribute(field, "name")?, attribute(field, "value")?))
                });
                let filled: Vec<_> = fields
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                let shown = karin.sends(to, &filled.join("&")).await;
                let refused = shown.status.is_client_error();
                assert!(refused, "{to} says {} to Karin: {filled:?}", shown.status);
                tried += 1;
            }
        }
    }
    assert!(tried > 10, "only {tried} forms were tried");
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let begin = format!("{name}=\"");
    tag.split(&begin).nth(1)?.split('"').next()
}

/// Counts what the API is asked to do.
struct Counting(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Counting {
    fn on_new_span(&self, span: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let about = span.metadata();
        if (about.target(), about.name()) == ("samsyn::trace", "operation") {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[tokio::test]
async fn each_page_asks_the_api_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = tracing_subscriber::registry().with(Counting(asked.clone()));
    // What serves and what asks are on this thread alone.
    let _counted = tracing::subscriber::set_default(counting);
    let world = World::open().await;
    let mut problems = BTreeSet::new();
    for (organisation, role) in [
        ("Fjällnära", "SUPPLIER_MANAGER"),
        ("Älvsunda", "IT_MANAGER"),
        ("Älvsunda", "ADMINISTRATOR"),
    ] {
        let token = world.actor(organisation, role).token.clone();
        let secret = world.begins_a_session(&token).await;
        let visitor = Visitor::at(
            world.base.trim_end_matches('/'),
            Some(format!("__Host-samsyn={secret}")),
        );
        for (kind, paths) in visitor.comes_to(1).await {
            for path in paths {
                let before = asked.load(Ordering::Relaxed);
                visitor.sees(&path).await;
                let times = asked.load(Ordering::Relaxed) - before;
                if times != 1 {
                    problems.insert(format!("{kind} asks {times} times for {role}: {path}"));
                }
            }
        }
    }
    let problems: Vec<_> = problems.into_iter().collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
