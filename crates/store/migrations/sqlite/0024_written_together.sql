-- Rows are written many in one statement, each with all that one transaction changed in it, so what is
-- counted is changed once for all rows of a statement.
-- Here the counts change row by row, as before; but a lead may now come with a clock that runs.
create trigger lead_comes_running after insert on lead
when new.next_due_at is not null begin
    insert into tally (what, version, key, state, n) values ('lead', 0, '', 'running', 1)
        on conflict (what, version, key, state) do update set n = n + 1;
end;
