//! What a backtest says in sentences.

use domain::{
    agreement::Definition,
    backtest::{Backtest, Became, Cut, Goal, Group, Rule, Span, Untold, queue},
    condition::Root,
    money::{Currency, Money},
    points::Points,
};
use engine::{
    backtest::{FieldGap, Replay},
    structure::WeekAhead,
};

use super::{Measure, RuleView, Shown, clocks};
use crate::{
    charts::Load,
    markup::Markup,
    pages::opportunities::won_alone_href,
    show::{Rate, count, figure, money, not_measurable, points},
};

/// A count as a door to its leads.
type Open<'a> = &'a dyn Fn(u64, Cut) -> Markup;
/// Where the leads of a cut are listed.
type Way<'a> = &'a dyn Fn(Cut) -> String;

/// Where the weeks of the load are drawn and told.
pub(super) const LOAD: &str = "#load";

fn some(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {many}", count(n)) }
}

/// `At 110 points, 393 leads fewer, and 4 wins fewer of 251`.
pub(super) fn title(replay: &Replay, span: &Span, counted: &Backtest) -> String {
    let proposed = counted.proposed.all;
    let wins = counted.reached_proposed.wins;
    let at = match span.threshold {
        Some(threshold) => format!("At {} points, ", points(threshold)),
        None => "With this rule, ".to_owned(),
    };
    if replay.today.is_none() {
        let leads = some(proposed, "lead", "leads");
        return format!("{at}{leads}, and {} of {} wins", count(wins), count(counted.wins));
    }
    let than = |before: u64, after: u64, one: &str, many: &str| match before.abs_diff(after) {
        0 => format!("as many {many}"),
        n => {
            let how = if after < before { "fewer" } else { "more" };
            format!("{} {how}", some(n, one, many))
        }
    };
    let leads = than(counted.today.all, proposed, "lead", "leads");
    if counted.wins == 0 {
        return format!("{at}{leads}; nothing was won in the time");
    }
    let won = than(counted.reached_today.wins, wins, "win", "wins");
    format!("{at}{leads}, and {won} of {}", count(counted.wins))
}

/// What was replayed, and what was not.
pub(super) fn head(shown: &Shown<'_>, counted: &Backtest, open: Open<'_>) -> Markup {
    let (span, time) = (shown.span, shown.time);
    let mut words = Markup::text("Replayed from ")
        .and(time.date(span.from))
        .and_text(" to ")
        .and(time.date(span.to))
        .and_text(" with what was known then; ")
        .and(open(counted.leads, Cut::Leads))
        .and_text(if counted.leads == 1 { " lead." } else { " leads." });
    let late = shown.replay.counted(Cut::Late, span);
    if late > 0 {
        words = words.and_text(" ").and(open(late, Cut::Late)).and_text(match late {
            1 => " fact was learnt more than a day after it happened, and counts from then.",
            _ => " facts were learnt more than a day after they happened, and count from then.",
        });
    }
    let today = span.zone.to_datetime(span.as_of).date();
    if span.to < today {
        words = words.and_text(" What came since is kept apart for checking.");
    }
    words
}

/// `3.8 a week`, of so many leads of the time; nothing of a time that is shorter than a week.
pub(super) fn weekly(n: u64, span: &Span) -> Option<String> {
    let days = span.to.since(span.from).map_or(0, |span| i64::from(span.get_days())) + 1;
    (days >= 7).then(|| format!("{:.1} a week", n as f64 * 7.0 / days as f64))
}

/// A rule in its own words; `href` lists the leads that it found.
pub(super) fn rule(
    title: String,
    definition: &Definition,
    threshold: Option<Points>,
    (n, href): (u64, &str),
    span: &Span,
) -> RuleView {
    let signed = domain::lever::levers(&definition.qualifies_when);
    let moved = threshold.filter(|at| signed.iter().all(|lever| lever.at != *at));
    let mut found = figure(count(n), href).and_text(if n == 1 { " lead" } else { " leads" });
    if let Some(weekly) = weekly(n, span) {
        found = found.and_text(", ").and(figure(weekly, href));
    }
    RuleView {
        title,
        says: definition.says.clone(),
        threshold: moved.map(|at| format!("Tried here at {} points.", points(at))),
        found,
    }
}

