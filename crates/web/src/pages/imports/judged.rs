//! What was judged anew on account of an import: the sentence that says how many, the leads or the
//! opportunities one by one with what followed, and the same as a file.

use askama::Template;
use axum::{
    extract::{Path, Query},
    response::Response,
};
use domain::fact::Entry;
use engine::{
    access::Act,
    import::{ImportReport, dock::Import},
};
use serde::Deserialize;
use store::{FactFilter, Judged, Reader};

use super::{files_words, href, show::known_import};
use crate::{
    failure::Failure,
    layout::{Because, Files, Frame, Pagination, Place, because::Working},
    markup::{Markup, element},
    names::{Names, encoded, fact_href, lead_href, opportunity_href},
    pages::ledger::followed_href,
    sentence::{kind_of, show_kind},
    session::Visit,
    sheet::{FileKind, download},
    show::{count, figure},
};

/// Rows of one page.
const ROWS: u32 = 50;
/// Rows that are read at once for the file.
const FILE_ROWS: u32 = 500;
/// Decisions that a row names; the ledger has them all.
const NAMED: u32 = 6;

/// Leads or opportunities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Of {
    #[default]
    Leads,
    Opportunities,
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    of: Of,
    /// The id where the page before ended.
    after: String,
}

#[derive(Template)]
#[template(path = "pages/imports/judged.html")]
struct JudgedPage {
    frame: Frame,
    files: String,
    href: String,
    title: String,
    head: &'static str,
    /// Where all decisions that followed are, where there are some.
    decisions: Option<String>,
    rows: Vec<Row>,
    file: Files,
    pagination: Pagination,
}

/// A lead or an opportunity.
struct Row {
    name: Markup,
    id: String,
    /// The decisions that followed.
    followed: Markup,
}

impl Of {
    fn noun(self) -> &'static str {
        match self {
            Of::Leads => "lead",
            Of::Opportunities => "opportunity",
        }
    }

    fn n(self, judged: &Judged) -> u64 {
        match self {
            Of::Leads => judged.leads,
            Of::Opportunities => judged.opportunities,
        }
    }

    fn word(self, n: u64) -> &'static str {
        match (self, n) {
            (Of::Leads, 1) => "lead",
            (Of::Leads, _) => "leads",
            (Of::Opportunities, 1) => "opportunity",
            (Of::Opportunities, _) => "opportunities",
        }
    }

    /// What a row is.
    fn head(self) -> &'static str {
        match self {
            Of::Leads => "Lead",
            Of::Opportunities => "Opportunity",
        }
    }

    fn query(self) -> &'static str {
        match self {
            Of::Leads => "",
            Of::Opportunities => "?of=opportunities",
        }
    }
}

/// A number of the sentence: how many of what were judged, or how many decisions followed.
#[derive(Clone, Copy)]
enum Number {
    Judged(Of),
    Decisions,
}

/// `116 leads were judged anew, and 2 decisions followed.`, each number a door to its rows; `None`
/// where nothing was judged.
pub(super) fn sentence(
    import: &str,
    kept: Option<Judged>,
    report: Option<&ImportReport>,
) -> Option<Markup> {
    let opens = |n: String, number: Number| match number {
        Number::Judged(of) => figure(n, &format!("{}/judged{}", href(import), of.query())),
        Number::Decisions => figure(n, &followed_href(import, None)),
    };
    if let Some(judged) = kept {
        return Some(said(judged, "followed", opens).and_text("."));
    }
    // Before it was kept which they were, the report had the numbers alone.
    let judged = judged_in(report?);
    let told = said(judged, "followed", |n, _| Markup::text(n));
    let is_any = judged.leads + judged.opportunities > 0;
    is_any.then(|| told.and_text("; which they were was not kept at the time."))
}

/// The same of a trial, whose numbers open how the decisions add up.
pub(super) fn sentence_of_trial(import: &str, report: &ImportReport) -> Option<Markup> {
    let judged = judged_in(report);
    let to = format!("{}?because=judged#because", href(import));
    let is_any = judged.leads + judged.opportunities > 0;
    is_any.then(|| said(judged, "would follow", |n, _| figure(n, &to)).and_text("."))
}

