-- What both sides say to a proposal, clause by clause: comments, and which changes a side takes.
create table clause_comment (
    by_fact     bigint primary key,
    version     bigint not null,
    part        text collate "C" not null,          -- the clause as it is found again in the text
    nth         bigint not null,
    user_id     text collate "C" not null,
    side        text collate "C" not null,          -- marketing, sales or neutral
    at          bigint not null        -- ms
);
create index clause_comment_by_version on clause_comment (version, by_fact);
create table change_answer (
    by_fact     bigint primary key,
    version     bigint not null,
    part        text collate "C" not null,
    nth         bigint not null,
    user_id     text collate "C" not null,
    side        text collate "C" not null,
    at          bigint not null,       -- ms
    accepts     bigint not null        -- 0: the side declines the change
);
create index change_answer_by_version on change_answer (version, by_fact);
