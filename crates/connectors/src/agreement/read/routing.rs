//! `[routing]`, `[[pool]]` and `[[route]]`: who gets a lead that nobody has.

use std::collections::BTreeMap;

use domain::{
    agreement::{
        Routing,
        routing::{By, FoundBy, Member, Pool, PoolTurn, Route, Target, To},
        text::ClauseKind,
    },
    condition::Root,
};

use super::{
    Document,
    clauses::{Clauses, Ids},
    names::{self, Known, one_of},
};
use crate::agreement::{
    reader::{Item, Table},
    source::Offer,
};

/// What conditions may ask for.
const LEAD: [Root; 2] = [Root::Lead, Root::Account];
const LATER: [Root; 3] = [Root::Lead, Root::Account, Root::Activity];
/// The ways to an owner, of which a route has one.
const WAYS: [&str; 5] = ["named", "account_owner", "territory", "pool", "catch_all"];
const ROUTE: &str = "[[route]] with id = \"rest\" and catch_all = \"head.of.sales@firm.example\"";

/// How leads find their owner; `None` where the text says nothing of it.
pub fn routing<'t>(
    document: &Document<'t>,
    known: &Known,
    clauses: &mut Clauses<'t>,
) -> Option<Routing> {
    let sections = document.tables("routing", "the routing");
    let pools = document.list("pool", "a pool");
    let routes = document.list("route", "a route");
    for table in sections.iter().skip(1) {
        let instead = "Keep one [routing], and let every [[route]] follow it.".to_owned();
        table.wrong("There is a [routing] already.", instead);
    }
    let Some(section) = sections.first() else {
        if let Some(table) = routes.first().or(pools.first()) {
            let what = format!("Nothing says which leads {} is for.", table.noun);
            let instead = "Write a section [routing] with clause, says, and on = [\"MQL\"].";
            table.sink().if_whole(table.place, what, instead.to_owned());
        }
        return None;
    };
    let (clause, says) = clauses.add(section, ClauseKind::Routing);
    let on = statuses(section, known);
    let from = section.get("from", "from = 2026-10-01").and_then(|item| item.date());
    let judged = known.scope("A condition of the routing", &LEAD, &[]);
    let later = known.scope("A condition after the routing", &LATER, &[]);
    let not_counted_when = names::optional(section, "not_counted_when", &judged);
    let credited_back_when = names::optional(section, "credited_back_when", &later);
    section.finish();
    let mut ids = Ids::new("pool");
    let pools: Vec<Pool> = pools.iter().map(|table| pool(table, &mut ids)).collect();
    let pool_ids = ids.into_vec();
    let mut ids = Ids::new("route");
    let read = routes.iter().map(|table| route(table, known, &pool_ids, &pools, &mut ids));
    let read: Vec<Option<Route>> = read.collect();
    check_last(section, &routes, &read);
    Some(Routing {
        clause,
        says,
        on,
        from: from.map(|from| from.value),
        not_counted_when,
        credited_back_when,
        pools,
        routes: read.into_iter().flatten().collect(),
    })
}

fn statuses(section: &Table<'_>, known: &Known) -> Vec<String> {
    let Some(item) = section.need("on", "on = [\"MQL\"]") else { return Vec::new() };
    let parts = item.list().unwrap_or_default();
    if parts.is_empty() {
        item.wrong(
            "No status is named in which a lead is routed.",
            "Write on = [\"MQL\"].".to_owned(),
        );
    }
    parts.iter().filter_map(|part| known.status(part)).collect()
}

fn pool(table: &Table<'_>, ids: &mut Ids) -> Pool {
    let id = ids.read(table);
    let example = "members = [{ user = \"ann@firm.example\" }]";
    let list = table.need("members", example);
    let mut members: Vec<Member> = Vec::new();
    for part in list.map_or(Vec::new(), |item| item.tables("a member")) {
        let Some(member) = member(&part) else { continue };
        if members.iter().any(|other| other.user == member.user) {
            let what = format!("{:?} stands in this pool twice.", member.user);
            part.wrong(what, "Give them a weight instead: weight = 2.".to_owned());
        }
        members.push(member);
    }
    if let Some(item) = list.filter(|_| members.is_empty()) {
        item.wrong_if_whole("A pool without members takes no lead.", format!("Write {example}."));
    }
    let catch_up = yes_or_asked(
        table,
        "catch_up",
        "Whether whoever was passed over makes up for it can be read in two ways.",
        "Write catch_up = true when they receive more until they have what the others have, or \
         catch_up = false when they begin again at the lowest level of the pool.",
    );
    let only_in_hours = yes_or_asked(
        table,
        "only_in_hours",
        "Whether leads come at night can be read in two ways.",
        "Write only_in_hours = true when members receive within their own hours only, or \
         only_in_hours = false when they receive at any time.",
    );
    table.finish();
    Pool { id, members, catch_up, only_in_hours }
}

