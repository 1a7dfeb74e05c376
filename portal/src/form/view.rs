//! A form as a page shows it: labels, what was typed, what can be chosen, and what was wrong.

use askama::Template;
use serde_json::{Map, Value};

use super::{
    Field, Form, Shape, Source, Typed,
    typed::{NOTHING, Unreadable},
};
use crate::{api::Refusal, kinds::names_of, refused, text::Text, visitor::own_page};

/// A form with what was typed into it. It shows itself wherever a page puts it.
#[derive(Clone, Debug, Template)]
#[template(path = "form_view.html")]
pub struct FormView {
    /// The language of what is said.
    pub text: Text,
    /// Its mutation.
    pub mutation: &'static str,
    /// What it does, in words; also what its button says.
    pub title: String,
    /// Its fields.
    pub fields: Vec<FieldView>,
    /// What is wrong with the whole of it.
    pub problem: Option<String>,
    /// What the API adds, in English.
    pub english: Option<String>,
    /// What is told where somebody else has changed the record meanwhile.
    pub conflict: Vec<String>,
    /// Where to go afterwards, which is a page of ours; where the record decides, nothing.
    pub return_to: String,
}

/// A field as it is shown.
#[derive(Clone, Debug)]
pub struct FieldView {
    /// Its name, in the form and in the API.
    pub name: &'static str,
    /// Its id on the page.
    pub id: String,
    /// Its label.
    pub label: String,
    /// What helps to fill it.
    pub hint: Option<String>,
    /// How it is shown.
    pub look: &'static str,
    /// Whether it must be filled.
    pub required: bool,
    /// What was typed.
    pub value: String,
    /// What can be chosen.
    pub choices: Vec<Choice>,
    /// What is sent where none of them is.
    pub none: &'static str,
    /// The least and the most, of a number.
    pub bounds: (i64, i64),
    /// What is wrong with it.
    pub problems: Vec<String>,
    /// What the record has now, where somebody else has changed it.
    pub theirs: Option<String>,
}

impl FieldView {
    /// What describes it, for `aria-describedby`.
    #[must_use]
    pub fn described_by(&self) -> String {
        let mut ids = vec![];
        if self.hint.is_some() {
            ids.push(format!("{}-hint", self.id));
        }
        if !self.problems.is_empty() {
            ids.push(format!("{}-problem", self.id));
        }
        if self.theirs.is_some() {
            ids.push(format!("{}-theirs", self.id));
        }
        ids.join(" ")
    }
}

