-- What stands behind a persona, given as it is found, so that it grows without signing anew.
create table evidence (
    by_fact       bigint primary key,
    persona       text collate "C" not null,    -- its key in the Agreement
    nth           bigint not null,
    kind          text collate "C" not null,    -- interview, deal or quote
    on_day        text collate "C" not null,
    about         text collate "C",             -- lead/… or opportunity/…
    user_id       text collate "C" not null,
    side          text collate "C" not null,    -- marketing, sales or neutral
    at            bigint not null,              -- ms
    withdrawn_at  bigint,                       -- ms; null while it stands
    withdrawn_by  text collate "C",
    last_fact     bigint not null
);
create index evidence_by_persona on evidence (persona, by_fact);
