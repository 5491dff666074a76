-- An open opportunity stands in lists at the day on which it is expected to close.
update opportunity set closed_on = substr(json_extract(fields, '$.expected_on'), 1, 10)
where outcome = 'open' and json_extract(fields, '$.expected_on') is not null;
