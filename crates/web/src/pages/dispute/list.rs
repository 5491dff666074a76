//! The list of disputes: those that wait for a ruling first, by when it is due, then the rulings.

use domain::{field::Fields, firm::Side, ids::DisputeId};
use engine::dispute::overturned_by_side;
use store::{
    Reader, StoreError,
    read::{DisputeFilter, DisputeRow, DisputeStands},
};

use super::{
    dispute_href,
    view::{about_words, is_sought},
};
use crate::{
    failure::Failure,
    layout::{EmptyState, Place},
    list::{
        Asked, Asker, Column, Condition, Control, Known, Listed, Maker, any_of, choice,
        looked_through, say::period,
    },
    markup::Markup,
    names::Names,
    sheet::Cell,
    show::{self, LocalTime, count, figure},
};

/// Disputes as a list.
pub(crate) enum Disputes {}

static KNOWN: Known = Known {
    path: "/disputes",
    several: &["stands", "side"],
    once: &["q"],
    periods: &["opened"],
    sorts: &[("due", "when the ruling is due, those that wait first")],
    reads: |name, value| match name {
        "stands" => STANDINGS.iter().any(|(key, ..)| *key == value),
        "side" => SIDES.iter().any(|side| side.word() == value),
        _ => true,
    },
};

const fn column(key: &'static str, label: &'static str, class: &'static str) -> Column {
    Column { key, label, class, sort: None, is_usual: true }
}

static COLUMNS: [Column; 8] = [
    column("by", "By", "full any"),
    column("opened", "Contested", "wideonly drop nw"),
    column("due", "Ruling due", "full nw"),
    column("stands", "How it stands", "second"),
    column("ruled", "Ruled", "full nw"),
    Column { is_usual: false, ..column("side", "Side", "full nw") },
    Column { is_usual: false, ..column("arbiter", "Arbiter", "full nw") },
    Column { is_usual: false, ..column("id", "Id", "full any") },
];

/// How a dispute may stand: keys, and words.
const STANDINGS: [(&str, &str, DisputeStands); 4] = [
    ("waits", "waits for the ruling", DisputeStands::Waiting),
    ("overdue", "the ruling is overdue", DisputeStands::Overdue),
    ("stands", "stands", DisputeStands::Upheld),
    ("overturned", "overturned", DisputeStands::Overturned),
];

const SIDES: [Side; 3] = [Side::Marketing, Side::Sales, Side::Neutral];

/// Disputes have columns of their own, and no others.
static NO_FIELDS: Fields = Fields::new();

/// A dispute as the list has it.
pub(crate) struct Row {
    dispute: DisputeRow,
    about: String,
    /// How it stands, in words.
    stands: &'static str,
}

fn standing(dispute: &DisputeRow, time: &LocalTime) -> &'static str {
    let stands = match dispute.overturned {
        Some(true) => DisputeStands::Overturned,
        Some(false) => DisputeStands::Upheld,
        None if dispute.due_at < time.now() => DisputeStands::Overdue,
        None => DisputeStands::Waiting,
    };
    let found = STANDINGS.iter().find(|(.., known)| *known == stands);
    found.map_or("", |(_, words, _)| words)
}

/// Which disputes the address asks for, but for the words that are sought.
fn filter(asked: &Asked, asker: &Asker<'_>) -> DisputeFilter {
    let stands = STANDINGS.iter().filter(|(key, ..)| asked.all("stands").any(|said| said == *key));
    let sides = SIDES.into_iter().filter(|side| asked.all("side").any(|said| said == side.word()));
    DisputeFilter {
        stands: stands.map(|(.., stands)| *stands).collect(),
        sides: sides.collect(),
        opened: asked.period("opened").span(asker.time),
    }
}

/// Disputes that the address asks for, from the first or from the one after a dispute. Words that are
/// sought stand beside the ledger, in what was said and in names, so they are looked for in each.
fn disputes(
    reader: &Reader<'_>,
    names: &Names<'_, '_>,
    asked: &Asked,
    asker: &Asker<'_>,
    after: Option<DisputeId>,
    most: usize,
) -> Result<Vec<DisputeRow>, StoreError> {
    let (filter, now, sought) = (filter(asked, asker), asker.time.now(), asked.one("q"));
    if sought.is_empty() {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        return reader.disputes_page(&filter, now, after.as_ref(), most);
    }
    looked_through(
        most,
        after,
        |after, limit| reader.disputes_page(&filter, now, after, limit),
        |dispute| dispute.id.clone(),
        |dispute| is_sought(reader, dispute, sought, asker.reach, names),
    )
}

fn named(side: Side) -> &'static str {
    match side {
        Side::Marketing => "Marketing",
        Side::Sales => "Sales",
        Side::Neutral => "Whoever stands on neither side",
    }
}

/// `Marketing contested 5 on which there was a ruling; 2 were overturned`.
fn rate(side: Side, overturned: u64, ruled: u64) -> Markup {
    let side_of = format!("/disputes?stands=overturned&side={}", side.word());
    let all = side_of.replace("stands=overturned", "stands=stands&stands=overturned");
    let were = if overturned == 1 { "was" } else { "were" };
    Markup::text(format!("{} contested ", named(side)))
        .and(figure(count(ruled), &all))
        .and_text(" on which there was a ruling; ")
        .and(figure(count(overturned), &side_of))
        .and_text(format!(" {were} overturned. "))
}

