//! The matrix: how many risks stand in each cell of likelihood × impact, and how serious each cell is.

use crate::{kinds::RiskLevel, text::Text};

/// The steps of likelihood and of impact.
pub const STEPS: std::ops::RangeInclusive<i64> = 1..=5;

/// The lowest score of each level, as the schema tells them.
const LEVELS: [(i64, RiskLevel); 4] = [
    (15, RiskLevel::Critical),
    (10, RiskLevel::High),
    (5, RiskLevel::Moderate),
    (1, RiskLevel::Low),
];

/// A place in the matrix: likelihood and impact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// How likely.
    pub likelihood: i64,
    /// How bad.
    pub impact: i64,
}

impl Place {
    /// The place of these.
    #[must_use]
    pub fn new(likelihood: i64, impact: i64) -> Self {
        Self { likelihood, impact }
    }

    /// The place that an address names: `4-3`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (likelihood, impact) = text.split_once('-')?;
        let step = |text: &str| text.parse().ok().filter(|step| STEPS.contains(step));
        Some(Self::new(step(likelihood)?, step(impact)?))
    }

    /// As an address names it.
    #[must_use]
    pub fn name(self) -> String {
        format!("{}-{}", self.likelihood, self.impact)
    }

    /// Likelihood × impact.
    #[must_use]
    pub fn score(self) -> i64 {
        self.likelihood * self.impact
    }

    /// How serious it is.
    #[must_use]
    pub fn level(self) -> RiskLevel {
        let score = self.score();
        LEVELS
            .iter()
            .find(|(from, _)| *from <= score)
            .map_or(RiskLevel::Low, |(_, level)| *level)
    }
}

/// The name of a level in the style sheet.
#[must_use]
pub fn class(level: &RiskLevel) -> &'static str {
    match level {
        RiskLevel::Low => "low",
        RiskLevel::Moderate => "moderate",
        RiskLevel::High => "high",
        RiskLevel::Critical => "critical",
    }
}

/// A step of a scale.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its number.
    pub number: i64,
    /// What it is called, without its number.
    pub word: String,
}

/// A cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Where it is.
    pub place: Place,
    /// How serious it is.
    pub level: RiskLevel,
    /// How many risks stand there.
    pub count: usize,
    /// Whether the list shows these alone.
    pub chosen: bool,
    /// The list of these alone; of all again, where that is shown.
    pub link: String,
}

/// The matrix, as it is shown: the most likely first.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// What names it in an address: `now` or `left`.
    pub name: &'static str,
    /// The message that says which one it is.
    pub title: &'static str,
    /// The steps of impact, rising.
    pub impacts: Vec<Step>,
    /// The steps of likelihood, falling, with their cells.
    pub rows: Vec<(Step, Vec<Cell>)>,
}

impl Matrix {
    /// Counts the risks that stand at these places.
    #[must_use]
    pub fn of(
        text: Text,
        (name, title): (&'static str, &'static str),
        places: &[Place],
        chosen: Option<Place>,
        link: impl Fn(&str, &str) -> String,
    ) -> Self {
        let cell = |place: Place| {
            let is_chosen = chosen == Some(place);
            let asked = if is_chosen {
                String::new()
            } else {
                place.name()
            };
            Cell {
                place,
                level: place.level(),
                count: places.iter().filter(|other| **other == place).count(),
                chosen: is_chosen,
                link: link(name, &asked),
            }
        };
        let row = |likelihood: i64| {
            let cells = STEPS.map(|impact| cell(Place::new(likelihood, impact)));
            (step(text, "likelihood", likelihood), cells.collect())
        };
        Self {
            name,
            title,
            impacts: STEPS.map(|impact| step(text, "impact", impact)).collect(),
            rows: STEPS.rev().map(row).collect(),
        }
    }
}

/// A step, from the message that forms show: `4 – sannolik`.
fn step(text: Text, scale: &str, number: i64) -> Step {
    let said = text.say(&format!("scale-{scale}-{number}"));
    let word = said.split_once(" – ").map_or("", |(_, word)| word);
    Step {
        number,
        word: word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn levels_are_those_that_the_schema_tells() {
        let schema = include_str!("../../../api/schema.graphql");
        for (from, to, level) in [
            (1, 4, RiskLevel::Low),
            (5, 9, RiskLevel::Moderate),
            (10, 14, RiskLevel::High),
            (15, 25, RiskLevel::Critical),
        ] {
            assert!(schema.contains(&format!("A score from {from} to {to}")));
            for likelihood in STEPS {
                for impact in STEPS {
                    let place = Place::new(likelihood, impact);
                    let within = (from..=to).contains(&place.score());
                    assert_eq!(place.level() == level, within, "{place:?}");
                }
            }
        }
    }

    #[test]
    fn an_address_names_a_place_within_the_matrix() {
        assert_eq!(Place::read("4-3"), Some(Place::new(4, 3)));
        assert_eq!(
            Place::read(&Place::new(1, 5).name()),
            Some(Place::new(1, 5))
        );
        for other in ["", "4", "0-3", "6-1", "4-3-2", "a-b"] {
            assert_eq!(Place::read(other), None, "{other}");
        }
    }

    #[test]
    fn every_risk_is_counted_in_its_own_cell() {
        let places = [Place::new(4, 3), Place::new(3, 4), Place::new(4, 3)];
        let matrix = Matrix::of(
            Text::new(Language::Swedish),
            ("now", "risks-now"),
            &places,
            Some(Place::new(3, 4)),
            |name, place| format!("{name}={place}"),
        );
        let likelihoods: Vec<_> = matrix.rows.iter().map(|(step, _)| step.number).collect();
        assert_eq!(likelihoods, [5, 4, 3, 2, 1], "the most likely stands first");
        let cell = |likelihood: usize, impact: usize| &matrix.rows[5 - likelihood].1[impact - 1];
        assert_eq!(cell(4, 3).count, 2);
        assert_eq!(cell(4, 3).link, "now=4-3");
        assert_eq!(cell(3, 4).count, 1);
        assert!(cell(3, 4).chosen);
        assert_eq!(cell(3, 4).link, "now=", "once more shows all again");
        let all: usize = matrix
            .rows
            .iter()
            .flat_map(|(_, cells)| cells)
            .map(|cell| cell.count)
            .sum();
        assert_eq!(all, places.len());
        assert_eq!(matrix.rows[0].0.word, "mycket sannolik");
    }
}
