-- Leads that may be of one person are found by what they have in common. It stands beside the ledger
-- with the persons and goes with them.
create table person_key (
    key        text collate "C" not null,  -- such as: mail ann@firm.example
    subject    text collate "C" not null,  -- lead/…
    is_shared  bigint not null,            -- 1: another subject has the key as well
    primary key (key, subject)
);
create index person_key_shared on person_key (subject) where is_shared = 1;