/// What the rates would be if none, or all, of the unknown had been won.
pub(super) fn bounds(counted: &Backtest, open: Open<'_>, way: Way<'_>) -> Option<Markup> {
    let unknown = counted.proposed.unknown_won();
    if unknown == 0 || counted.proposed.all == 0 {
        return None;
    }
    let enter = counted.enter.unknown_won();
    let mut words = match enter {
        0 => Markup::new(),
        n => open(n, Cut::Became(Group::Enter, Goal::Won, Became::Unknown))
            .and_text(" of the ")
            .and(open(counted.enter.all, Cut::Group(Group::Enter)))
            .and_text(" that enter were never worked, or their time is not over. "),
    };
    let (none, all) = counted.proposed.bounds_won();
    let found = way(Cut::Found(Rule::Proposed));
    let said = |rate: domain::rate::Rate| figure(super::shown_rate(rate).headline(), &found);
    words.push(Markup::text("If none of the "));
    words.push(open(unknown, Cut::Of(Rule::Proposed, Goal::Won, Became::Unknown)));
    words.push(Markup::text(" unknown under the proposed rule had been won, "));
    words.push(said(none));
    words.push(Markup::text(" of its leads are won; if all, "));
    words.push(said(all));
    Some(words.and_text(". The truth lies between."))
}

/// A rate with its interval under it, as a door to its leads.
pub(super) fn rate(rate: &Rate, href: &str) -> Markup {
    if rate.n == 0 {
        return not_measurable("none with a known end");
    }
    let shown = Markup::text(rate.headline());
    let shown = match rate.interval_words() {
        Some(interval) => {
            shown.and_text(" ").and(crate::markup::element("small").holding(interval.as_str()))
        }
        None => shown,
    };
    figure(shown, href)
}

/// Revenue and days, which have no interval; each opens to the leads with the wins.
pub(super) fn plain_measures(
    counted: &Backtest,
    has_today: bool,
    href: &dyn Fn(Cut) -> String,
) -> Vec<Measure> {
    let sums = |sums: &std::collections::BTreeMap<Currency, i64>, cut: Cut| {
        let said = sums.iter().map(|(currency, amount_minor)| {
            money(Money { amount_minor: *amount_minor, currency: *currency })
        });
        match said.collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => Markup::text("none"),
            said => figure(said, &href(cut)),
        }
    };
    let days = |days: Option<i64>, cut: Cut| match days {
        Some(days) => figure(some(days.unsigned_abs(), "day", "days"), &href(cut)),
        None => not_measurable("no win found before"),
    };
    let of = |rule: Rule| {
        let (strip, cut) = (super::reached(counted, rule), Cut::WinsFoundBy(rule));
        match has_today || rule == Rule::Proposed {
            true => (sums(&strip.revenue_minor, cut), days(strip.lead_days, cut)),
            false => (Markup::text("–"), Markup::text("–")),
        }
    };
    let (today, proposed) = (of(Rule::Today), of(Rule::Proposed));
    let all = sums(&counted.wins_minor, Cut::Wins);
    let revenue = Markup::text("Revenue of the wins found before, of ").and(all);
    let middle = Markup::text("From found to opportunity opened, the middle one");
    vec![
        Measure { name: revenue, today: today.0, proposed: proposed.0, strip: None },
        Measure { name: middle, today: today.1, proposed: proposed.1, strip: None },
    ]
}

/// The wins of the time that came of no lead, with what they were worth.
pub(super) fn alone(counted: &Backtest, span: &Span) -> Option<Markup> {
    let href = won_alone_href((span.from, span.to));
    let n = counted.wins_alone;
    let worth = counted.wins_alone_minor.iter().map(|(currency, amount_minor)| {
        money(Money { amount_minor: *amount_minor, currency: *currency })
    });
    let worth = worth.collect::<Vec<_>>().join(", ");
    let words = figure(some(n, "opportunity", "opportunities"), &href).and_text(" of no lead ");
    let words = words.and_text(if n == 1 { "was won in the time" } else { "were won in the time" });
    let words = match worth.is_empty() {
        true => words,
        false => words.and_text(", worth ").and(figure(worth, &href)),
    };
    let them = if n == 1 { "it" } else { "them" };
    let says = format!(": no rule can find {them}, and the revenue above leaves {them} out.");
    (n > 0).then(|| words.and_text(says))
}

