//! What the database says about a page of the list.

use std::collections::BTreeSet;

use domain::{
    agreement::{Agreement, History},
    firm::Side,
};
use engine::{access::Actor, lead::judged::Rules, view::team_of};
use store::{
    Reader,
    read::{Colleague, LeadFilter, LeadRow},
};

use super::{
    column::{Column, chosen, offered, standing},
    filter::{Asked, SORTS},
    kept::{Link, pinned},
    row::{Maker, Row},
    said::Speaker,
};
use crate::{
    failure::Failure,
    judged::JudgedLeads,
    list::{Chip, Choice, Counted, Head, choice},
    names::Names,
    show::LocalTime,
};

/// Rows of one page.
const ROWS: u32 = 50;

/// The page's matter.
pub(super) struct List {
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Row>,
    pub(super) total: Counted,
    pub(super) all: u64,
    pub(super) running: u64,
    pub(super) mine: u64,
    /// The views that are pinned for the person.
    pub(super) pinned: Vec<Link>,
    /// Their team, for which they may keep a view.
    pub(super) team: Option<String>,
    pub(super) chips: Vec<Chip>,
    pub(super) statuses: Vec<Choice>,
    pub(super) owners: Vec<Choice>,
    /// To whom a lead can be given.
    pub(super) can_own: Vec<(String, String)>,
    /// The ids of the leads in sight, as JSON.
    pub(super) shown: String,
    /// The sources of the leads in sight.
    pub(super) sources: BTreeSet<String>,
    pub(super) columns: Vec<Choice>,
    /// Whether somebody chose the columns.
    pub(super) is_chosen: bool,
    pub(super) has_parts: bool,
    pub(super) after: Option<String>,
    pub(super) has_agreement: bool,
}

pub(super) fn listed(
    reader: &Reader<'_>,
    (agreements, judged): (&History, &JudgedLeads),
    asked: &Asked,
    by: &Actor,
    reach: bool,
    time: &LocalTime,
) -> Result<List, Failure> {
    let me = &by.user;
    let filter = asked.filter(me, reach, time);
    let (_, sort) = asked.sort();
    let mut found = reader.leads_page(&filter, sort, asked.after().as_ref(), ROWS + 1)?;
    let more = found.len() > ROWS as usize;
    found.truncate(ROWS as usize);
    let after = found.last().filter(|_| more).map(|last| asked.href(Some(&sort.place_of(last))));
    let names = Names::new(reader, reach);
    names.expect(&found)?;
    let rules = Rules::of(reader, agreements)?;
    let in_force = agreements.at(time.now()).map(|version| &*version.agreement);
    let standing = standing(in_force);
    let (columns, is_chosen) = chosen(&standing, &asked.columns);
    let (names, rules, shown) = (&names, &rules, columns.as_slice());
    let maker = Maker { reader, names, rules, judged, time, columns: shown, is_chosen };
    let rows = found.iter().map(|lead| maker.row(lead)).collect::<Result<_, Failure>>()?;
    let statuses = in_force.map(statuses).unwrap_or_default();
    let chips = Speaker { names, time, statuses: &statuses }.chips(asked, reach)?;
    let count = |filter: LeadFilter| reader.leads_count(&filter);
    Ok(List {
        heads: columns.iter().map(|column| head(column, asked, is_chosen)).collect(),
        rows,
        total: counted(reader, &filter)?,
        all: count(LeadFilter::default())?,
        running: count(LeadFilter { with_running_clock: true, ..LeadFilter::default() })?,
        mine: count(LeadFilter { owner: Some(me.clone()), ..LeadFilter::default() })?,
        pinned: pinned(reader, by, reach, time)?,
        team: team_of(reader, me)?,
        chips,
        statuses: among(statuses, &asked.status),
        owners: owners(names, asked)?,
        can_own: can_own(names)?,
        shown: json(&found),
        sources: found.iter().filter_map(|lead| lead.source.clone()).collect(),
        columns: offers(&standing, &columns, &found),
        is_chosen,
        has_parts: columns.iter().any(|column| matches!(column, Column::Part(..) | Column::Score)),
        after,
        has_agreement: in_force.is_some(),
    })
}

