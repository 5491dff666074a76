-- What somebody would change in the Agreement before they put it before both sides: a whole text,
-- for themselves alone. It stands beside the ledger and is forgotten once it is proposed.
create table amendment (
    owner       text collate "C" primary key,
    base        bigint not null,       -- the version that it began from
    text        text collate "C" not null,          -- each file's name and content, as JSON
    changed_at  bigint not null        -- ms
);