/// The n of the measures, and whether the two rules differ by more than chance.
pub(super) fn measured(counted: &Backtest, has_today: bool, open: Open<'_>) -> Markup {
    let n = |rule: Rule, found: domain::backtest::Found| {
        open(found.rate_won().n(), Cut::Known(rule, Goal::Won))
    };
    let (today, proposed) = (counted.today, counted.proposed);
    let wins = open(counted.wins, Cut::Wins).and_text(match counted.wins {
        1 => " win of a lead.",
        _ => " wins of leads.",
    });
    let proposed_n = n(Rule::Proposed, proposed).and_text(" with a known end; ").and(wins);
    if !has_today {
        return Markup::text("n = ").and(proposed_n);
    }
    let apart = |one: domain::rate::Rate, other: domain::rate::Rate| {
        one.wilson().zip(other.wilson()).map(|(a, b)| a.high < b.low || b.high < a.low)
    };
    let wins = match apart(today.rate_won(), proposed.rate_won()) {
        Some(true) => " On wins the two differ by more than chance.",
        Some(false) => " On wins the two intervals overlap.",
        None => "",
    };
    Markup::text("n = ")
        .and(n(Rule::Today, today))
        .and_text(" and ")
        .and(proposed_n)
        .and_text(wins)
        .and_text(
            " Each column counts what its own rule found in the time, judged from when it did: \
             trying another threshold leaves today’s as it is. Both rules find mostly the same \
             leads, and each strip has a scale of its own. Association, not effect.",
        )
}

/// The title over the weeks, and what they are.
pub(super) fn load(shown: &Shown<'_>, load: &Load) -> (Markup, Markup) {
    let n = load.every_week().count();
    let mut part = match load.weeks.iter().any(|week| week.is_partial) {
        true => " Hatched: only a part of the week is in the time.".to_owned(),
        false => String::new(),
    };
    if !load.earlier.is_empty() {
        part.push_str(" Only the last weeks are drawn; the title counts all.");
    }
    let drawn = |words: String| figure(words, LOAD);
    let Some(takes) = load.takes else {
        let why = "How many leads a week can be taken is not said by the routing in force: members \
                   without a cap take any number.";
        return (
            Markup::text("Qualified leads a week"),
            drawn(some(n as u64, "week", "weeks")).and_text(format!(". {why}{part}")),
        );
    };
    let (over, late) = queue(load.every_week().map(|(_, proposed)| proposed), takes);
    let over_words = |over: u64| match over {
        0 => Markup::text("none"),
        over => drawn(count(over)),
    };
    let mut title = Markup::text("In ")
        .and(over_words(over))
        .and_text(" of ")
        .and(drawn(n.to_string()))
        .and_text(" weeks more leads would have come than sales can take");
    let waits = |late: u64| match late {
        0 => Markup::text("no lead would have waited into the next week"),
        late => {
            drawn(some(late, "lead", "leads")).and_text(" would have waited into the next week")
        }
    };
    let takes = match &load.agreed {
        Some((_, href)) => figure(count(takes), href),
        None => Markup::text(count(takes)),
    };
    let mut says = Markup::text("Qualified leads a week against ")
        .and(takes)
        .and_text(" that can be taken: the mean of the next weeks by caps, calendars and absences")
        .and(ahead(shown))
        .and_text(". Under the proposed rule ")
        .and(waits(late));
    if shown.replay.today.is_some() {
        let most = load.takes.unwrap_or_default();
        let (over_today, late_today) = queue(load.every_week().map(|(today, _)| today), most);
        if over_today != over {
            title = title.and_text(", today in ").and(over_words(over_today));
        }
        says = says.and_text(", under today’s ").and(waits(late_today));
    }
    (title, says.and_text(".").and_text(part))
}

