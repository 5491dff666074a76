//! The list of accounts.

use domain::{
    field::Fields,
    ids::{AccountId, UserId},
    owned::Owned,
};
use store::{
    Reader, StoreError,
    read::{AccountFilter, AccountPlace, AccountRow, LeadFilter},
};

use crate::{
    failure::Failure,
    layout::{EmptyState, Place},
    list::{
        Asked, Asker, Column, Condition, Control, Counted, Known, Listed, Maker, anything,
        say::owned,
    },
    markup::Markup,
    names::{account_href, encoded, fact_link},
    pages::opportunities,
    sheet::Cell,
    show::figure,
};

/// Accounts as a list.
pub(crate) enum Accounts {}

pub(crate) static KNOWN: Known = Known {
    path: "/accounts",
    several: &[],
    once: &["name", "owner"],
    periods: &[],
    sorts: &[("name", "name")],
    reads: anything,
};

const fn column(key: &'static str, label: &'static str, class: &'static str) -> Column {
    Column { key, label, class, sort: None, is_usual: true }
}

static COLUMNS: [Column; 5] = [
    column("leads", "Leads", "n"),
    column("opportunities", "Opportunities", "n"),
    column("last", "Last fact", "drop nw"),
    column("owner", "Owner", "full any"),
    Column { is_usual: false, ..column("id", "Id", "full any") },
];

fn filter(asked: &Asked, asker: &Asker<'_>) -> AccountFilter {
    let owner = match asked.one("owner") {
        "" | "nobody" => None,
        "me" => Some(asker.me.clone()),
        id => Some(UserId::from(id)),
    };
    AccountFilter {
        name: Some(asked.one("name").to_owned()).filter(|name| !name.is_empty()),
        owner,
        without_owner: asked.one("owner") == "nobody",
    }
}

fn leads(reader: &Reader<'_>, account: &AccountId, most: u64) -> Result<u64, StoreError> {
    let filter = LeadFilter { account: Some(account.0.clone()), ..LeadFilter::default() };
    reader.leads_count_up_to(&filter, most)
}

/// A number of rows of another list, which it opens.
fn counted(counted: &Counted, path: &str, account: &AccountId) -> Markup {
    figure(counted.words(), &format!("{path}?account={}", encoded(account.as_str())))
}

impl Listed for Accounts {
    type Row = AccountRow;
    const KNOWN: &'static Known = &KNOWN;
    const COLUMNS: &'static [Column] = &COLUMNS;
    const PLACE: Place = Place::Accounts;
    const WORDS: (&'static str, &'static str) = ("account", "accounts");
    const READY: &'static [(&'static str, &'static str)] = &[("", "All"), ("owner=me", "Mine")];
    const GIVEN: Option<fn(&str) -> Owned> = Some(|id| Owned::Account(id.into()));
    const ELSEWHERE: &'static [&'static str] = &["name", "owner"];

    fn rows(
        maker: &Maker<'_, '_>,
        after: Option<(&str, &str)>,
        limit: u32,
    ) -> Result<Vec<AccountRow>, StoreError> {
        // The name that the order goes by is the account's own; an address has no room for any.
        let last = after.map(|(_, id)| maker.reader.account(&AccountId(id.to_owned())));
        let place = last.transpose()?.flatten().map(|last| AccountPlace::of(&last));
        maker.reader.accounts_page(&filter(maker.asked, maker.asker), place.as_ref(), limit)
    }

    fn count(
        reader: &Reader<'_>,
        asked: &Asked,
        asker: &Asker<'_>,
        most: u64,
    ) -> Result<u64, StoreError> {
        reader.accounts_count_up_to(&filter(asked, asker), most)
    }

    fn place(_: &Asked, row: &AccountRow) -> String {
        format!("~{}", row.id)
    }

    fn id(row: &AccountRow) -> &str {
        row.id.as_str()
    }

    fn name(row: &AccountRow) -> Option<&str> {
        row.name.as_deref()
    }

    fn href(row: &AccountRow) -> String {
        account_href(&row.id)
    }

    fn fields(row: &AccountRow) -> &Fields {
        &row.fields
    }

    fn shown(maker: &Maker<'_, '_>, column: &str, row: &AccountRow) -> Result<Markup, Failure> {
        let (reader, id) = (maker.reader, &row.id);
        Ok(match column {
            "leads" => counted(&Counted::of(|most| leads(reader, id, most))?, "/leads", id),
            "opportunities" => {
                let n = Counted::of(|most| opportunities::of_account(reader, id, most))?;
                counted(&n, "/opportunities", id)
            }
            "last" => fact_link(row.last_fact),
            "owner" => maker.names.owner(row.owner.as_ref())?,
            _ => Markup::text(&id.0),
        })
    }

    fn cell(maker: &Maker<'_, '_>, column: &str, row: &AccountRow) -> Result<Cell, Failure> {
        let number =
            |n: u64| Cell::Number { units: i64::try_from(n).unwrap_or(i64::MAX), decimals: 0 };
        Ok(match column {
            "leads" => number(leads(maker.reader, &row.id, u64::MAX)?),
            "opportunities" => number(opportunities::of_account(maker.reader, &row.id, u64::MAX)?),
            "owner" => row.owner.as_ref().map(|id| maker.names.user_name(id)).transpose()?.into(),
            "last" => Cell::Number { units: row.last_fact.0, decimals: 0 },
            _ => row.id.as_str().into(),
        })
    }

    fn conditions(maker: &Maker<'_, '_>) -> Result<Vec<Condition>, Failure> {
        let said = maker.asked.one("name");
        let name = Condition {
            name: "name",
            label: "Whose name begins",
            control: Control::Text(said.to_owned()),
            says: Some(said).filter(|said| !said.is_empty()).map(|said| format!("“{said}…”")),
        };
        Ok(vec![name, owned(maker.names, maker.asked)?])
    }

    fn nothing_yet(imports: bool) -> EmptyState {
        let action = match imports {
            true => ("Bring accounts in", "/imports/new"),
            false => ("See who brings them in", "/people"),
        };
        EmptyState {
            title: "See every company with its leads and its possible sales".to_owned(),
            words: "Accounts come from your systems, as leads do: as files, or one by one through \
                    the API."
                .to_owned(),
            action: Some((action.0.to_owned(), action.1.to_owned())),
            heads: vec!["Name", "Leads", "Opportunities"],
            rows: vec![vec!["Kessler Antriebe", "12", "3"], vec!["Nordwind", "4", "1"]],
            ..EmptyState::default()
        }
    }
}
