-- A service level can run on an opportunity, and an opportunity can reach what both sides agreed on.
alter table clock rename to clock_of_leads;
drop index clock_by_lead;
drop index clock_by_risk;
drop index clock_by_due;

create table clock (
    id               text primary key,
    lead             text,              -- what it runs on: one of the two
    opportunity      text,
    service_level    text not null,
    version          integer not null,  -- of the Agreement
    clause           text not null,
    owner            text,
    transfer         integer not null,  -- 1 is the first assignment
    started_at       integer not null,
    counts_from      integer not null,
    at_risk_at       integer not null,
    due_at           integer not null,
    resting          integer not null,  -- 1 while no time counts
    risk_noticed     integer not null,
    breached         integer not null,
    stopped_at       integer,           -- null while it runs
    verdict          text,              -- met, met_late, missed or no_verdict
    stopped_by       text,
    working_seconds  integer,
    elapsed_seconds  integer,
    start_fact       integer not null,
    stop_fact        integer,
    last_fact        integer not null,
    check ((lead is null) <> (opportunity is null))
) strict;
insert into clock
    select id, lead, null, service_level, version, clause, owner, transfer, started_at, counts_from,
           at_risk_at, due_at, resting, risk_noticed, breached, stopped_at, verdict, stopped_by,
           working_seconds, elapsed_seconds, start_fact, stop_fact, last_fact
    from clock_of_leads;
drop table clock_of_leads;
create index clock_by_lead on clock (lead) where lead is not null;
create index clock_by_opportunity on clock (opportunity) where opportunity is not null;
create index clock_by_risk on clock (at_risk_at) where stopped_at is null and risk_noticed = 0;
create index clock_by_due on clock (due_at) where stopped_at is null and breached = 0;

create table milestone (
    by_fact      integer primary key,
    opportunity  text not null,
    milestone    text not null,         -- its key in the Agreement
    at           integer not null,
    version      integer not null       -- of the Agreement
) strict;
create index milestone_by_opportunity on milestone (opportunity, at, by_fact);