fn judged_in(report: &ImportReport) -> Judged {
    Judged {
        leads: report.leads_decided,
        opportunities: report.opportunities_decided,
        decisions: report.decisions,
    }
}

/// The sentence, with its numbers as `number` has them.
fn said(judged: Judged, follow: &str, number: impl Fn(String, Number) -> Markup) -> Markup {
    let mut words = Markup::new();
    let all = [Of::Leads, Of::Opportunities].into_iter().filter(|of| of.n(&judged) > 0);
    for (place, of) in all.enumerate() {
        let n = of.n(&judged);
        words.say(if place == 0 { "" } else { " and " });
        words.push(number(count(n), Number::Judged(of)));
        words.say(format!(" {}", of.word(n)));
    }
    let were = if judged.leads + judged.opportunities == 1 { "was" } else { "were" };
    words.say(format!(" {were} judged anew, and "));
    match judged.decisions {
        0 => words.say("no"),
        n => words.push(number(count(n), Number::Decisions)),
    }
    let decision = if judged.decisions > 1 { "decisions" } else { "decision" };
    words.and_text(format!(" {decision} {follow}"))
}

/// How the decisions of a trial add up, by their kind.
pub(super) fn trial_drawer(here: String, report: &ImportReport) -> Because {
    let plain = said(judged_in(report), "would follow", |n, _| Markup::text(n));
    let kinds = report.decided.iter().map(|(kind, n)| Working {
        what: Markup::text(show_kind(kind)),
        result: count(*n),
        ..Working::default()
    });
    Because {
        answer: plain.as_str().to_owned(),
        close: here,
        counted_title: "The decisions by their kind".to_owned(),
        counted: kinds.collect(),
        unit: "Decisions".to_owned(),
        total: Some(count(report.decided.values().sum())),
        next: Some(
            "Judged anew is each that the files tell of, and each of an account that they tell of. \
             The trial was made in a copy that is not kept: once the import is done, each is listed \
             here with what followed."
                .to_owned(),
        ),
        ..Because::default()
    }
}

/// Shows the leads, or the opportunities, that were judged anew, each with what followed.
pub(crate) async fn index(
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let import = known_import(&visit, id.clone()).await?;
    let (reach, of, after) = (visit.signed.can(&Act::SeeReach), asked.of, asked.after);
    let found = visit.house.work(move |engine| {
        engine.read(|reader| {
            let judged = reader.judged(&id)?.ok_or(Failure::Absent)?;
            let mut ids = reader.judged_ids(&id, of.noun(), &after, ROWS + 1)?;
            let goes_on = ids.len() > ROWS as usize;
            ids.truncate(ROWS as usize);
            let see = See { names: Names::new(reader, reach), reader, import: &id, of };
            let rows: Result<Vec<Row>, Failure> = ids.into_iter().map(|id| see.row(id)).collect();
            Ok::<_, Failure>((judged, rows?, goes_on))
        })
    });
    let (judged, rows, goes_on) = found.await?;
    let frame = visit.frame("Judged anew", Place::Imports);
    Ok(visit.show(page_of(frame, import, of, judged, rows, goes_on)))
}

fn page_of(
    frame: Frame,
    import: Import,
    of: Of,
    judged: Judged,
    rows: Vec<Row>,
    goes_on: bool,
) -> JudgedPage {
    let n = of.n(&judged);
    let path = format!("{}/judged", href(&import.id));
    let after = rows.last().filter(|_| goes_on).map(|row| {
        let more = if of == Of::Leads { "?" } else { "?of=opportunities&" };
        format!("{path}{more}after={}", encoded(&row.id))
    });
    let were = if n == 1 { "was" } else { "were" };
    JudgedPage {
        frame,
        files: files_words(&import.files),
        href: href(&import.id),
        title: format!("{} {} {were} judged anew", count(n), of.word(n)),
        head: of.head(),
        decisions: (judged.decisions > 0).then(|| followed_href(&import.id, None)),
        file: Files::of("All of them", &format!("{path}{}", of.query()), &path),
        pagination: Pagination { shown: rows.len() as u64, total: Some(n), before: None, after },
        rows,
    }
}

