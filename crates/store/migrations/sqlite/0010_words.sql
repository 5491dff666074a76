-- Whoever types the beginning of a name finds it among a million at once: each row has all words of
-- a name, another one first. Words of persons stand beside the ledger and go with the person.
create table word (
    kind   text not null,               -- account, opportunity or campaign
    words  text not null,               -- folded, each followed by a space
    id     text not null,
    primary key (kind, words, id)
) strict, without rowid;

create table person_word (
    kind   text not null,               -- lead or user
    words  text not null,
    id     text not null,
    primary key (kind, words, id)
) strict, without rowid;
