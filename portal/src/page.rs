//! What every page of somebody signed in has: who it is, where one can go, and what was just done.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    api::{SavedView, Viewer},
    form::FormView,
    kinds::{Action, Named, OrganisationKind, Role, Tone},
    shown::{Badge, Time},
    text::Text,
    visitor::Visitor,
};

/// The frame of a page that nobody needs to be signed in for.
#[derive(Clone, Copy, Debug)]
pub struct Bare {
    /// The language of what is said.
    pub text: Text,
    /// The colours that were chosen.
    pub theme: &'static str,
}

impl From<&Visitor> for Bare {
    fn from(visitor: &Visitor) -> Self {
        Self {
            text: visitor.text,
            theme: visitor.theme,
        }
    }
}

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The language of what is said.
    pub text: Text,
    /// The colours that were chosen.
    pub theme: &'static str,
    /// Who looks at it.
    pub viewer: Viewer,
    /// The page, with what follows `?`.
    pub here: String,
    /// Today, in Swedish time.
    pub today: NaiveDate,
    /// What was just done.
    pub notice: Option<Cow<'static, str>>,
}

/// A place to go to.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where it is.
    pub path: &'static str,
    /// What it is called.
    pub label: Cow<'static, str>,
    /// Whether the page belongs to it.
    pub current: bool,
}

/// The places of each kind of user: path, message, and the paths of what belongs there.
const EXCHANGE: &[(&str, &str, &[&str])] = &[
    ("/", "nav-start", &[]),
    (
        "/submissions",
        "nav-evidence",
        &["/evidence", "/requests", "/validity"],
    ),
    ("/risk-analyses", "nav-analyses", &[]),
    ("/risks", "nav-risks", &[]),
    ("/forums", "nav-forums", &["/decisions", "/meetings"]),
    ("/action-items", "nav-action-items", &[]),
    ("/agreements", "nav-agreements", &[]),
    ("/events", "nav-events", &[]),
];
const ADMINISTRATION: &[(&str, &str, &[&str])] = &[(
    "/people",
    "nav-administration",
    &["/access", "/identity-provider"],
)];

impl Page {
    /// The frame for this visitor, who is this viewer.
    #[must_use]
    pub fn new(visitor: &Visitor, viewer: Viewer, today: NaiveDate) -> Self {
        let query = visitor.here.split_once('?').map_or("", |(_, query)| query);
        let done = query.split('&').find_map(|pair| pair.strip_prefix("done="));
        Self {
            text: visitor.text,
            theme: visitor.theme,
            viewer,
            here: visitor.here.clone(),
            today,
            notice: done.and_then(|mutation| visitor.text.find(&format!("done-{mutation}"))),
        }
    }

    /// The page's path.
    #[must_use]
    pub fn path(&self) -> &str {
        self.here.split('?').next().unwrap_or_default()
    }

