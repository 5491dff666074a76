//! One line of the list.

use domain::{
    agreement::History,
    clock::ClockState,
    points::Points,
    qualification::{assess, stamped},
    service_level::{People, ServiceClock, clocks},
};
use engine::lead::history_of;
use jiff::{SignedDuration, Timestamp};
use store::{Reader, read::LeadRow};

use crate::{
    failure::Failure,
    markup::Markup,
    names::{Names, lead_href},
    show::{ClockStatus, LocalTime, figure, points, stage},
};

/// A lead as the list shows it.
pub(super) struct Row {
    pub(super) href: String,
    pub(super) name: String,
    /// Title and account.
    pub(super) what: String,
    pub(super) stage: Markup,
    /// Points by component, in the order of the columns.
    pub(super) parts: Vec<Part>,
    pub(super) total: Markup,
    pub(super) is_stamped: bool,
    pub(super) source: String,
    pub(super) owner: Markup,
    /// The service level, and by when.
    pub(super) level: Markup,
    pub(super) clock: Markup,
}

/// One component's points with the name of their column.
pub(super) struct Part {
    pub(super) label: String,
    pub(super) points: Markup,
}

/// What every row of a page is made with.
pub(super) struct Maker<'a, 'r> {
    pub(super) reader: &'a Reader<'r>,
    pub(super) names: &'a Names<'a, 'r>,
    pub(super) agreements: &'a History,
    pub(super) people: &'a People,
    pub(super) time: &'a LocalTime,
    /// Keys and labels of the components that have a column.
    pub(super) columns: &'a [(String, String)],
}

/// Points by component, their sum, and whether they were stamped by a qualification.
struct Score {
    parts: Vec<Option<Points>>,
    total: Option<Points>,
    /// What opens: the qualification, or the score as of now.
    because: String,
    is_stamped: bool,
}

impl Score {
    /// What opens for one component.
    fn because_of(&self, component: &str) -> String {
        match self.because.strip_prefix("score-") {
            Some(definition) => format!("part-{definition}.{component}"),
            None => format!("{}.{component}", self.because),
        }
    }
}

impl Maker<'_, '_> {
    pub(super) fn row(&self, lead: &LeadRow) -> Result<Row, Failure> {
        let href = lead_href(&lead.id);
        let history = history_of(self.reader, &lead.id)?;
        let entries = history.until(self.time.now());
        let running = clocks(&history.subject(), entries, self.agreements, self.people)?;
        let score = self.score(lead, &history)?;
        let door = |value: Option<Points>, because: &str| match value {
            Some(value) => figure(points(value), &format!("{href}?because={because}#because")),
            None => Markup::new(),
        };
        let parts = self.columns.iter().zip(&score.parts).map(|((id, label), part)| Part {
            label: label.clone(),
            points: door(*part, &score.because_of(id)),
        });
        let (level, clock) = self.clock(&href, &running)?;
        Ok(Row {
            name: self.names.lead(&lead.id)?,
            what: self.what(lead)?,
            stage: lead.status.as_deref().map(stage).unwrap_or_default(),
            parts: parts.collect(),
            total: door(score.total, &score.because),
            is_stamped: score.is_stamped,
            source: lead.source.clone().unwrap_or_default(),
            owner: match &lead.owner {
                Some(owner) => Markup::text(self.names.user_name(owner)?),
                None => Markup::new(),
            },
            level,
            clock,
            href,
        })
    }

    fn what(&self, lead: &LeadRow) -> Result<String, Failure> {
        let title = lead.fields.get("title").and_then(|title| title.text()).map(str::to_owned);
        let account = lead.account.as_ref().map(|id| self.names.account(id)).transpose()?;
        let parts: Vec<String> = title.into_iter().chain(account).collect();
        Ok(parts.join(", "))
    }

    /// The points stamped when the lead last qualified; before that, the points of now.
    fn score(&self, lead: &LeadRow, history: &domain::lead::LeadHistory) -> Result<Score, Failure> {
        if lead.qualified_times > 0
            && let Some(last) = self.reader.qualifications_of(&lead.id)?.pop()
        {
            let parts = self.columns.iter().map(|(id, _)| last.components.get(id).copied());
            return Ok(Score {
                parts: parts.collect(),
                total: Some(last.total),
                because: format!("qualified-{}", last.by_fact),
                is_stamped: true,
            });
        }
        let now = self.time.now();
        let definition = self.agreements.at(now).and_then(|v| v.agreement.definitions.first());
        let assessed =
            definition.and_then(|rules| assess(history, self.agreements, &rules.id, now));
        let Some(assessed) = assessed else {
            let parts = vec![None; self.columns.len()];
            return Ok(Score { parts, total: None, because: String::new(), is_stamped: false });
        };
        let points = stamped(&assessed);
        Ok(Score {
            parts: self.columns.iter().map(|(id, _)| points.get(id).copied()).collect(),
            total: Some(assessed.total),
            because: format!("score-{}", assessed.definition),
            is_stamped: false,
        })
    }

    /// The clock that is due first; of those that have ended, the last.
    fn clock(&self, href: &str, all: &[ServiceClock]) -> Result<(Markup, Markup), Failure> {
        let now = self.time.now();
        let mut first: Option<(Timestamp, &ServiceClock)> = None;
        for clock in all.iter().filter(|clock| is_running(clock, now)) {
            let due = clock.read(now)?.due_at.unwrap_or(Timestamp::MAX);
            if first.is_none_or(|(earliest, _)| due < earliest) {
                first = Some((due, clock));
            }
        }
        let shown = first.map(|(_, clock)| clock).or(all.last());
        let Some(clock) = shown else { return Ok((Markup::new(), Markup::new())) };
        let mut level = Markup::text(level_words(&clock.level().id));
        if let Some((due, _)) = first.filter(|(due, _)| *due < Timestamp::MAX) {
            level = level.and_text(" by ").and(self.time.near(due));
        }
        let workings = format!("{href}?because=clock-{}#because", clock.start_fact);
        Ok((level, status_of(clock, now)?.show(&workings)))
    }
}

/// Whether a clock runs, or rests, at an instant.
pub(crate) fn is_running(clock: &ServiceClock, now: Timestamp) -> bool {
    let ends = [clock.running.stopped_at, clock.running.withdrawn_at];
    !ends.into_iter().flatten().any(|end| end <= now)
}

/// How a clock stands, in working time.
pub(crate) fn status_of(clock: &ServiceClock, now: Timestamp) -> Result<ClockStatus, Failure> {
    let reading = clock.read(now)?;
    let took_seconds = reading.consumed.as_secs();
    let left = clock.target().saturating_sub(reading.consumed).max(SignedDuration::ZERO);
    let left_seconds = left.as_secs();
    Ok(match reading.state {
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
    })
}

/// A service level's key as words: `First call` for `first-call`.
pub(crate) fn level_words(key: &str) -> String {
    crate::pages::sign_in::sentence(&key.replace(['-', '_'], " ")).trim_end_matches('.').to_owned()
}
