-- An import can be undone: which facts it told, who the persons were that it changed, how far its
-- undoing is, and which records were left because somebody has edited them since.
create table import_range (
    import      text not null,
    first_fact  integer not null,       -- all facts from this one on
    last_fact   integer not null,       -- up to this one are the import's
    primary key (import, first_fact)
) strict;

create table import_person (
    import   text not null,
    subject  text not null,             -- lead/… or user/…
    before   text not null,             -- JSON: who they were before the import
    primary key (import, subject)
) strict;
create index import_person_by_subject on import_person (subject);

create table import_undo (
    import       text primary key,
    by_user      text,                  -- who undoes it; null for the command line
    state        text not null,         -- waiting, running, pausing, paused or done
    started_at   integer not null,      -- milliseconds since 1970, UTC
    finished_at  integer,
    before_fact  integer not null,      -- the import's facts from this one on are dealt with
    facts        integer not null,      -- facts of the import
    facts_done   integer not null,      -- of them dealt with
    removed      integer not null,      -- records of which nothing holds any more
    restored     integer not null,      -- records that are again as they were
    beat_at      integer                -- last sign of life of whoever works on it
) strict;

create table import_left (
    import   text not null,
    subject  text not null,             -- a record that stays as it is
    fact     integer not null,          -- the fact that somebody else told of it since
    primary key (import, subject)
) strict;

create index routing_entry_by_lead on routing_entry (lead);
create index dispute_by_lead on dispute (lead) where lead is not null;

-- What is withdrawn is taken out of the read models, so rows go, and are counted no more.
create trigger lead_is_counted_no_more after delete on lead begin
    update lead_tally set n = n - 1
        where owner = coalesce(old.owner, '') and status = coalesce(substr(old.status, 1, 200), '')
          and running = (old.next_due_at is not null);
    delete from lead_tally
        where owner = coalesce(old.owner, '') and status = coalesce(substr(old.status, 1, 200), '')
          and running = (old.next_due_at is not null) and n = 0;
    update tally set n = n - 1
        where what = 'lead' and version = 0 and key = ''
          and (state = 'all' or (state = 'running' and old.next_due_at is not null));
    delete from tally where what = 'lead' and version = 0 and key = '' and n = 0;
end;

create trigger clock_is_counted_no_more after delete on clock begin
    update tally set n = n - 1
        where what = 'clock' and version = old.version and key = old.service_level
          and state = case when old.stopped_at is not null then coalesce(old.verdict, '')
                           when old.resting = 1 then 'resting' else 'running' end;
    delete from tally where what = 'clock' and version = old.version and key = old.service_level
        and n = 0;
end;

create trigger qualification_is_counted_no_more after delete on qualification begin
    update tally set n = n - 1
        where what = 'qualification' and version = old.version and key = old.definition
          and state = case when old.times > 1 then 'again' else 'first' end;
    delete from tally where what = 'qualification' and version = old.version
        and key = old.definition and n = 0;
end;

create trigger milestone_is_counted_no_more after delete on milestone begin
    update tally set n = n - 1
        where what = 'milestone' and version = old.version and key = old.milestone;
    delete from tally where what = 'milestone' and version = old.version and key = old.milestone
        and n = 0;
end;

create trigger handoff_is_counted_no_more after delete on handoff begin
    update tally set n = n - 1
        where what = 'handoff' and version = 0 and key = ''
          and state = coalesce(old.answer, 'waiting');
    delete from tally where what = 'handoff' and n = 0;
end;
