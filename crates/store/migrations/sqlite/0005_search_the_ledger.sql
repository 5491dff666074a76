-- Whoever audits the ledger looks for facts by source, kind and time, the newest first, in a ledger
-- of any length. One index serves every mixture of the three, since appending pays for each index.
create index fact_by_origin on fact (source, kind, recorded_at, no);
