//! Makes answers of the API out of the published schema alone: whatever a document asks for, filled as a kind of sample wants it.
//!
//! What always holds: the same document, variables and kind give the same answer. A record keeps its id, and what stands
//! at the same place of two lists belongs together, so that pages find what refers to each other.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
    str::FromStr,
};

use apollo_compiler::{
    ExecutableDocument, Name, Schema,
    ast::{Type, Value as Written},
    executable::{Field, Operation, Selection, SelectionSet},
    validation::Valid,
};
use chrono::{Days, NaiveDate};
use serde_json::{Map, Value, json};

/// What no page may show as it is.
pub const MARKUP: &str = "<u>\"&'å</u>";
/// Records by type and the beginning of their ids, as in `api/src/graphql/key.rs`.
const PREFIXES: &str = "ActionItem act, AgendaItem agi, Agreement agr, ApiToken tok, Comment cmt, Decision dec, Event evt, \
    Evidence evd, EvidenceFile fil, EvidenceRequest req, Forum for, ForumMember mbr, IdentityProvider idp, Meeting mtg, \
    Organisation org, Person per, Risk rsk, RiskAcceptance acc, RiskAnalysis ana, SavedView viw, Session ses, Submission sub, \
    SubmissionRound rnd, SupportGrant sup";
/// Lists of which views are saved.
const LISTS: [&str; 5] = [
    "/risks",
    "/submissions",
    "/action-items",
    "/events",
    "/people",
];

/// How much there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// All of it.
    Full,
    /// Nothing that may be missing.
    Bare,
    /// Long texts and long lists.
    Long,
    /// Some of it, by chance, but always the same.
    Mixed,
}

/// A kind of sample: how much there is, and which turn it is of what takes turns, such as the values of enumerations.
#[derive(Clone, Copy, Debug)]
pub struct Kind(pub Fill, pub usize);

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (fill, turn) = text.split_once('.').ok_or("no turn")?;
        let fills = [Fill::Full, Fill::Bare, Fill::Long, Fill::Mixed];
        let fill = fills.into_iter().find(|known| format!("{known:?}") == fill);
        let turn = turn.parse().map_err(|_| "no number")?;
        Ok(Self(fill.ok_or("no kind")?, turn))
    }
}

/// The types that have records, and the beginnings of their ids.
fn records() -> impl Iterator<Item = (&'static str, &'static str)> {
    PREFIXES.split(", ").filter_map(|pair| pair.split_once(' '))
}

/// The id of the record with this number, counted from 0.
pub fn id(kind: &str, number: usize) -> String {
    let prefix = records().find(|(name, _)| *name == kind);
    format!(
        "{}_{:032x}",
        prefix.map_or("xxx", |(_, prefix)| prefix),
        number + 1
    )
}

/// The type of the record with this id, and its number.
fn known(id: &str) -> Option<(&'static str, usize)> {
    let (prefix, number) = id.split_once('_')?;
    let (kind, _) = records().find(|(_, known)| *known == prefix)?;
    Some((
        kind,
        usize::from_str_radix(number, 16).ok()?.checked_sub(1)?,
    ))
}

/// Where a value stands.
#[derive(Clone)]
struct Place {
    path: String,
    /// The type of the object around it.
    around: String,
    /// Which one of its list it is, or belongs to.
    number: usize,
    /// How many lists there are around it.
    lists: usize,
}

/// Makes the answer to one document.
pub struct Maker<'a> {
    pub schema: &'a Valid<Schema>,
    pub document: &'a ExecutableDocument,
    pub variables: &'a Map<String, Value>,
    pub kind: Kind,
    pub today: NaiveDate,
    /// Type and value of what was answered of enumerations.
    pub answered: BTreeSet<(String, String)>,
}

impl<'a> Maker<'a> {
    pub fn answer(&mut self, operation: &'a Operation) -> Value {
        let place = Place {
            path: String::new(),
            around: operation.object_type().to_string(),
            number: 0,
            lists: 0,
        };
        self.object(operation.object_type(), &[&operation.selection_set], &place)
    }

