-- A service level can run on an opportunity, and an opportunity can reach what both sides agreed on.
alter table clock alter column lead drop not null;
alter table clock add column opportunity text collate "C";
alter table clock add check ((lead is null) <> (opportunity is null));
create index clock_by_opportunity on clock (opportunity) where opportunity is not null;

create table milestone (
    by_fact      bigint primary key,
    opportunity  text collate "C" not null,
    milestone    text collate "C" not null,  -- its key in the Agreement
    at           bigint not null,
    version      bigint not null  -- of the Agreement
);
create index milestone_by_opportunity on milestone (opportunity, at, by_fact);