fn yes_or_asked(table: &Table<'_>, key: &'static str, what: &str, instead: &str) -> bool {
    let Some(item) = table.get(key, "true or false") else {
        table.sink().if_whole(table.place, what.to_owned(), instead.to_owned());
        return false;
    };
    item.yes().unwrap_or(false)
}

fn member(table: &Table<'_>) -> Option<Member> {
    let user = table.need("user", "user = \"ann@firm.example\"").and_then(|item| person(&item));
    let number = |key, example, most| {
        let number = table.get(key, example).and_then(|item| item.whole(1..=most));
        number.and_then(|number| u32::try_from(number).ok())
    };
    let weight = number("weight", "weight = 2", 1_000);
    let cap_day = number("cap_day", "cap_day = 10", 100_000);
    let cap_open = number("cap_open", "cap_open = 40", 100_000);
    let cap_late = number("cap_late", "cap_late = 1", 1_000);
    table.finish();
    Some(Member { user: user?, weight: weight.unwrap_or(1), cap_day, cap_open, cap_late })
}

/// Somebody by their address of mail or by their id: what each system calls them has no spaces.
fn person(item: &Item<'_>) -> Option<String> {
    let text = item.text()?.value;
    item.offers(Offer::Somebody);
    if text.contains(char::is_whitespace) || !text.contains(['@', ':']) {
        let what = format!("{text:?} names nobody for certain.");
        let instead = "Write their address of mail, or their id such as \"crm:u7\".";
        item.wrong(what, instead.to_owned());
        return None;
    }
    Some(text)
}

fn route(
    table: &Table<'_>,
    known: &Known,
    pool_ids: &[String],
    pools: &[Pool],
    ids: &mut Ids,
) -> Option<Route> {
    let id = ids.read(table);
    let says = table.need("says", "says = \"Leads of the South go to Ann.\"");
    let says = says.and_then(|item| item.text()).map_or(String::new(), |says| says.value);
    let scope = known.scope("A condition of a route", &LEAD, &[]);
    let when = names::optional(table, "when", &scope);
    let waits = table.get("waits", "waits = true").and_then(|item| item.yes()).unwrap_or(false);
    let to = way(table, known, pool_ids, pools);
    if let (Some(To::CatchAll(_)), Some(item)) = (&to, table.get("when", "")) {
        item.wrong("The catch-all takes every lead.", "Leave \"when\" out.".to_owned());
    }
    table.finish();
    Some(Route { id, says, when, to: to?, waits })
}