impl Listed for Disputes {
    type Row = Row;
    const KNOWN: &'static Known = &KNOWN;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const PLACE: Place = Place::Agreement;
    const WORDS: (&'static str, &'static str) = ("dispute", "disputes");
    const READY: &'static [(&'static str, &'static str)] = &[
        ("", "All"),
        ("stands=waits&stands=overdue", "Waiting for a ruling"),
        ("stands=stands&stands=overturned", "Rulings"),
    ];
    const ELSEWHERE: &'static [&'static str] = &[];
    const HEAD: &'static str = "What is contested";

    fn title() -> &'static str {
        "Disputes"
    }

    fn above() -> Option<(&'static str, &'static str)> {
        Some(("Agreement", "/agreement"))
    }

    fn rows(
        maker: &Maker<'_, '_>,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let after = after.map(|(_, id)| DisputeId::from(id));
        let (reader, reach) = (maker.reader, maker.asker.reach);
        let found = disputes(reader, maker.names, maker.asked, maker.asker, after, limit as usize)?;
        let row = |dispute: DisputeRow| {
            let about = about_words(reader, &dispute, maker.names, reach)?;
            Ok(Row { about, stands: standing(&dispute, maker.asker.time), dispute })
        };
        found.into_iter().map(row).collect()
    }

    fn count(
        reader: &Reader<'_>,
        asked: &Asked,
        asker: &Asker<'_>,
        most: u64,
    ) -> Result<u64, StoreError> {
        if asked.one("q").is_empty() {
            return reader.disputes_count_up_to(&filter(asked, asker), asker.time.now(), most);
        }
        let (names, most) =
            (Names::new(reader, asker.reach), usize::try_from(most).unwrap_or(usize::MAX));
        Ok(disputes(reader, &names, asked, asker, None, most)?.len() as u64)
    }

    fn place(_: &Asked, row: &Row) -> String {
        format!("~{}", row.dispute.id)
    }

    fn id(row: &Row) -> &str {
        row.dispute.id.as_str()
    }

    fn name(row: &Row) -> Option<&str> {
        Some(&row.about)
    }

    fn href(row: &Row) -> String {
        dispute_href(&row.dispute.id)
    }

    fn fields(_: &Row) -> &Fields {
        &NO_FIELDS
    }

    fn shown(maker: &Maker<'_, '_>, column: &str, row: &Row) -> Result<Markup, Failure> {
        let (dispute, time) = (&row.dispute, maker.asker.time);
        Ok(match column {
            "by" => maker.names.owner(Some(&dispute.opened_by))?,
            "opened" => time.near(dispute.opened_at),
            "due" => time.near(dispute.due_at),
            "ruled" => dispute.ruled_at.map(|at| time.near(at)).unwrap_or_default(),
            "stands" => Markup::text(row.stands),
            "side" => {
                show::side(dispute.opened_side).and_text(" ").and_text(dispute.opened_side.word())
            }
            "arbiter" => maker.names.owner(Some(&dispute.arbiter))?,
            _ => Markup::text(&dispute.id),
        })
    }

    fn cell(maker: &Maker<'_, '_>, column: &str, row: &Row) -> Result<Cell, Failure> {
        let dispute = &row.dispute;
        Ok(match column {
            "by" => maker.names.user_name(&dispute.opened_by)?.into(),
            "opened" => dispute.opened_at.into(),
            "due" => dispute.due_at.into(),
            "ruled" => dispute.ruled_at.into(),
            "stands" => row.stands.into(),
            "side" => dispute.opened_side.word().into(),
            "arbiter" => maker.names.user_name(&dispute.arbiter)?.into(),
            _ => dispute.id.as_str().into(),
        })
    }

    fn conditions(maker: &Maker<'_, '_>) -> Result<Vec<Condition>, Failure> {
        let asked = maker.asked;
        let ticks = |name: &'static str, label: &'static str, all: Vec<(&str, &str)>| {
            let is_said = |key: &str| asked.all(name).any(|said| said == key);
            let said = all.iter().filter(|(key, _)| is_said(key)).map(|(_, words)| *words);
            let words = any_of(&said.collect::<Vec<_>>());
            let choices = all.iter().map(|(key, words)| choice(key, words, is_said(key)));
            let control = Control::Ticks(choices.collect());
            (name, label, control, Some(words).filter(|words| !words.is_empty()))
        };
        let (name, label, control, says) =
            ticks("stands", "Of which", STANDINGS.map(|(key, words, _)| (key, words)).into());
        let stands = Condition { name, label, control, says };
        let sides = SIDES.map(|side| (side.word(), side.word())).into();
        let (name, label, control, says) = ticks("side", "Contested by", sides);
        let says = says.map(|side| format!("contested by {side}"));
        let side = Condition { name, label, control, says };
        let q = asked.one("q");
        Ok(vec![
            stands,
            side,
            period("opened", "Contested", "contested", asked, maker.asker.time),
            Condition {
                name: "q",
                label: "With the words",
                control: Control::Search(q.to_owned(), "with the words"),
                says: (!q.is_empty()).then(|| format!("with “{q}”")),
            },
        ])
    }

    fn nothing_yet(_: bool) -> EmptyState {
        EmptyState {
            title: "What two sides do not agree on is ruled once, and stays".to_owned(),
            words: "An answer to a handoff, a clause, what an opportunity counts towards or what became \
                    of a request is contested where it stands; a named arbiter rules."
                .to_owned(),
            action: Some(("Read the Agreement".to_owned(), "/agreement".to_owned())),
            heads: vec!["What is contested", "By", "How it stands"],
            rows: vec![vec!["clause 4.1 of version 3", "Jo Field", "waits for the ruling"]],
            ..EmptyState::default()
        }
    }

    fn under(maker: &Maker<'_, '_>) -> Result<Markup, Failure> {
        let mut words = Markup::text("A named arbiter rules; statements and rulings stay. ");
        for (side, overturned, ruled) in overturned_by_side(maker.reader)? {
            if ruled > 0 {
                words.push(rate(side, overturned, ruled));
            }
        }
        Ok(words)
    }
}