/// `: 30 from 23 Nov 2026, 18 from 30 Nov 2026 (4 days away)`.
fn ahead(shown: &Shown<'_>) -> Markup {
    let weeks = shown.takes.iter().flat_map(|ahead| &ahead.weeks);
    let week = |week: &WeekAhead| {
        let takes = figure(count(week.takes), "/routing").and_text(" from ");
        let takes = takes.and(shown.time.date(week.from));
        match week.away_half_days {
            0 => takes,
            away => {
                takes.and_text(" (").and(figure(days_away(away), "/routing")).and_text(" away)")
            }
        }
    };
    let weeks = weeks.map(week).reduce(|all, week| all.and_text(", ").and(week));
    weeks.map_or_else(Markup::new, |weeks| Markup::text(": ").and(weeks))
}

/// `2 days`, `1.5 days`.
fn days_away(half_days: u64) -> String {
    match (half_days / 2, half_days % 2) {
        (1, 0) => "1 day".to_owned(),
        (days, 0) => format!("{} days", count(days)),
        (days, _) => format!("{}.5 days", count(days)),
    }
}

/// `451 of 9,412 leads, 4.8 %`.
pub(super) fn not_judged(counted: &Backtest, open: Open<'_>, way: Way<'_>) -> Markup {
    let words = open(counted.not_judged, Cut::NotJudged)
        .and_text(" of ")
        .and(open(counted.leads, Cut::Leads))
        .and_text(" leads");
    match Rate::of(counted.not_judged, counted.leads).share() {
        Some(share) if counted.leads >= 20 => {
            let share = crate::show::per_cent(share);
            words.and_text(", ").and(figure(share, &way(Cut::NotJudged)))
        }
        _ => words,
    }
}

/// What cannot be replayed.
pub(super) fn gaps(shown: &Shown<'_>, open: Open<'_>) -> Vec<Markup> {
    let (replay, span, time) = (shown.replay, shown.span, shown.time);
    let mut gaps = Vec::new();
    for (place, (kind, since)) in replay.kinds.iter().enumerate() {
        let kind = kind.replace('_', " ");
        let Some(since) = since else {
            gaps.push(Markup::text(format!(
                "No “{kind}” was ever recorded: what it would have earned is not known."
            )));
            continue;
        };
        let older = Cut::Older(u16::try_from(place).unwrap_or(u16::MAX));
        let n: u64 = replay.rows.iter().map(|row| older.counts(row, span)).sum();
        if n > 0 {
            gaps.push(
                Markup::text(format!("The first “{kind}” is of "))
                    .and(time.date(*since))
                    .and_text("; ")
                    .and(open(n, older))
                    .and_text(if n == 1 { " lead is older." } else { " leads are older." }),
            );
        }
    }
    gaps.extend(replay.field_gaps(span).iter().flat_map(|gap| field_gaps(gap, open)));
    if replay.without_lead > 0 {
        let n = some(replay.without_lead, "opportunity", "opportunities");
        let them = if replay.without_lead == 1 { "it" } else { "them" };
        let says = format!(" came of no lead, at any time: no rule can find {them}.");
        gaps.push(figure(n, "/opportunities?lead=none").and_text(says));
    }
    if shown.takes.is_some() {
        gaps.push(Markup::text(
            "Past weeks are held against what the people of today can take: who was in the pools \
             then and who was away is not looked up, and absences that nobody wrote down cannot be \
             known.",
        ));
    }
    gaps.push(Markup::text(
        "Nobody knows how sales would have worked leads that nobody was given.",
    ));
    gaps
}

/// What is not known of a field: of how many leads it has no history, and of how many it was never
/// told.
fn field_gaps(gap: &FieldGap<'_>, open: Open<'_>) -> Vec<Markup> {
    let whose = if gap.root == Root::Account { "account" } else { "lead" };
    let field = gap.field.replace('_', " ");
    let leads = |(n, cut): (u64, Cut)| {
        let word = if n == 1 { " lead" } else { " leads" };
        (n > 0).then(|| open(n, cut).and_text(word))
    };
    let without = leads(gap.without_history).map(|leads| {
        Markup::text(format!("“{field}” of the {whose} has no history for "))
            .and(leads)
            .and_text(": it is taken to have been so all along.")
    });
    let unknown = leads(gap.unknown).map(|leads| {
        let words = format!("“{field}” of the {whose} was never told of ");
        Markup::text(words).and(leads).and_text(".")
    });
    without.into_iter().chain(unknown).collect()
}

