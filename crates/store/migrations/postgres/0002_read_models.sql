-- The read models: plain tables worked out from the ledger, for pages, reports and BI tools to read.
-- All of them can be dropped and rebuilt. Instants are milliseconds since 1970, UTC; dates are text
-- like 2026-07-01; yes is 1 and no is 0; `fields` is JSON with all that was reported, keys sorted, a
-- blank as null; `last_fact` is the number of the fact that last changed the row.
create table account (
    id         text collate "C" primary key,
    name       text collate "C",
    name_key   text collate "C",  -- the name in small letters and single spaces
    fields     text collate "C" not null,
    last_fact  bigint not null
);
create index account_by_name on account (name_key);

create table product (
    id         text collate "C" primary key,
    name       text collate "C",
    name_key   text collate "C",
    fields     text collate "C" not null,
    last_fact  bigint not null
);
create index product_by_name on product (name_key);

create table campaign (
    id         text collate "C" primary key,
    name       text collate "C",
    name_key   text collate "C",
    type       text collate "C",
    fields     text collate "C" not null,
    last_fact  bigint not null
);
create index campaign_by_name on campaign (name_key);

create table lead (
    id                  text collate "C" primary key,
    record              text collate "C",  -- lead or contact, in the source's word
    account             text collate "C",
    owner               text collate "C",
    owner_since         bigint,
    status              text collate "C",
    status_since        bigint,
    source              text collate "C",
    created_at          bigint,  -- as the source says
    fields              text collate "C" not null,
    qualified_times     bigint not null,
    first_qualified_at  bigint,
    last_qualified_at   bigint,
    total_points        bigint,  -- thousandths, at the latest qualification
    next_due_at         bigint,  -- of the running clock that is due first
    last_fact           bigint not null
);
create index lead_by_account on lead (account);
create index lead_by_owner on lead (owner);
create index lead_by_status_since on lead ((coalesce(status_since, -9223372036854775807)), id);
create index lead_by_created_at on lead ((coalesce(created_at, -9223372036854775807)), id);
create index lead_by_points on lead ((coalesce(total_points, -9223372036854775807)), id);
create index lead_by_due_at on lead ((coalesce(next_due_at, 9223372036854775807)), id);

create table lead_stage (
    by_fact  bigint primary key,
    lead     text collate "C" not null,
    status   text collate "C" not null,  -- the status entered
    at       bigint not null,
    decided  bigint not null,  -- 1 when the Agreement decided it, 0 when it was told
    reason   text collate "C",
    by_user  text collate "C"
);
create index lead_stage_by_lead on lead_stage (lead, at, by_fact);

create table qualification (
    by_fact     bigint primary key,
    lead        text collate "C" not null,
    definition  text collate "C" not null,
    status      text collate "C" not null,
    at          bigint not null,
    version     bigint not null,  -- of the Agreement
    total       bigint not null,  -- thousandths of a point
    components  text collate "C" not null,  -- JSON, thousandths by component
    times       bigint not null  -- how often the lead has met the definition, this included
);
create index qualification_by_lead on qualification (lead, at, by_fact);

create table assignment (
    by_fact  bigint primary key,
    lead     text collate "C" not null,
    owner    text collate "C",  -- null: given to nobody
    at       bigint not null
);
create index assignment_by_lead on assignment (lead, at, by_fact);

create table handoff (
    id            text collate "C" primary key,
    lead          text collate "C" not null,
    delivered_at  bigint,  -- null while only the answer is known
    owner         text collate "C",
    fields        text collate "C" not null,
    answer        text collate "C",  -- accepted, rejected, recycled or disqualified
    answered_at   bigint,
    reason        text collate "C",
    answered_by   text collate "C",
    by_fact       bigint,
    answer_fact   bigint,
    last_fact     bigint not null
);
create index handoff_by_lead on handoff (lead);

create table clock (
    id               text collate "C" primary key,
    lead             text collate "C" not null,
    service_level    text collate "C" not null,
    version          bigint not null,  -- of the Agreement
    clause           text collate "C" not null,
    owner            text collate "C",
    transfer         bigint not null,  -- 1 is the first assignment
    started_at       bigint not null,
    counts_from      bigint not null,
    at_risk_at       bigint not null,
    due_at           bigint not null,
    resting          bigint not null,  -- 1 while no time counts
    risk_noticed     bigint not null,
    breached         bigint not null,
    stopped_at       bigint,  -- null while it runs
    verdict          text collate "C",  -- met, met_late, missed or no_verdict
    stopped_by       text collate "C",
    working_seconds  bigint,
    elapsed_seconds  bigint,
    start_fact       bigint not null,
    stop_fact        bigint,
    last_fact        bigint not null
);
create index clock_by_lead on clock (lead);
create index clock_by_risk on clock (at_risk_at) where stopped_at is null and risk_noticed = 0;
create index clock_by_due on clock (due_at) where stopped_at is null and breached = 0;

create table opportunity (
    id            text collate "C" primary key,
    name          text collate "C",
    account       text collate "C",
    lead          text collate "C",
    owner         text collate "C",
    product       text collate "C",
    campaign      text collate "C",
    stage         text collate "C",
    stage_since   bigint,
    outcome       text collate "C" not null,  -- open, won, lost, no_decision or unknown
    amount_minor  bigint,  -- cents for EUR, yen for JPY
    currency      text collate "C",  -- ISO 4217
    opened_on     text collate "C",
    closed_on     text collate "C",
    fields        text collate "C" not null,
    first_fact    bigint not null,
    last_fact     bigint not null
);
create index opportunity_by_account on opportunity (account);
create index opportunity_by_lead on opportunity (lead);

create table opportunity_stage (
    by_fact      bigint primary key,
    opportunity  text collate "C" not null,
    stage        text collate "C" not null,  -- the stage entered
    at           bigint not null
);
create index opportunity_stage_by_opportunity on opportunity_stage (opportunity, at, by_fact);

create table activity (
    no           bigint primary key,  -- the fact's number
    lead         text collate "C" not null,
    kind         text collate "C" not null,
    status       text collate "C",
    campaign     text collate "C",
    happened_at  bigint not null,
    by_user      text collate "C"  -- null when the contact acted
);
create index activity_by_lead on activity (lead, happened_at, no);

create table user_record (
    id         text collate "C" primary key,
    role       text collate "C",  -- null until admitted
    side       text collate "C",  -- as admitted; before that, as reported
    active     bigint not null,  -- 1: may sign in
    fields     text collate "C" not null,
    team       text collate "C",
    manager    text collate "C",
    region     text collate "C",
    last_fact  bigint not null
);

create table quota (
    owner      text collate "C" not null,  -- empty for the whole firm
    period     text collate "C" not null,  -- 2026, 2026-Q4 or 2026-11
    fields     text collate "C" not null,
    last_fact  bigint not null,
    primary key (owner, period)
);

create table agreement (
    version       bigint primary key,
    hash          text collate "C" not null,
    state         text collate "C" not null,  -- proposed, withdrawn, signed, in_force or superseded
    effective_at  bigint,
    in_force_at   bigint,
    proposed_at   bigint,
    proposed_by   text collate "C",
    text          text collate "C" not null,  -- JSON, content by file name
    last_fact     bigint not null
);

create table signature (
    by_fact  bigint primary key,
    version  bigint not null,
    side     text collate "C" not null,  -- marketing, sales or neutral
    user_id  text collate "C" not null,
    at       bigint not null,
    hash     text collate "C" not null  -- of the text that the signer saw
);
create index signature_by_version on signature (version);
