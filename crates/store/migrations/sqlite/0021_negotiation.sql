-- What both sides say to a proposal, clause by clause: comments, and which changes a side takes.
create table clause_comment (
    by_fact     integer primary key,
    version     integer not null,
    part        text not null,          -- the clause as it is found again in the text
    nth         integer not null,
    user_id     text not null,
    side        text not null,          -- marketing, sales or neutral
    at          integer not null        -- ms
) strict;
create index clause_comment_by_version on clause_comment (version, by_fact);
create table change_answer (
    by_fact     integer primary key,
    version     integer not null,
    part        text not null,
    nth         integer not null,
    user_id     text not null,
    side        text not null,
    at          integer not null,       -- ms
    accepts     integer not null        -- 0: the side declines the change
) strict;
create index change_answer_by_version on change_answer (version, by_fact);