/// Something to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl FormView {
    /// A form with what was typed, and what was looked up for it.
    #[must_use]
    pub fn new(text: Text, form: &Form, typed: &Typed, known: &Map<String, Value>) -> Self {
        Self {
            text,
            mutation: form.mutation,
            title: text.say(&format!("do-{}", form.mutation)).into_owned(),
            fields: form
                .fields
                .iter()
                .map(|field| view(text, form, field, typed, known))
                .collect(),
            problem: None,
            english: None,
            conflict: vec![],
            return_to: own_page(Some(typed.one("return_to")))
                .unwrap_or_default()
                .to_owned(),
        }
    }

    /// A button alone, for what needs nothing but the record; or a form whose choices are known to the page.
    #[must_use]
    pub fn about(text: Text, mutation: &str, given: &[(&str, &str)]) -> Option<Self> {
        let form = super::find(mutation)?;
        let pairs = given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let typed = Typed::from(pairs.collect::<Vec<_>>());
        Some(Self::new(text, form, &typed, &Map::new()))
    }

    /// Whether there is anything to fill in.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.fields.iter().any(|field| field.look != "hidden")
    }

    /// Whether something is wrong with it.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.problem.is_some() || self.fields.iter().any(|field| !field.problems.is_empty())
    }

    /// The same, with what could not be read.
    #[must_use]
    pub fn unreadable(mut self, text: Text, problems: &[Unreadable]) -> Self {
        for problem in problems {
            self.put(problem.field, text.say(problem.message).into_owned());
        }
        self.problem = Some(text.say("problem-fields").into_owned());
        self
    }

    /// The same, with what the API refused.
    #[must_use]
    pub fn refused(mut self, text: Text, refusal: &Refusal) -> Self {
        for violation in &refusal.violations {
            let told = refused::violation(text, &violation.message);
            if !self.put(&violation.path, told.clone()) {
                self.problem = Some(told);
            }
        }
        match (&self.problem, refusal.violations.is_empty()) {
            (Some(_), _) => {}
            (None, false) => self.problem = Some(text.say("problem-fields").into_owned()),
            (None, true) => {
                let (problem, english) = refused::message(text, refusal);
                (self.problem, self.english) = (Some(problem), english);
            }
        }
        self
    }

    /// The same, beside what somebody else has made of the record, which is now the version to change.
    #[must_use]
    pub fn beside(mut self, form: &Form, current: &Self) -> Self {
        for (field, now) in self.fields.iter_mut().zip(&current.fields) {
            let asked = form.fields.iter().find(|asked| asked.name == field.name);
            let compared = form.shows_what_stands() && field.look != "hidden";
            if asked.is_some_and(|asked| asked.shape == Shape::Version) {
                field.value.clone_from(&now.value);
            } else if compared && field.told() != now.told() {
                field.theirs = Some(now.told());
            }
        }
        self
    }

    /// Puts a problem beside its field; whether there is such a field. Paths can lead into a field (`roles.0.role`).
    fn put(&mut self, path: &str, problem: String) -> bool {
        let name = path.split(['.', '[']).next().unwrap_or_default();
        let field = self
            .fields
            .iter_mut()
            .find(|field| field.name == name && field.look != "hidden");
        match field {
            Some(field) => {
                field.problems.push(problem);
                true
            }
            None => false,
        }
    }
}

impl FieldView {
    /// The value in words.
    fn told(&self) -> String {
        match self.choices.is_empty() {
            true => self.value.replace('\r', ""),
            false => self
                .choices
                .iter()
                .filter(|choice| choice.chosen)
                .map(|choice| choice.label.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        }
    }
}

fn view(
    text: Text,
    form: &Form,
    field: &Field,
    typed: &Typed,
    known: &Map<String, Value>,
) -> FieldView {
    let Field {
        name,
        shape,
        required,
    } = *field;
    let own = |kind: &str| text.find(&format!("{kind}-{}-{name}", form.mutation));
    let shared = |kind: &str| text.find(&format!("{kind}-{name}"));
    let words = |kind: &str| own(kind).or_else(|| shared(kind));
    // A record that is known when the form is shown is not asked for again.
    let fixed = matches!(shape, Shape::Pick(_)) && typed.has(&format!("fixed-{name}"));
    let standing = standing(form, field, known);
    FieldView {
        name,
        id: format!("{}-{name}", form.mutation),
        label: words("field").unwrap_or_default().into_owned(),
        hint: words("hint").map(|hint| match shape {
            Shape::Mapping => format!("{hint} {}", codes(text, known)),
            _ => hint.into_owned(),
        }),
        look: if fixed { "hidden" } else { look(shape) },
        required,
        value: match shape {
            Shape::Secret => String::new(),
            _ => typed.one(name).to_owned(),
        },
        choices: choices(text, field, standing, typed, known),
        none: match standing {
            Some(_) if !required => NOTHING,
            _ => "",
        },
        bounds: match shape {
            Shape::Number(least, most) => (least, most),
            _ => (0, 0),
        },
        problems: vec![],
        theirs: None,
    }
}

fn look(shape: Shape) -> &'static str {
    match shape {
        Shape::Hidden | Shape::Version => "hidden",
        Shape::Line => "line",
        Shape::Email => "email",
        Shape::Secret => "secret",
        Shape::Lines | Shape::List | Shape::Mapping | Shape::Json => "lines",
        Shape::Day => "day",
        Shape::Moment => "moment",
        Shape::Number(1, 5) => "scale",
        Shape::Number(..) => "number",
        Shape::Kind(_) | Shape::Pick(_) => "choice",
        Shape::Kinds(_) | Shape::Picks(_) | Shape::Roles => "choices",
        Shape::Flag => "flag",
    }
}

