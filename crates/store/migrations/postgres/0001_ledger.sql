-- The ledger: every fact in the order in which we took it in, so that both sides can look up what
-- was known when. Facts and seals are final; the triggers below hold us, and everybody, to it.
create table fact (
    no          bigint primary key,       -- place in the ledger, from 1, without gaps
    recorded_at bigint not null,          -- when we learnt of it, milliseconds since 1970, UTC
    happened_at bigint not null,          -- when it happened, milliseconds since 1970, UTC
    subject     text collate "C" not null,  -- what it is about, `noun/id`
    kind        text collate "C" not null,  -- the fact's name, as in its body
    body        text collate "C" not null,  -- JSON of domain::fact::Fact
    source      text collate "C" not null,  -- the system that told it
    key         text collate "C" not null,  -- the source's own key of it; told twice is one fact
    digest      text collate "C" not null,  -- SHA-256 over all other columns, hexadecimal
    unique (source, key)
);

create index fact_by_subject on fact (subject, no);

-- One seal for each committed batch: cut the chain anywhere and it shows.
create table seal (
    no          bigint primary key,       -- place in the chain, from 1, without gaps
    first_fact  bigint not null,
    last_fact   bigint not null,
    sealed_at   bigint not null,          -- milliseconds since 1970, UTC
    previous    text collate "C" not null,  -- hash of the seal before; 64 zeros before the first
    hash        text collate "C" not null  -- SHA-256 over the other columns and the facts' digests
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%', tg_argv[0];
end $$;

create trigger fact_is_final before update or delete or truncate on fact
    for each statement execute function refuse_change('facts are final: record a correcting fact');

create trigger seal_is_final before update or delete or truncate on seal
    for each statement execute function refuse_change('seals are final');
