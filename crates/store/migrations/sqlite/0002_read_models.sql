-- The read models: plain tables worked out from the ledger, for pages, reports and BI tools to read.
-- All of them can be dropped and rebuilt. Instants are milliseconds since 1970, UTC; dates are text
-- like 2026-07-01; yes is 1 and no is 0; `fields` is JSON with all that was reported, keys sorted, a
-- blank as null; `last_fact` is the number of the fact that last changed the row.
create table account (
    id         text primary key,
    name       text,
    name_key   text,                    -- the name in small letters and single spaces
    fields     text not null,
    last_fact  integer not null
) strict;
create index account_by_name on account (name_key);

create table product (
    id         text primary key,
    name       text,
    name_key   text,
    fields     text not null,
    last_fact  integer not null
) strict;
create index product_by_name on product (name_key);

create table campaign (
    id         text primary key,
    name       text,
    name_key   text,
    type       text,
    fields     text not null,
    last_fact  integer not null
) strict;
create index campaign_by_name on campaign (name_key);

create table lead (
    id                  text primary key,
    record              text,           -- lead or contact, in the source's word
    account             text,
    owner               text,
    owner_since         integer,
    status              text,
    status_since        integer,
    source              text,
    created_at          integer,        -- as the source says
    fields              text not null,
    qualified_times     integer not null,
    first_qualified_at  integer,
    last_qualified_at   integer,
    total_points        integer,        -- thousandths, at the latest qualification
    next_due_at         integer,        -- of the running clock that is due first
    last_fact           integer not null
) strict;
create index lead_by_account on lead (account);
create index lead_by_owner on lead (owner);
create index lead_by_status_since on lead (coalesce(status_since, -9223372036854775807), id);
create index lead_by_created_at on lead (coalesce(created_at, -9223372036854775807), id);
create index lead_by_points on lead (coalesce(total_points, -9223372036854775807), id);
create index lead_by_due_at on lead (coalesce(next_due_at, 9223372036854775807), id);

create table lead_stage (
    by_fact  integer primary key,
    lead     text not null,
    status   text not null,             -- the status entered
    at       integer not null,
    decided  integer not null,          -- 1 when the Agreement decided it, 0 when it was told
    reason   text,
    by_user  text
) strict;
create index lead_stage_by_lead on lead_stage (lead, at, by_fact);

create table qualification (
    by_fact     integer primary key,
    lead        text not null,
    definition  text not null,
    status      text not null,
    at          integer not null,
    version     integer not null,       -- of the Agreement
    total       integer not null,       -- thousandths of a point
    components  text not null,          -- JSON, thousandths by component
    times       integer not null        -- how often the lead has met the definition, this included
) strict;
create index qualification_by_lead on qualification (lead, at, by_fact);

create table assignment (
    by_fact  integer primary key,
    lead     text not null,
    owner    text,                      -- null: given to nobody
    at       integer not null
) strict;
create index assignment_by_lead on assignment (lead, at, by_fact);

create table handoff (
    id            text primary key,
    lead          text not null,
    delivered_at  integer,              -- null while only the answer is known
    owner         text,
    fields        text not null,
    answer        text,                 -- accepted, rejected, recycled or disqualified
    answered_at   integer,
    reason        text,
    answered_by   text,
    by_fact       integer,
    answer_fact   integer,
    last_fact     integer not null
) strict;
create index handoff_by_lead on handoff (lead);

create table clock (
    id               text primary key,
    lead             text not null,
    service_level    text not null,
    version          integer not null,  -- of the Agreement
    clause           text not null,
    owner            text,
    transfer         integer not null,  -- 1 is the first assignment
    started_at       integer not null,
    counts_from      integer not null,
    at_risk_at       integer not null,
    due_at           integer not null,
    resting          integer not null,  -- 1 while no time counts
    risk_noticed     integer not null,
    breached         integer not null,
    stopped_at       integer,           -- null while it runs
    verdict          text,              -- met, met_late, missed or no_verdict
    stopped_by       text,
    working_seconds  integer,
    elapsed_seconds  integer,
    start_fact       integer not null,
    stop_fact        integer,
    last_fact        integer not null
) strict;
create index clock_by_lead on clock (lead);
create index clock_by_risk on clock (at_risk_at) where stopped_at is null and risk_noticed = 0;
create index clock_by_due on clock (due_at) where stopped_at is null and breached = 0;

create table opportunity (
    id            text primary key,
    name          text,
    account       text,
    lead          text,
    owner         text,
    product       text,
    campaign      text,
    stage         text,
    stage_since   integer,
    outcome       text not null,        -- open, won, lost, no_decision or unknown
    amount_minor  integer,              -- cents for EUR, yen for JPY
    currency      text,                 -- ISO 4217
    opened_on     text,
    closed_on     text,
    fields        text not null,
    first_fact    integer not null,
    last_fact     integer not null
) strict;
create index opportunity_by_account on opportunity (account);
create index opportunity_by_lead on opportunity (lead);

create table opportunity_stage (
    by_fact      integer primary key,
    opportunity  text not null,
    stage        text not null,         -- the stage entered
    at           integer not null
) strict;
create index opportunity_stage_by_opportunity on opportunity_stage (opportunity, at, by_fact);

create table activity (
    no           integer primary key,   -- the fact's number
    lead         text not null,
    kind         text not null,
    status       text,
    campaign     text,
    happened_at  integer not null,
    by_user      text                   -- null when the contact acted
) strict;
create index activity_by_lead on activity (lead, happened_at, no);

create table user_record (
    id         text primary key,
    role       text,                    -- null until admitted
    side       text,                    -- as admitted; before that, as reported
    active     integer not null,        -- 1: may sign in
    fields     text not null,
    team       text,
    manager    text,
    region     text,
    last_fact  integer not null
) strict;

create table quota (
    owner      text not null,           -- empty for the whole firm
    period     text not null,           -- 2026, 2026-Q4 or 2026-11
    fields     text not null,
    last_fact  integer not null,
    primary key (owner, period)
) strict;

create table agreement (
    version       integer primary key,
    hash          text not null,
    state         text not null,        -- proposed, withdrawn, signed, in_force or superseded
    effective_at  integer,
    in_force_at   integer,
    proposed_at   integer,
    proposed_by   text,
    text          text not null,        -- JSON, content by file name
    last_fact     integer not null
) strict;

create table signature (
    by_fact  integer primary key,
    version  integer not null,
    side     text not null,             -- marketing, sales or neutral
    user_id  text not null,
    at       integer not null,
    hash     text not null              -- of the text that the signer saw
) strict;
create index signature_by_version on signature (version);
