-- Somebody asks a named colleague for something by a day; what became of it can be contested.
create table collateral_request (
    id             text collate "C" primary key,
    by_user        text collate "C" not null,
    side           text collate "C" not null,
    asked          text collate "C" not null,
    asked_side     text collate "C" not null,
    about          text collate "C",                      -- lead/… or opportunity/…
    needed_on      text collate "C" not null,             -- a day, 2026-11-20
    asked_at       bigint not null,          -- ms
    due_at         bigint not null,          -- ms
    version        bigint,                   -- whose calendar says when the day ends
    calendar       text collate "C",
    ending         text collate "C",                      -- delivered, declined, withdrawn; null while it waits
    reason         text collate "C",                      -- why it is declined, by its key
    ended_at       bigint,                   -- ms
    ended_by       text collate "C",
    ended_fact     bigint,
    counts         text collate "C",                      -- kept, missed, not; null while it waits
    dispute        text collate "C",
    overturned     bigint,                   -- 0 or 1; null while there is no ruling
    by_fact        bigint not null,
    last_fact      bigint not null
);
create unique index collateral_request_by_fact on collateral_request (by_fact);
create index collateral_request_waiting on collateral_request (asked) where ending is null;
create index collateral_request_by_about on collateral_request (about) where about is not null;
alter table dispute add column collateral_request text collate "C";
alter table user_record add column taker text collate "C";  -- who took all that was theirs, the last time that it passed
