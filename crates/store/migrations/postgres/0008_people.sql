-- People are seen, away, stood in for and gone; what is told of it must be found without reading the
-- whole ledger. When somebody was last seen stands beside it and outlives their sessions.
create table seen (
    user_id  text collate "C" primary key,
    at       bigint not null            -- milliseconds since 1970, UTC
);
