-- Rows are written many in one statement, each with all that one transaction changed in it, so what is
-- counted is changed once for all rows of a statement.
-- One count that a transaction changes thousands of times leaves as many dead rows, and each change
-- walks over all of them.
drop trigger lead_is_counted on lead;
drop trigger lead_is_counted_anew on lead;
drop trigger lead_is_counted_no_more on lead;
drop trigger lead_waits_no_more on lead;
drop trigger clock_is_counted on clock;
drop trigger clock_is_counted_anew on clock;
drop trigger clock_is_counted_no_more on clock;
drop trigger qualification_is_counted on qualification;
drop trigger qualification_is_counted_no_more on qualification;
drop trigger milestone_is_counted on milestone;
drop trigger milestone_is_counted_no_more on milestone;
drop trigger handoff_is_counted on handoff;
drop trigger handoff_is_counted_anew on handoff;
drop trigger handoff_is_counted_no_more on handoff;
drop function count_lead();
drop function count_lead_no_more();
drop function lead_waits_no_more();
drop function count_clock();
drop function count_clock_no_more();
drop function count_qualification();
drop function count_qualification_no_more();
drop function count_milestone();
drop function count_milestone_no_more();
drop function count_handoff();
drop function count_handoff_no_more();
drop function state_of_clock(clock);

create function state_of_clock(stopped_at bigint, verdict text, resting bigint)
returns text language sql immutable as $$
    select case when stopped_at is not null then coalesce(verdict, '')
                when resting = 1 then 'resting' else 'running' end
$$;

-- The rows of a statement before it and after it are "gone" and "come"; a statement that only adds or
-- only removes has one of both.
create function leads_come() returns trigger language plpgsql as $$
begin
    insert into lead_tally as known (owner, status, running, n)
        select coalesce(owner, ''), coalesce(substr(status, 1, 200), ''),
               (next_due_at is not null)::int, count(*)
        from come group by 1, 2, 3
        on conflict (owner, status, running) do update set n = known.n + excluded.n;
    insert into tally as known (what, version, key, state, n)
        select 'lead', 0, '', 'all', count(*) from come having count(*) > 0
        union all
        select 'lead', 0, '', 'running', count(next_due_at) from come having count(next_due_at) > 0
        on conflict (what, version, key, state) do update set n = known.n + excluded.n;
    return null;
end $$;

create function leads_change() returns trigger language plpgsql as $$
declare
    more bigint;
begin
    with changed as (
        select gone.id, gone.owner as old_owner, gone.status as old_status,
               gone.next_due_at as old_due_at, come.owner, come.status, come.next_due_at
        from gone join come on come.id = gone.id
        where gone.owner is distinct from come.owner or gone.status is distinct from come.status
           or (gone.next_due_at is null) <> (come.next_due_at is null)
    ), counted as (
        select coalesce(owner, '') as owner, coalesce(substr(status, 1, 200), '') as status,
               (next_due_at is not null)::int as running, 1 as n from changed
        union all
        select coalesce(old_owner, ''), coalesce(substr(old_status, 1, 200), ''),
               (old_due_at is not null)::int, -1 from changed
    ), served as (
        delete from unrouted where lead in (
            select id from changed
            where old_owner is distinct from owner or old_status is distinct from status)
    )
    insert into lead_tally as known (owner, status, running, n)
        select owner, status, running, sum(n) from counted group by 1, 2, 3 having sum(n) <> 0
        on conflict (owner, status, running) do update set n = known.n + excluded.n;
    delete from lead_tally where n = 0 and (owner, status, running) in (
        select coalesce(owner, ''), coalesce(substr(status, 1, 200), ''),
               (next_due_at is not null)::int
        from gone);
    more := (select count(next_due_at) from come) - (select count(next_due_at) from gone);
    if more <> 0 then
        perform count_in_tally('lead', 0, '', 'running', more);
    end if;
    return null;
end $$;

create function leads_go() returns trigger language plpgsql as $$
declare
    fewer record;
begin
    for fewer in
        select coalesce(owner, '') as owner, coalesce(substr(status, 1, 200), '') as status,
               (next_due_at is not null)::int as running, count(*) as n
        from gone group by 1, 2, 3
    loop
        update lead_tally set n = n - fewer.n
            where owner = fewer.owner and status = fewer.status and running = fewer.running;
        delete from lead_tally
            where owner = fewer.owner and status = fewer.status and running = fewer.running
              and n = 0;
        perform count_in_tally('lead', 0, '', 'all', -fewer.n);
        if fewer.running = 1 then
            perform count_in_tally('lead', 0, '', 'running', -fewer.n);
        end if;
    end loop;
    return null;
