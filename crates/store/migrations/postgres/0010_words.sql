-- Whoever types the beginning of a name finds it among a million at once: each row has all words of
-- a name, another one first. Words of persons stand beside the ledger and go with the person.
create table word (
    kind   text collate "C" not null,  -- account, opportunity or campaign
    words  text collate "C" not null,  -- folded, each followed by a space
    id     text collate "C" not null,
    primary key (kind, words, id)
);

create table person_word (
    kind   text collate "C" not null,  -- lead or user
    words  text collate "C" not null,
    id     text collate "C" not null,
    primary key (kind, words, id)
);
