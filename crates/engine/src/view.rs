//! Views of lists that people keep: saved, shared, changed, removed and brought back.

use domain::ids::UserId;
use jiff::{SignedDuration, Timestamp};
use store::{Reader, SavedView, Writer, read::name_key};

use crate::{
    Engine, Error, Refusal,
    access::{Act, Actor, may},
    secret::new_secret,
};

/// Views that one person may keep of a list.
pub const VIEWS_MAX: usize = 50;

/// The most characters of a name, and bytes of an address.
const NAME_CHARS_MAX: usize = 60;
const QUERY_BYTES_MAX: usize = 4_000;

/// Letters of a view's id; it is no secret, and only has to be new.
const ID_LETTERS: usize = 16;

/// So long a removed view can be brought back.
const KEPT_REMOVED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whom a view is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Whoever keeps it.
    Owner,
    /// Their team.
    Team,
    /// Everybody.
    All,
}

impl Audience {
    /// Every audience, the narrowest first.
    pub const ALL: [Audience; 3] = [Audience::Owner, Audience::Team, Audience::All];

    /// As it is kept and sent.
    pub fn key(self) -> &'static str {
        match self {
            Audience::Owner => "owner",
            Audience::Team => "team",
            Audience::All => "all",
        }
    }

    /// Reads a key.
    pub fn parse(key: &str) -> Option<Audience> {
        Audience::ALL.into_iter().find(|audience| audience.key() == key)
    }

    /// The audience of a view that is kept.
    pub fn of(view: &SavedView) -> Audience {
        Audience::parse(&view.audience).unwrap_or(Audience::Owner)
    }

    /// What has to be allowed to keep a view for it.
    pub fn act(self) -> Act {
        match self {
            Audience::Owner => Act::KeepViews,
            Audience::Team => Act::ShareWithTeam,
            Audience::All => Act::ShareWithEverybody,
        }
    }
}

/// Why a view is not kept, in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewRefusal {
    /// The name is blank.
    #[error("the view has no name: write what you will look for it by")]
    NameBlank,
    /// The name is too long.
    #[error("the name is too long: use at most {NAME_CHARS_MAX} characters")]
    NameTooLong,
    /// The address is too long.
    #[error("the view has too many conditions to be kept: take some of them away")]
    QueryTooLong,
    /// They keep another view under this name.
    #[error("you keep a view called {0} already: use another name, or remove that one")]
    NameTaken(String),
    /// They keep as many as one may.
    #[error("you keep {VIEWS_MAX} views, and that is the most: remove one that you do not need")]
    TooMany,
    /// They are in no team.
    #[error("you are in no team that it could be for: keep it for yourself or for everybody")]
    NoTeam,
    /// There is no such view, or it is not theirs to change.
    #[error("there is no such view that you may change: look at the list of your views")]
    Unknown,
}

/// What somebody says of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it is called.
    pub name: String,
    /// For whom.
    pub audience: Audience,
    /// Whether it stands over the list and on Today.
    pub pinned: bool,
}

impl Engine {
    /// Keeps a view of a list; its id.
    ///
    /// # Errors
    /// [`ViewRefusal`], or the actor may not share so widely.
    pub fn save_view(
        &self,
        by: &Actor,
        list: &str,
        query: &str,
        kept: Kept,
        now: Timestamp,
    ) -> Result<String, Error> {
        may(by, &kept.audience.act()).map_err(Refusal::from)?;
        let name = clean(&kept.name)?;
        if query.len() > QUERY_BYTES_MAX {
            return Err(refused(ViewRefusal::QueryTooLong));
        }
        let (by, list, query) = (by.clone(), list.to_owned(), query.to_owned());
        self.store.write(now, move |writer| {
            let reader = writer.reader();
            has_room(&reader, &list, &by.user, &name, None)?;
            let id: String = new_secret().chars().take(ID_LETTERS).collect();
            let view = SavedView {
                id: id.clone(),
                list,
                name,
                query,
                team: team_for(&reader, kept.audience, &by.user)?,
                owner: by.user,
                audience: kept.audience.key().to_owned(),
                pinned: kept.pinned,
                kept_at: now,
                removed_at: None,
            };
            writer.keep_view(&view)?;
            Ok(id)
        })
    }

    /// Renames a view, pins it, or gives it to others.
    ///
    /// # Errors
    /// [`ViewRefusal`], or the actor may not share so widely.
    pub fn change_view(
        &self,
        by: &Actor,
        id: &str,
        kept: Kept,
        now: Timestamp,
    ) -> Result<(), Error> {
        may(by, &kept.audience.act()).map_err(Refusal::from)?;
        let name = clean(&kept.name)?;
        let (by, id) = (by.clone(), id.to_owned());
        self.store.write(now, move |writer| {
            let reader = writer.reader();
            let view = changeable(&reader, &by, &id, false)?;
            has_room(&reader, &view.list, &view.owner, &name, Some(&id))?;
            // A team's view stays that team's, whoever of those who may has changed it.
            let team = match (kept.audience, &view.team) {
                (Audience::Team, Some(team)) => Some(team.clone()),
                (audience, _) => team_for(&reader, audience, &by.user)?,
            };
            let audience = kept.audience.key().to_owned();
            let (pinned, kept_at) = (kept.pinned, now);
            writer.keep_view(&SavedView { name, audience, team, pinned, kept_at, ..view })?;
            Ok(())
        })
    }

