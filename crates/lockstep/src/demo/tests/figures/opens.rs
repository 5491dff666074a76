//! What is behind a figure, and whether it makes the figure.

use super::{
    House, Role, StatusCode,
    html::{Figure, plain},
};

/// Opens a figure and adds up what is behind it.
pub(super) fn check(house: &House, role: Role, page: &str, figure: &Figure) -> Result<(), String> {
    let own = figure.href.starts_with('#');
    let address = if own { format!("{page}{}", figure.href) } else { figure.href.clone() };
    let (status, body) = house.gets(role, &address);
    if status != StatusCode::OK {
        return Err(format!("it answers {status}"));
    }
    let said = figure.said();
    match address.split_once('#') {
        Some((_, "workings")) => workings(&body, said),
        Some((_, "because")) if address.contains("because=read") => parts(&body, said),
        Some((_, "because")) => because(&body, said),
        Some((_, clause)) if address.starts_with("/agreement") => {
            body.contains(&format!("id=\"{clause}\"")).then_some(()).ok_or("no such clause".into())
        }
        _ if address.starts_with("/scoreboard/rows?") => rows(house, role, &address, &body, said),
        Some((_, place)) if own && ["within", "threshold", "load", "held"].contains(&place) => {
            body.contains(&format!("id=\"{place}\"")).then_some(()).ok_or("no such place".into())
        }
        // How many can be taken follows from the pools and their caps, which stand there.
        _ if address == "/routing" && said.starts_with(|c: char| c.is_ascii_digit()) => {
            body.contains("<h2>Pool ").then_some(()).ok_or("no pool stands there".into())
        }
        Some((_, place)) if own && place.starts_with("who-") => who(&body, place, said),
        Some((_, place)) if own && place.starts_with("short-") => short(&body, place, said),
        Some((_, "left-out")) if own => left_out(&body, said),
        _ if address.contains("/points/leads?") => points(house, role, &address, said),
        _ if address.contains("/backtest/leads?") => backtest(house, role, &address, &body, said),
        Some((_, "unrouted")) => {
            let waiting = body.matches("<tr data-row>").count().to_string();
            (waiting == said).then_some(()).ok_or(format!("{waiting} leads are listed"))
        }
        // What somebody has received, with how it makes their level.
        Some((_, "entries")) => {
            plain(&body).contains(said).then_some(()).ok_or("the page does not say it".into())
        }
        Some((_, "rejected-h")) => rejected(house, role, &address, said),
        _ if address.contains("/judged") => list(house, role, "/judged", &address, said),
        _ if address.starts_with("/ledger?followed=") => {
            list(house, role, "/ledger", &address, said)
        }
        _ if address.starts_with("/ledger?import=") => told(house, role, &address, said),
        _ if address.starts_with("/disputes?") => list(house, role, "/disputes", &address, said),
        _ if address.starts_with("/leads?") => list(house, role, "/leads", &address, said),
        _ if address.starts_with("/opportunities?") => {
            list(house, role, "/opportunities", &address, said)
        }
        _ if address.starts_with("/requests?") => requests(house, role, &address, said),
        _ if address.starts_with("/facts/") => fact(&address, &body, said),
        // The page of a lead or an opportunity, under its name or something that it says.
        _ if address.starts_with("/leads/") || address.starts_with("/opportunities/") => {
            plain(&body).contains(said).then_some(()).ok_or("the page does not say it".into())
        }
        _ if address == "/agreement/actions" => actions(&body, said),
        // What became of an import's rows.
        _ if address.starts_with("/imports/") => {
            body.contains(&format!(">{said}<")).then_some(()).ok_or("no row says it".into())
        }
        _ => Err("nothing there makes this number".to_owned()),
    }
}

/// The actions that were opened, or those that are open still.
fn actions(body: &str, said: &str) -> Result<(), String> {
    let (all, done) =
        (body.matches("<dt>Owner</dt>").count(), body.matches("<dt>Done</dt>").count());
    let is = [all, all - done].iter().any(|n| n.to_string() == said);
    is.then_some(()).ok_or(format!("{all} stand there, {done} of them done"))
}

