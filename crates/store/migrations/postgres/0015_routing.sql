-- A lead that nobody has finds its owner by the Agreement's routes. What each member of a pool has
-- received is kept beside the entries that it is the sum of, so that routing one lead reads the
-- members of one pool and nothing else; and accounts are found by their domain and name.
create table routing (
    by_fact   bigint primary key,
    lead      text collate "C" not null,
    at        bigint not null,         -- milliseconds since 1970, UTC
    to_user   text collate "C",                     -- null: nobody could take it
    route     text collate "C" not null,            -- the last that was tried
    pool      text collate "C",
    version   bigint not null
);
create index routing_by_lead on routing (lead, by_fact);
create index routing_by_at on routing (at, by_fact);

create table routing_entry (
    by_fact   bigint not null,
    pool      text collate "C" not null,
    user_id   text collate "C" not null,
    what      text collate "C" not null,            -- received, credited_back or lifted
    lead      text collate "C" not null,
    n         bigint not null,         -- leads
    primary key (by_fact, user_id, what)
);
create index routing_entry_by_user on routing_entry (pool, user_id, by_fact);

create table routing_level (
    pool           text collate "C" not null,
    user_id        text collate "C" not null,
    received       bigint not null,
    credited_back  bigint not null,
    lifted         bigint not null,
    primary key (pool, user_id)
);

create table unrouted (
    lead      text collate "C" primary key,
    by_fact   bigint not null,         -- the fact that says why
    since     bigint not null          -- milliseconds since 1970, UTC
);
create index unrouted_by_since on unrouted (since, lead);

create table account_key (
    kind      text collate "C" not null,            -- domain, name, or stem: what alike names begin with
    key       text collate "C" not null,
    account   text collate "C" not null,
    primary key (kind, key, account)
);
create index account_key_by_account on account_key (account);

alter table absence add column half text collate "C";          -- morning or afternoon; null: the whole days
create index assignment_by_owner on assignment (owner, at) where owner is not null;
create index lead_of_nobody on lead (substr(status, 1, 200), id)
    where owner is null and status is not null;

-- Whether a lead waits is to be asked anew when its status or its owner changes.
create function lead_waits_no_more() returns trigger language plpgsql as $$ begin
    delete from unrouted where lead = new.id;
    return null;
end $$;
create trigger lead_waits_no_more after update on lead for each row
    when (old.owner is distinct from new.owner or old.status is distinct from new.status)
    execute function lead_waits_no_more();
