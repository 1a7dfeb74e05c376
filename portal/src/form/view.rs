//! A form as a page shows it: labels, what was typed, what can be chosen, and what was wrong.

use askama::Template;
use serde_json::{Map, Value};

use super::{Field, Form, Shape, Source, Typed, typed::Unreadable};
use crate::{api::Refusal, kinds::names_of, refused, text::Text};

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
    /// Whether somebody else has changed the record meanwhile.
    pub conflict: bool,
    /// Where to go afterwards; where the record decides, nothing.
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
            conflict: false,
            return_to: typed.one("return_to").to_owned(),
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
        self.conflict = true;
        for (field, now) in self.fields.iter_mut().zip(&current.fields) {
            let asked = form.fields.iter().find(|asked| asked.name == field.name);
            if asked.is_some_and(|asked| asked.shape == Shape::Version) {
                field.value.clone_from(&now.value);
            } else if field.look != "hidden" && field.told() != now.told() {
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
    FieldView {
        name,
        id: format!("{}-{name}", form.mutation),
        label: words("field").unwrap_or_default().into_owned(),
        hint: words("hint").map(std::borrow::Cow::into_owned),
        look: if fixed { "hidden" } else { look(shape) },
        required,
        value: match shape {
            Shape::Secret => String::new(),
            _ => typed.one(name).to_owned(),
        },
        choices: choices(text, shape, name, typed, known),
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

fn choices(
    text: Text,
    shape: Shape,
    name: &str,
    typed: &Typed,
    known: &Map<String, Value>,
) -> Vec<Choice> {
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
        Shape::Pick(source) | Shape::Picks(source) => known
            .get(source.name())
            .and_then(|list| list["nodes"].as_array())
            .into_iter()
            .flatten()
            .filter(|record| source != Source::Agreements || record["inForce"] != false)
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