/// The leads of a backtest: as many as are said, counted by their file, or some where a share, a sum
/// or a middle is made of them.
fn backtest(
    house: &House,
    role: Role,
    address: &str,
    body: &str,
    said: &str,
) -> Result<(), String> {
    let (status, csv) = house.gets(role, &address.replacen("/leads?", "/leads.csv?", 1));
    if status != StatusCode::OK {
        return Err(format!("its file answers {status}"));
    }
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let counts: i128 =
        rows.iter().filter_map(|row| row.get(1)?.trim_matches('"').parse::<i128>().ok()).sum();
    let won = rows.iter().filter(|row| row.get(8) == Some(&"yes")).count() as i128;
    if said.ends_with(" a week") {
        return plain(body).contains(said).then_some(()).ok_or("the page does not say it".into());
    }
    let is_made = match hundredths(said.trim_end_matches(" days")) {
        Some(n) if said.chars().all(|c| c.is_ascii_digit() || c == ',') => {
            let reached = address.contains("of=reaches") && n == won * 100;
            n == counts * 100 || reached
        }
        _ => counts > 0 || said.starts_with('0'),
    };
    is_made.then_some(()).ok_or(format!("{counts} are listed"))
}

/// The things that a card leaves out, which stand on its page.
fn left_out(body: &str, said: &str) -> Result<(), String> {
    let list = body.split_once("id=\"left-out\"").ok_or("no list of them stands there")?.1;
    let list = list.split_once("</details>").ok_or("the list does not end")?.0;
    let n = list.matches("<tr><th").count() - 1;
    (n.to_string() == said).then_some(()).ok_or(format!("{n} are listed"))
}

/// So many people, whose names stand on the page.
fn who(body: &str, place: &str, said: &str) -> Result<(), String> {
    let list = body.split_once(&format!("id=\"{place}\"")).ok_or("no names stand there")?.1;
    let n = list.split("</ul>").next().unwrap_or_default().matches("<li>").count();
    (said.split(' ').next() == Some(&n.to_string())).then_some(()).ok_or(format!("{n} names"))
}

/// A difference, whose row says the two numbers that make it.
fn short(body: &str, place: &str, said: &str) -> Result<(), String> {
    let row = body.split_once(&format!("id=\"{place}\"")).ok_or("no such row")?.1;
    let row = plain(row.split("</tr>").next().unwrap_or_default());
    let parts = row.split_once(" − ").ok_or("the row has no difference")?;
    let last = |text: &str| hundredths(text.rsplit('>').next().unwrap_or_default());
    let first = |text: &str| hundredths(text.split('<').next().unwrap_or_default());
    let difference = last(parts.0).zip(first(parts.1)).map(|(more, less)| more - less);
    (hundredths(said) == difference).then_some(()).ok_or(format!("{row} makes {difference:?}"))
}

/// The leads of suggested points: as many as are said, so many that came to it of so many, or some
/// where a share or a mean is made of them.
fn points(house: &House, role: Role, address: &str, said: &str) -> Result<(), String> {
    let (status, csv) = house.gets(role, &address.replacen("/leads?", "/leads.csv?", 1));
    if status != StatusCode::OK {
        return Err(format!("its file answers {status}"));
    }
    let n = csv.lines().count().saturating_sub(1) as u64;
    let hits = csv.lines().skip(1).filter(|line| line.ends_with(",yes")).count() as u64;
    // Points are earned by those who are listed; a number of leads has no sign.
    let is_count = said.starts_with(|c: char| c.is_ascii_digit());
    let counts = |text: &str| text.replace(',', "").parse::<u64>().ok().filter(|_| is_count);
    let is_made = match (counts(said), said.split_once(" of ")) {
        (Some(all), _) => all == n,
        (None, Some((of, all))) => {
            let all = all.split_once(", ").map_or(all, |(all, _)| all);
            // Of all that came to it, those that are listed.
            let captured = address.contains("of=captured") && counts(of) == Some(n);
            captured || (counts(of), counts(all)) == (Some(hits), Some(n))
        }
        (None, None) => n > 0,
    };
    is_made.then_some(()).ok_or(format!("{hits} of {n} are listed"))
}

/// Rows as their file has them: how many, and what they bring together in hundredths.
struct Rows {
    n: u64,
    brings: Option<i128>,
}

impl Rows {
    fn of(csv: &str) -> Result<Rows, String> {
        let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().skip(1).collect();
        let mut brings = None;
        for line in &lines {
            let value = line.rsplit(',').nth(1).ok_or("a line of the file has no value")?;
            if !value.is_empty() {
                brings = Some(brings.unwrap_or(0) + hundredths(value).ok_or(value)?);
            }
        }
        Ok(Rows { n: lines.len() as u64, brings })
    }

    fn hits(&self) -> i128 {
        self.brings.unwrap_or(0) / 100
    }
}

