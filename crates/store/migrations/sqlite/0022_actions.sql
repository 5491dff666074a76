-- What follows of itself from a missed period, as both sides agreed: an action with an owner.
create table action (
    id           text primary key,
    consequence  text not null,
    version      integer not null,
    clause       text not null,
    owner        text,
    opened_at    integer not null,      -- ms; the end of the period
    due_at       integer not null,      -- ms
    closed_at    integer,               -- ms; null while it is open
    closed_by    text,
    by_fact      integer not null,
    last_fact    integer not null
) strict;
