-- The ledger: every fact in the order in which we took it in, so that both sides can look up what
-- was known when. Facts and seals are final; the triggers below hold us, and everybody, to it.
create table fact (
    no          integer primary key,    -- place in the ledger, from 1, without gaps
    recorded_at integer not null,       -- when we learnt of it, milliseconds since 1970, UTC
    happened_at integer not null,       -- when it happened, milliseconds since 1970, UTC
    subject     text not null,          -- what it is about, `noun/id`
    kind        text not null,          -- the fact's name, as in its body
    body        text not null,          -- JSON of domain::fact::Fact
    source      text not null,          -- the system that told it
    key         text not null,          -- the source's own key of it; told twice is one fact
    digest      text not null,          -- SHA-256 over all other columns, hexadecimal
    unique (source, key)
) strict;

create index fact_by_subject on fact (subject, no);

-- One seal for each committed batch: cut the chain anywhere and it shows.
create table seal (
    no          integer primary key,    -- place in the chain, from 1, without gaps
    first_fact  integer not null,
    last_fact   integer not null,
    sealed_at   integer not null,       -- milliseconds since 1970, UTC
    previous    text not null,          -- hash of the seal before; 64 zeros before the first
    hash        text not null           -- SHA-256 over the other columns and the facts' digests
) strict;

-- `insert or replace` removes rows without asking the triggers for deletes, so it is met here.
create trigger fact_is_new before insert on fact begin
    select raise(ignore) where exists
        (select 1 from fact where source = new.source and key = new.key);
    select raise(abort, 'facts are numbered without gaps')
        where new.no is not (select coalesce(max(no), 0) + 1 from fact);
end;

create trigger fact_is_final_update before update on fact begin
    select raise(abort, 'facts are final: record a correcting fact');
end;

create trigger fact_is_final_delete before delete on fact begin
    select raise(abort, 'facts are final: record a correcting fact');
end;

create trigger seal_is_new before insert on seal begin
    select raise(abort, 'seals are numbered without gaps')
        where new.no is not (select coalesce(max(no), 0) + 1 from seal);
end;

create trigger seal_is_final_update before update on seal begin
    select raise(abort, 'seals are final');
end;

create trigger seal_is_final_delete before delete on seal begin
    select raise(abort, 'seals are final');
end;
