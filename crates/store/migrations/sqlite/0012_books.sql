-- Accounts belong to the firm and are somebody's to look after; whoever leaves takes nothing along.
alter table account add column owner text;
alter table product add column owner text;
create index account_by_owner on account (owner, id) where owner is not null;
alter table user_record add column left_at integer;   -- ms; null while they are of the firm

-- A clock that runs on when its subject is passed on is whoever's has the subject to answer; the miss
-- of one that was overdue by then stays with the earlier owner.
alter table clock add column holder text;
update clock set holder = owner;
drop index clock_running;
drop index clock_running_of_owner;
create index clock_running
    on clock (due_at, start_fact, holder, resting, version, service_level)
    where stopped_at is null;
create index clock_running_of_holder
    on clock (holder, due_at, start_fact, resting) where stopped_at is null;
