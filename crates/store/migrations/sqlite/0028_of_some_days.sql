-- What happened in some days is counted without looking at what happened in all the others.
create index qualification_by_at on qualification (at, lead);
create index opportunity_by_opening on opportunity (opened_on) where opened_on is not null;
