-- What somebody was told of clocks is read in the order in which it was told, up to so many.
drop index clock_told_to;
create index clock_told_to on clock_told (user_id, shown_until, at, by_fact);
-- A page of people says until when each one's unused link works.
create index invitation_unused on invitation (user_id, expires_at) where used_at is null;
