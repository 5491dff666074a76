//! One line of the list.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    clock::{ClockState, Reading},
    field::FieldValue,
    ids::LeadId,
    points::Points,
    service_level::ServiceClock,
};
use engine::lead::judged::{AHEAD, By, Judged, JudgedClock, Rules, Scored};
use jiff::{SignedDuration, Timestamp};
use store::{Reader, read::LeadRow};

use super::column::Column;
use crate::{
    failure::Failure,
    judged::JudgedSubjects,
    list::{
        Shown,
        cell::{Cells, InRow},
        page::Row,
    },
    markup::{Markup, element},
    names::{Names, lead_href},
    sheet::Cell,
    show::{ClockStatus, LocalTime, figure, points, stage},
};

/// What every row of a page, or of a file, is made with.
pub(super) struct Maker<'a, 'r> {
    pub(super) names: &'a Names<'a, 'r>,
    /// What the facts of each come to, where a column asks for it.
    pub(super) judged: BTreeMap<LeadId, Arc<Judged>>,
    pub(super) time: &'a LocalTime,
    pub(super) columns: &'a [Column],
    /// Whether somebody chose these columns.
    pub(super) is_chosen: bool,
    /// What can be corrected in the cells of a page.
    pub(super) correcting: Option<&'a Cells>,
}

