//! What holds for every page, whatever it shows: it is whole and well-formed, its words are all there, and it keeps to the
//! content security policy.
//!
//! The portal writes plain HTML: every element but the void ones is closed, and every value stands in double quotes. What
//! is read here is that and nothing else, so that a value that breaks out of its place is found as well.

use std::collections::{BTreeMap, HashMap, HashSet};

/// Elements without an end.
const VOID: [&str; 7] = ["!doctype", "br", "hr", "img", "input", "link", "meta"];
/// Elements that end a paragraph, so that they cannot stand in one.
const BLOCKS: [&str; 15] = [
    "article", "details", "div", "dl", "fieldset", "form", "h1", "h2", "h3", "nav", "ol", "p",
    "section", "table", "ul",
];
/// What stands directly within what alone.
const WITHIN: [(&str, &[&str]); 9] = [
    ("dd", &["dl", "div"]),
    ("dt", &["dl", "div"]),
    ("legend", &["fieldset"]),
    ("li", &["ul", "ol"]),
    ("option", &["select"]),
    ("summary", &["details"]),
    ("td", &["tr"]),
    ("th", &["tr"]),
    ("tr", &["thead", "tbody"]),
];
/// What says something, in text or by a label.
const SAYS: [&str; 11] = [
    "a", "button", "caption", "h1", "h2", "h3", "label", "legend", "option", "summary", "title",
];
/// Attributes that name other elements by their ids.
const NAMES: [&str; 4] = [
    "aria-controls",
    "aria-describedby",
    "aria-labelledby",
    "for",
];
/// Attributes that people read or hear.
const READ: [&str; 4] = ["alt", "aria-label", "placeholder", "title"];

/// Routes of the service beside the portal's own, and whether they are pages.
const BESIDE: [(&str, bool); 5] = [
    ("/evidence/files/{id}", true),
    ("/schema.graphql", true),
    ("/sign-in", true),
    ("/sign-in/demo", false),
    ("/sign-out", false),
];

/// What pages are held to: the messages' names and words, from their files, and the routes.
pub struct Held {
    /// What names of messages begin with: `risk`, of `risk-closed`.
    begin: HashSet<String>,
    words: HashSet<String>,
    routes: BTreeMap<String, bool>,
}

impl Held {
    pub fn to(messages: &str, routes: &BTreeMap<String, bool>) -> Self {
        let (mut begin, mut words) = (HashSet::new(), HashSet::new());
        for line in messages.lines() {
            let name = line.split_once(" = ").map_or("", |(name, _)| name);
            begin.extend(name.split_once('-').map(|(begin, _)| begin.to_owned()));
            words.extend(line[name.len()..].split(is_between).map(str::to_owned));
        }
        let beside = BESIDE.map(|(route, is_page)| (route.to_owned(), is_page));
        let routes = routes.clone().into_iter().chain(beside).collect();
        Self {
            begin,
            words,
            routes,
        }
    }

    /// The name of a message instead of what it says, if there is one in this text.
    fn unsaid<'t>(&self, text: &'t str) -> Option<&'t str> {
        if !text.contains('-') {
            return None;
        }
        text.split(is_between).find(|word| {
            let begin = word.split_once('-').filter(|(_, rest)| !rest.is_empty());
            begin.is_some_and(|(begin, _)| self.begin.contains(begin))
                && !self.words.contains(*word)
        })
    }

    /// Whether an address leads somewhere on this site: to a page, or else to where a form can be sent.
    pub fn leads(&self, address: &str, to_page: bool) -> bool {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let mut found = self.routes.iter().filter(|(route, _)| fits(route, path));
        found.any(|(_, is_page)| *is_page || !to_page)
    }
}

fn is_between(letter: char) -> bool {
    !letter.is_alphanumeric() && !matches!(letter, '-' | '_')
}

/// Whether a path is one of a route's.
pub fn fits(route: &str, path: &str) -> bool {
    let parts = |path: &str| path.split('/').count();
    let same = |(wanted, part): (&str, &str)| match wanted.starts_with('{') {
        true => !part.is_empty(),
        false => wanted == part,
    };
    parts(route) == parts(path) && route.split('/').zip(path.split('/')).all(same)
}

/// What is wrong with a page in this language.
pub fn problems(page: &str, language: &str, held: &Held) -> Vec<String> {
    let mut reading = Reading::of(page, held);
    if let Err(broken) = reading.read() {
        reading.problems.push(broken);
    }
    let Reading {
        mut problems,
        ids,
        named,
        open,
        ..
    } = reading;
    if page.contains("<u>") {
        problems.push("markup of a sample stands in it".to_owned());
    }
    if !page.contains(&format!("<html lang=\"{language}\"")) {
        problems.push(format!("it is not in {language}"));
    }
    if !page.trim_end().ends_with("</html>") || !open.is_empty() {
        problems.push("it does not end".to_owned());
    }
    let lost = named.into_iter().filter(|(_, id)| !ids.contains(id));
    problems.extend(lost.map(|(by, id)| format!("{by} names {id}, which is not there")));
    problems
}

