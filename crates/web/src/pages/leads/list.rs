//! What the database says about a page of the list.

use domain::{
    agreement::{Agreement, History},
    owned::Owned,
};
use engine::{access::Act, lead::judged::Rules};
use store::{
    Reader, StoreError,
    read::{LeadFilter, LeadRow},
};

use super::{
    column::{Column, chosen, offered, standing},
    filter::{CLOCKS, KNOWN, filter, key_of, place, said, sort},
    meant,
    row::{Maker, judged},
    said::conditions,
};
use crate::{
    failure::Failure,
    judged::JudgedSubjects,
    layout::{EmptyState, Frame},
    list::{
        Asked, Asker, Choice, Counted, Head, ListPage,
        cell::Cells,
        choice,
        offers::Offers,
        page::title,
        say::Say,
        ticked::{Sending, Ticked, fields, json},
        viewing::Viewing,
    },
    markup::Markup,
    names::Names,
    session::Signed,
    show::{self, figure},
    whom::{self, By, Told},
};

/// What one lead is called, and several.
const WORDS: (&str, &str) = ("lead", "leads");

/// What a page of the list is made with.
pub(super) struct Matter<'a, 'r> {
    pub(super) reader: &'a Reader<'r>,
    pub(super) agreements: &'a History,
    pub(super) judged: &'a JudgedSubjects,
    pub(super) asked: &'a Asked,
    pub(super) asker: Asker<'a>,
    pub(super) signed: &'a Signed,
}

impl Matter<'_, '_> {
    pub(super) fn page(&self, frame: Frame, tried: Sending) -> Result<ListPage, Failure> {
        let Matter { reader, asked, asker, .. } = *self;
        let (filter, sort) = (filter(asked, &asker), sort(asked));
        let meant = asker.whom.meant(asked);
        let question = (&filter, &meant);
        let (_, rows) = asked.rows();
        let mut found = meant::page(reader, question, sort, place(asked).as_ref(), rows + 1)?;
        let more = found.len() > rows as usize;
        found.truncate(rows as usize);
        let after = found.last().filter(|_| more);
        let after = after.map(|last| asked.from(&said(&sort.place_of(last))));
        let names = &Names::new(reader, asker.reach);
        let in_force = self.agreements.at(asker.time.now()).map(|version| &*version.agreement);
        let conditions = conditions(names, asked, &asker, in_force, sources(&found))?;
        names.expect(&found)?;
        let rules = &Rules::of(reader, self.agreements)?;
        let standing = standing(in_force);
        let (columns, is_chosen) = chosen(&standing, &asked.columns);
        let (time, shown) = (asker.time, columns.as_slice());
        let judged = judged((reader, names), (rules, self.judged), shown, &found, time.now())?;
        let cells = Cells::of((reader, names), asked, self.signed, |id| Owned::Lead(id.into()))?;
        let correcting = Some(&cells);
        let maker = Maker { names, judged, time, columns: shown, is_chosen, correcting };
        let rows = found.iter().map(|lead| maker.row(lead)).collect::<Result<_, Failure>>()?;
        let all = reader.leads_count(&LeadFilter::default())?;
        let total = match asked.narrows() {
            true => Counted::of(|most| meant::count_up_to(reader, question, most))?,
            false => Counted { n: all },
        };
        let has_parts = |column: &Column| matches!(column, Column::Part(..) | Column::Score);
        Ok(ListPage {
            frame,
            title: heading(asked, &total, all),
            above: None,
            under: under(in_force, asked, &asker),
            act: None,
            words: WORDS,
            is_empty: all == 0,
            all: show::count(all),
            total: if asked.narrows() { total.exact() } else { Some(all) },
            viewing: self.viewing(all)?,
            ticked: self.ticked(names, &found, tried)?,
            head: "Lead",
            heads: columns.iter().map(|column| head(column, asked, is_chosen)).collect(),
            rows,
            after,
            nothing_yet: nothing_yet(self.signed.can(&Act::Import)),
            foot: match columns.iter().any(has_parts) {
                true => {
                    "Bold scores were stamped when the lead qualified; grey ones are those of now."
                }
                false => "",
            },
            say: Say {
                title: "Leads".to_owned(),
                path: KNOWN.path,
                many: WORDS.1,
                asked: asked.clone(),
                conditions,
                columns: offers(&standing, &columns, &found),
                sorts: sorts(asked),
                is_chosen,
            },
        })
    }

    fn viewing(&self, all: u64) -> Result<Viewing, StoreError> {
        let count = |filter: LeadFilter| self.reader.leads_count(&filter).map(show::count);
        let running = LeadFilter { with_running_clock: true, ..LeadFilter::default() };
        let mine = LeadFilter { owner: Some(self.asker.me.clone()), ..LeadFilter::default() };
        let ready = vec![
            ("", "All", show::count(all)),
            ("clock=running", "Running clocks", count(running)?),
            ("owner=me", "Mine", count(mine)?),
        ];
        let sees_duplicates = self.signed.can(&Act::SeeDuplicates);
        let others = sees_duplicates.then_some(("/duplicates", "May be one person"));
        let others = others.into_iter().collect();
        Viewing::of(self.reader, self.asked, self.signed, &self.asker, ready, others)
    }

