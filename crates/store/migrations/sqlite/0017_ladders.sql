-- A clock that nobody answers climbs a ladder: when its next step is reached, and who was told of which.
alter table clock add column next_step_at integer;            -- ms; null where no step is to come
create index clock_by_step on clock (next_step_at)
    where stopped_at is null and next_step_at is not null;

create table clock_told (
    by_fact      integer not null,
    user_id      text not null,
    clock        text not null,
    lead         text,                  -- what it runs on: a lead
    opportunity  text,                  -- or an opportunity
    step         integer not null,         -- from 1, in the order of the text
    at           integer not null,         -- ms
    passed_on    integer not null,         -- 1: the step passed the lead on
    shown_until  integer not null,         -- ms; far ahead while the clock runs
    primary key (by_fact, user_id)
) strict;
create index clock_told_to on clock_told (user_id, shown_until);
create index clock_told_of on clock_told (clock, user_id, step);
create index clock_told_of_lead on clock_told (lead) where lead is not null;
create index clock_told_of_opportunity on clock_told (opportunity) where opportunity is not null;

-- Whoever signs another text is shown the clocks since a day that it would judge otherwise.
create index clock_by_start on clock (started_at);
