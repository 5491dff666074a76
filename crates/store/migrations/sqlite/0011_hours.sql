-- Hours that change hold from then on; clocks that began under the old ones keep them. So what was
-- told of somebody's hours is kept report by report.
create table user_hours (
    by_fact  integer primary key,
    user_id  text not null,
    since    integer not null,          -- milliseconds since 1970, UTC: when it happened
    fields   text not null            -- JSON: of zone and calendar, what the report says
) strict;
