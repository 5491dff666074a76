//! `[agreement]` and `[[party]]`: what it is called, its zone and currency, and who signs.

use domain::{agreement::Party, firm::Side, money::Currency};
use jiff::tz::TimeZone;

use super::Document;
use crate::agreement::{
    reader::Table,
    source::{Offer, Place, Placed},
};

/// What `[agreement]` says.
pub struct Header<'t> {
    /// What the Agreement is called.
    pub title: String,
    /// The sentence above the clauses.
    pub preamble: String,
    /// The zone of dates that name no other.
    pub zone: TimeZone,
    /// The currency of amounts.
    pub currency: Currency,
    /// The calendar of whoever has none, if it is named.
    pub default_calendar: Option<Placed<'t, String>>,
    /// Where it stands, if anywhere.
    pub place: Option<Place<'t>>,
}

/// The two sides that sign.
pub const SIDES: [(&str, Side); 2] = [("marketing", Side::Marketing), ("sales", Side::Sales)];

/// Reads `[agreement]`; what is missing or wrong is blank.
pub fn header<'t>(document: &Document<'t>) -> Header<'t> {
    let mut tables = document.tables("agreement", "the head of an Agreement").into_iter();
    let mut header = Header {
        title: String::new(),
        preamble: String::new(),
        zone: TimeZone::UTC,
        currency: Currency::parse("EUR").expect("EUR is three letters"),
        default_calendar: None,
        place: None,
    };
    let Some(table) = tables.next() else {
        let instead = "Begin a file with [agreement], and title, zone and currency below it.";
        document.missing("There is no section [agreement].", instead);
        return header;
    };
    for second in tables {
        second.wrong("There can be only one section [agreement].", "Join the two.".to_owned());
    }
    header.place = Some(table.place);
    let title = table.need("title", "title = \"Agreement between Marketing and Sales of Harrow\"");
    header.title = title.and_then(|item| item.text()).map_or(String::new(), |text| text.value);
    let preamble = table.get("preamble", "preamble = \"We sign this so that …\"");
    header.preamble =
        preamble.and_then(|item| item.text()).map_or(String::new(), |text| text.value);
    if let Some(zone) = table.need("zone", "zone = \"Europe/Berlin\"").and_then(|item| item.zone())
    {
        header.zone = zone;
    }
    if let Some(item) = table.need("currency", "currency = \"EUR\"")
        && let Some(code) = item.text()
    {
        match Currency::parse(&code.value) {
            Ok(currency) if code.value == currency.code() => header.currency = currency,
            _ => item.wrong(
                format!("{:?} is not a currency.", code.value),
                "Write three capital letters, such as \"EUR\".".to_owned(),
            ),
        }
    }
    let calendar = table.get("default_calendar", "default_calendar = \"office\"");
    header.default_calendar = calendar.and_then(|item| item.text());
    table.finish();
    header
}

/// The two parties; each side has one signer, and they are two people.
pub fn parties(document: &Document<'_>) -> Vec<Party> {
    let mut parties: Vec<Party> = Vec::new();
    for table in document.list("party", "a party") {
        let item = table.need("side", "side = \"marketing\"");
        let side = item.and_then(|item| item.choice(&SIDES));
        let name = table.need("name", "name = \"Marketing\"").and_then(|item| item.text());
        let signer = person(&table, "signer", true);
        let substitute = person(&table, "substitute", false);
        if let (Some(side), Some(item)) = (side, item)
            && parties.iter().any(|party| party.side == side)
        {
            let what =
                format!("There are two parties for {}: each side has one signer.", side.word());
            item.wrong(what, "Name the other person as substitute.".to_owned());
        } else if let Some(side) = side {
            tell_apart(&table, &parties, signer.as_ref(), substitute.as_ref());
            parties.push(Party {
                side,
                name: name.map_or(String::new(), |name| name.value),
                signer: signer.map_or(String::new(), |signer| signer.value),
                substitute: substitute.map(|substitute| substitute.value),
            });
        }
        table.finish();
    }
    for (word, side) in SIDES {
        if !parties.iter().any(|party| party.side == side) {
            let instead = format!("Write [[party]] with side = \"{word}\", name and signer.");
            document.missing(&format!("Nobody signs for {word}."), &instead);
        }
    }
    parties
}

/// One person, by their address of mail or their id.
pub fn person<'t>(table: &Table<'t>, key: &'static str, must: bool) -> Option<Placed<'t, String>> {
    let example = match key {
        "signer" => "signer = \"head.of.marketing@harrow.example\"",
        "owner" => "owner = \"head.of.sales@harrow.example\"",
        "approved_by" => "approved_by = \"legal@harrow.example\"",
        _ => "substitute = \"crm:0051\"",
    };
    let item = if must { table.need(key, example) } else { table.get(key, example) }?;
    let text = item.text()?;
    item.offers(Offer::Somebody);
    let has_no_space = !text.value.contains(char::is_whitespace);
    let is_person =
        |sign| text.value.split_once(sign).is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
    if has_no_space && (is_person('@') || is_person(':')) {
        return Some(text);
    }
    let what = format!("{:?} does not tell one person.", text.value);
    item.wrong(what, "Write an address of mail, or a user id such as \"crm:0051\".".to_owned());
    None
}

/// Nobody signs for both sides, in person or as a substitute.
fn tell_apart(
    table: &Table<'_>,
    others: &[Party],
    signer: Option<&Placed<'_, String>>,
    substitute: Option<&Placed<'_, String>>,
) {
    let same = |person: &str, other: &str| person.eq_ignore_ascii_case(other);
    for person in [signer, substitute].into_iter().flatten() {
        let other = others.iter().find(|other| {
            same(&other.signer, &person.value)
                || other.substitute.as_ref().is_some_and(|other| same(other, &person.value))
        });
        if let Some(other) = other {
            let what = format!("{} signs for {} already.", person.value, other.side.word());
            let instead = "The two sides are signed for by different people.".to_owned();
            table.sink().add(person.place, what, instead);
        }
    }
    if let (Some(signer), Some(substitute)) = (signer, substitute)
        && same(&signer.value, &substitute.value)
    {
        let what = "A substitute is somebody else than the signer.";
        table.sink().add(substitute.place, what, None);
    }
}
