-- What stands behind a persona, given as it is found, so that it grows without signing anew.
create table evidence (
    by_fact       integer primary key,
    persona       text not null,        -- its key in the Agreement
    nth           integer not null,
    kind          text not null,        -- interview, deal or quote
    on_day        text not null,
    about         text,                 -- lead/… or opportunity/…
    user_id       text not null,
    side          text not null,        -- marketing, sales or neutral
    at            integer not null,     -- ms
    withdrawn_at  integer,              -- ms; null while it stands
    withdrawn_by  text,
    last_fact     integer not null
) strict;
create index evidence_by_persona on evidence (persona, by_fact);
