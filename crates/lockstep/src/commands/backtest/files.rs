//! A backtest over files of a warehouse, or over columns that were kept of them. No database.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use clap::Args as ClapArgs;
use domain::{
    agreement::{Agreement, Definition},
    lever::{Lever, levers},
    points::Points,
};
use insight::{
    backtest::{Asked, Days, Slider, Source, Tally, backtest},
    segment::{self, Frame, Opened, Segment},
    sweep::{self, FieldKind, Plan, fields},
};

use super::{
    Args,
    columns::{Gaps, Named, columns},
    words,
};
use crate::{
    commands::{agreement::read_folder, kept::keep},
    failure::Failure,
    output::Answer,
};

/// What stands above these options in the help.
const FILES: &str = "Over files, with no database";

/// What is read, and how it is asked.
#[derive(Debug, ClapArgs)]
pub struct Files {
    /// A folder with the Agreement in force, to be set beside it
    #[arg(long, value_name = "DIR", help_heading = FILES)]
    against: Option<PathBuf>,
    /// What contacts did: a CSV or Parquet file
    #[arg(long, value_name = "FILE", requires = "contacts", help_heading = FILES)]
    activities: Option<PathBuf>,
    /// Who they are
    #[arg(long, value_name = "FILE", requires = "activities", help_heading = FILES)]
    contacts: Option<PathBuf>,
    /// What came of it
    #[arg(long, value_name = "FILE", requires = "activities", help_heading = FILES)]
    deals: Option<PathBuf>,
    /// A column that the files name otherwise, such as at=ts
    #[arg(long = "column", value_name = "OURS=THEIRS", value_parser = pair, help_heading = FILES)]
    columns: Vec<(String, String)>,
    /// A threshold to try in the place of the definition's own; as often as you like
    #[arg(long = "try", value_name = "POINTS", value_parser = super::points, help_heading = FILES)]
    tried: Vec<Points>,
    /// Keep what was read as sorted columns
    #[arg(long, value_name = "FILE", requires = "activities", help_heading = FILES)]
    keep: Option<PathBuf>,
    /// Ask columns that were kept
    #[arg(long, value_name = "FILE", conflicts_with = "activities", help_heading = FILES)]
    kept: Option<PathBuf>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (ours, theirs) = text.split_once('=').ok_or("write OURS=THEIRS, such as at=ts")?;
    Ok((ours.to_owned(), theirs.to_owned()))
}

impl Files {
    /// Whether there are files to look into, and not the ledger.
    pub(super) fn are_named(&self) -> bool {
        self.activities.is_some() || self.kept.is_some()
    }
}

/// A rule with the text that it stands in.
struct Rule {
    agreement: Agreement,
    definition: Definition,
}

/// What was found.
pub(super) struct Done {
    pub(super) definition: Definition,
    pub(super) agreement: Agreement,
    pub(super) has_present: bool,
    pub(super) horizon_days: i64,
    pub(super) activities: Option<usize>,
    pub(super) absent: Vec<String>,
    pub(super) without_status: Vec<String>,
    pub(super) gaps: Gaps,
    pub(super) asked: Asked,
    pub(super) tally: Tally,
    pub(super) tried: Vec<(Points, Tally)>,
    pub(super) kept: Option<(PathBuf, u64)>,
}

/// Columns in memory or on disk.
enum Held {
    Memory(Segment),
    Disk(Opened),
}

impl Held {
    fn source(&self) -> Source<'_> {
        match self {
            Held::Memory(segment) => Source::Memory(segment),
            Held::Disk(opened) => Source::Disk(opened),
        }
    }

    fn frame(&self) -> &Frame {
        match self {
            Held::Memory(segment) => &segment.frame,
            Held::Disk(opened) => &opened.frame,
        }
    }
}

/// Reads and replays.
pub(super) fn run(args: &Args) -> Result<Answer, Failure> {
    if args.from.is_some() || args.to.is_some() || args.loaded_until.is_some() || args.at.is_some()
    {
        return Err(Failure::usage("files are replayed whole")
            .advise("Leave out --from, --to, --at and --loaded-until; --try tries thresholds."));
    }
    let proposed = rule(Path::new(&args.text), args.definition.as_deref())?;
    let present = args.files.against.as_ref();
    let present = present.map(|dir| rule(dir, Some(&proposed.definition.id))).transpose()?;
    let asked_for = asked_for(&proposed, present.as_ref())?;
    let Opening { held, absent, gaps, kept } = held(&args.files, &proposed, &asked_for)?;
    let frame = held.frame();
    let zone = &proposed.agreement.zone;
    let asked = Asked {
        within_seconds: args.within * 86_400,
        months: Days::months(frame.origin, frame.last, zone),
        weeks: Days::weeks(frame.origin, frame.last, zone),
    };
    let plan = plan(&proposed, frame, None)?;
    let present_plan = present.as_ref().map(|rule| self::plan(rule, frame, None)).transpose()?;
    let tally = backtest(held.source(), &plan, present_plan.as_ref(), &asked)?;
    let tried = tried(args, &proposed, &held, &asked)?;
    let without_status = without_status(&proposed, present.as_ref(), frame);
    let activities = match &held {
        Held::Memory(segment) => Some(segment.activities()),
        Held::Disk(_) => None,
    };
    let done = Done {
        definition: proposed.definition,
        agreement: proposed.agreement,
        has_present: present.is_some(),
        horizon_days: args.within,
        activities,
        absent,
        without_status,
        gaps,
        asked,
        tally,
        tried,
        kept,
    };
    Ok(Answer::new(words::of(&done), words::json(&done)))
}

