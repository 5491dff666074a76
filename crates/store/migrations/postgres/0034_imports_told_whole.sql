-- What is told of an import is whole: one that rests goes on with the words that are to be looked at as
-- if it had never rested, and one that was undone says so.
create table import_word (
    import  text not null,
    place   bigint not null,           -- which of the import's tables has it, from 0
    no      bigint not null,           -- which of the words of the table, from 1
    word    text not null,              -- JSON: the word, how it was joined, and how many rows have it
    primary key (import, place, no)
);

update import_run set state = 'undone'
    where id in (select import from import_undo where state = 'done');
