-- Views of lists that people keep under a name: addresses, for themselves or for others. They stand
-- beside the ledger and can be changed and removed.
create table saved_view (
    id          text collate "C" primary key,
    list        text collate "C" not null,          -- leads
    name        text collate "C" not null,
    name_key    text collate "C" not null,          -- in small letters and single spaces
    query       text collate "C" not null,          -- the address after the question mark
    owner       text collate "C" not null,
    audience    text collate "C" not null,          -- owner, team or all
    team        text collate "C",                   -- whose it is, where the audience is a team
    pinned      bigint not null,       -- 1: stands over the list and on Today
    kept_at     bigint not null,
    removed_at  bigint                 -- ms; for a while it can be brought back
);
create index saved_view_by_owner on saved_view (owner, list);
create index saved_view_by_audience on saved_view (audience, team, list);