/// The record that stands in a field of the one that is changed, as whoever changes it sees it.
fn standing<'a>(form: &Form, field: &Field, known: &'a Map<String, Value>) -> Option<&'a Value> {
    let related = field.name.strip_suffix("Id").filter(|_| form.edits())?;
    let standing = &known.get("node")?[related];
    (matches!(field.shape, Shape::Pick(_)) && standing.is_object()).then_some(standing)
}

fn choices(
    text: Text,
    field: &Field,
    standing: Option<&Value>,
    typed: &Typed,
    known: &Map<String, Value>,
) -> Vec<Choice> {
    let Field { name, shape, .. } = *field;
    let offered: Vec<(String, String)> = match shape {
        Shape::Kind(kind) | Shape::Kinds(kind) => names_of(kind)
            .iter()
            .map(|value| ((*value).to_owned(), text.named(kind, value).into_owned()))
            .collect(),
        Shape::Number(1, 5) => (1..=5)
            .map(|step| {
                (
                    step.to_string(),
                    text.say(&format!("scale-{name}-{step}")).into_owned(),
                )
            })
            .collect(),
        Shape::Roles => roles(text, known),
        Shape::Pick(source) | Shape::Picks(source) => records(source, standing, known)
            .map(|record| (said(record, "id"), label(text, source, record)))
            .collect(),
        _ => vec![],
    };
    offered
        .into_iter()
        .map(|(value, label)| Choice {
            chosen: typed.all(name).any(|chosen| chosen == value),
            value,
            label,
        })
        .collect()
}

/// The records that are offered. What stands there can stay, though it is no longer offered or there are too many.
fn records<'a>(
    source: Source,
    standing: Option<&'a Value>,
    known: &'a Map<String, Value>,
) -> impl Iterator<Item = &'a Value> {
    let listed = known
        .get(source.name())
        .and_then(|list| list["nodes"].as_array())
        .map_or(&[][..], Vec::as_slice);
    let missing =
        standing.filter(|standing| listed.iter().all(|record| record["id"] != standing["id"]));
    let offered = move |record: &&Value| source != Source::Agreements || record["inForce"] != false;
    missing.into_iter().chain(listed.iter().filter(offered))
}

/// What roles are written as, each beside what it is called.
fn codes(text: Text, known: &Map<String, Value>) -> String {
    // No provider gives that one.
    let roles = roles(text, known).into_iter();
    let roles = roles.filter(|(code, _)| code != "ADMINISTRATOR");
    let roles = roles.map(|(code, called)| format!("{code} ({called})"));
    roles.collect::<Vec<_>>().join(", ") + "."
}

/// The roles that the viewer's kind of organisation gives.
fn roles(text: Text, known: &Map<String, Value>) -> Vec<(String, String)> {
    let supplier = known
        .get("viewer")
        .is_some_and(|viewer| viewer["organisation"]["kind"] == "SUPPLIER");
    let mut offered = vec![];
    for role in names_of("Role") {
        let theirs = role.starts_with("SUPPLIER");
        if *role != "ADMINISTRATOR" && theirs != supplier {
            continue;
        }
        let called = text.named("Role", role);
        if *role == "SERVICE_AREA_MANAGER" {
            for area in names_of("ServiceArea") {
                let named = text.named("ServiceArea", area);
                offered.push((format!("{role} {area}"), format!("{called}: {named}")));
            }
        } else {
            offered.push(((*role).to_owned(), called.into_owned()));
        }
    }
    offered
}

fn label(text: Text, source: Source, record: &Value) -> String {
    let title = said(record, "title");
    let name = said(record, "name");
    match source {
        Source::Agreements => format!(
            "{} – {} ({})",
            said(&record["customer"], "name"),
            text.named("ServiceArea", &said(record, "serviceArea")),
            title
        ),
        Source::Organisations => name,
        Source::People => format!("{name}, {}", said(&record["organisation"], "name")),
        Source::Forums => format!(
            "{name} ({})",
            text.named("ForumLevel", &said(record, "level"))
        ),
        Source::Risks => format!(
            "{}. {title} ({})",
            record["number"], record["remainingScore"]
        ),
        Source::Submissions => format!(
            "{title} – {} ({})",
            said(&record["customer"], "name"),
            text.named("ReviewState", &said(record, "state"))
        ),
        Source::Evidence => format!(
            "{title} ({})",
            text.named("EvidenceKind", &said(record, "kind"))
        ),
    }
}

