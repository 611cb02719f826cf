//! One figure: what was measured, in which rounds, and what it should be.

use crate::stats::{Spread, figure};

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// Not more.
    AtMost(f64),
    /// Not less.
    AtLeast(f64),
}

impl Goal {
    /// Whether a value is as it should be.
    #[must_use]
    pub fn met(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }

    /// As it is written.
    #[must_use]
    pub fn text(self, unit: &str) -> String {
        match self {
            Self::AtMost(most) => format!("≤ {} {unit}", figure(most)),
            Self::AtLeast(least) => format!("≥ {} {unit}", figure(least)),
        }
        .trim_end()
        .to_owned()
    }
}

/// A figure of several rounds.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// In what.
    pub unit: &'static str,
    /// One value a round.
    pub rounds: Vec<f64>,
    /// What it should be.
    pub goal: Option<Goal>,
}

impl Figure {
    /// A figure without a goal.
    #[must_use]
    pub fn new(name: impl Into<String>, unit: &'static str, rounds: Vec<f64>) -> Self {
        Self {
            name: name.into(),
            unit,
            rounds,
            goal: None,
        }
    }

    /// With a goal.
    #[must_use]
    pub const fn goal(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }

    /// The middle of its rounds; not a number without any.
    #[must_use]
    pub fn median(&self) -> f64 {
        Spread::of(&self.rounds).map_or(f64::NAN, |spread| spread.median)
    }

    /// Median with least and most.
    #[must_use]
    pub fn value(&self) -> String {
        match Spread::of(&self.rounds) {
            None => "-".to_owned(),
            Some(_) if self.rounds.len() == 1 => format!("{} {}", figure(self.median()), self.unit),
            Some(spread) => format!(
                "{} {} ({} - {})",
                figure(spread.median),
                self.unit,
                figure(spread.min),
                figure(spread.max)
            ),
        }
    }

    /// The goal and whether it is met; empty without one.
    #[must_use]
    pub fn verdict(&self) -> String {
        self.goal.map_or_else(String::new, |goal| {
            let word = if goal.met(self.median()) {
                "met"
            } else {
                "**missed**"
            };
            format!("{}: {word}", goal.text(self.unit))
        })
    }

    /// One line for whoever waits.
    #[must_use]
    pub fn line(&self) -> String {
        format!("  {:<58} {:<34} {}", self.name, self.value(), self.verdict())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_stands_beside_its_goal() {
        let figure = Figure::new("x", "µs", vec![80.0, 90.0, 100.0]).goal(Goal::AtMost(90.0));
        assert_eq!(figure.value(), "90.0 µs (80.0 - 100)");
        assert_eq!(figure.verdict(), "≤ 90.0 µs: met");
        let figure = Figure::new("x", "", vec![1.0]).goal(Goal::AtLeast(2.0));
        assert_eq!(figure.verdict(), "≥ 2.00: **missed**");
        assert!(Figure::new("x", "", Vec::new()).median().is_nan());
    }
}