/// What the columns need of the facts of leads, which are not read where none does.
pub(super) fn judged(
    (reader, names): (&Reader<'_>, &Names<'_, '_>),
    (rules, known): (&Rules<'_>, &JudgedSubjects),
    columns: &[Column],
    leads: &[LeadRow],
    now: Timestamp,
) -> Result<BTreeMap<LeadId, Arc<Judged>>, Failure> {
    if !columns.iter().any(Column::needs_facts) {
        return Ok(BTreeMap::new());
    }
    known.leads(reader, names, rules, &leads.iter().collect::<Vec<_>>(), now)
}

/// What is worked out from a lead's facts, where a column needs it.
#[derive(Default)]
struct Worked {
    score: Scored,
    judged: Option<Arc<Judged>>,
}

impl Worked {
    fn of(judged: Arc<Judged>, now: Timestamp) -> Worked {
        Worked { score: judged.score(now), judged: Some(judged) }
    }

    /// The clock that is due first, or the last of those that have ended.
    fn first(&self) -> Option<&JudgedClock> {
        self.judged.as_ref()?.first_clock()
    }

    fn clock(&self) -> Option<&ServiceClock> {
        Some(&self.first()?.clock)
    }

    /// When that clock is due, while it runs.
    fn due_at(&self) -> Option<Timestamp> {
        self.first()?.due_at
    }

    /// Whether its points were stamped by a qualification.
    fn is_stamped(&self) -> bool {
        matches!(self.score.by, By::Stamp(_))
    }

    /// What opens for its points: the qualification, or the score as of now.
    fn because(&self) -> String {
        match &self.score.by {
            By::Nothing => String::new(),
            By::Stamp(fact) => format!("qualified-{fact}"),
            By::Definition(definition) => format!("score-{definition}"),
        }
    }

    /// What opens for one component.
    fn because_of(&self, component: &str) -> String {
        match &self.score.by {
            By::Definition(definition) => format!("part-{definition}.{component}"),
            _ => format!("{}.{component}", self.because()),
        }
    }
}

impl Maker<'_, '_> {
    pub(super) fn row(&self, lead: &LeadRow) -> Result<Row, Failure> {
        let href = lead_href(&lead.id);
        let worked = self.worked(lead);
        let name = self.names.lead(&lead.id)?;
        let in_row = InRow { id: lead.id.as_str(), name: &name, fields: &lead.fields };
        let cells = self.columns.iter().map(|column| {
            let pale = column.is_number() && !worked.is_stamped();
            let class = match column.class(self.is_chosen) {
                "n" if pale && column.needs_facts() => "n dim",
                "n drop" if pale => "n drop dim",
                class => class,
            };
            let label = column.says_label(self.is_chosen).then(|| column.label());
            let value = self.shown(column, lead, &worked, &href)?;
            let shown = Shown { class, label, value };
            Ok(match self.correcting {
                Some(correcting) => correcting.cell(shown, column.corrects(), &in_row),
                None => shown,
            })
        });
        let cells = cells.collect::<Result<_, Failure>>()?;
        let beside = Markup::new();
        Ok(Row { id: lead.id.0.clone(), name, beside, cells, href })
    }

    fn shown(
        &self,
        column: &Column,
        lead: &LeadRow,
        worked: &Worked,
        href: &str,
    ) -> Result<Markup, Failure> {
        let instant = |at: Option<Timestamp>| at.map(|at| self.time.near(at)).unwrap_or_default();
        let door = |value: Option<Points>, because: &str| match value {
            Some(value) => figure(points(value), &format!("{href}?because={because}#because")),
            None => Markup::new(),
        };
        let whole = &worked.because();
        Ok(match column {
            Column::What => Markup::text(self.what(lead)?),
            Column::Stage => lead.status.as_deref().map(stage).unwrap_or_default(),
            Column::Since => instant(lead.status_since),
            Column::Part(_, id, _) => {
                door(worked.score.parts.get(id).copied(), &worked.because_of(id))
            }
            Column::Score if worked.is_stamped() => {
                element("b").holding(door(worked.score.total, whole)).into()
            }
            Column::Score => door(worked.score.total, whole),
            Column::Source => Markup::text(lead.source.as_deref().unwrap_or_default()),
            Column::Owner => match &lead.owner {
                Some(owner) => Markup::text(self.names.user_name(owner)?),
                None => Markup::new(),
            },
            Column::Passed => self.passed(lead)?,
            Column::Level => self.level(worked),
            Column::Clock => match worked.first() {
                Some(first) => {
                    let fact = first.clock.start_fact;
                    let workings = format!("{href}?because=clock-{fact}#because");
                    judged_shown(first, self.time.now(), &workings)?
                }
                None => Markup::new(),
            },
            Column::Created => instant(lead.created_at),
            Column::Times => Markup::text(lead.qualified_times),
            Column::Qualified => instant(lead.first_qualified_at),
            Column::Id => Markup::text(&lead.id.0),
            Column::Field(name) => match lead.fields.get(name) {
                None | Some(FieldValue::Cleared) => Markup::new(),
                Some(value) => Markup::text(value),
            },
        })
    }

    /// `from Rita Voss, by a ladder, Mon 16 Nov`.
    fn passed(&self, lead: &LeadRow) -> Result<Markup, Failure> {
        let Some(passed) = &lead.passed else { return Ok(Markup::new()) };
        let (from, by) = (self.names.user_name(&passed.from)?, passed.by.words());
        Ok(Markup::text(format!("from {from}, {by}, ")).and(self.time.near(passed.at)))
    }

    /// The same row for a file.
    pub(super) fn cells(&self, lead: &LeadRow) -> Result<Vec<Cell>, Failure> {
        let worked = self.worked(lead);
        let person = self.names.lead_name(&lead.id)?;
        let mut cells = vec![lead.id.as_str().into(), person.into()];
        for column in self.columns {
            cells.extend(match column {
                Column::What => vec![lead.fields.get("title").into(), self.account(lead)?.into()],
                Column::Stage => vec![lead.status.clone().into()],
                Column::Since => vec![lead.status_since.into()],
                Column::Part(_, id, _) => vec![worked.score.parts.get(id).copied().into()],
                Column::Score => vec![worked.score.total.into()],
                Column::Source => vec![lead.source.clone().into()],
                Column::Owner => {
                    let owner =
                        lead.owner.as_ref().map(|id| self.names.user_name(id)).transpose()?;
                    vec![owner.into()]
                }
                Column::Passed => {
                    let passed = lead.passed.as_ref();
                    let from = passed.map(|passed| self.names.user_name(&passed.from));
                    let by = passed.map(|passed| passed.by.key());
                    vec![from.transpose()?.into(), by.into(), passed.map(|passed| passed.at).into()]
                }
                Column::Level => {
                    let level = worked.clock().map(|clock| level_words(&clock.level().id));
                    vec![level.into()]
                }
                Column::Clock => vec![worked.due_at().into()],
                Column::Created => vec![lead.created_at.into()],
                Column::Times => vec![lead.qualified_times.into()],
                Column::Qualified => vec![lead.first_qualified_at.into()],
                Column::Id => Vec::new(),
                Column::Field(name) => vec![lead.fields.get(name).into()],
            });
        }
        Ok(cells)
    }

    fn worked(&self, lead: &LeadRow) -> Worked {
        let judged = self.judged.get(&lead.id);
        judged.map(|judged| Worked::of(judged.clone(), self.time.now())).unwrap_or_default()
    }

    fn account(&self, lead: &LeadRow) -> Result<Option<String>, Failure> {
        Ok(lead.account.as_ref().map(|id| self.names.account(id)).transpose()?)
    }

    fn what(&self, lead: &LeadRow) -> Result<String, Failure> {
        let title = lead.fields.get("title").and_then(|title| title.text()).map(str::to_owned);
        let parts: Vec<String> = title.into_iter().chain(self.account(lead)?).collect();
        Ok(parts.join(", "))
    }

    /// The service level of the clock, and by when.
    fn level(&self, worked: &Worked) -> Markup {
        let Some(clock) = worked.clock() else { return Markup::new() };
        let level = Markup::text(level_words(&clock.level().id));
        match worked.due_at() {
            Some(due) => level.and_text(" by ").and(self.time.near(due)),
            None => level,
        }
    }
}

/// Whether a clock runs, or rests, at an instant.
pub(crate) fn is_running(clock: &ServiceClock, now: Timestamp) -> bool {
    let ends = [clock.running.stopped_at, clock.running.withdrawn_at];
    !ends.into_iter().flatten().any(|end| end <= now)
}

/// How a clock of a lead that was judged stands, as a door to its workings.
pub(crate) fn judged_shown(
    judged: &JudgedClock,
    now: Timestamp,
    workings: &str,
) -> Result<Markup, Failure> {
    let Some(counting) = judged.counting(now) else {
        return status_shown(&judged.clock, now, workings);
    };
    let status = match counting.left {
        late if judged.due_at.is_some_and(|due_at| due_at < now) => {
            ClockStatus::Late { over_seconds: -late.as_secs() }
        }
        left if left <= counting.at_risk => ClockStatus::DueSoon { left_seconds: left.as_secs() },
        left => ClockStatus::OnTime { left_seconds: left.as_secs() },
    };
    Ok(status.counting(workings, &counting, now))
}

/// How a clock stands, as a door to its workings; one that runs counts on in the browser.
pub(crate) fn status_shown(
    clock: &ServiceClock,
    now: Timestamp,
    workings: &str,
) -> Result<Markup, Failure> {
    let reading = clock.read(now)?;
    let status = status_of(clock, &reading, now);
    Ok(match clock.counting(&reading, now, now + AHEAD) {
        Some(counting) => status.counting(workings, &counting, now),
        None => status.show(workings),
    })
}

/// How a clock stands, in working time.
pub(crate) fn status_of(clock: &ServiceClock, reading: &Reading, now: Timestamp) -> ClockStatus {
    let took_seconds = reading.consumed.as_secs();
    let left = clock.target().saturating_sub(reading.consumed).max(SignedDuration::ZERO);
    let left_seconds = left.as_secs();
    match reading.state {
        ClockState::Running => ClockStatus::OnTime { left_seconds },
        ClockState::AtRisk => ClockStatus::DueSoon { left_seconds },
        ClockState::Paused => ClockStatus::Resting { left_seconds },
        ClockState::Breached if is_running(clock, now) => {
            ClockStatus::Late { over_seconds: reading.lateness.as_secs() }
        }
        ClockState::Met => ClockStatus::Met { took_seconds },
        ClockState::Breached | ClockState::MetLate | ClockState::NotMet => {
            ClockStatus::Missed { took_seconds }
        }
        ClockState::NoVerdict | ClockState::Void => ClockStatus::Ended { took_seconds },
    }
}

/// A service level's key as words: `First call` for `first-call`.
pub(crate) fn level_words(key: &str) -> String {
    crate::pages::sign_in::sentence(&key.replace(['-', '_'], " ")).trim_end_matches('.').to_owned()
}