    /// Has a view ask for something else of its list from now on; its name.
    ///
    /// # Errors
    /// [`ViewRefusal`].
    pub fn ask_otherwise(
        &self,
        by: &Actor,
        id: &str,
        (list, query): (&str, &str),
        now: Timestamp,
    ) -> Result<String, Error> {
        if query.len() > QUERY_BYTES_MAX {
            return Err(refused(ViewRefusal::QueryTooLong));
        }
        let (by, id, list, query) = (by.clone(), id.to_owned(), list.to_owned(), query.to_owned());
        self.store.write(now, move |writer| {
            let view = changeable(&writer.reader(), &by, &id, false)?;
            if view.list != list {
                return Err(refused(ViewRefusal::Unknown));
            }
            let name = view.name.clone();
            writer.keep_view(&SavedView { query, kept_at: now, ..view })?;
            Ok(name)
        })
    }

    /// Removes a view; for thirty days it can be brought back.
    ///
    /// # Errors
    /// [`ViewRefusal::Unknown`].
    pub fn remove_view(&self, by: &Actor, id: &str, now: Timestamp) -> Result<SavedView, Error> {
        let (by, id) = (by.clone(), id.to_owned());
        self.store.write(now, move |writer| {
            let view = changeable(&writer.reader(), &by, &id, false)?;
            writer.forget_views_removed_before(now - KEPT_REMOVED)?;
            writer.keep_view(&SavedView { removed_at: Some(now), ..view.clone() })?;
            Ok(view)
        })
    }

    /// Brings a removed view back.
    ///
    /// # Errors
    /// [`ViewRefusal`]: another may have taken its name meanwhile.
    pub fn restore_view(&self, by: &Actor, id: &str, now: Timestamp) -> Result<SavedView, Error> {
        let (by, id) = (by.clone(), id.to_owned());
        self.store.write(now, move |writer: &mut Writer<'_>| {
            let reader = writer.reader();
            let view = changeable(&reader, &by, &id, true)?;
            has_room(&reader, &view.list, &view.owner, &view.name, Some(&id))?;
            let view = SavedView { removed_at: None, ..view };
            writer.keep_view(&view)?;
            Ok(view)
        })
    }
}

/// Whether somebody may change a view: their own; a team's, if they share views with that team;
/// and what is for others, if they share with everybody.
pub fn may_change(by: &Actor, team: Option<&str>, view: &SavedView) -> bool {
    let shares = |act: &Act| may(by, act).is_ok();
    match Audience::of(view) {
        _ if view.owner == by.user => true,
        Audience::Owner => false,
        Audience::Team if team.is_some() && team == view.team.as_deref() => {
            shares(&Act::ShareWithTeam)
        }
        Audience::Team | Audience::All => shares(&Act::ShareWithEverybody),
    }
}

fn changeable(
    reader: &Reader<'_>,
    by: &Actor,
    id: &str,
    is_removed: bool,
) -> Result<SavedView, Error> {
    let team = team_of(reader, &by.user)?;
    let view = reader.view(id)?.filter(|view| view.removed_at.is_some() == is_removed);
    let view = view.filter(|view| may_change(by, team.as_deref(), view));
    view.ok_or_else(|| refused(ViewRefusal::Unknown))
}

/// Whether one more view of this name finds a place among somebody's.
fn has_room(
    reader: &Reader<'_>,
    list: &str,
    owner: &UserId,
    name: &str,
    but: Option<&str>,
) -> Result<(), Error> {
    let theirs = reader.views_of(list, owner)?;
    let others = || theirs.iter().filter(|view| Some(view.id.as_str()) != but);
    if others().any(|view| name_key(&view.name) == name_key(name)) {
        return Err(refused(ViewRefusal::NameTaken(name.to_owned())));
    }
    if others().count() >= VIEWS_MAX {
        return Err(refused(ViewRefusal::TooMany));
    }
    Ok(())
}

/// The team that somebody is in.
///
/// # Errors
/// When the database fails.
pub fn team_of(reader: &Reader<'_>, user: &UserId) -> Result<Option<String>, store::StoreError> {
    Ok(reader.user(user)?.and_then(|user| user.team))
}

fn team_for(
    reader: &Reader<'_>,
    audience: Audience,
    user: &UserId,
) -> Result<Option<String>, Error> {
    match audience {
        Audience::Team => match team_of(reader, user)? {
            None => Err(refused(ViewRefusal::NoTeam)),
            team => Ok(team),
        },
        Audience::Owner | Audience::All => Ok(None),
    }
}

fn clean(name: &str) -> Result<String, Error> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err(refused(ViewRefusal::NameBlank));
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(refused(ViewRefusal::NameTooLong));
    }
    Ok(name)
}

fn refused(refusal: ViewRefusal) -> Error {
    Error::Refused(refusal.into())
}
