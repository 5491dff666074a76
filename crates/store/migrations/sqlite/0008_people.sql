-- People are seen, away and stood in for; what is told of it must be found without reading the whole
-- ledger. When somebody was last seen stands beside it and outlives their sessions.
create table seen (
    user_id  text primary key,
    at       integer not null           -- milliseconds since 1970, UTC
) strict;

create table absence (
    by_fact       integer primary key,
    user_id       text not null,
    first_on      text not null,        -- 2026-12-01
    last_on       text not null,        -- included
    substitute    text,                 -- for their work
    entered_by    text not null,
    withdrawn_by  integer               -- the fact that took it back
) strict;
create index absence_by_user on absence (user_id, first_on);
create index absence_by_day on absence (last_on, first_on);

create table substitution (
    by_fact       integer primary key,
    signer        text not null,
    side          text not null,        -- marketing or sales
    substitute    text not null,
    first_on      text not null,
    last_on       text not null,        -- included
    withdrawn_by  integer               -- the fact that took it back
) strict;

alter table signature add column in_place_of text;   -- the signer, where a substitute signed
alter table signature add column named_by integer;   -- the fact that named the substitute
