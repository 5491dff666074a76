//! What every page says besides its own matter.

use domain::firm::{Role, Side};
use domain::ids::{FactNo, Version};

use crate::flash::Flash;
use crate::markup::Markup;
use crate::names::fact_href;
use crate::show::{LocalTime, count, figure, side};
use crate::static_files;
use crate::theme::Theme;

/// A page that stands in the rail. Only pages that exist are listed: a dead link is a lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The first page in the morning.
    Today,
    /// The list of leads, and each lead.
    Leads,
    /// The list of opportunities, and each of them.
    Opportunities,
    /// The list of accounts, and each of them.
    Accounts,
    /// Every fact, for those who look after the ledger.
    Facts,
    /// What was brought in, for those who may.
    Imports,
    /// The signed text with its margins.
    Agreement,
    /// What both sides look at together.
    Scoreboard,
    /// What colleagues ask one another for.
    Requests,
    /// Who may sign in.
    People,
}

impl Place {
    /// The groups of the rail with their headings.
    pub const GROUPS: [(&'static str, &'static [Place]); 4] = [
        ("Now", &[Place::Today]),
        (
            "Ledger",
            &[Place::Leads, Place::Opportunities, Place::Accounts, Place::Facts, Place::Imports],
        ),
        ("Agreement", &[Place::Agreement]),
        ("Together", &[Place::Scoreboard, Place::Requests, Place::People]),
    ];

    /// Entries that the bar of a phone has room for, with the one that opens the rest.
    const BAR_MAX: usize = 5;

    /// What the bar of a phone shows before anything else.
    const FIRST: [Place; 4] = [Place::Today, Place::Leads, Place::Agreement, Place::Scoreboard];

    /// Its name in the rail.
    pub fn name(self) -> &'static str {
        match self {
            Place::Today => "Today",
            Place::Leads => "Leads",
            Place::Opportunities => "Opportunities",
            Place::Accounts => "Accounts",
            Place::Facts => "Facts",
            Place::Imports => "Imports",
            Place::Agreement => "Agreement",
            Place::Scoreboard => "Scoreboard",
            Place::Requests => "Requests",
            Place::People => "People",
        }
    }

    /// Its address.
    pub fn href(self) -> &'static str {
        match self {
            Place::Today => "/",
            Place::Leads => "/leads",
            Place::Opportunities => "/opportunities",
            Place::Accounts => "/accounts",
            Place::Facts => "/ledger",
            Place::Imports => "/imports",
            Place::Agreement => "/agreement",
            Place::Scoreboard => "/scoreboard",
            Place::Requests => "/requests",
            Place::People => "/people",
        }
    }
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their side.
    pub side: Side,
    /// What they may do.
    pub role: Role,
}

impl Person {
    /// The glyph of their side.
    pub fn glyph(&self) -> Markup {
        side(self.side)
    }

    /// `rep, sales`.
    pub fn standing(&self) -> String {
        format!("{}, {}", self.role.words(), self.side.word())
    }
}

/// The small numbers beside the entries of the rail; none is not shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Leads with a running clock.
    pub leads: Option<u64>,
    /// People who may sign in.
    pub people: Option<u64>,
}

/// The strip over the pages of a demonstration.
#[derive(Debug, Clone)]
pub struct Demo {
    /// What this is: `A made-up firm. Whatever you do here is gone when it stops.`
    pub says: String,
    /// Where to sign in as somebody else.
    pub switch: String,
}

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The page's name in the browser's tab.
    pub title: String,
    /// Where the rail says we are; none for a page that is not under any entry.
    pub place: Option<Place>,
    /// The firm's name.
    pub firm: String,
    /// Who is signed in.
    pub person: Person,
    /// The version of the Agreement in force.
    pub in_force: Option<Version>,
    /// The last fact of the ledger.
    pub head: FactNo,
    /// Whether the person may open it.
    pub opens_head: bool,
    /// Now, and the zone that instants are written in.
    pub time: LocalTime,
    /// How the person wants it to look.
    pub theme: Theme,
    /// The small numbers in the rail.
    pub counts: Counts,
    /// Whether the person may look through the ledger.
    pub searches_ledger: bool,
    /// Whether the person may bring data in.
    pub imports: bool,
    /// What the last action did.
    pub flash: Option<Flash>,
    /// The strip of a demonstration.
    pub demo: Option<Demo>,
    /// The path and query of this page, to come back to after a change of theme.
    pub back: String,
    /// Whether one-letter keys work.
    pub keys: bool,
    /// Whether a form on the page was refused: the title says so first.
    pub refused: bool,
    /// After how many seconds the page asks for itself anew, while something on it goes on.
    pub again: Option<u8>,
}

