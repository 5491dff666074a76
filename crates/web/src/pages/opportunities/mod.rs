//! The list of opportunities.

use domain::{
    field::Fields,
    ids::{AccountId, OpportunityId, UserId},
    owned::Owned,
};
use jiff::civil::Date;
use store::{
    Reader, StoreError,
    read::{OpportunityFilter, OpportunityPlace, OpportunityRow, OpportunitySort, Outcome},
};

use crate::{
    failure::Failure,
    layout::{EmptyState, Place},
    list::{
        Asked, Asker, Column, Condition, Control, Known, Listed, Maker, any_of, anything, choice,
        say::{at_account, owned, period},
    },
    markup::{Markup, element},
    names::{account_href, opportunity_href},
    sheet::Cell,
    show::{self, LocalTime, figure, money},
};

/// Opportunities as a list.
pub(crate) enum Opportunities {}

pub(crate) static KNOWN: Known = Known {
    path: "/opportunities",
    several: &["outcome"],
    once: &["owner", "account", "stage", "product", "lead"],
    periods: &["closes", "opened"],
    sorts: &[
        ("since", "last change of stage"),
        ("closes", "the day on which they close"),
        ("id", "id"),
    ],
    reads: anything,
};

const fn column(key: &'static str, label: &'static str, class: &'static str) -> Column {
    Column { key, label, class, sort: None, is_usual: true }
}

static COLUMNS: [Column; 10] = [
    column("account", "Account", "full dim"),
    column("stage", "Stage", "nw"),
    Column { sort: Some(("since", true)), ..column("since", "In this stage since", "drop nw") },
    column("outcome", "Outcome", "nw"),
    column("amount", "Amount", "n second"),
    Column { is_usual: false, ..column("currency", "Currency", "full nw") },
    Column { is_usual: false, ..column("opened", "Opened", "full nw") },
    Column { sort: Some(("closes", false)), ..column("closes", "Closes or closed", "full nw") },
    column("owner", "Owner", "end any"),
    Column { is_usual: false, sort: Some(("id", false)), ..column("id", "Id", "full any") },
];

/// Whether an opportunity came of a lead, as it is asked for.
const LEADS: [(&str, &str); 2] = [("none", "no lead"), ("some", "a lead")];

/// Where the opportunities of no lead are listed that were won in some days.
pub(crate) fn won_alone_href((from, to): (Date, Date)) -> String {
    format!("/opportunities?lead=none&outcome=won&closes_from={from}&closes_to={to}")
}

/// An outcome in words.
fn words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "open",
        Outcome::Won => "won",
        Outcome::Lost => "lost",
        Outcome::NoDecision => "no decision",
        Outcome::Unknown => "not known",
    }
}

fn sort(asked: &Asked) -> OpportunitySort {
    match asked.sort() {
        "closes" => OpportunitySort::Closes,
        "id" => OpportunitySort::Id,
        _ => OpportunitySort::StageSince,
    }
}

fn outcomes(asked: &Asked) -> Vec<Outcome> {
    let said = |outcome: &Outcome| asked.all("outcome").any(|key| key == outcome.key());
    Outcome::ALL.into_iter().filter(said).collect()
}

fn filter(asked: &Asked, asker: &Asker<'_>) -> OpportunityFilter {
    let some = |name: &str| Some(asked.one(name).to_owned()).filter(|text| !text.is_empty());
    let owner = match asked.one("owner") {
        "" | "nobody" => None,
        "me" => Some(asker.me.clone()),
        id => Some(UserId::from(id)),
    };
    let (closes_from, closes_to) = asked.period("closes").days_of(asker.time);
    let (opened_from, opened_to) = asked.period("opened").days_of(asker.time);
    OpportunityFilter {
        outcome: outcomes(asked),
        owner,
        without_owner: asked.one("owner") == "nobody",
        has_lead: match asked.one("lead") {
            "none" => Some(false),
            "some" => Some(true),
            _ => None,
        },
        account: some("account"),
        stage: some("stage"),
        product: some("product"),
        closes_from,
        closes_to,
        opened_from,
        opened_to,
    }
}

