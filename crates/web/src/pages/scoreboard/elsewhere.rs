//! The rows behind figures that stand on Today, in the margins of the Agreement on the cards of
//! its personas, and among its responsibilities.
//!
//! A key of Today means whoever opens it: `today.due` lists the clocks that this very person sees
//! counted on their own first page, so it shows nobody more than that page does.

use domain::{decided::Verdict, handoff::Answer, ids::Version};
use engine::access::{Act, Actor};
use jiff::Timestamp;
use store::{
    Reader,
    read::{ClockRow, ClockStanding, HandoffRow},
};

use super::{
    board::{Behind, Rows},
    brought,
    on_the_way::OnTheWay,
    personas,
};
use crate::{
    app::House,
    failure::Failure,
    names::encoded,
    pages::{
        leads::row::level_words,
        today::{clocks, handed},
    },
    show::LocalTime,
};

/// A figure of Today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Today {
    /// Clocks that have run out or run out today.
    Due,
    /// All clocks that run.
    Running,
    /// Handoffs answered in the last days.
    Answered,
    /// Those of them that were accepted.
    Accepted,
    /// Handoffs without an answer.
    Waiting,
    /// Leads and opportunities that wait to be decided about.
    Undecided,
}

impl Today {
    const ALL: [Today; 6] = [
        Today::Due,
        Today::Running,
        Today::Answered,
        Today::Accepted,
        Today::Waiting,
        Today::Undecided,
    ];

    fn key(self) -> &'static str {
        match self {
            Today::Due => "today.due",
            Today::Running => "today.running",
            Today::Answered => "today.answered",
            Today::Accepted => "today.accepted",
            Today::Waiting => "today.waiting",
            Today::Undecided => "today.undecided",
        }
    }

    /// Where its rows are listed.
    pub(crate) fn href(self) -> String {
        super::board::rows_href(self.key(), "")
    }
}

/// A figure in a margin of the Agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Margin {
    /// Times that leads met a definition.
    Qualified,
    /// Those that were not the first time.
    Again,
    /// Clocks of a service level that are judged: met, and not.
    Judged,
    /// Clocks of it that run or rest.
    Running,
    /// Those that are late.
    Late,
    /// Opportunities that reached a milestone.
    Reached,
    /// Every qualification under the version.
    Qualifications,
    /// Every clock under the version.
    Clocks,
}

