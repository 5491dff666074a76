-- Lists of leads show from whom each came to its owner, by what and when, and can be asked for those.
alter table lead add column passed_from text;     -- who had it before its owner
alter table lead add column passed_by text;       -- ladder, route, book or hand
alter table lead add column passed_at integer;    -- ms
create index lead_passed_by_due on lead (coalesce(next_due_at, 9223372036854775807), id)
    where passed_at is not null;
