//! Views of lists that people keep under a name: settings of people, beside the ledger.

use domain::ids::UserId;
use jiff::Timestamp;

use crate::{
    error::StoreError,
    read::name_key,
    reader::Reader,
    value::{Row, values},
    writer::Writer,
};

/// A view that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Which.
    pub id: String,
    /// Of which list: `leads`.
    pub list: String,
    /// What it is called.
    pub name: String,
    /// The address after the question mark.
    pub query: String,
    /// Who keeps it.
    pub owner: UserId,
    /// For whom: `owner`, `team` or `all`.
    pub audience: String,
    /// Whose it is, where it is a team's.
    pub team: Option<String>,
    /// Whether it stands over the list and on Today.
    pub pinned: bool,
    /// When it was kept, or changed.
    pub kept_at: Timestamp,
    /// When it was removed; for a while it can be brought back.
    pub removed_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, list, name, query, owner, audience, team, pinned, kept_at, removed_at";

fn read(mut row: Row) -> Result<SavedView, StoreError> {
    Ok(SavedView {
        id: row.next()?,
        list: row.next()?,
        name: row.next()?,
        query: row.next()?,
        owner: row.next()?,
        audience: row.next()?,
        team: row.next()?,
        pinned: row.next()?,
        kept_at: row.next()?,
        removed_at: row.next()?,
    })
}

impl Writer<'_> {
    /// Keeps a view in place of the one with its id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn keep_view(&mut self, view: &SavedView) -> Result<(), StoreError> {
        let sql = "insert into saved_view
                   (id, list, name, name_key, query, owner, audience, team, pinned, kept_at,
                    removed_at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                   on conflict (id) do update set
                       name = excluded.name, name_key = excluded.name_key, query = excluded.query,
                       audience = excluded.audience, team = excluded.team,
                       pinned = excluded.pinned, kept_at = excluded.kept_at,
                       removed_at = excluded.removed_at";
        let values = values![
            &view.id,
            &view.list,
            &view.name,
            name_key(&view.name),
            &view.query,
            &view.owner,
            &view.audience,
            view.team.as_ref(),
            view.pinned,
            view.kept_at,
            view.removed_at
        ];
        self.connection.execute("keep a view", sql, values).map(drop)
    }

    /// Forgets views that were removed before an instant.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_views_removed_before(&mut self, instant: Timestamp) -> Result<(), StoreError> {
        let sql = "delete from saved_view where removed_at < $1";
        self.connection.execute("forget removed views", sql, values![instant]).map(drop)
    }
}

impl Reader<'_> {
    /// A view, removed or not.
    ///
    /// # Errors
    /// When the database fails.
    pub fn view(&self, id: &str) -> Result<Option<SavedView>, StoreError> {
        let query = format!("select {COLUMNS} from saved_view where id = $1");
        self.find("read a view", &query, values![id], read)
    }

    /// The views of a list that are somebody's own, their team's, or everybody's; by name. With
    /// those of every team where `of_all_teams`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn views_for(
        &self,
        list: &str,
        user: &UserId,
        team: Option<&str>,
        of_all_teams: bool,
    ) -> Result<Vec<SavedView>, StoreError> {
        let query = format!(
            "select {COLUMNS} from saved_view
             where list = $1 and removed_at is null
               and (owner = $2 or audience = 'all'
                    or (audience = 'team' and (team = $3 or cast($4 as bigint) = 1)))
             order by name_key, id"
        );
        self.list("read the views", &query, values![list, user, team, of_all_teams], read)
    }

    /// The views that somebody keeps of a list, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn views_of(&self, list: &str, owner: &UserId) -> Result<Vec<SavedView>, StoreError> {
        let query = format!(
            "select {COLUMNS} from saved_view
             where list = $1 and owner = $2 and removed_at is null order by name_key, id"
        );
        self.list("read somebody's views", &query, values![list, owner], read)
    }
}