/// Whether a lead counts for a cut of a rule, in words for a table.
pub(super) fn found_by(group: Option<Group>) -> &'static str {
    match group {
        Some(Group::Both) => "both",
        Some(Group::Leave) => "today’s rule only",
        Some(Group::Enter) => "the proposed rule only",
        Some(Group::ProposedBefore) => "today’s rule, after the proposed one had before the time",
        Some(Group::TodayBefore) => "the proposed rule, after today’s had before the time",
        None => "neither",
    }
}

/// What a cut is, as a heading.
pub(super) fn cut(cut: Cut, replay: &Replay) -> String {
    let target = replay.target.as_deref().unwrap_or("taken on");
    let rule =
        |rule: Rule| if rule == Rule::Today { "today’s rule" } else { "the proposed rule" };
    let became = |goal: Goal, became: Became| match (goal, became) {
        (Goal::Won, Became::Yes) => "won".to_owned(),
        (Goal::Won, Became::No) => "worked and not won".to_owned(),
        (Goal::Won, Became::Unknown) => "not known to be won or lost".to_owned(),
        (Goal::TakenOn, Became::Yes) => format!("became {target}"),
        (Goal::TakenOn, Became::No) => format!("worked, and did not become {target}"),
        (Goal::TakenOn, Became::Unknown) => format!("not known whether they would become {target}"),
    };
    let group = |group: Group| match group {
        Group::Both => "Found by both rules",
        Group::Leave => "Found by today’s rule only",
        Group::Enter => "Found by the proposed rule only",
        Group::ProposedBefore => "Found by today’s rule, and by the proposed one before the time",
        Group::TodayBefore => "Found by the proposed rule, and by today’s before the time",
    };
    match cut {
        Cut::Leads => "All leads of the time".to_owned(),
        Cut::NotJudged => "Leads that could not be judged".to_owned(),
        Cut::Found(by) => format!("Found by {}", rule(by)),
        Cut::Of(by, goal, end) => format!("Found by {}, {}", rule(by), became(goal, end)),
        Cut::Known(by, Goal::Won) => {
            format!("Found by {}, and known to be won or not", rule(by))
        }
        Cut::Known(by, Goal::TakenOn) => {
            format!("Found by {}, and known to have become {target} or not", rule(by))
        }
        Cut::Group(of) => group(of).to_owned(),
        Cut::Became(of, goal, end) => format!("{}, {}", group(of), became(goal, end)),
        Cut::Wins => "Leads with a win in the time".to_owned(),
        Cut::WinsFoundBy(by) => format!("Wins that {} had found before", rule(by)),
        Cut::TakenOn => format!("Leads that became {target} in the time"),
        Cut::TakenOnFoundBy(by) => {
            format!("Leads that {} had found before they became {target}", rule(by))
        }
        Cut::Week(by, monday) => format!("Found by {} in the week of {monday}", rule(by)),
        Cut::Clocks(by, place, end) => {
            format!("{} by {}: {}", clocks::level(replay, place), rule(by), clocks::ended(end))
        }
        Cut::Reaches(from, Some(below)) => {
            format!("Leads whose highest threshold is {from} or more, and below {below}")
        }
        Cut::Reaches(from, None) => format!("Leads whose highest threshold is {from} or more"),
        Cut::Older(kind) => match replay.kinds.get(usize::from(kind)) {
            Some((kind, _)) => format!("Leads older than the first “{}”", kind.replace('_', " ")),
            None => "Leads older than the first fact of a kind".to_owned(),
        },
        Cut::Untold(untold) => untold_of(untold, replay),
        Cut::Late => "Leads with facts that were learnt late".to_owned(),
    }
}

/// Of which leads a field was not told, as a heading.
fn untold_of(untold: Untold, replay: &Replay) -> String {
    let (Untold::Ever(place) | Untold::Before(place)) = untold;
    let name = match replay.fields.get(usize::from(place)) {
        Some((Root::Account, field)) => format!("“{}” of the account", field.replace('_', " ")),
        Some((_, field)) => format!("“{}” of the lead", field.replace('_', " ")),
        None => "a field".to_owned(),
    };
    match untold {
        Untold::Ever(_) => format!("Leads of which {name} was never told"),
        Untold::Before(_) => format!("Leads of which {name} has no history"),
    }
}
