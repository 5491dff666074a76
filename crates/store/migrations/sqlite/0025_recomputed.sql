-- A clock that runs when a version comes into force may follow it, so that it counts under another
-- version from then on.
drop trigger clock_is_counted_anew;
create trigger clock_is_counted_anew after update on clock
when old.stopped_at is not new.stopped_at or old.verdict is not new.verdict
     or old.resting <> new.resting or old.version <> new.version begin
    update tally set n = n - 1
        where what = 'clock' and version = old.version and key = old.service_level
          and state = case when old.stopped_at is not null then coalesce(old.verdict, '')
                           when old.resting = 1 then 'resting' else 'running' end;
    insert into tally (what, version, key, state, n)
        values ('clock', new.version, new.service_level,
                case when new.stopped_at is not null then coalesce(new.verdict, '')
                     when new.resting = 1 then 'resting' else 'running' end, 1)
        on conflict (what, version, key, state) do update set n = n + 1;
    delete from tally where what = 'clock' and version = old.version and key = old.service_level
        and n = 0;
end;