/// How many opportunities of an account there are.
pub(crate) fn of_account(
    reader: &Reader<'_>,
    account: &AccountId,
    most: u64,
) -> Result<u64, StoreError> {
    let filter =
        OpportunityFilter { account: Some(account.0.clone()), ..OpportunityFilter::default() };
    reader.opportunities_count_up_to(&filter, most)
}

/// A day as the table has it.
fn day(text: Option<&String>, time: &LocalTime) -> Markup {
    let Some(text) = text else { return Markup::new() };
    match text.parse::<Date>() {
        Ok(day) => time.date(day),
        Err(_) => Markup::text(text),
    }
}

impl Listed for Opportunities {
    type Row = OpportunityRow;
    const KNOWN: &'static Known = &KNOWN;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const PLACE: Place = Place::Opportunities;
    const WORDS: (&'static str, &'static str) = ("opportunity", "opportunities");
    const READY: &'static [(&'static str, &'static str)] =
        &[("", "All"), ("outcome=open", "Open"), ("outcome=open&owner=me", "Mine, open")];
    const GIVEN: Option<fn(&str) -> Owned> = Some(|id| Owned::Opportunity(id.into()));
    const ELSEWHERE: &'static [&'static str] =
        &["name", "account", "owner", "stage", "outcome", "amount", "opened_on", "closed_on"];

    fn rows(
        maker: &Maker<'_, '_>,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<OpportunityRow>, StoreError> {
        let place = after.map(|(by, id)| OpportunityPlace {
            by: by.to_owned(),
            id: OpportunityId(id.to_owned()),
        });
        let filter = filter(maker.asked, maker.asker);
        maker.reader.opportunities_page(&filter, sort(maker.asked), place.as_ref(), limit)
    }

    fn count(
        reader: &Reader<'_>,
        asked: &Asked,
        asker: &Asker<'_>,
        most: u64,
    ) -> Result<u64, StoreError> {
        reader.opportunities_count_up_to(&filter(asked, asker), most)
    }

    fn place(asked: &Asked, row: &OpportunityRow) -> String {
        let place = sort(asked).place_of(row);
        format!("{}~{}", place.by, place.id)
    }

    fn id(row: &OpportunityRow) -> &str {
        row.id.as_str()
    }

    fn name(row: &OpportunityRow) -> Option<&str> {
        row.name.as_deref()
    }

    fn href(row: &OpportunityRow) -> String {
        opportunity_href(&row.id)
    }

    fn fields(row: &OpportunityRow) -> &Fields {
        &row.fields
    }

    fn shown(maker: &Maker<'_, '_>, column: &str, row: &OpportunityRow) -> Result<Markup, Failure> {
        let time = maker.asker.time;
        Ok(match column {
            "account" => match &row.account {
                Some(id) => {
                    let link = element("a").class("q").with("href", account_href(id));
                    link.holding(maker.names.account(id)?).into()
                }
                None => Markup::new(),
            },
            "stage" => row.stage.as_deref().map(show::stage).unwrap_or_default(),
            "since" => row.stage_since.map(|at| time.near(at)).unwrap_or_default(),
            "outcome" => Markup::text(words(row.outcome)),
            "amount" => match row.amount {
                Some(amount) => figure(money(amount), &opportunity_href(&row.id)),
                None => Markup::new(),
            },
            "currency" => {
                row.amount.map(|amount| Markup::text(amount.currency.code())).unwrap_or_default()
            }
            "opened" => day(row.opened_on.as_ref(), time),
            "closes" => day(row.closed_on.as_ref(), time),
            "owner" => maker.names.owner(row.owner.as_ref())?,
            _ => Markup::text(&row.id.0),
        })
    }

    fn corrects(column: &str) -> Option<&'static str> {
        match column {
            "amount" => Some("amount"),
            "closes" => Some("closed_on"),
            "owner" => Some("owner"),
            _ => None,
        }
    }

    fn is_settled(row: &OpportunityRow) -> bool {
        !matches!(row.outcome, Outcome::Open | Outcome::Unknown)
    }

    fn cell(maker: &Maker<'_, '_>, column: &str, row: &OpportunityRow) -> Result<Cell, Failure> {
        let names = maker.names;
        Ok(match column {
            "account" => row.account.as_ref().map(|id| names.account(id)).transpose()?.into(),
            "stage" => row.stage.clone().into(),
            "since" => row.stage_since.into(),
            "outcome" => row.outcome.key().into(),
            "amount" => match row.amount {
                Some(amount) => Cell::amount(amount.amount_minor, Some(amount.currency)),
                None => Cell::Blank,
            },
            "currency" => row.amount.map(|amount| amount.currency.code().to_owned()).into(),
            "opened" => row.opened_on.clone().into(),
            "closes" => row.closed_on.clone().into(),
            "owner" => row.owner.as_ref().map(|id| names.user_name(id)).transpose()?.into(),
            _ => row.id.as_str().into(),
        })
    }

    fn conditions(maker: &Maker<'_, '_>) -> Result<Vec<Condition>, Failure> {
        let asked = maker.asked;
        let said = outcomes(asked);
        let says = |name: &str, words: &dyn Fn(&str) -> String| {
            Some(asked.one(name)).filter(|text| !text.is_empty()).map(words)
        };
        let outcome_words: Vec<&str> = said.iter().map(|outcome| words(*outcome)).collect();
        let ticks = Outcome::ALL.into_iter();
        let ticks = ticks.map(|one| choice(one.key(), words(one), said.contains(&one))).collect();
        Ok(vec![
            Condition {
                name: "outcome",
                label: "Outcome",
                control: Control::Ticks(ticks),
                says: (!said.is_empty()).then(|| any_of(&outcome_words)),
            },
            owned(maker.names, asked)?,
            at_account(maker.names, asked)?,
            Condition {
                name: "stage",
                label: "In stage",
                control: Control::Text(asked.one("stage").to_owned()),
                says: says("stage", &|stage| format!("in {stage}")),
            },
            Condition {
                name: "product",
                label: "Of the product",
                control: Control::Text(asked.one("product").to_owned()),
                says: says("product", &|product| format!("of the product {product}")),
            },
            Condition {
                name: "lead",
                label: "Came of",
                control: Control::Choice(
                    "anything",
                    LEADS.map(|(key, words)| choice(key, words, asked.one("lead") == key)).into(),
                ),
                says: says("lead", &|key| {
                    let said = LEADS.iter().find(|(known, _)| *known == key);
                    said.map_or_else(String::new, |(_, words)| format!("that came of {words}"))
                })
                .filter(|words| !words.is_empty()),
            },
            period("closes", "Closes or closed", "closing", asked, maker.asker.time),
            period("opened", "Opened", "opened", asked, maker.asker.time),
        ])
    }

    fn nothing_yet(imports: bool) -> EmptyState {
        let action = match imports {
            true => ("Bring opportunities in", "/imports/new"),
            false => ("See who brings them in", "/people"),
        };
        EmptyState {
            title: "See every possible sale, what it is worth and where it stands".to_owned(),
            words: "Opportunities come from your systems, as leads do: as files, or one by one \
                    through the API."
                .to_owned(),
            action: Some((action.0.to_owned(), action.1.to_owned())),
            heads: vec!["Name", "Stage", "Outcome", "Amount", "Owner"],
            rows: vec![
                vec!["Nordwind, 40 meters", "Offer", "open", "€48,000", "Jo Field"],
                vec!["Kessler, pilot", "Won", "won", "€12,500", "Sam Hall"],
            ],
            ..EmptyState::default()
        }
    }
}
