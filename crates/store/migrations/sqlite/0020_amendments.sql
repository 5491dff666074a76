-- What somebody would change in the Agreement before they put it before both sides: a whole text,
-- for themselves alone. It stands beside the ledger and is forgotten once it is proposed.
create table amendment (
    owner       text primary key,
    base        integer not null,       -- the version that it began from
    text        text not null,          -- each file's name and content, as JSON
    changed_at  integer not null        -- ms
) strict;