/// How many leads a view holds.
pub(super) fn counted(reader: &Reader<'_>, filter: &LeadFilter) -> Result<Counted, Failure> {
    Ok(Counted::of(|most| reader.leads_count_up_to(filter, most))?)
}

fn json(found: &[LeadRow]) -> String {
    let ids: Vec<&str> = found.iter().map(|lead| lead.id.as_str()).collect();
    serde_json::to_string(&ids).unwrap_or_default()
}

fn head(column: &Column, asked: &Asked, is_chosen: bool) -> Head {
    let class = match column.class(is_chosen) {
        class if class.starts_with("wideonly") => "wideonly",
        class if class.starts_with('n') && column.is_number() => "n",
        _ => "",
    };
    let by = column.sort().and_then(|by| SORTS.iter().find(|(_, sort, _)| *sort == by));
    let (here, _) = asked.sort();
    // Two columns may have one order; the list says it once, at the column that is named so.
    let sorted = by.filter(|(key, ..)| *key == here && column.is_named(key));
    Head {
        class,
        label: column.label(),
        href: by.map(|(key, ..)| asked.but(|asked| (*key).clone_into(&mut asked.sort))),
        sorted: sorted
            .map(|(_, sort, _)| if sort.goes_down() { "descending" } else { "ascending" }),
    }
}

fn offers(standing: &[Column], shown: &[Column], found: &[LeadRow]) -> Vec<Choice> {
    let all = offered(standing, shown, found).into_iter();
    all.map(|column| choice(&column.key(), &column.label(), shown.contains(&column))).collect()
}

fn statuses(agreement: &Agreement) -> Vec<(String, String)> {
    let words = |status: &domain::agreement::Status| match status.label.is_empty() {
        true => status.key.clone(),
        false => status.label.clone(),
    };
    agreement.statuses.iter().map(|status| (status.key.clone(), words(status))).collect()
}

/// The statuses of the Agreement, and those that are asked for though it knows none of them.
fn among(statuses: Vec<(String, String)>, asked: &[String]) -> Vec<Choice> {
    let is_known = |key: &String| statuses.iter().any(|(known, _)| known == key);
    let others: Vec<Choice> =
        asked.iter().filter(|key| !is_known(key)).map(|key| choice(key, key, true)).collect();
    let known = statuses.iter().map(|(key, words)| choice(key, words, asked.contains(key)));
    known.chain(others).collect()
}

/// Colleagues whose leads can be asked for: those of a side.
fn owners(names: &Names<'_, '_>, asked: &Asked) -> Result<Vec<Choice>, Failure> {
    let owners = sided(names, |_| true)?.into_iter();
    Ok(owners.map(|(id, name)| choice(&id, &name, asked.owner == id)).collect())
}

/// Colleagues to whom a lead can be given, as ids and names: those of a side who have not left.
pub(crate) fn can_own(names: &Names<'_, '_>) -> Result<Vec<(String, String)>, Failure> {
    sided(names, |user| user.can_own)
}

/// Colleagues of a side that are meant, as ids and names, by name.
pub(crate) fn sided(
    names: &Names<'_, '_>,
    is_meant: impl Fn(&Colleague) -> bool,
) -> Result<Vec<(String, String)>, Failure> {
    let is_of_a_side = |user: &&Colleague| user.side.is_some_and(|side| side != Side::Neutral);
    let meant = names.colleagues()?.iter().filter(is_of_a_side).filter(|user| is_meant(user));
    let name = |user: &Colleague| user.name.clone().unwrap_or_else(|| user.id.0.clone());
    let mut found: Vec<_> = meant.map(|user| (user.id.0.clone(), name(user))).collect();
    found.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(found)
}
