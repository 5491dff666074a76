-- A lead that nobody has finds its owner by the Agreement's routes. What each member of a pool has
-- received is kept beside the entries that it is the sum of, so that routing one lead reads the
-- members of one pool and nothing else; and accounts are found by their domain and name.
create table routing (
    by_fact   integer primary key,
    lead      text not null,
    at        integer not null,         -- milliseconds since 1970, UTC
    to_user   text,                     -- null: nobody could take it
    route     text not null,            -- the last that was tried
    pool      text,
    version   integer not null
) strict;
create index routing_by_lead on routing (lead, by_fact);
create index routing_by_at on routing (at, by_fact);

create table routing_entry (
    by_fact   integer not null,
    pool      text not null,
    user_id   text not null,
    what      text not null,            -- received, credited_back or lifted
    lead      text not null,
    n         integer not null,         -- leads
    primary key (by_fact, user_id, what)
) strict, without rowid;
create index routing_entry_by_user on routing_entry (pool, user_id, by_fact);

create table routing_level (
    pool           text not null,
    user_id        text not null,
    received       integer not null,
    credited_back  integer not null,
    lifted         integer not null,
    primary key (pool, user_id)
) strict, without rowid;

create table unrouted (
    lead      text primary key,
    by_fact   integer not null,         -- the fact that says why
    since     integer not null          -- milliseconds since 1970, UTC
) strict, without rowid;
create index unrouted_by_since on unrouted (since, lead);

create table account_key (
    kind      text not null,            -- domain, name, or stem: what alike names begin with
    key       text not null,
    account   text not null,
    primary key (kind, key, account)
) strict, without rowid;
create index account_key_by_account on account_key (account);

alter table absence add column half text;          -- morning or afternoon; null: the whole days
create index assignment_by_owner on assignment (owner, at) where owner is not null;
create index lead_of_nobody on lead (substr(status, 1, 200), id)
    where owner is null and status is not null;

-- Whether a lead waits is to be asked anew when its status or its owner changes.
create trigger lead_waits_no_more after update on lead
when old.owner is not new.owner or old.status is not new.status begin
    delete from unrouted where lead = new.id;
end;
