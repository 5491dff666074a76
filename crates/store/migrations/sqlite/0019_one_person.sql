-- Two leads of one person are merged: the one goes on, the other has no row among the leads while
-- that holds. What is told of it comes to the one that goes on.
create table merged_lead (
    lead       text primary key,
    into_lead  text not null,           -- as which it goes on
    fact       integer not null,        -- that says so
    merged_at  integer not null         -- milliseconds since 1970, UTC
) strict;
create index merged_lead_by_into on merged_lead (into_lead, lead);

create table told_apart (
    lead   text not null,
    other  text not null,               -- stands after lead
    fact   integer not null,            -- by which they are two persons
    primary key (lead, other)
) strict, without rowid;
create index told_apart_by_other on told_apart (other, lead);

create trigger merged_lead_is_listed_no_more before insert on lead
when exists (select 1 from merged_lead where lead = new.id) begin
    update lead set last_fact = new.last_fact
        where id = (select into_lead from merged_lead where lead = new.id);
    select raise(ignore);
end;
