"""DuckDB. usage: w2_duckdb.py FOLDER csv|parquet|own window|pruned|rounded"""

import json
import sys

import duckdb

import definition as d

folder, form, way = sys.argv[1:4]
if form == "own":
    tables = duckdb.connect(f"{folder}/past.duckdb", read_only=True)
else:
    tables = duckdb.connect()
tables.execute("set threads = 2")


def table(name):
    return name if form == "own" else f"'{folder}/{name}.{form}'"


RISE = f"exp(0.6931471805599453 * (seen - {d.START}) / {d.HALF_LIFE}.0)"
FALL = f"exp(-0.6931471805599453 * (seen - {d.START}) / {d.HALF_LIFE}.0)"
fit = f"fit as (select contact_id, {d.FIT} as fit from {table('contacts')} where {d.FIT} >= {d.FIT_LEAST})"
touch = f"""touch as materialized (select contact_id, "at" as seen, fit, {d.POINTS} as points
            from {table('activities')} join fit using (contact_id))"""
# Those whose points, if none ever faded, cannot reach the threshold.
hopeful = f"""hopeful as (select contact_id from touch group by 1
              having any_value(fit) + sum(points) >= {d.THRESHOLD - d.HAIR})"""
scored = f"""scored as (select contact_id, seen, fit + {FALL} * sum(points * {RISE}) over (
                 partition by contact_id order by seen
                 range between {d.FORGOTTEN_AFTER - 1} preceding and current row) as score
             from touch {'semi join hopeful using (contact_id)' if way == 'pruned' else ''})"""
first = f"first as (select contact_id, min(seen) as found from scored where score >= {d.THRESHOLD - d.HAIR} group by 1)"
if way == "rounded":
    # Each touch rounded half up to a thousandth before it is added, as the definition has it.
    left = f"floor(1000.0 * x.points * exp(-0.6931471805599453 * (t.seen - x.seen) / {d.HALF_LIFE}.0) + 0.5)"
    scored = f"""scored as (select t.contact_id, t.seen, any_value(t.fit) * 1000 + sum({left}) as score
                 from (select distinct contact_id, seen, fit from touch semi join hopeful using (contact_id)) t
                 join touch x on x.contact_id = t.contact_id
                     and x.seen <= t.seen and x.seen > t.seen - {d.FORGOTTEN_AFTER} group by 1, 2)"""
    first = f"first as (select contact_id, min(seen) as found from scored where score >= {d.THRESHOLD * 1000} group by 1)"
parts = [fit, touch, *([hopeful] if way != "window" else []), scored, first]
won = f"(select * from {table('deals')} where won = 1)"
rows = tables.execute(f"""with {', '.join(parts)}
    select strftime(make_timestamp(f.found * 1000000), '%Y-%m') as month, count(*), count(w.contact_id),
        coalesce(sum(w.amount_minor), 0)
    from first f left join {won} w on w.contact_id = f.contact_id
        and w.closed_at > f.found and w.closed_at <= f.found + {d.WITHIN}
    group by 1 order by 1""").fetchall()
print(json.dumps([[month, int(n), int(won), int(minor)] for month, n, won, minor in rows]))