fn rule(dir: &Path, id: Option<&str>) -> Result<Rule, Failure> {
    let (_, agreement) = read_folder(dir)?;
    let ids = agreement.definitions.iter().map(|definition| definition.id.as_str());
    let ids = ids.collect::<Vec<_>>().join(", ");
    let found = match (id, agreement.definitions.as_slice()) {
        (Some(id), all) => all.iter().find(|definition| definition.id == id),
        (None, [only]) => Some(only),
        (None, _) => {
            return Err(Failure::usage(format!("the Agreement has several definitions: {ids}"))
                .advise("Name one with --definition."));
        }
    };
    let definition = found.cloned().ok_or_else(|| {
        Failure::not_found(format!("{} has no definition of that name", dir.display()))
            .advise(format!("It has: {ids}."))
    })?;
    Ok(Rule { agreement, definition })
}

/// The fields that either definition asks for.
fn asked_for(
    proposed: &Rule,
    present: Option<&Rule>,
) -> Result<BTreeMap<String, FieldKind>, Failure> {
    let mut all = BTreeMap::new();
    for rule in std::iter::once(proposed).chain(present) {
        for (field, kind) in fields(&rule.definition).map_err(refused)? {
            if all.insert(field.clone(), kind).is_some_and(|known| known != kind) {
                return Err(refused(insight::sweep::PlanRefusal::TwoKinds(field)));
            }
        }
    }
    Ok(all)
}

/// The rules of either text that ask how far an activity went, where no file says so.
fn without_status(proposed: &Rule, present: Option<&Rule>, frame: &Frame) -> Vec<String> {
    let rules = std::iter::once(proposed).chain(present);
    let asking =
        rules.flat_map(|rule| sweep::without_status(&rule.agreement, &rule.definition, frame));
    asking.collect::<BTreeSet<_>>().into_iter().collect()
}

fn refused(refusal: insight::sweep::PlanRefusal) -> Failure {
    Failure::refused(format!("this definition cannot be replayed over columns: {refusal}"))
        .advise("Import the files, and replay it over the ledger, fact by fact.")
}

struct Opening {
    held: Held,
    absent: Vec<String>,
    gaps: Gaps,
    kept: Option<(PathBuf, u64)>,
}

fn held(
    files: &Files,
    proposed: &Rule,
    asked_for: &BTreeMap<String, FieldKind>,
) -> Result<Opening, Failure> {
    if let Some(path) = &files.kept {
        let opened = segment::open(path)?;
        let has = |field: &&String| opened.frame.fields.iter().any(|known| known.name == **field);
        if let Some(field) = asked_for.keys().find(|field| !has(field)) {
            return Err(Failure::refused(format!("the kept columns have no `{field}`"))
                .advise("Keep them anew from the files, with this definition."));
        }
        let (absent, gaps) = (Vec::new(), Gaps::default());
        return Ok(Opening { held: Held::Disk(opened), absent, gaps, kept: None });
    }
    let (Some(activities), Some(contacts)) = (&files.activities, &files.contacts) else {
        return Err(Failure::usage("there are no files and no kept columns to look into"));
    };
    let read = columns(&Named {
        activities,
        contacts,
        deals: files.deals.as_ref(),
        renamed: &files.columns,
        fields: asked_for,
        minor_digits: proposed.agreement.currency.minor_digits(),
    })?;
    let kept = match &files.keep {
        None => None,
        Some(path) => {
            let bytes = keep(path, |beside| segment::write(&read.segment, beside))?;
            Some((path.clone(), bytes))
        }
    };
    Ok(Opening { held: Held::Memory(read.segment), absent: read.absent, gaps: read.gaps, kept })
}

fn plan(rule: &Rule, frame: &Frame, lever: Option<&Lever>) -> Result<Plan, Failure> {
    Plan::of(&rule.agreement, &rule.definition, frame, lever).map_err(refused)
}

fn tried(
    args: &Args,
    proposed: &Rule,
    held: &Held,
    asked: &Asked,
) -> Result<Vec<(Points, Tally)>, Failure> {
    if args.files.tried.is_empty() {
        return Ok(Vec::new());
    }
    let found = levers(&proposed.definition.qualifies_when);
    let lever = found.iter().find(|lever| lever.score == "total").or(found.first());
    let lever = lever.ok_or_else(|| {
        Failure::refused("the definition compares no points with a threshold")
            .advise("Leave --threshold out.")
    })?;
    let plan = plan(proposed, held.frame(), Some(lever))?;
    let whole = Points::whole(1).0;
    let are_whole = args.files.tried.iter().all(|at| at.0 % whole == 0);
    let slider = Slider::new(held.source(), &plan, if are_whole { whole } else { 1 })?;
    Ok(args.files.tried.iter().map(|at| (*at, slider.at(at.0, asked))).collect())
}
