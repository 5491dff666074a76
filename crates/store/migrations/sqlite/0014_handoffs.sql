-- Handoffs that are made here have a time to be answered in, can be accepted by silence, contested and
-- ruled on. Statements stand beside the ledger with the persons.
alter table handoff add column nth integer;               -- the how manieth of its lead; null where reported
alter table handoff add column due_at integer;            -- ms: until when it is to be answered
alter table handoff add column deemed integer not null default 0;   -- 1: silence accepted it
alter table handoff add column late_answer text;      -- given after silence had accepted it
alter table handoff add column late_reason text;
alter table handoff add column rests_until text;      -- 2026-12-01: until when a recycled lead rests
alter table handoff add column dispute text;          -- by which its answer is contested
alter table handoff add column overturned integer;        -- 1: the answer was overturned, 0: it stands
create index handoff_waiting on handoff (owner, due_at) where answer is null and due_at is not null;

create table dispute (
    id            text primary key,
    handoff       text,
    lead          text,
    version       integer,
    clause        text,
    opened_by     text not null,
    opened_side   text not null,        -- marketing, sales or neutral
    opened_at     integer not null,
    arbiter       text not null,
    due_at        integer not null,
    answered_by   text,
    answered_at   integer,
    ruled_by      text,
    ruled_at      integer,
    overturned    integer,
    follows       text,                 -- the earlier dispute whose ruling this one follows
    by_fact       integer not null,
    ruling_fact   integer,
    last_fact     integer not null
) strict;
create index dispute_open on dispute (due_at, id) where ruled_at is null;
create index dispute_by_handoff on dispute (handoff) where handoff is not null;
