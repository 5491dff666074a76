-- Two leads of one person are merged: the one goes on, the other has no row among the leads while
-- that holds. What is told of it comes to the one that goes on.
create table merged_lead (
    lead       text collate "C" primary key,
    into_lead  text collate "C" not null,  -- as which it goes on
    fact       bigint not null,            -- that says so
    merged_at  bigint not null             -- milliseconds since 1970, UTC
);
create index merged_lead_by_into on merged_lead (into_lead, lead);

create table told_apart (
    lead   text collate "C" not null,
    other  text collate "C" not null,  -- stands after lead
    fact   bigint not null,            -- by which they are two persons
    primary key (lead, other)
);
create index told_apart_by_other on told_apart (other, lead);

create function keep_merged_lead_out() returns trigger language plpgsql as $$
declare
    survivor text;
begin
    select into_lead into survivor from merged_lead where lead = new.id;
    if survivor is null then
        return new;
    end if;
    update lead set last_fact = new.last_fact where id = survivor;
    return null;
end $$;

create trigger merged_lead_is_listed_no_more before insert on lead
    for each row execute function keep_merged_lead_out();
