//! Service levels as text.

use domain::attainment::Attainment;

use super::{Plain, PlainTable, hours, n, row};
use crate::report::{LevelFigures, ServiceLevelsReport, goals::per_cent};

const HEADER: [&str; 9] = [
    "group",
    "met in time",
    "goal",
    "met",
    "late",
    "not answered",
    "running",
    "median (working hours)",
    "9 of 10 within (working hours)",
];

impl ServiceLevelsReport {
    /// The report as text.
    pub fn plain(&self) -> Plain {
        let mut plain = Plain::of("Service levels", &self.question, &self.notes);
        let mut table = PlainTable::new("By service level", &HEADER);
        table.header[0] = "service level".to_owned();
        for level in &self.levels {
            let name = level.service_level.clone();
            table.rows.push(row(name, cells(&level.attainment.total, goal(level))));
        }
        table.rows.push(row("all".to_owned(), cells(&self.attainment.total, String::new())));
        plain.tables.push(table);
        if self.attainment.by.is_some() {
            plain.tables.extend(self.levels.iter().map(by_group));
        }
        plain
    }
}

fn by_group(level: &LevelFigures) -> PlainTable {
    let goal = goal(level);
    PlainTable::grouped(&level.service_level, &HEADER, &level.attainment, |figures| {
        cells(figures, goal.clone())
    })
}

fn cells(figures: &Attainment, goal: String) -> Vec<String> {
    let time = &figures.time_to_stop;
    vec![
        figures.attainment.words(),
        goal,
        n(&figures.met),
        n(&figures.met_late),
        n(&figures.unresolved),
        n(&figures.running),
        hours(time, time.median()),
        hours(time, time.p90()),
    ]
}

/// `90 %`, or `80 %, from version 2 on 90 %`.
fn goal(level: &LevelFigures) -> String {
    let goals = level.goals.iter().enumerate().map(|(place, goal)| {
        let share = goal.goal_per_mille.map_or("none".to_owned(), |g| per_cent(g as f64 / 1000.0));
        if place == 0 { share } else { format!("from version {} on {share}", goal.version) }
    });
    goals.collect::<Vec<_>>().join(", ")
}
