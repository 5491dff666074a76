-- Handoffs that are made here have a time to be answered in, can be accepted by silence, contested and
-- ruled on. Statements stand beside the ledger with the persons.
alter table handoff add column nth bigint;               -- the how manieth of its lead; null where reported
alter table handoff add column due_at bigint;            -- ms: until when it is to be answered
alter table handoff add column deemed bigint not null default 0;   -- 1: silence accepted it
alter table handoff add column late_answer text collate "C";      -- given after silence had accepted it
alter table handoff add column late_reason text collate "C";
alter table handoff add column rests_until text collate "C";      -- 2026-12-01: until when a recycled lead rests
alter table handoff add column dispute text collate "C";          -- by which its answer is contested
alter table handoff add column overturned bigint;        -- 1: the answer was overturned, 0: it stands
create index handoff_waiting on handoff (owner, due_at) where answer is null and due_at is not null;

create table dispute (
    id            text collate "C" primary key,
    handoff       text collate "C",
    lead          text collate "C",
    version       bigint,
    clause        text collate "C",
    opened_by     text collate "C" not null,
    opened_side   text collate "C" not null,        -- marketing, sales or neutral
    opened_at     bigint not null,
    arbiter       text collate "C" not null,
    due_at        bigint not null,
    answered_by   text collate "C",
    answered_at   bigint,
    ruled_by      text collate "C",
    ruled_at      bigint,
    overturned    bigint,
    follows       text collate "C",                 -- the earlier dispute whose ruling this one follows
    by_fact       bigint not null,
    ruling_fact   bigint,
    last_fact     bigint not null
);
create index dispute_open on dispute (due_at, id) where ruled_at is null;
create index dispute_by_handoff on dispute (handoff) where handoff is not null;
