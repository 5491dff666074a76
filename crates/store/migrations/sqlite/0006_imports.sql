-- Imports that people look at and change before they are carried out, the rows that were not taken,
-- and what was said once about columns and words, to be remembered.
alter table import_run add column by_user text;                      -- whose it is
alter table import_run add column settings text not null default '{}';  -- JSON: what was decided
alter table import_run add column found text not null default '{}';     -- JSON: what the files show
alter table import_run add column report text not null default '{}';    -- JSON: what became of them
alter table import_run add column beat_at integer;                   -- last sign of life while worked on

create table import_reject (
    run          text not null,
    no           integer not null,      -- in the order in which they were found
    file         text not null,
    line         integer not null,
    column_name  text not null,         -- '' for the row as a whole
    reason       text not null,
    cells        text not null,         -- JSON: the row as it stands in the file
    primary key (run, no)
) strict;

create table remembered (
    kind       text not null,           -- what it is about: columns, word
    key        text not null,
    value      text not null,           -- JSON of the importer's own making
    kept_at    integer not null,
    primary key (kind, key)
) strict;
