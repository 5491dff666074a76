-- Pages of a firm with a million leads count nothing and read no table whole: how many there are of
-- each is kept beside the rows, changed by whatever changes a row, and each list that a page offers
-- has an index to go into.
create table lead_tally (
    owner    text not null,             -- empty: nobody's
    status   text not null,             -- its first 200 letters; empty: in none yet
    running  integer not null,          -- 1: with a clock that runs
    n        integer not null,
    primary key (owner, status, running)
) strict, without rowid;
create index lead_tally_by_status on lead_tally (status, running, n);

create table tally (
    what     text not null,             -- lead, clock, qualification, milestone or handoff
    version  integer not null,          -- of the Agreement; 0 where it says nothing of it
    key      text not null,             -- service level, definition or milestone
    state    text not null,             -- all, running, resting, met, first, again, waiting, …
    n        integer not null,
    primary key (what, version, key, state)
) strict, without rowid;

insert into lead_tally
    select coalesce(owner, ''), coalesce(substr(status, 1, 200), ''), next_due_at is not null, count(*)
    from lead group by 1, 2, 3;
insert into tally
    select 'lead', 0, '', 'all', count(*) from lead having count(*) > 0;
insert into tally
    select 'lead', 0, '', 'running', count(*) from lead where next_due_at is not null
    having count(*) > 0;
insert into tally
    select 'clock', version, service_level,
           case when stopped_at is not null then coalesce(verdict, '')
                when resting = 1 then 'resting' else 'running' end, count(*)
    from clock group by 2, 3, 4;
insert into tally
    select 'qualification', version, definition, case when times > 1 then 'again' else 'first' end,
           count(*)
    from qualification group by 2, 3, 4;
insert into tally
    select 'milestone', version, milestone, 'reached', count(*) from milestone group by 2, 3;
insert into tally
    select 'handoff', 0, '', coalesce(answer, 'waiting'), count(*) from handoff group by 4;

-- Every order of the list of leads, of an owner and in a status; a status can be long in its source.
drop index lead_by_owner;
create index lead_of_owner on lead (owner, id) where owner is not null;
create index lead_of_owner_by_status_since
    on lead (owner, coalesce(status_since, -9223372036854775807), id) where owner is not null;
create index lead_of_owner_by_created_at
    on lead (owner, coalesce(created_at, -9223372036854775807), id) where owner is not null;
create index lead_of_owner_by_points
    on lead (owner, coalesce(total_points, -9223372036854775807), id) where owner is not null;
create index lead_of_owner_by_due_at
    on lead (owner, coalesce(next_due_at, 9223372036854775807), id) where owner is not null;
create index lead_in_status on lead (substr(status, 1, 200), id) where status is not null;
create index lead_in_status_by_status_since
    on lead (substr(status, 1, 200), coalesce(status_since, -9223372036854775807), id)
    where status is not null;
create index lead_in_status_by_created_at
    on lead (substr(status, 1, 200), coalesce(created_at, -9223372036854775807), id)
    where status is not null;
create index lead_in_status_by_points
    on lead (substr(status, 1, 200), coalesce(total_points, -9223372036854775807), id)
    where status is not null;
create index lead_in_status_by_due_at
    on lead (substr(status, 1, 200), coalesce(next_due_at, 9223372036854775807), id)
    where status is not null;

-- What is somebody's own, what runs out, what was answered lately, what waits to be decided.
create index clock_running
    on clock (due_at, start_fact, owner, resting, version, service_level)
    where stopped_at is null;
create index clock_running_of_owner
    on clock (owner, due_at, start_fact, resting) where stopped_at is null;
create index opportunity_by_owner on opportunity (owner, outcome) where owner is not null;
create index handoff_by_answer on handoff (answered_at, answer_fact, answer) where answered_at is not null;
create index user_by_last_fact on user_record (last_fact);
create index undecided_by_due_at on undecided (due_at, subject);