/// `€12,345.50`, `−3` or `120` in hundredths; nothing where it is no number.
fn hundredths(text: &str) -> Option<i128> {
    let sign = if text.contains('\u{2212}') || text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let (whole, rest) = digits.split_once('.').unwrap_or((&digits, ""));
    let rest = format!("{rest:0<2}");
    let whole: i128 = whole.parse().ok()?;
    Some(sign * (whole * 100 + rest.get(..2)?.parse::<i128>().ok()?))
}

/// `64 %`, and `9.4 %` under ten.
fn per_cent(hits: i128, n: u64) -> String {
    let share = hits as f64 / n as f64 * 100.0;
    let tenths = (share * 10.0).round() / 10.0;
    match tenths >= 10.0 || tenths.fract() == 0.0 {
        true => format!("{:.0} %", share.round()),
        false => format!("{tenths:.1} %"),
    }
}

fn rows(house: &House, role: Role, address: &str, page: &str, said: &str) -> Result<(), String> {
    let (status, csv) = house.gets(role, &address.replacen("/rows?", "/rows.csv?", 1));
    if status != StatusCode::OK {
        return Err(format!("its file answers {status}"));
    }
    let rows = Rows::of(&csv)?;
    let listed = page.matches("<tr data-row>").count() as u64;
    if listed != rows.n.min(100) || !plain(page).contains(&format!("{} row", grouped(rows.n))) {
        return Err(format!("{listed} rows are listed of {}", rows.n));
    }
    let made = |is: bool, what: String| is.then_some(()).ok_or(what);
    let said = said.trim_end_matches(", not over");
    if let Some(n) = said.strip_prefix("n = ") {
        return made(n == grouped(rows.n), format!("there are {} rows", rows.n));
    }
    let parted = said.split_once(" of ").or(said.split_once('/'));
    if let Some((hits, rest)) = parted {
        let n = rest.split([',', ' ']).next().unwrap_or(rest);
        let rest = rest.split(", ").nth(1).map(|share| share.split(" (").next().unwrap_or(share));
        let share = rest.is_none_or(|share| share == per_cent(rows.hits(), rows.n));
        let is = hundredths(hits) == Some(rows.hits() * 100)
            && hundredths(n) == Some(i128::from(rows.n) * 100);
        return made(is && share, format!("{} of {} rows count", rows.hits(), rows.n));
    }
    if said.ends_with('%') {
        let is = said == per_cent(rows.hits(), rows.n);
        return made(is, format!("{} of {} rows count", rows.hits(), rows.n));
    }
    let sum = rows.brings.unwrap_or(i128::from(rows.n) * 100);
    made(hundredths(said) == Some(sum), format!("{} rows bring {sum} hundredths", rows.n))
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let parts: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|part| std::str::from_utf8(part).ok())
        .collect();
    parts.join(",")
}

/// A list has as many lines in its file.
fn list(house: &House, role: Role, path: &str, address: &str, said: &str) -> Result<(), String> {
    let (status, csv) = house.gets(role, &address.replacen(path, &format!("{path}.csv"), 1));
    let n = csv.lines().count().saturating_sub(1);
    let is = status == StatusCode::OK && hundredths(said) == Some(n as i128 * 100);
    is.then_some(()).ok_or(format!("{n} rows are listed"))
}

/// The drawer's lines make its sum, and the number is one of these or the sum.
fn parts(body: &str, said: &str) -> Result<(), String> {
    let drawer = body.split_once("id=\"because\"").ok_or("no drawer opens")?.1;
    let lines = drawer.split("<td class=\"n\"><b>").skip(1);
    let lines: Vec<&str> = lines.filter_map(|line| line.split('<').next()).collect();
    let sum: i128 = lines.iter().filter_map(|line| hundredths(line)).sum();
    let total = drawer.split_once("Together</th><td class=\"n\">").ok_or("it has no sum")?.1;
    let total = total.split('<').next().unwrap_or_default();
    let is = hundredths(total) == Some(sum) && (total == said || lines.contains(&said));
    is.then_some(()).ok_or(format!("{lines:?} make {total}"))
}

/// What an import told: a row tells one fact or several.
fn told(house: &House, role: Role, address: &str, said: &str) -> Result<(), String> {
    let (status, csv) = house.gets(role, &address.replacen("/ledger?", "/ledger.csv?", 1));
    let facts = csv.lines().count().saturating_sub(1);
    let rows = hundredths(said).ok_or("it says no number")? / 100;
    let is = status == StatusCode::OK && facts as i128 >= rows;
    is.then_some(()).ok_or(format!("{rows} rows cannot have told {facts} facts"))
}

