-- What stands beside the ledger and can be erased or changed: who people are, who signs in, what is
-- set, and how far an import has come. None of it can be rebuilt from the ledger.
create table person (
    subject     text primary key,       -- lead/… or user/…
    salt        text not null,          -- 32 hexadecimal digits; gone, the hash in the ledger tells nothing
    name        text,
    email       text,
    email_key   text,                   -- in small letters
    phone       text,
    other       text not null,          -- JSON, text by name
    search_key  text not null           -- name and address in small letters
) strict;
create index person_by_email on person (email_key);

create table alias (
    number  integer primary key,        -- the minted id is p and this number
    source  text not null,
    key     text,                       -- null once the person is erased, so that no number comes twice
    unique (source, key)
) strict;

create table credential (
    user_id        text primary key,
    password_hash  text not null,
    changed_at     integer not null     -- milliseconds since 1970, UTC
) strict;

create table session (
    token_hash    text primary key,
    user_id       text not null,
    created_at    integer not null,
    last_seen_at  integer not null,
    expires_at    integer not null
) strict;
create index session_by_user on session (user_id);

create table invitation (
    token_hash  text primary key,
    user_id     text not null,
    expires_at  integer not null,
    used_at     integer
) strict;

create table api_key (
    id          text primary key,
    key_hash    text not null unique,
    source      text not null,          -- what the key's holder tells is from this source
    name        text not null,
    created_at  integer not null,
    revoked_at  integer
) strict;

create table setting (
    name   text primary key,
    value  text not null
) strict;

create table import_run (
    id           text primary key,
    started_at   integer not null,
    finished_at  integer,
    state        text not null,
    source       text not null,
    files        text not null,         -- JSON
    counts       text not null,         -- JSON
    position     text not null          -- JSON: from where to go on
) strict;

create table undecided (
    subject  text primary key,           -- what the Agreement has still to be asked about
    due_at   integer not null          -- ms; from when on
) strict;