impl Margin {
    const ALL: [(Margin, &'static str); 8] = [
        (Margin::Qualified, "qualified"),
        (Margin::Again, "again"),
        (Margin::Judged, "judged"),
        (Margin::Running, "running"),
        (Margin::Late, "late"),
        (Margin::Reached, "reached"),
        (Margin::Qualifications, "qualifications"),
        (Margin::Clocks, "clocks"),
    ];

    /// Where its rows are listed: those of a version, and of a definition, service level or
    /// milestone of it.
    pub(crate) fn href(self, version: Version, of: &str) -> String {
        let word = Margin::ALL.iter().find(|(margin, _)| *margin == self).map_or("", |(_, w)| w);
        super::board::rows_href(&format!("agreement.{version}.{word}.{of}"), "")
    }

    /// What a key names.
    fn of_key(key: &str) -> Option<(Margin, Version, &str)> {
        let (version, rest) = key.strip_prefix("agreement.")?.split_once('.')?;
        let (word, of) = rest.split_once('.')?;
        let (margin, _) = Margin::ALL.into_iter().find(|(_, known)| *known == word)?;
        Some((margin, Version(version.parse().ok()?), of))
    }
}

/// The page that a figure stands on, where that is not the scoreboard: its address and its name.
pub(super) fn page_of(key: &str) -> Option<(String, &'static str)> {
    if Today::ALL.iter().any(|figure| figure.key() == key) {
        return Some(("/".to_owned(), "Today"));
    }
    if key.starts_with(brought::KEY) {
        return Some(("/".to_owned(), "Today"));
    }
    if let Some(figure) = personas::Figure::of_key(key) {
        return Some((figure.page(), "Persona"));
    }
    if OnTheWay::of_key(key).is_some() {
        return Some(("/responsibilities".to_owned(), "Responsibilities"));
    }
    let (_, version, _) = Margin::of_key(key)?;
    Some((format!("/agreement/{}", encoded(&version.to_string())), "Agreement"))
}

/// Rows, and as of when they are true where that is not now.
type AsOf = (Behind, Option<Timestamp>);

/// The rows behind a figure that stands elsewhere, from the state that it was made of while that is
/// kept; nothing where the key names none.
pub(super) fn behind(
    house: &House,
    key: &str,
    as_it_was: Option<Timestamp>,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Option<AsOf>, Failure> {
    let now = |behind| Some((behind, None));
    if let Some(figure) = Today::ALL.into_iter().find(|figure| figure.key() == key) {
        return house.app.engine.read(|reader| of_today(reader, figure, actor, time)).map(now);
    }
    if let Some(figure) = personas::Figure::of_key(key) {
        engine::access::may(actor, &Act::SeeAgreement)?;
        return figure.behind(house, as_it_was, time.now()).map(Some);
    }
    if let Some(figure) = OnTheWay::of_key(key) {
        engine::access::may(actor, &Act::SeeEverybodysFigures)?;
        let agreements = house.app.engine.agreements()?;
        let in_force = agreements.at(time.now()).ok_or(Failure::Absent)?;
        let zone = &in_force.agreement.zone;
        return house.app.engine.read(|reader| figure.behind(reader, zone)).map(now);
    }
    let Some((margin, version, of)) = Margin::of_key(key) else { return Ok(None) };
    engine::access::may(actor, &Act::SeeAgreement)?;
    house.app.engine.read(|reader| of_margin(reader, margin, version, of, time.now())).map(now)
}

fn of_today(
    reader: &Reader<'_>,
    figure: Today,
    actor: &Actor,
    time: &LocalTime,
) -> Result<Behind, Failure> {
    let counted =
        |title: &str, kind, rows| Behind { title: title.to_owned(), kind, rows, currency: None };
    let of_clocks = |rows: Vec<ClockRow>| Rows::counted(rows.iter().map(|row| &row.id));
    let of_handoffs = |rows: Vec<HandoffRow>| Rows::counted(rows.iter().map(|row| &row.id));
    Ok(match figure {
        Today::Due => {
            let rows = clocks::theirs_before(reader, actor, clocks::midnight_after(time))?;
            counted("Clocks late or due today", "clock", of_clocks(rows))
        }
        Today::Running => {
            let rows = clocks::theirs_before(reader, actor, Timestamp::MAX)?;
            counted("Clocks that run", "clock", of_clocks(rows))
        }
        Today::Answered => {
            handed::may_see(actor)?;
            let rows = handed::answered(reader, time, u32::MAX)?;
            counted("Handoffs answered in seven days", "handoff", of_handoffs(rows))
        }
        Today::Accepted => {
            handed::may_see(actor)?;
            let mut rows = handed::answered(reader, time, u32::MAX)?;
            rows.retain(|row| row.answer == Some(Answer::Accepted));
            counted("Handoffs accepted in seven days", "handoff", of_handoffs(rows))
        }
        Today::Waiting => {
            handed::may_see(actor)?;
            let rows = Rows::counted(reader.handoffs_waiting()?);
            counted("Handoffs without an answer yet", "handoff", rows)
        }
        Today::Undecided => {
            engine::access::may(actor, &Act::Import)?;
            let rows = Rows::counted(reader.undecided(time.now())?);
            counted("Leads and opportunities that wait to be decided about", "subject", rows)
        }
    })
}

fn of_margin(
    reader: &Reader<'_>,
    margin: Margin,
    version: Version,
    of: &str,
    now: Timestamp,
) -> Result<Behind, Failure> {
    let under = format!("under version {version}");
    let only = Some(of).filter(|of| !of.is_empty());
    let qualified =
        |again| Ok::<_, Failure>(Rows::counted(reader.qualified_under(version, only, again)?));
    let clocks = || reader.clocks_under(version, only);
    let is_late =
        |row: &&ClockStanding| row.stopped_at.is_none() && !row.resting && row.due_at < now;
    let level = level_words(of);
    let (title, kind, rows) = match margin {
        Margin::Qualified | Margin::Qualifications => {
            (format!("Leads qualified {under}"), "fact", qualified(false)?)
        }
        Margin::Again => {
            let rows = qualified(true)?;
            (format!("Leads qualified again {under}"), "fact", rows)
        }
        Margin::Judged => {
            let rows = clocks()?;
            let met = rows.iter().filter(|row| row.verdict == Some(Verdict::Met));
            let missed = rows.iter().filter(|row| {
                matches!(row.verdict, Some(Verdict::MetLate | Verdict::Missed)) || is_late(row)
            });
            let rows = Rows::split(met.map(|row| &row.id), missed.map(|row| &row.id));
            (format!("{level}: met in time {under}"), "clock", rows)
        }
        Margin::Running | Margin::Late => {
            let mut rows = clocks()?;
            rows.retain(|row| match margin {
                Margin::Late => is_late(&row),
                _ => row.stopped_at.is_none(),
            });
            let word = if margin == Margin::Late { "late" } else { "running" };
            let rows = Rows::counted(rows.iter().map(|row| &row.id));
            (format!("{level}: {word} {under}"), "clock", rows)
        }
        Margin::Clocks => {
            let rows = Rows::counted(clocks()?.iter().map(|row| &row.id));
            (format!("Clocks {under}"), "clock", rows)
        }
        Margin::Reached => {
            let mut rows = reader.milestones()?;
            rows.retain(|row| row.version == version && row.milestone == of);
            let rows = Rows::counted(rows.iter().map(|row| &row.opportunity));
            (
                format!("Opportunities that reached {} {under}", of.replace('-', " ")),
                "opportunity",
                rows,
            )
        }
    };
    Ok(Behind { title, kind, rows, currency: None })
}