/// The rows that an import did not take, each of which may have several problems.
fn rejected(house: &House, role: Role, address: &str, said: &str) -> Result<(), String> {
    let import = address.split(['?', '#']).next().unwrap_or_default();
    let (status, csv) = house.gets(role, &format!("{import}/rejected.csv"));
    let lines = csv.lines().skip(1).map(|line| line.splitn(3, ',').take(2).collect::<Vec<_>>());
    let rows = lines.collect::<std::collections::BTreeSet<_>>().len();
    let is = status == StatusCode::OK && hundredths(said) == Some(rows as i128 * 100);
    is.then_some(()).ok_or(format!("{rows} rows are listed"))
}

/// A count of requests, or so many that were delivered on time of so many.
fn requests(house: &House, role: Role, address: &str, said: &str) -> Result<(), String> {
    let Some((kept, of)) = said.split_once(" of ") else {
        return list(house, role, "/requests", address, said);
    };
    let n = of.split(',').next().unwrap_or(of);
    list(house, role, "/requests", address, n)?;
    list(house, role, "/requests", &address.replace("&counts=missed", ""), kept)
}

/// A fact's own number, or something that the fact says.
fn fact(address: &str, body: &str, said: &str) -> Result<(), String> {
    let no = address.trim_start_matches("/facts/");
    let is_its_number = said.replace(',', "").trim_start_matches("fact ") == no;
    let says = plain(body);
    let digits: String = said.chars().filter(char::is_ascii_digit).collect();
    let is_in_it = says.contains(said) || says.contains(&digits);
    (is_its_number || is_in_it).then_some(()).ok_or("the fact does not say it".to_owned())
}

/// The cells of the table in a section: its first column, and its numbers.
fn cells(section: &str) -> Vec<(String, String)> {
    let text = |html: &str| {
        let pieces = html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, t)| t));
        plain(&pieces.collect::<String>()).trim().to_owned()
    };
    let line = |line: &str| {
        let name = line.split_once("<th")?.1.split_once('>')?.1.split_once("</th>")?.0;
        let value = line.split_once("<td class=\"n")?.1.split_once('>')?.1.split_once("</td>")?.0;
        Some((text(name), text(value)))
    };
    section.split("<tr").skip(2).filter_map(line).collect()
}

/// The number is one of the workings, and these follow from one another.
fn workings(body: &str, said: &str) -> Result<(), String> {
    let section = body.split_once("id=\"workings\"").ok_or("it has no workings")?.1;
    let section = section.split_once("</section>").ok_or("the workings do not end")?.0;
    let cells = cells(section);
    if !cells.iter().any(|(_, value)| value == said) {
        return Err(format!("the workings do not have it: {cells:?}"));
    }
    let of = |what: &str| cells.iter().find(|(name, _)| name == what).map(|(_, value)| value);
    let number = |what: &str| of(what).and_then(|value| hundredths(value));
    let gone = of("working days gone").and_then(|days| days.split_once(" of "));
    let gone = gone.and_then(|(gone, all)| Some((hundredths(gone)?, hundredths(all)?)));
    let target = number("agreed").or(number("quota"));
    let expected = number("expected by now").or(number("even pace by now"));
    if let (Some(target), Some((gone, all)), Some(expected)) = (target, gone, expected) {
        let off = (target * gone - expected * all).abs();
        // A count is told to a tenth, an amount to a cent.
        if off > all * 10 {
            return Err(format!("{target} · {gone} / {all} is not {expected}"));
        }
    }
    if let (Some(quota), Some(won), Some(left)) = (number("quota"), number("won"), number("to go"))
        && (quota - won).max(0) != left
    {
        return Err(format!("{quota} − {won} is not {left}"));
    }
    Ok(())
}

/// The drawer is open and says the number: in its answer, its sum or one of its lines.
fn because(body: &str, said: &str) -> Result<(), String> {
    let drawer = body.split_once("id=\"because\"").ok_or("no drawer opens")?.1;
    let drawer = plain(drawer.split_once("</aside>").ok_or("the drawer does not end")?.0);
    let number = said.trim_start_matches('+');
    let nothing = number == "0" && drawer.contains("Seen and not counted");
    (drawer.contains(number) || nothing).then_some(()).ok_or("the drawer does not say it".into())
}