/// By what a row is shown.
struct See<'a, 'r> {
    names: Names<'a, 'r>,
    reader: &'a Reader<'r>,
    import: &'a str,
    of: Of,
}

impl See<'_, '_> {
    fn row(&self, id: String) -> Result<Row, Failure> {
        let subject = format!("{}/{id}", self.of.noun());
        let filter = FactFilter {
            subjects: vec![subject.clone()],
            followed: Some(self.import.to_owned()),
            ..FactFilter::default()
        };
        let decisions = self.reader.facts_page(&filter, None, NAMED + 1)?;
        let named = decisions.iter().take(NAMED as usize).map(decision);
        let mut followed = Markup::new();
        for (place, decision) in named.enumerate() {
            followed.say(if place == 0 { "" } else { " · " });
            followed.push(decision);
        }
        if decisions.len() > NAMED as usize {
            let all = element("a").with("href", followed_href(self.import, Some(&subject)));
            followed = followed.and_text(" · ").and(all.holding("and more"));
        }
        if decisions.is_empty() {
            followed.say("no decision");
        }
        Ok(Row { name: self.name(&id)?, id, followed })
    }

    /// What it is called, with a link while there is such a record.
    fn name(&self, id: &str) -> Result<Markup, Failure> {
        let (is_there, name, to) = match self.of {
            Of::Leads => {
                let id = id.into();
                (self.reader.lead(&id)?.is_some(), self.names.lead(&id)?, lead_href(&id))
            }
            Of::Opportunities => {
                let id = id.into();
                let name = self.names.opportunity(&id)?;
                (self.reader.opportunity(&id)?.is_some(), name, opportunity_href(&id))
            }
        };
        Ok(match is_there {
            true => element("a").with("href", to).holding(name).into(),
            false => Markup::text(name),
        })
    }
}

/// A decision by its kind, as a link to the fact with its because.
fn decision(entry: &Entry) -> Markup {
    let words = show_kind(&kind_of(entry.fact()));
    element("a").with("href", fact_href(entry.no)).holding(words).into()
}

/// Sends all of them.
pub(crate) async fn file(
    visit: Visit,
    kind: FileKind,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    visit.signed.may(&Act::Import)?;
    let (counted, of) = (id.clone(), asked.of);
    let n = visit.house.work(move |engine| {
        Ok(of.n(&engine.read(|reader| reader.judged(&counted))?.ok_or(Failure::Absent)?))
    });
    let n = n.await?;
    kind.holds(&visit.house, move |_, _| Ok(n)).await?;
    Ok(download(&visit.house, kind, "judged", move |engine, sheet| {
        let mut goes_on = sheet.head(&["record", "id"])?;
        let mut after = String::new();
        while goes_on {
            let ids = engine.read(|reader| reader.judged_ids(&id, of.noun(), &after, FILE_ROWS))?;
            after = ids.last().cloned().unwrap_or(after);
            let cells: Vec<_> =
                ids.iter().map(|id| vec![of.noun().into(), id.as_str().into()]).collect();
            goes_on = sheet.rows(&cells)? && ids.len() == FILE_ROWS as usize;
        }
        Ok(())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_opens_where_its_rows_are_kept_and_is_said_not_to_where_they_are_not() {
        let report = ImportReport { leads_decided: 1_116, decisions: 2, ..ImportReport::default() };
        let said = |kept: Option<Judged>| {
            sentence("i", kept, Some(&report)).map(|words| words.as_str().to_owned())
        };
        let before = said(None).unwrap();
        assert_eq!(
            before,
            "1,116 leads were judged anew, and 2 decisions followed; which they were was not kept \
             at the time."
        );
        let kept = Judged { leads: 1, opportunities: 3, decisions: 0 };
        let words = "<a class=\"f\" href=\"/imports/i/judged\">1</a> lead and \
                     <a class=\"f\" href=\"/imports/i/judged?of=opportunities\">3</a> opportunities \
                     were judged anew, and no decision followed.";
        assert_eq!(said(Some(kept)).unwrap(), words);
        assert!(sentence("i", None, Some(&ImportReport::default())).is_none());
        assert!(sentence("i", None, None).is_none());
    }
}