create trigger lead_is_counted after insert on lead begin
    insert into lead_tally (owner, status, running, n)
        values (coalesce(new.owner, ''), coalesce(substr(new.status, 1, 200), ''), new.next_due_at is not null, 1)
        on conflict (owner, status, running) do update set n = n + 1;
    insert into tally (what, version, key, state, n) values ('lead', 0, '', 'all', 1)
        on conflict (what, version, key, state) do update set n = n + 1;
end;

create trigger lead_is_counted_anew after update on lead
when old.owner is not new.owner or old.status is not new.status
     or (old.next_due_at is null) <> (new.next_due_at is null) begin
    update lead_tally set n = n - 1
        where owner = coalesce(old.owner, '') and status = coalesce(substr(old.status, 1, 200), '')
          and running = (old.next_due_at is not null);
    delete from lead_tally
        where owner = coalesce(old.owner, '') and status = coalesce(substr(old.status, 1, 200), '')
          and running = (old.next_due_at is not null) and n = 0;
    insert into lead_tally (owner, status, running, n)
        values (coalesce(new.owner, ''), coalesce(substr(new.status, 1, 200), ''), new.next_due_at is not null, 1)
        on conflict (owner, status, running) do update set n = n + 1;
end;

create trigger lead_begins_to_run after update on lead
when old.next_due_at is null and new.next_due_at is not null begin
    insert into tally (what, version, key, state, n) values ('lead', 0, '', 'running', 1)
        on conflict (what, version, key, state) do update set n = n + 1;
end;

create trigger lead_runs_no_more after update on lead
when old.next_due_at is not null and new.next_due_at is null begin
    update tally set n = n - 1
        where what = 'lead' and version = 0 and key = '' and state = 'running';
    delete from tally
        where what = 'lead' and version = 0 and key = '' and state = 'running' and n = 0;
end;

create trigger clock_is_counted after insert on clock begin
    insert into tally (what, version, key, state, n)
        values ('clock', new.version, new.service_level,
                case when new.stopped_at is not null then coalesce(new.verdict, '')
                     when new.resting = 1 then 'resting' else 'running' end, 1)
        on conflict (what, version, key, state) do update set n = n + 1;
end;

create trigger clock_is_counted_anew after update on clock
when old.stopped_at is not new.stopped_at or old.verdict is not new.verdict
     or old.resting <> new.resting begin
    update tally set n = n - 1
        where what = 'clock' and version = old.version and key = old.service_level
          and state = case when old.stopped_at is not null then coalesce(old.verdict, '')
                           when old.resting = 1 then 'resting' else 'running' end;
    insert into tally (what, version, key, state, n)
        values ('clock', new.version, new.service_level,
                case when new.stopped_at is not null then coalesce(new.verdict, '')
                     when new.resting = 1 then 'resting' else 'running' end, 1)
        on conflict (what, version, key, state) do update set n = n + 1;
    delete from tally where what = 'clock' and version = old.version and key = old.service_level
        and n = 0;
end;

create trigger qualification_is_counted after insert on qualification begin
    insert into tally (what, version, key, state, n)
        values ('qualification', new.version, new.definition,
                case when new.times > 1 then 'again' else 'first' end, 1)
        on conflict (what, version, key, state) do update set n = n + 1;
end;

create trigger milestone_is_counted after insert on milestone begin
    insert into tally (what, version, key, state, n)
        values ('milestone', new.version, new.milestone, 'reached', 1)
        on conflict (what, version, key, state) do update set n = n + 1;
end;

create trigger handoff_is_counted after insert on handoff begin
    insert into tally (what, version, key, state, n)
        values ('handoff', 0, '', coalesce(new.answer, 'waiting'), 1)
        on conflict (what, version, key, state) do update set n = n + 1;
end;

create trigger handoff_is_counted_anew after update on handoff
when old.answer is not new.answer begin
    update tally set n = n - 1
        where what = 'handoff' and version = 0 and key = ''
          and state = coalesce(old.answer, 'waiting');
    insert into tally (what, version, key, state, n)
        values ('handoff', 0, '', coalesce(new.answer, 'waiting'), 1)
        on conflict (what, version, key, state) do update set n = n + 1;
    delete from tally where what = 'handoff' and n = 0;
end;