fn said(record: &Value, field: &str) -> String {
    record[field].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{form::find, text::Language};

    const TEXT: Text = Text::new(Language::Swedish);

    /// A form with what was typed, where this is known.
    fn form(mutation: &str, typed: &[(&str, &str)], known: &Value) -> FormView {
        let pairs = typed
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let typed = Typed::from(pairs.collect::<Vec<_>>());
        let known = known.as_object().expect("fields");
        FormView::new(TEXT, find(mutation).expect("a form"), &typed, known)
    }

    fn field<'a>(form: &'a FormView, name: &str) -> &'a FieldView {
        let mut fields = form.fields.iter();
        fields.find(|field| field.name == name).expect("a field")
    }

    #[test]
    fn what_a_record_has_can_stay_though_it_is_no_longer_offered() {
        let open = json!({ "id": "rsk_2", "number": 2, "title": "Öppen", "remainingScore": 9 });
        let closed = json!({ "id": "rsk_1", "number": 1, "title": "Stängd", "remainingScore": 4 });
        let risks = json!({ "nodes": [open] });
        let known = json!({ "node": { "risk": closed }, "risks": risks });
        let change = form("updateAgendaItem", &[("riskId", "rsk_1")], &known);
        let risk = field(&change, "riskId");
        assert_eq!(risk.told(), "1. Stängd (4)");
        assert_eq!((risk.choices.len(), risk.none), (2, NOTHING));

        let none = json!({ "node": { "risk": null }, "risks": risks });
        let unseen = form("updateAgendaItem", &[], &none);
        let risk = field(&unseen, "riskId");
        assert_eq!((risk.choices.len(), risk.none), (1, ""));
        let other = form("addAgendaItem", &[], &known);
        assert_eq!(field(&other, "riskId").choices.len(), 1);
    }

    #[test]
    fn who_changes_a_record_sees_what_has_become_of_it_and_who_decides_is_not_told_that_a_remark_was_nothing()
     {
        let beside = |mutation, name, typed, now| {
            let typed = form(
                mutation,
                &[("expectedVersion", "1"), (name, typed)],
                &json!({}),
            );
            let now = form(
                mutation,
                &[("expectedVersion", "2"), (name, now)],
                &json!({}),
            );
            let shown = typed.beside(find(mutation).expect("a form"), &now);
            assert_eq!(field(&shown, "expectedVersion").value, "2");
            field(&shown, name).theirs.clone()
        };
        let theirs = beside("updateMeeting", "place", "Sal 1", "Sal 2");
        assert_eq!(theirs.as_deref(), Some("Sal 2"));
        let provider = beside("setIdentityProvider", "clientId", "a", "b");
        assert_eq!(provider.as_deref(), Some("b"));
        assert_eq!(beside("returnSubmission", "remark", "Fel fil", ""), None);
    }

    #[test]
    fn a_form_leads_back_to_our_own_pages_alone() {
        let back = |to| form("closeRisk", &[("return_to", to)], &json!({})).return_to;
        assert_eq!(back("/risks?q=x#r1"), "/risks?q=x#r1");
        assert_eq!(back("https://evil.example"), "");
    }

    #[test]
    fn what_is_written_for_a_role_stands_beside_what_it_is_called() {
        let municipality = json!({ "viewer": { "organisation": { "kind": "MUNICIPALITY" } } });
        let form = form("setIdentityProvider", &[], &municipality);
        let hint = field(&form, "roleMapping").hint.clone().expect("a hint");
        for told in [
            "IT_MANAGER (It-chef)",
            "SERVICE_AREA_MANAGER NETWORK (Tjänsteområdesansvarig: Nätverk)",
        ] {
            assert!(hint.contains(told), "{hint}");
        }
        assert!(
            !hint.contains("SUPPLIER") && !hint.contains("ADMINISTRATOR"),
            "{hint}"
        );
    }
}
