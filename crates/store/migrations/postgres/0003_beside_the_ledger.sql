-- What stands beside the ledger and can be erased or changed: who people are, who signs in, what is
-- set, and how far an import has come. None of it can be rebuilt from the ledger.
create table person (
    subject     text collate "C" primary key,  -- lead/… or user/…
    salt        text collate "C" not null,  -- 32 hexadecimal digits; gone, the hash in the ledger tells nothing
    name        text collate "C",
    email       text collate "C",
    email_key   text collate "C",  -- in small letters
    phone       text collate "C",
    other       text collate "C" not null,  -- JSON, text by name
    search_key  text collate "C" not null  -- name and address in small letters
);
create index person_by_email on person (email_key);

create table alias (
    number  bigint primary key,  -- the minted id is p and this number
    source  text collate "C" not null,
    key     text collate "C",  -- null once the person is erased, so that no number comes twice
    unique (source, key)
);

create table credential (
    user_id        text collate "C" primary key,
    password_hash  text collate "C" not null,
    changed_at     bigint not null  -- milliseconds since 1970, UTC
);

create table session (
    token_hash    text collate "C" primary key,
    user_id       text collate "C" not null,
    created_at    bigint not null,
    last_seen_at  bigint not null,
    expires_at    bigint not null
);
create index session_by_user on session (user_id);

create table invitation (
    token_hash  text collate "C" primary key,
    user_id     text collate "C" not null,
    expires_at  bigint not null,
    used_at     bigint
);

create table api_key (
    id          text collate "C" primary key,
    key_hash    text collate "C" not null unique,
    source      text collate "C" not null,  -- what the key's holder tells is from this source
    name        text collate "C" not null,
    created_at  bigint not null,
    revoked_at  bigint
);

create table setting (
    name   text collate "C" primary key,
    value  text collate "C" not null
);

create table import_run (
    id           text collate "C" primary key,
    started_at   bigint not null,
    finished_at  bigint,
    state        text collate "C" not null,
    source       text collate "C" not null,
    files        text collate "C" not null,  -- JSON
    counts       text collate "C" not null,  -- JSON
    position     text collate "C" not null  -- JSON: from where to go on
);

create table undecided (
    subject  text collate "C" primary key,  -- what the Agreement has still to be asked about
    due_at   bigint not null          -- ms; from when on
);