impl Frame {
    /// A frame with what is known for every page; the rest is set by [`Frame::titled`],
    /// [`Frame::at`] and the fields.
    pub fn new(firm: impl Into<String>, person: Person, time: LocalTime) -> Frame {
        Frame {
            title: String::new(),
            place: None,
            firm: firm.into(),
            person,
            in_force: None,
            head: FactNo(0),
            opens_head: false,
            time,
            theme: Theme::System,
            counts: Counts::default(),
            searches_ledger: false,
            imports: false,
            flash: None,
            demo: None,
            back: "/".to_owned(),
            keys: true,
            refused: false,
            again: None,
        }
    }

    /// The same for a page of this name.
    pub fn titled(self, title: impl Into<String>) -> Frame {
        Frame { title: title.into(), ..self }
    }

    /// The same under an entry of the rail.
    pub fn at(self, place: Place) -> Frame {
        Frame { place: Some(place), ..self }
    }

    /// What the browser's tab says.
    pub fn head_title(&self) -> String {
        let refused = if self.refused { "Error: " } else { "" };
        format!("{refused}{} · Lockstep", self.title)
    }

    /// `every second`, where the page asks for itself anew.
    pub fn how_often(&self) -> Option<String> {
        self.again.map(|seconds| match seconds {
            1 => "every second".to_owned(),
            seconds => format!("every {seconds} seconds"),
        })
    }

    /// What stands under the page on paper: whose it is, of when, and by which facts and rules. A
    /// page that is kept as a file still opens both.
    pub fn on_paper(&self) -> Markup {
        let head = match self.opens_head {
            true => figure(self.head.to_string(), &fact_href(self.head)),
            false => Markup::text(self.head),
        };
        let words = Markup::text(format!("{}, printed ", self.firm))
            .and(self.time.exact(self.time.now()))
            .and_text(". The last fact is ")
            .and(head);
        match self.in_force {
            Some(version) => {
                let rules = figure(format!("version {version}"), &format!("/agreement/{version}"));
                words.and_text("; ").and(rules).and_text(" of the Agreement is in force.")
            }
            None => words.and_text("; no Agreement is in force."),
        }
    }

    /// Where the stylesheet lies.
    pub fn stylesheet(&self) -> &'static str {
        static_files::stylesheet()
    }

    /// Where the script lies.
    pub fn script(&self) -> &'static str {
        static_files::script()
    }

    /// Where the icon lies.
    pub fn icon(&self) -> &'static str {
        static_files::icon()
    }

    /// Whether the rail has an entry: a link to what the person may not see is a dead one.
    pub fn has(&self, place: &Place) -> bool {
        match place {
            Place::Facts => self.searches_ledger,
            Place::Imports => self.imports,
            _ => true,
        }
    }

    /// The entries that a phone shows only once More is opened: none where all have room.
    pub fn beyond(&self) -> Vec<Place> {
        let places = Place::GROUPS.iter().flat_map(|(_, places)| places.iter());
        let places: Vec<Place> = places.copied().filter(|place| self.has(place)).collect();
        match places.len() > Place::BAR_MAX {
            true => places.into_iter().filter(|place| !Place::FIRST.contains(place)).collect(),
            false => Vec::new(),
        }
    }

    /// Whether the rail says that we are here.
    pub fn is_at(&self, place: &Place) -> bool {
        self.place == Some(*place)
    }

    /// Whether the rail says that we are at one of these.
    pub fn is_among(&self, places: &[Place]) -> bool {
        places.iter().any(|place| self.is_at(place))
    }

    /// Whether this is the page of the search.
    pub fn is_seeking(&self) -> bool {
        self.back == "/search" || self.back.starts_with("/search?")
    }

    /// Whether this is the theme in use.
    pub fn wears(&self, theme: &Theme) -> bool {
        self.theme == *theme
    }

    /// The small number beside an entry of the rail.
    pub fn beside(&self, place: &Place) -> Option<String> {
        match place {
            Place::Leads => self.counts.leads.map(count),
            Place::Agreement => self.in_force.map(|version| format!("v{}", version.0)),
            Place::People => self.counts.people.map(count),
            _ => None,
        }
    }
}

/// The frame of pages before anybody is signed in: `layout/door.html`.
#[derive(Debug, Clone)]
pub struct Door {
    /// The page's name in the browser's tab.
    pub title: String,
    /// The firm's name, once it has one.
    pub firm: Option<String>,
    /// How the person wants it to look.
    pub theme: Theme,
    /// Whether the form was refused: the title says so first.
    pub refused: bool,
}

impl Door {
    /// What the browser's tab says.
    pub fn head_title(&self) -> String {
        let refused = if self.refused { "Error: " } else { "" };
        format!("{refused}{} · Lockstep", self.title)
    }

    /// Where the stylesheet lies.
    pub fn stylesheet(&self) -> &'static str {
        static_files::stylesheet()
    }

    /// Where the script lies.
    pub fn script(&self) -> &'static str {
        static_files::script()
    }

    /// Where the icon lies.
    pub fn icon(&self) -> &'static str {
        static_files::icon()
    }
}
