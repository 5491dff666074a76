-- The Agreement says how many clocks of each service level are late: in this order they are counted
-- one after the other, with nothing to be put in order and no row to be looked at.
create index clock_late on clock (version, service_level, due_at, resting, stopped_at)
    where stopped_at is null and resting = 0;