    /// Where to come back to after a form: this page, without what was just done.
    #[must_use]
    pub fn back(&self) -> String {
        let Some((path, query)) = self.here.split_once('?') else {
            return self.here.clone();
        };
        let kept: Vec<_> = query
            .split('&')
            .filter(|pair| !pair.starts_with("done="))
            .collect();
        match kept.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{}", kept.join("&")),
        }
    }

    /// Whether the viewer is of a supplier.
    #[must_use]
    pub fn of_supplier(&self) -> bool {
        self.viewer.organisation.kind == OrganisationKind::Supplier
    }

    /// Whether the viewer holds one of these roles.
    #[must_use]
    pub fn holds(&self, roles: &[Role]) -> bool {
        self.viewer
            .roles
            .iter()
            .any(|held| roles.contains(&held.role))
    }

    /// Whether the viewer administers the own organisation.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.holds(&[Role::Administrator])
    }

    /// Whether the viewer takes part in the exchange, and does not administer alone.
    #[must_use]
    pub fn exchanges(&self) -> bool {
        self.viewer
            .roles
            .iter()
            .any(|held| held.role != Role::Administrator)
    }

    /// The roles in words.
    #[must_use]
    pub fn roles(&self) -> String {
        let mut roles: Vec<_> = self
            .viewer
            .roles
            .iter()
            .map(|held| self.text.kind(&held.role))
            .collect();
        roles.dedup();
        roles.join(", ")
    }

    /// How many events the bell tells of; nothing to tell is none.
    #[must_use]
    pub fn news(&self) -> Option<String> {
        let unseen = self.viewer.unseen_events.as_ref()?;
        match unseen.count {
            0 => None,
            100.. => Some("99+".to_owned()),
            count => Some(count.to_string()),
        }
    }

    /// The views of this list that were saved, and whether each is what is shown.
    #[must_use]
    pub fn views(&self) -> Vec<(&SavedView, bool)> {
        let shown = self.narrowed();
        let own = self
            .viewer
            .saved_views
            .iter()
            .filter(|view| view.page == self.path());
        own.map(|view| (view, view.query == shown)).collect()
    }

    /// What this list is narrowed and ordered by, as it is saved.
    #[must_use]
    pub fn narrowed(&self) -> String {
        let query = self.here.split_once('?').map_or("", |(_, query)| query);
        let kept = query.split('&').filter(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            !value.is_empty() && !matches!(name, "done" | "after")
        });
        kept.collect::<Vec<_>>().join("&")
    }

    /// Where one can go.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let exchange = self.exchanges().then_some(EXCHANGE);
        let administration = self.administers().then_some(ADMINISTRATION);
        let here = self.path();
        let within =
            |path: &str| here == path || (path != "/" && here.starts_with(&format!("{path}/")));
        exchange
            .into_iter()
            .chain(administration)
            .flatten()
            .map(|(path, message, others)| Place {
                path,
                label: self.text.say(message),
                current: within(path) || others.iter().any(|other| within(other)),
            })
            .collect()
    }

    /// A state, as a page shows it.
    #[must_use]
    pub fn badge(&self, value: &impl Named) -> Badge {
        Badge {
            tone: value.tone(),
            label: self.text.kind(value).into_owned(),
        }
    }

    /// A state with words of its own.
    #[must_use]
    pub fn told(&self, tone: Tone, message: &str) -> Badge {
        Badge {
            tone,
            label: self.text.say(message).into_owned(),
        }
    }

    /// A day.
    #[must_use]
    pub fn day(&self, day: &NaiveDate) -> Time {
        Time {
            exact: day.to_string(),
            label: self.text.day(day),
        }
    }

    /// A moment.
    #[must_use]
    pub fn moment(&self, moment: &DateTime<Utc>) -> Time {
        Time {
            exact: moment.to_rfc3339(),
            label: self.text.moment(moment),
        }
    }

    /// The forms and buttons for what the viewer may do with a record, of those that its state lets through. `given` is
    /// what they all know: the record and its version.
    #[must_use]
    pub fn actions(
        &self,
        allowed: &[Action],
        fitting: &[(&str, bool)],
        given: &[(&str, &str)],
    ) -> Vec<FormView> {
        fitting
            .iter()
            .filter(|(mutation, fits)| *fits && may(allowed, mutation))
            .filter_map(|(mutation, _)| self.form(mutation, given))
            .collect()
    }

    /// A form for this mutation, which comes back to this page.
    #[must_use]
    pub fn form(&self, mutation: &str, given: &[(&str, &str)]) -> Option<FormView> {
        let back = self.back();
        let given = [given, &[("return_to", back.as_str())]].concat();
        FormView::about(self.text, mutation, &given)
    }

    /// How far away a day is, in words.
    #[must_use]
    pub fn away(&self, day: &NaiveDate) -> Cow<'static, str> {
        self.text.away(day, &self.today)
    }
}

/// Whether a mutation is among what is allowed: `approveSubmission` is `APPROVE_SUBMISSION`.
#[must_use]
pub fn may(allowed: &[Action], mutation: &str) -> bool {
    allowed.iter().any(|action| {
        let spoken = action.chars().filter(|letter| *letter != '_');
        spoken
            .map(|letter| letter.to_ascii_lowercase())
            .eq(mutation.chars().map(|letter| letter.to_ascii_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutation_is_named_after_its_action() {
        let allowed = ["RETURN_SUBMISSION".to_owned(), "ACCEPT_RISK".to_owned()];
        assert!(may(&allowed, "returnSubmission"));
        assert!(!may(&allowed, "returnSubmissions"));
    }
}
