-- People are seen, away and stood in for; what is told of it must be found without reading the whole
-- ledger. When somebody was last seen stands beside it and outlives their sessions.
create table seen (
    user_id  text collate "C" primary key,
    at       bigint not null            -- milliseconds since 1970, UTC
);

create table absence (
    by_fact       bigint primary key,
    user_id       text collate "C" not null,
    first_on      text collate "C" not null,        -- 2026-12-01
    last_on       text collate "C" not null,        -- included
    substitute    text collate "C",                 -- for their work
    entered_by    text collate "C" not null,
    withdrawn_by  bigint               -- the fact that took it back
);
create index absence_by_user on absence (user_id, first_on);
create index absence_by_day on absence (last_on, first_on);

create table substitution (
    by_fact       bigint primary key,
    signer        text collate "C" not null,
    side          text collate "C" not null,        -- marketing or sales
    substitute    text collate "C" not null,
    first_on      text collate "C" not null,
    last_on       text collate "C" not null,        -- included
    withdrawn_by  bigint               -- the fact that took it back
);

alter table signature add column in_place_of text collate "C";   -- the signer, where a substitute signed
alter table signature add column named_by bigint;   -- the fact that named the substitute
