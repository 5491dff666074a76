-- Somebody asks a named colleague for something by a day; what became of it can be contested.
create table collateral_request (
    id             text primary key,
    by_user        text not null,
    side           text not null,
    asked          text not null,
    asked_side     text not null,
    about          text,                      -- lead/… or opportunity/…
    needed_on      text not null,             -- a day, 2026-11-20
    asked_at       integer not null,          -- ms
    due_at         integer not null,          -- ms
    version        integer,                   -- whose calendar says when the day ends
    calendar       text,
    ending         text,                      -- delivered, declined, withdrawn; null while it waits
    reason         text,                      -- why it is declined, by its key
    ended_at       integer,                   -- ms
    ended_by       text,
    ended_fact     integer,
    counts         text,                      -- kept, missed, not; null while it waits
    dispute        text,
    overturned     integer,                   -- 0 or 1; null while there is no ruling
    by_fact        integer not null,
    last_fact      integer not null
) strict;
create unique index collateral_request_by_fact on collateral_request (by_fact);
create index collateral_request_waiting on collateral_request (asked) where ending is null;
create index collateral_request_by_about on collateral_request (about) where about is not null;
alter table dispute add column collateral_request text;
alter table user_record add column taker text;  -- who took all that was theirs, the last time that it passed
