-- Views of lists that people keep under a name: addresses, for themselves or for others. They stand
-- beside the ledger and can be changed and removed.
create table saved_view (
    id          text primary key,
    list        text not null,          -- leads
    name        text not null,
    name_key    text not null,          -- in small letters and single spaces
    query       text not null,          -- the address after the question mark
    owner       text not null,
    audience    text not null,          -- owner, team or all
    team        text,                   -- whose it is, where the audience is a team
    pinned      integer not null,       -- 1: stands over the list and on Today
    kept_at     integer not null,
    removed_at  integer                 -- ms; for a while it can be brought back
) strict;
create index saved_view_by_owner on saved_view (owner, list);
create index saved_view_by_audience on saved_view (audience, team, list);
