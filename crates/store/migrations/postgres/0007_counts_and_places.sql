-- Pages of a firm with a million leads count nothing and read no table whole: how many there are of
-- each is kept beside the rows, changed by whatever changes a row, and each list that a page offers
-- has an index to go into.
create table lead_tally (
    owner    text collate "C" not null,             -- empty: nobody's
    status   text collate "C" not null,             -- its first 200 letters; empty: in none yet
    running  bigint not null,          -- 1: with a clock that runs
    n        bigint not null,
    primary key (owner, status, running)
);
create index lead_tally_by_status on lead_tally (status, running, n);

create table tally (
    what     text collate "C" not null,             -- lead, clock, qualification, milestone or handoff
    version  bigint not null,          -- of the Agreement; 0 where it says nothing of it
    key      text collate "C" not null,             -- service level, definition or milestone
    state    text collate "C" not null,             -- all, running, resting, met, first, again, waiting, …
    n        bigint not null,
    primary key (what, version, key, state)
);

insert into lead_tally
    select coalesce(owner, ''), coalesce(substr(status, 1, 200), ''), (next_due_at is not null)::int, count(*)
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

create function count_in_tally(which text, of_version bigint, of_key text, of_state text, more bigint)
returns void language plpgsql as $$
begin
    insert into tally as known (what, version, key, state, n)
        values (which, of_version, of_key, of_state, more)
        on conflict (what, version, key, state) do update set n = known.n + more;
    delete from tally where what = which and version = of_version and key = of_key
        and state = of_state and n = 0;
end $$;

create function count_lead() returns trigger language plpgsql as $$
declare
    was_running bigint := 0;
    is_running bigint := (new.next_due_at is not null)::int;
begin
    if tg_op = 'INSERT' then
        perform count_in_tally('lead', 0, '', 'all', 1);
    else
        was_running := (old.next_due_at is not null)::int;
        update lead_tally set n = n - 1
            where owner = coalesce(old.owner, '')
              and status = coalesce(substr(old.status, 1, 200), '') and running = was_running;
        delete from lead_tally
            where owner = coalesce(old.owner, '')
              and status = coalesce(substr(old.status, 1, 200), '') and running = was_running
              and n = 0;
    end if;
    insert into lead_tally as known (owner, status, running, n)
        values (coalesce(new.owner, ''), coalesce(substr(new.status, 1, 200), ''), is_running, 1)
        on conflict (owner, status, running) do update set n = known.n + 1;
    if was_running <> is_running then
        perform count_in_tally('lead', 0, '', 'running', is_running - was_running);
    end if;
    return null;
end $$;

create trigger lead_is_counted after insert on lead
    for each row execute function count_lead();
create trigger lead_is_counted_anew after update on lead for each row
    when (old.owner is distinct from new.owner or old.status is distinct from new.status
          or (old.next_due_at is null) <> (new.next_due_at is null))
    execute function count_lead();

create function state_of_clock(one clock) returns text language sql as $$
    select case when one.stopped_at is not null then coalesce(one.verdict, '')
                when one.resting = 1 then 'resting' else 'running' end
$$;

create function count_clock() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        perform count_in_tally('clock', old.version, old.service_level, state_of_clock(old), -1);
    end if;
    perform count_in_tally('clock', new.version, new.service_level, state_of_clock(new), 1);
    return null;
end $$;

create trigger clock_is_counted after insert on clock
    for each row execute function count_clock();
create trigger clock_is_counted_anew after update on clock for each row
    when (old.stopped_at is distinct from new.stopped_at
          or old.verdict is distinct from new.verdict or old.resting <> new.resting)
    execute function count_clock();

create function count_qualification() returns trigger language plpgsql as $$
begin
    perform count_in_tally('qualification', new.version, new.definition,
                           case when new.times > 1 then 'again' else 'first' end, 1);
    return null;
end $$;

create trigger qualification_is_counted after insert on qualification
    for each row execute function count_qualification();

create function count_milestone() returns trigger language plpgsql as $$
begin
    perform count_in_tally('milestone', new.version, new.milestone, 'reached', 1);
    return null;
end $$;

create trigger milestone_is_counted after insert on milestone
    for each row execute function count_milestone();

create function count_handoff() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        perform count_in_tally('handoff', 0, '', coalesce(old.answer, 'waiting'), -1);
    end if;
    perform count_in_tally('handoff', 0, '', coalesce(new.answer, 'waiting'), 1);
    return null;
end $$;

create trigger handoff_is_counted after insert on handoff
    for each row execute function count_handoff();
create trigger handoff_is_counted_anew after update on handoff for each row
    when (old.answer is distinct from new.answer) execute function count_handoff();
