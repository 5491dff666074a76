-- Whether an opportunity counts towards a goal can be contested, as an answer and a clause can.
alter table dispute add column opportunity text collate "C";
alter table dispute add column goal text collate "C";        -- the goal's key
create index dispute_by_opportunity on dispute (opportunity) where opportunity is not null;