    fn object(&mut self, kind: &str, sets: &[&'a SelectionSet], place: &Place) -> Value {
        let mut fields: Vec<(String, Vec<&'a Field>)> = vec![];
        for set in sets {
            self.collect(kind, set, &mut fields);
        }
        let mut object = Map::new();
        for (key, same) in fields {
            let below = Place {
                path: format!("{}.{}", place.path, same[0].name),
                around: kind.to_owned(),
                ..place.clone()
            };
            let value = self.field(&same, below);
            object.insert(key, value);
        }
        // A list counts what it holds, and at times more.
        if let (Some(Value::Array(nodes)), Some(more)) =
            (object.get("nodes"), object.get("totalCount"))
        {
            let more = more.as_u64().filter(|_| !nodes.is_empty());
            let total = nodes.len() as u64 + more.unwrap_or_default();
            object.insert("totalCount".to_owned(), json!(total));
        }
        Value::Object(object)
    }

    /// The fields that are asked of an object of this type, by their names in the answer.
    fn collect(
        &self,
        kind: &str,
        set: &'a SelectionSet,
        fields: &mut Vec<(String, Vec<&'a Field>)>,
    ) {
        for selection in &set.selections {
            if self.is_left_out(selection) {
                continue;
            }
            match selection {
                Selection::Field(field) => {
                    let key = field.response_key().as_str();
                    match fields.iter_mut().find(|(known, _)| known == key) {
                        Some((_, same)) => same.push(field),
                        None => fields.push((key.to_owned(), vec![field])),
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = spread.fragment_def(self.document).expect("a fragment");
                    if self.is_a(kind, fragment.type_condition()) {
                        self.collect(kind, &fragment.selection_set, fields);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let wanted = fragment.type_condition.as_ref();
                    if wanted.is_none_or(|wanted| self.is_a(kind, wanted)) {
                        self.collect(kind, &fragment.selection_set, fields);
                    }
                }
            }
        }
    }

    fn is_a(&self, kind: &str, wanted: &str) -> bool {
        kind == wanted || self.schema.is_subtype(wanted, kind)
    }

    fn is_left_out(&self, selection: &Selection) -> bool {
        let include = selection.directives().get("include");
        let wanted = include.and_then(|include| include.specified_argument_by_name("if"));
        matches!(wanted.map(|wanted| &**wanted), Some(Written::Variable(name)) if self.variables[name.as_str()] != true)
    }

    fn field(&mut self, same: &[&'a Field], place: Place) -> Value {
        let field = same[0];
        let given = field.specified_argument_by_name("id").map(|given| &**given);
        if let (Some(Written::Variable(name)), "Node") =
            (given, field.ty().inner_named_type().as_str())
        {
            return match self.variables[name.as_str()].as_str().and_then(known) {
                Some((kind, number)) => self.composite(kind, same, &Place { number, ..place }),
                None => Value::Null,
            };
        }
        self.value(field.ty(), same, place)
    }

    fn value(&mut self, kind: &Type, same: &[&'a Field], place: Place) -> Value {
        let may_miss = self.kind.0 == Fill::Bare || self.is_mixed() && self.dice(&place, 3) == 0;
        if may_miss && !kind.is_non_null() {
            return Value::Null;
        }
        let name = kind.inner_named_type().as_str();
        if let Some(known) = self.schema.get_enum(name) {
            let values: Vec<_> = known.values.keys().collect();
            return match kind.is_list() {
                // What is allowed, is so altogether or not at all.
                true if self.kind.0 == Fill::Bare
                    || self.is_mixed() && self.dice(&place, 3) == 0 =>
                {
                    json!([])
                }
                true => values
                    .into_iter()
                    .map(|value| self.says(name, value))
                    .collect(),
                false => {
                    let turn = match self.is_mixed() {
                        true => self.dice(&place, values.len()),
                        false => self.kind.1 + place.number,
                    };
                    self.says(name, values[turn % values.len()])
                }
            };
        }
        if kind.is_list() {
            let count = match self.kind.0 {
                Fill::Bare => 0,
                Fill::Long if place.lists == 0 => 24,
                Fill::Full | Fill::Long => 3,
                Fill::Mixed => self.dice(&place, 4),
            };
            let items = (0..count).map(|number| {
                let place = Place {
                    path: format!("{}.{number}", place.path),
                    number,
                    lists: place.lists + 1,
                    ..place.clone()
                };
                self.value(kind.item_type(), same, place)
            });
            return items.collect();
        }
        if same[0].selection_set.is_empty() {
            return self.scalar(name, same[0].name.as_str(), &place);
        }
        // What belongs to one of its own kind belongs to the one before it, and the first to none.
        if name == place.around {
            return match place.number.checked_sub(1) {
                Some(number) => self.composite(name, same, &Place { number, ..place }),
                None if kind.is_non_null() => self.composite(name, same, &place),
                None => Value::Null,
            };
        }
        self.composite(name, same, &place)
    }

    fn is_mixed(&self) -> bool {
        self.kind.0 == Fill::Mixed
    }

    /// A value of an enumeration.
    fn says(&mut self, kind: &str, value: &str) -> Value {
        self.answered.insert((kind.to_owned(), value.to_owned()));
        json!(value)
    }

    /// An object; for an interface or a union, each of the types that the document asks for in turn, and one that it does not.
    fn composite(&mut self, name: &str, same: &[&'a Field], place: &Place) -> Value {
        let sets: Vec<_> = same.iter().map(|field| &field.selection_set).collect();
        if self.schema.get_object(name).is_some() {
            return self.object(name, &sets, place);
        }
        let asked = sets.iter().flat_map(|set| &set.selections);
        let asked =
            asked.filter_map(|selection| selection.as_inline_fragment()?.type_condition.as_ref());
        let mut types: Vec<&str> = asked.map(Name::as_str).collect();
        let mut others = records().map(|(kind, _)| kind);
        let other = others.find(|kind| self.schema.is_subtype(name, kind) && !types.contains(kind));
        types.extend(other);
        let kind = types[(self.kind.1 + place.number) % types.len()];
        self.object(kind, &sets, place)
    }

    fn scalar(&self, kind: &str, field: &str, place: &Place) -> Value {
        let days = [0, 1, 30, 60, 800, -1, -40, -800][self.dice(place, 8)];
        let day = match u64::try_from(days) {
            Ok(ahead) => self.today + Days::new(ahead),
            Err(_) => self.today - Days::new(i64::unsigned_abs(days)),
        };
        match (kind, field) {
            (_, "__typename") => json!(place.around),
            ("ID", "id") => json!(id(&place.around, place.number)),
            ("ID", other) => {
                let kind = other.trim_end_matches("Id");
                json!(id(&(kind[..1].to_uppercase() + &kind[1..]), place.number))
            }
            ("Boolean", "hasNextPage")
                if self.variables.get("after").is_some_and(Value::is_string) =>
            {
                json!(false)
            }
            ("Boolean", _) => match self.kind.0 {
                Fill::Bare => json!(false),
                _ => json!(self.dice(place, 2) == 0),
            },
            ("Int" | "Long", _) => json!(self.number(field, place)),
            ("Date", _) => json!(day),
            ("DateTime", _) => json!(format!("{day}T08:30:00Z")),
            ("JSON", _) => match self.dice(place, 5) {
                0 => json!(true),
                1 => json!(12),
                2 => json!("HIGH"),
                3 => json!([self.text(field, place), null, "2026-07-01T12:00:00Z"]),
                _ => json!(self.text(field, place)),
            },
            _ => json!(self.text(field, place)),
        }
    }

    fn number(&self, field: &str, place: &Place) -> usize {
        let lower = field.to_ascii_lowercase();
        let turn = |values: &[usize]| values[self.dice(place, values.len())];
        match self.kind.0 {
            _ if lower.ends_with("likelihood") || lower.ends_with("impact") => {
                1 + self.dice(place, 5)
            }
            _ if field == "size" => turn(&[1, 2_000, 3_400_000, 5_600_000_000]),
            Fill::Bare if lower.ends_with("count") => 0,
            Fill::Long if lower.ends_with("count") => 12_345,
            _ if lower.ends_with("count") => turn(&[0, 1, 7, 100]),
            _ => place.number + 1,
        }
    }

    fn text(&self, field: &str, place: &Place) -> String {
        let turn = |values: &[&str]| values[(self.kind.1 + place.number) % values.len()].to_owned();
        let long = match self.kind.0 {
            Fill::Bare => return "x".to_owned(),
            Fill::Long => " långt".repeat(40),
            Fill::Full | Fill::Mixed => String::new(),
        };
        let said = format!("{field} {}{long} {MARKUP}", place.number);
        match (place.around.as_str(), field) {
            ("Event", "action") => turn(&["submission.returned", "action_item.escalated", &said]),
            ("FieldChange", "field") => turn(&["title", "dueOn", &said]),
            ("SavedView", "page") => turn(&LISTS),
            ("SavedView", "query") => "q=x".to_owned(),
            ("EvidenceUpload", "url") => "http://samsyn.example/uploads/1".to_owned(),
            (_, "mediaType") => turn(&["application/pdf", "image/png", "application/zip"]),
            (_, "browser") => turn(&["Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", &said]),
            _ => said,
        }
    }

    /// A number below this one, by chance, but always the same at this place and turn.
    fn dice(&self, place: &Place, sides: usize) -> usize {
        let mut hasher = DefaultHasher::new();
        (&place.path, self.kind.1).hash(&mut hasher);
        usize::try_from(hasher.finish() % sides as u64).unwrap_or_default()
    }
}
