-- An import can be undone: which facts it told, who the persons were that it changed, how far its
-- undoing is, and which records were left because somebody has edited them since.
create table import_range (
    import      text collate "C" not null,
    first_fact  bigint not null,       -- all facts from this one on
    last_fact   bigint not null,       -- up to this one are the import's
    primary key (import, first_fact)
);

create table import_person (
    import   text collate "C" not null,
    subject  text collate "C" not null,  -- lead/… or user/…
    before   text collate "C" not null,  -- JSON: who they were before the import
    primary key (import, subject)
);
create index import_person_by_subject on import_person (subject);

create table import_undo (
    import       text collate "C" primary key,
    by_user      text collate "C",      -- who undoes it; null for the command line
    state        text collate "C" not null, -- waiting, running, pausing, paused or done
    started_at   bigint not null,       -- milliseconds since 1970, UTC
    finished_at  bigint,
    before_fact  bigint not null,       -- the import's facts from this one on are dealt with
    facts        bigint not null,       -- facts of the import
    facts_done   bigint not null,       -- of them dealt with
    removed      bigint not null,       -- records of which nothing holds any more
    restored     bigint not null,       -- records that are again as they were
    beat_at      bigint                 -- last sign of life of whoever works on it
);

create table import_left (
    import   text collate "C" not null,
    subject  text collate "C" not null, -- a record that stays as it is
    fact     bigint not null,           -- the fact that somebody else told of it since
    primary key (import, subject)
);

create index routing_entry_by_lead on routing_entry (lead);
create index dispute_by_lead on dispute (lead) where lead is not null;

-- What is withdrawn is taken out of the read models, so rows go, and are counted no more.
create function count_lead_no_more() returns trigger language plpgsql as $$
declare
    was_running bigint := (old.next_due_at is not null)::int;
begin
    update lead_tally set n = n - 1
        where owner = coalesce(old.owner, '')
          and status = coalesce(substr(old.status, 1, 200), '') and running = was_running;
    delete from lead_tally
        where owner = coalesce(old.owner, '')
          and status = coalesce(substr(old.status, 1, 200), '') and running = was_running
          and n = 0;
    perform count_in_tally('lead', 0, '', 'all', -1);
    if was_running = 1 then
        perform count_in_tally('lead', 0, '', 'running', -1);
    end if;
    return null;
end $$;

create trigger lead_is_counted_no_more after delete on lead
    for each row execute function count_lead_no_more();

create function count_clock_no_more() returns trigger language plpgsql as $$
begin
    perform count_in_tally('clock', old.version, old.service_level, state_of_clock(old), -1);
    return null;
end $$;

create trigger clock_is_counted_no_more after delete on clock
    for each row execute function count_clock_no_more();

create function count_qualification_no_more() returns trigger language plpgsql as $$
begin
    perform count_in_tally('qualification', old.version, old.definition,
                           case when old.times > 1 then 'again' else 'first' end, -1);
    return null;
end $$;

create trigger qualification_is_counted_no_more after delete on qualification
    for each row execute function count_qualification_no_more();

create function count_milestone_no_more() returns trigger language plpgsql as $$
begin
    perform count_in_tally('milestone', old.version, old.milestone, 'reached', -1);
    return null;
end $$;

create trigger milestone_is_counted_no_more after delete on milestone
    for each row execute function count_milestone_no_more();

create function count_handoff_no_more() returns trigger language plpgsql as $$
begin
    perform count_in_tally('handoff', 0, '', coalesce(old.answer, 'waiting'), -1);
    return null;
end $$;

create trigger handoff_is_counted_no_more after delete on handoff
    for each row execute function count_handoff_no_more();