end $$;

create trigger leads_come after insert on lead
    referencing new table as come for each statement execute function leads_come();
create trigger leads_change after update on lead
    referencing old table as gone new table as come
    for each statement execute function leads_change();
create trigger leads_go after delete on lead
    referencing old table as gone for each statement execute function leads_go();

create function clocks_come() returns trigger language plpgsql as $$
begin
    perform count_in_tally('clock', version, service_level, state, sum(n)::bigint)
        from (select version, service_level, state_of_clock(stopped_at, verdict, resting) as state, 1 as n
              from come) as counted
        group by version, service_level, state;
    return null;
end $$;
create function clocks_change() returns trigger language plpgsql as $$
begin
    perform count_in_tally('clock', version, service_level, state, sum(n)::bigint)
        from (select version, service_level, state_of_clock(stopped_at, verdict, resting) as state, 1 as n
              from come
              union all
              select version, service_level, state_of_clock(stopped_at, verdict, resting), -1
              from gone) as counted
        group by version, service_level, state having sum(n) <> 0;
    return null;
end $$;
create function clocks_go() returns trigger language plpgsql as $$
begin
    perform count_in_tally('clock', version, service_level, state, -count(*))
        from (select version, service_level, state_of_clock(stopped_at, verdict, resting) as state
              from gone) as counted
        group by version, service_level, state;
    return null;
end $$;
create trigger clocks_come after insert on clock
    referencing new table as come for each statement execute function clocks_come();
create trigger clocks_change after update on clock
    referencing old table as gone new table as come
    for each statement execute function clocks_change();
create trigger clocks_go after delete on clock
    referencing old table as gone for each statement execute function clocks_go();

create function qualifications_come() returns trigger language plpgsql as $$
begin
    perform count_in_tally('qualification', version, definition, state, count(*))
        from (select version, definition, case when times > 1 then 'again' else 'first' end as state
              from come) as counted
        group by version, definition, state;
    return null;
end $$;
create function qualifications_go() returns trigger language plpgsql as $$
begin
    perform count_in_tally('qualification', version, definition, state, -count(*))
        from (select version, definition, case when times > 1 then 'again' else 'first' end as state
              from gone) as counted
        group by version, definition, state;
    return null;
end $$;
create trigger qualifications_come after insert on qualification
    referencing new table as come for each statement execute function qualifications_come();
create trigger qualifications_go after delete on qualification
    referencing old table as gone for each statement execute function qualifications_go();

create function milestones_come() returns trigger language plpgsql as $$
begin
    perform count_in_tally('milestone', version, milestone, 'reached', count(*))
        from come group by version, milestone;
    return null;
end $$;
create function milestones_go() returns trigger language plpgsql as $$
begin
    perform count_in_tally('milestone', version, milestone, 'reached', -count(*))
        from gone group by version, milestone;
    return null;
end $$;
create trigger milestones_come after insert on milestone
    referencing new table as come for each statement execute function milestones_come();
create trigger milestones_go after delete on milestone
    referencing old table as gone for each statement execute function milestones_go();

create function handoffs_come() returns trigger language plpgsql as $$
begin
    perform count_in_tally('handoff', 0, '', state, count(*))
        from (select coalesce(answer, 'waiting') as state from come) as counted group by state;
    return null;
end $$;
create function handoffs_change() returns trigger language plpgsql as $$
begin
    perform count_in_tally('handoff', 0, '', state, sum(n)::bigint)
        from (select coalesce(answer, 'waiting') as state, 1 as n from come
              union all
              select coalesce(answer, 'waiting'), -1 from gone) as counted
        group by state having sum(n) <> 0;
    return null;
end $$;
create function handoffs_go() returns trigger language plpgsql as $$
begin
    perform count_in_tally('handoff', 0, '', state, -count(*))
        from (select coalesce(answer, 'waiting') as state from gone) as counted group by state;
    return null;
end $$;
create trigger handoffs_come after insert on handoff
    referencing new table as come for each statement execute function handoffs_come();
create trigger handoffs_change after update on handoff
    referencing old table as gone new table as come
    for each statement execute function handoffs_change();
create trigger handoffs_go after delete on handoff
    referencing old table as gone for each statement execute function handoffs_go();