/// A page as far as it is read.
struct Reading<'a> {
    rest: &'a str,
    held: &'a Held,
    problems: Vec<String>,
    ids: HashSet<&'a str>,
    named: Vec<(&'a str, &'a str)>,
    /// The elements around, and how much had been said before each.
    open: Vec<(&'a str, usize)>,
    said: usize,
}

impl<'a> Reading<'a> {
    fn of(page: &'a str, held: &'a Held) -> Self {
        Self {
            rest: page,
            held,
            problems: vec![],
            ids: HashSet::new(),
            named: vec![],
            open: vec![],
            said: 0,
        }
    }

    /// # Errors
    /// Where it is no markup.
    fn read(&mut self) -> Result<(), String> {
        while let Some((text, rest)) = self.rest.split_once('<') {
            self.says(text);
            self.rest = rest;
            match rest.strip_prefix('/') {
                Some(end) => {
                    let (name, rest) = end.split_once('>').ok_or("an end has no end")?;
                    self.rest = rest;
                    self.closes(name)?;
                }
                None => self.opens()?,
            }
        }
        Ok(())
    }

    fn says(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.said += 1;
        if let Some(name) = self.held.unsaid(text) {
            self.problems.push(format!("{name} is shown by its name"));
        }
        if text.contains('{') || text.contains('}') {
            self.problems
                .push(format!("something is not filled in: {}", text.trim()));
        }
    }

    fn closes(&mut self, name: &str) -> Result<(), String> {
        let (open, before) = self.open.pop().ok_or("too many ends")?;
        if open != name {
            return Err(format!("{open} ends as {name}"));
        }
        if SAYS.contains(&name) && before == self.said {
            self.problems.push(format!("a {name} says nothing"));
        }
        Ok(())
    }

    fn opens(&mut self) -> Result<(), String> {
        let end = self
            .rest
            .find([' ', '\n', '>', '/'])
            .ok_or("a tag has no end")?;
        let name = &self.rest[..end];
        self.rest = &self.rest[end..];
        let before = self.said;
        let mut seen = HashMap::new();
        let closed = loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix("/>") {
                self.rest = rest;
                break true;
            }
            if let Some(rest) = self.rest.strip_prefix('>') {
                self.rest = rest;
                break VOID.contains(&name);
            }
            let (attribute, value) = self.attribute(name)?;
            if seen.insert(attribute, value).is_some() {
                self.problems.push(format!("{name} has {attribute} twice"));
            }
            self.holds(name, attribute, value);
        };
        self.stands(name);
        if (name == "style") || (name == "script" && !seen.contains_key("src")) {
            self.problems.push(format!("a {name} stands in it"));
        }
        if seen.get("name") == Some(&"return_to") && !self.held.leads(seen["value"], true) {
            self.problems.push(format!(
                "one comes back to {}, which is no page",
                seen["value"]
            ));
        }
        if !closed {
            self.open.push((name, before));
        }
        Ok(())
    }

    fn attribute(&mut self, tag: &str) -> Result<(&'a str, &'a str), String> {
        let end = self
            .rest
            .find([' ', '\n', '>', '='])
            .ok_or("a tag has no end")?;
        let (name, rest) = self.rest.split_at(end);
        let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(format!("{tag} has an attribute {name:?}"));
        }
        let Some(rest) = rest.strip_prefix('=') else {
            self.rest = rest;
            return Ok((name, ""));
        };
        let quoted = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'));
        let (value, rest) = quoted.ok_or_else(|| format!("{tag} has {name} without quotes"))?;
        self.rest = rest;
        Ok((name, value))
    }

    fn holds(&mut self, tag: &str, name: &'a str, value: &'a str) {
        if name == "style" || name.starts_with("on") {
            self.problems.push(format!("{tag} has {name}"));
        }
        if name == "id" && !self.ids.insert(value) {
            self.problems.push(format!("{value} is an id twice"));
        }
        if NAMES.contains(&name) {
            self.named.extend(value.split(' ').map(|id| (name, id)));
        }
        if READ.contains(&name) || name.starts_with("data-say") {
            self.says(value);
        }
        if matches!(name, "action" | "href" | "src") {
            if let Some(id) = value.strip_prefix('#') {
                self.named.push((name, id));
            } else if !value.starts_with('?') && !self.held.leads(value, name != "action") {
                self.problems.push(format!("{name} leads nowhere: {value}"));
            }
        }
    }

    /// Whether an element stands where it may.
    fn stands(&mut self, name: &str) {
        let around = self.open.last().map_or("", |(around, _)| around);
        let nested = |wanted: &str| self.open.iter().any(|(open, _)| *open == wanted);
        let wrong = (BLOCKS.contains(&name) && nested("p"))
            || (matches!(name, "a" | "button" | "form" | "label") && nested(name))
            || (matches!(around, "ul" | "ol") && name != "li")
            || WITHIN
                .iter()
                .any(|(inner, outer)| *inner == name && !outer.contains(&around));
        if wrong {
            self.problems.push(format!("a {name} stands in a {around}"));
        }
    }
}
