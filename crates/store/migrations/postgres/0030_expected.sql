-- An open opportunity stands in lists at the day on which it is expected to close.
update opportunity set closed_on = substr(fields::json ->> 'expected_on', 1, 10)
where outcome = 'open' and fields::json ->> 'expected_on' is not null;
