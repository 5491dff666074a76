-- Imports that people look at and change before they are carried out, the rows that were not taken,
-- and what was said once about columns and words, to be remembered.
alter table import_run add column by_user text collate "C";                      -- whose it is
alter table import_run add column settings text collate "C" not null default '{}';  -- JSON: what was decided
alter table import_run add column found text collate "C" not null default '{}';     -- JSON: what the files show
alter table import_run add column report text collate "C" not null default '{}';    -- JSON: what became of them
alter table import_run add column beat_at bigint;                   -- last sign of life while worked on

create table import_reject (
    run          text collate "C" not null,
    no           bigint not null,      -- in the order in which they were found
    file         text collate "C" not null,
    line         bigint not null,
    column_name  text collate "C" not null,         -- '' for the row as a whole
    reason       text collate "C" not null,
    cells        text collate "C" not null,         -- JSON: the row as it stands in the file
    primary key (run, no)
);

create table remembered (
    kind       text collate "C" not null,           -- what it is about: columns, word
    key        text collate "C" not null,
    value      text collate "C" not null,           -- JSON of the importer's own making
    kept_at    bigint not null,
    primary key (kind, key)
);
