-- An import says which leads and opportunities were judged anew on account of it, and which decisions
-- followed: whom it leaves to be judged is noted with it, for whoever then judges them.
alter table undecided add column import text collate "C";  -- on whose account; null where on no import's

create table import_judged (
    import  text collate "C" not null,
    noun    text collate "C" not null,  -- lead or opportunity
    id      text collate "C" not null,
    primary key (import, noun, id)
);

-- How many there are of each; null where it was not kept whom an import left to be judged.
alter table import_run add column leads_judged bigint;
alter table import_run add column opportunities_judged bigint;

-- What facts these are: told by the import's rows, or decided on account of it.
alter table import_range add column part text collate "C" not null default 'told';