/// Where a route leads: one of [`WAYS`].
fn way(table: &Table<'_>, known: &Known, pool_ids: &[String], pools: &[Pool]) -> Option<To> {
    let named = table.get("named", "named = \"ann@firm.example\"");
    let account = table.get("account_owner", "account_owner = [\"named\", \"domain\", \"name\"]");
    let territory = table.get("territory", "territory = \"lead.region\"");
    let among = table.get("table", "table = { North = \"ann@firm.example\" }");
    let pool = table.get("pool", "pool = \"inbound\"");
    let by = table.get("by", "by = \"round_robin\", by = \"weighted\" or by = \"load\"");
    let catch_all = table.get("catch_all", "catch_all = \"head.of.sales@firm.example\"");
    let given: Vec<&str> = WAYS.into_iter().filter(|key| table.has(key)).collect();
    if given.len() != 1 {
        let what = match given.is_empty() {
            true => "This route leads to nobody.".to_owned(),
            false => format!("This route leads several ways: {}.", given.join(" and ")),
        };
        let instead = "Write one of \"named\", \"account_owner\", \"territory\", \"pool\" and \
                       \"catch_all\".";
        table.sink().if_whole(table.place, what, instead.to_owned());
        return None;
    }
    misplaced(&among, territory.is_some(), "territory");
    misplaced(&by, pool.is_some(), "pool");
    if let Some(item) = named {
        return person(&item).map(To::Named);
    }
    if let Some(item) = catch_all {
        return person(&item).map(To::CatchAll);
    }
    if let Some(item) = account {
        let ways: Vec<FoundBy> = item
            .list()
            .unwrap_or_default()
            .iter()
            .filter_map(|part| part.choice(&FoundBy::ALL))
            .collect();
        return (!ways.is_empty()).then_some(To::AccountOwner(ways));
    }
    if let Some(item) = territory {
        let scope = known.scope("A territory", &LEAD, &[]);
        let (of, _) = names::name(&item, &scope)?;
        let among = table.need("table", "table = { North = \"ann@firm.example\" }")?;
        return Some(To::Territory { of, table: territories(&among, pool_ids) });
    }
    let item = pool?;
    let keys: Vec<&str> = pool_ids.iter().map(String::as_str).collect();
    let pool = one_of(&item, "pool", &keys)?;
    let by = table.need("by", "by = \"round_robin\"").and_then(|item| item.choice(&By::ALL))?;
    let weighed = |pool: &&Pool| pool.members.iter().any(|member| member.weight != 1);
    if by == By::RoundRobin && pools.iter().filter(|p| p.id == pool).any(|p| weighed(&p)) {
        let what = format!("The members of {pool:?} have weights, and by turns they do not count.");
        item.wrong(what, "Write by = \"weighted\", or leave the weights out.".to_owned());
    }
    Some(To::Pool(PoolTurn { pool, by }))
}

/// A key that only stands beside another.
fn misplaced(item: &Option<Item<'_>>, belongs: bool, beside: &str) {
    if let Some(item) = item.filter(|_| !belongs) {
        let what = format!("{:?} stands beside {beside:?} only.", item.key);
        item.wrong(what, format!("Leave it out, or write {beside} = …."));
    }
}

/// `{ North = "ann@firm.example", South = { pool = "south" } }`.
fn territories(item: &Item<'_>, pool_ids: &[String]) -> BTreeMap<String, Target> {
    let mut targets = BTreeMap::new();
    let Some(table) = item.table("a territory") else { return targets };
    for (value, item) in table.entries("North = \"ann@firm.example\"") {
        let target = if item.is_text() {
            person(&item).map(Target::User)
        } else {
            let keys: Vec<&str> = pool_ids.iter().map(String::as_str).collect();
            item.table("a territory").and_then(|table| {
                let pool = table.need("pool", "pool = \"south\"");
                let pool = pool.and_then(|item| one_of(&item, "pool", &keys));
                table.finish();
                pool.map(Target::Pool)
            })
        };
        targets.extend(target.map(|target| (value.value.to_owned(), target)));
    }
    if targets.is_empty() {
        item.wrong_if_whole("A territory leads to nobody.", None);
    }
    targets
}

/// The last route takes what no other took, and names who watches over it; no other does.
fn check_last(section: &Table<'_>, tables: &[Table<'_>], routes: &[Option<Route>]) {
    let is_catch_all = |table: &&Table<'_>| table.has("catch_all");
    match tables.last() {
        None => {
            let what = "The routing has no route.";
            section.sink().if_whole(section.place, what, format!("Write {ROUTE}."));
        }
        Some(last) if !last.has("catch_all") => {
            let what = "The last route is no catch-all, so a lead may come to nobody.";
            let instead = format!("End with {ROUTE}: somebody who watches over it.");
            last.sink().if_whole(last.place, what, instead);
        }
        Some(_) => {}
    }
    let before = tables.len().saturating_sub(1);
    for (table, route) in tables[..before].iter().zip(routes).filter(|(t, _)| is_catch_all(t)) {
        if route.is_some() {
            let what = "A catch-all stands before other routes, which nothing would reach.";
            table.wrong(what, "Put it last.".to_owned());
        }
    }
}

#[cfg(test)]
mod tests;