    /// The form over the rows, for whoever may do something with them.
    fn ticked(
        &self,
        names: &Names<'_, '_>,
        found: &[LeadRow],
        tried: Sending,
    ) -> Result<Option<Ticked>, Failure> {
        let gives = self.signed.can(&Act::AssignLeads);
        let fields = fields(&Owned::Lead("".into()), self.signed, self.asked, &tried);
        if !gives && fields.is_empty() {
            return Ok(None);
        }
        Ok(Some(Ticked {
            path: KNOWN.path,
            many: WORDS.1,
            rows: found.len(),
            shown: json(found.iter().map(|lead| lead.id.as_str())),
            back: self.asked.back(),
            gives,
            takers: match gives {
                true => Offers::takers(names, self.asked, &tried.owner)?,
                false => Offers::none(),
            },
            fields,
            tried,
        }))
    }
}

fn heading(asked: &Asked, total: &Counted, all: u64) -> String {
    let clock = CLOCKS.iter().find(|(key, _)| *key == asked.one("clock"));
    match clock {
        Some((_, words)) => {
            let leads = if total.n == 1 { WORDS.0 } else { WORDS.1 };
            format!("{} {leads} with {words}", total.words())
        }
        None => title(WORDS, asked, (total.n, &total.words()), &show::count(all)),
    }
}

/// What cannot be said of leads, where it is asked whom they are; or that there is no Agreement.
fn under(in_force: Option<&Agreement>, asked: &Asked, asker: &Asker<'_>) -> Markup {
    if in_force.is_some() {
        return beside(asked, asker);
    }
    let link = crate::markup::element("a").with("href", "/agreement").holding("Agreement");
    Markup::text("Nothing is scored and no clock runs until both sides have signed an ")
        .and(link)
        .and_text(".")
}

fn beside(asked: &Asked, asker: &Asker<'_>) -> Markup {
    let told = asker.whom.told(asked);
    let mut words = Markup::new();
    for told in told.iter().filter(|told| told.is_said) {
        let unsaid = Told { words: String::new(), is_said: false, ..*told };
        let like = match told.by {
            By::Persona => format!("they are like “{}”", told.words),
            By::Segment => format!("they are of the segment “{}”", told.words),
        };
        words = match asker.whom.leads(&unsaid).len() as u64 {
            0 => words.and_text(format!("Of each lead it can be said whether {like}. ")),
            n => words
                .and_text("Of ")
                .and(figure(show::count(n), &whom::href(told.by, told.id, false)))
                .and_text(format!(
                    " it cannot be said whether {like}: a field that the rule asks for is not known. "
                )),
        };
    }
    match asker.whom.past().filter(|_| !told.is_empty()) {
        Some(past) => words.and_text("As of ").and(asker.time.second(past)).and_text("."),
        None => words,
    }
}

/// The sources of the leads in sight.
fn sources(found: &[LeadRow]) -> std::collections::BTreeSet<String> {
    found.iter().filter_map(|lead| lead.source.clone()).collect()
}

fn sorts(asked: &Asked) -> Vec<Choice> {
    let here = asked.sort();
    KNOWN.sorts.iter().map(|(key, words)| choice(key, words, *key == here)).collect()
}

fn head(column: &Column, asked: &Asked, is_chosen: bool) -> Head {
    let class = match column.class(is_chosen) {
        class if class.starts_with("wideonly") => "wideonly",
        class if class.starts_with('n') && column.is_number() => "n",
        _ => "",
    };
    let by = column.sort();
    // Two columns may have one order; the list says it once, at the column that is named so.
    let sorted = by.filter(|by| key_of(*by) == asked.sort() && column.is_named(key_of(*by)));
    Head {
        class,
        label: column.label(),
        href: by.map(|by| asked.in_order(key_of(by))),
        sorted: sorted.map(|by| if by.goes_down() { "descending" } else { "ascending" }),
    }
}

fn offers(standing: &[Column], shown: &[Column], found: &[LeadRow]) -> Vec<Choice> {
    let all = offered(standing, shown, found).into_iter();
    all.map(|column| choice(&column.key(), &column.label(), shown.contains(&column))).collect()
}

fn nothing_yet(imports: bool) -> EmptyState {
    let (label, href) = match imports {
        true => ("Bring leads in", "/imports/new"),
        false => ("See who brings leads in", "/people"),
    };
    EmptyState {
        title: "See every lead, whose turn it is, and until when".to_owned(),
        words: "Leads come from your systems: as files, or one by one through the API. Each \
                stands here with its points and its clock, and every figure opens its facts. \
                Nothing is taken from a file before you have seen what would be."
            .to_owned(),
        action: Some((label.to_owned(), href.to_owned())),
        heads: vec!["Lead", "Stage", "Score", "Owner", "Clock"],
        rows: vec![
            vec!["Anna Berg", "MQL", "104", "Jo Field", "on time, 3 h 10 left"],
            vec!["Ben Carver", "MQL", "88", "Jo Field", "due soon, 22 min left"],
            vec!["Cleo Dorn", "SAL", "91", "Sam Hall", "in time, after 1 h 05"],
        ],
        ..EmptyState::default()
    }
}
