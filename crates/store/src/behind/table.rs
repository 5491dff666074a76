//! The tables whose rows are written many at a time.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::read::{activity, assignment, clock, handoff, lead, lead_stage, qualification, routing};

/// So many rows are written in one statement, the most first.
pub(super) const ROWS_AT_ONCE: [usize; 3] = [64, 8, 1];

/// A table whose rows are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    /// The ledger.
    Fact,
    /// Entries of leads into statuses.
    LeadStage,
    /// Who was given which lead.
    Assignment,
    /// Activities.
    Activity,
    /// Each time a lead met a definition.
    Qualification,
    /// Each time a lead was routed.
    Routing,
    /// What moved a level.
    RoutingEntry,
    /// What the members of pools have received.
    RoutingLevel,
    /// The words of names.
    Word,
    /// The words of persons.
    PersonWord,
    /// Who people are.
    Person,
    /// What people have in common.
    PersonKey,
    /// What has still to be decided about.
    Undecided,
    /// Rows are taken out of it, and put in by others.
    Unrouted,
    /// Clocks.
    Clock,
    /// Handoffs.
    Handoff,
    /// Leads.
    Lead,
}

/// How a table is written.
struct Written {
    name: &'static str,
    columns: &'static str,
    /// How many columns come first that name a row, where a row replaces the one that is there.
    key: usize,
    /// Other tables that the database itself changes with it, or looks into.
    with: &'static [&'static str],
    doing: &'static str,
}

const fn new_rows(name: &'static str, columns: &'static str, doing: &'static str) -> Written {
    Written { name, columns, key: 0, with: &[], doing }
}

impl Table {
    /// Every one, in the order in which they are written.
    pub(crate) const ALL: [Table; 17] = [
        Table::Fact,
        Table::LeadStage,
        Table::Assignment,
        Table::Activity,
        Table::Qualification,
        Table::Routing,
        Table::RoutingEntry,
        Table::RoutingLevel,
        Table::Word,
        Table::PersonWord,
        Table::Person,
        Table::PersonKey,
        Table::Undecided,
        Table::Unrouted,
        Table::Clock,
        Table::Handoff,
        Table::Lead,
    ];

    fn written(self) -> Written {
        match self {
            Table::Fact => new_rows("fact", crate::ledger::FACT_COLUMNS, "append facts"),
            Table::LeadStage => new_rows("lead_stage", lead_stage::COLUMNS, "fold leads' moves"),
            Table::Assignment => new_rows("assignment", assignment::COLUMNS, "fold assignments"),
            Table::Activity => new_rows("activity", activity::COLUMNS, "fold activities"),
            Table::Qualification => Written {
                with: &["tally"],
                ..new_rows("qualification", qualification::COLUMNS, "fold qualifications")
            },
            Table::Routing => new_rows("routing", routing::COLUMNS, "fold routings"),
            Table::RoutingEntry => {
                new_rows("routing_entry", routing::ENTRY_COLUMNS, "fold entries of levels")
            }
            Table::RoutingLevel => Written {
                key: 2,
                ..new_rows("routing_level", routing::LEVEL_COLUMNS, "fold levels")
            },
            Table::Word => new_rows("word", "kind, words, id", "keep words"),
            Table::PersonWord => new_rows("person_word", "kind, words, id", "keep words"),
            Table::Person => {
                Written { key: 1, ..new_rows("person", crate::person::COLUMNS, "keep persons") }
            }
            Table::PersonKey => {
                Written { key: 2, ..new_rows("person_key", "key, subject, is_shared", "keep keys") }
            }
            Table::Undecided => {
                new_rows("undecided", "subject, due_at, import", "note what is undecided")
            }
            Table::Unrouted => new_rows("unrouted", "lead", "fold leads that wait no more"),
            Table::Clock => Written {
                key: 1,
                with: &["tally"],
                ..new_rows("clock", clock::COLUMNS, "fold clocks")
            },
            Table::Handoff => Written {
                key: 1,
                with: &["tally"],
                ..new_rows("handoff", handoff::COLUMNS, "fold handoffs")
            },
            Table::Lead => Written {
                key: 1,
                with: &["lead_tally", "tally", "merged_lead", "unrouted"],
                ..new_rows("lead", lead::COLUMNS, "fold leads")
            },
        }
    }

    pub(crate) fn name(self) -> &'static str {
        self.written().name
    }

    /// The held table with a name.
    pub(super) fn of_name(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|table| table.name() == name)
    }

    /// The place of a column in its rows.
    pub(super) fn place(self, column: &str) -> usize {
        let mut columns = self.written().columns.split(',').map(str::trim);
        columns.position(|name| name == column).expect("the table has the column")
    }

    pub(super) fn doing(self) -> &'static str {
        self.written().doing
    }

    /// The statement that writes so many rows.
    pub(super) fn insert(self, rows: usize) -> &'static str {
        INSERTS.get(&(self, rows)).map_or("", String::as_str)
    }
}

/// The statements, by table and number of rows.
static INSERTS: LazyLock<BTreeMap<(Table, usize), String>> = LazyLock::new(|| {
    let each = |table: Table| ROWS_AT_ONCE.map(|rows| ((table, rows), insert(table, rows)));
    Table::ALL.into_iter().flat_map(each).collect()
});

/// Of two instants the earlier stands, of two imports the later.
const UNDECIDED_AGAIN: &str = "on conflict (subject) do update set
    due_at = case when excluded.due_at < undecided.due_at
                  then excluded.due_at else undecided.due_at end,
    import = coalesce(excluded.import, undecided.import)
    where excluded.due_at < undecided.due_at
       or excluded.import <> coalesce(undecided.import, '')";

fn insert(table: Table, rows: usize) -> String {
    let Written { name, columns, key, .. } = table.written();
    let names: Vec<&str> = columns.split(", ").map(str::trim).collect();
    let row = |row: usize| {
        let places = (1..=names.len()).map(|place| format!("${}", row * names.len() + place));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    let conflict = match (table, key) {
        (Table::Undecided, _) => UNDECIDED_AGAIN.to_owned(),
        (_, 0) => String::new(),
        (_, key) => {
            let (key, others) = names.split_at(key);
            let set = others.iter().map(|name| format!("{name} = excluded.{name}"));
            let set: Vec<String> = set.collect();
            format!("on conflict ({}) do update set {}", key.join(", "), set.join(", "))
        }
    };
    format!("insert into {name} ({}) values {} {conflict}", names.join(", "), rows.join(", "))
}

/// Which held tables stand for a table of the database.
static NAMED: LazyLock<BTreeMap<&'static str, Vec<Table>>> = LazyLock::new(|| {
    let mut named: BTreeMap<&'static str, Vec<Table>> = BTreeMap::new();
    for table in Table::ALL {
        let Written { name, with, .. } = table.written();
        for name in std::iter::once(&name).chain(with) {
            named.entry(name).or_default().push(table);
        }
    }
    named
});

/// The held tables that a statement may read or change: those behind `from`, `join`, `into` and
/// `update`, and those that the database changes with them.
pub(super) fn named_in(sql: &str) -> Vec<Table> {
    let words = sql.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let mut words = words.filter(|word| !word.is_empty());
    let mut tables: Vec<Table> = Vec::new();
    while let Some(word) = words.next() {
        if matches!(word, "from" | "join" | "into" | "update")
            && let Some(named) = words.next().and_then(|name| NAMED.get(name))
        {
            for table in named {
                if !tables.contains(table) {
                    tables.push(*table);
                }
            }
        }
    }
    tables
}
