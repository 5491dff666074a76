-- What follows of itself from a missed period, as both sides agreed: an action with an owner.
create table action (
    id           text collate "C" primary key,
    consequence  text collate "C" not null,
    version      bigint not null,
    clause       text collate "C" not null,
    owner        text collate "C",
    opened_at    bigint not null,      -- ms; the end of the period
    due_at       bigint not null,      -- ms
    closed_at    bigint,               -- ms; null while it is open
    closed_by    text collate "C",
    by_fact      bigint not null,
    last_fact    bigint not null
);
