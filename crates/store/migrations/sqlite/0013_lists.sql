-- Lists of opportunities and of accounts seek their next page: each order has an index.
create index opportunity_in_stage on opportunity (coalesce(stage_since, -9223372036854775807), id);
create index opportunity_by_closing on opportunity (coalesce(closed_on, '9999-12-31'), id);
create index account_in_order on account (coalesce(name_key, ''), id);
