"""DuckDB. usage: w1_duckdb.py FOLDER csv|parquet|own lists|window"""

import json
import sys

import duckdb

import chain

folder, form, way = sys.argv[1:4]
if form == "own":
    tables = duckdb.connect(f"{folder}/journeys.duckdb", read_only=True)
else:
    tables = duckdb.connect()
tables.execute("set threads = 2")


def table(name):
    return name if form == "own" else f"'{folder}/{name}.{form}'"


last = f"case when converted > 0 then '{chain.CONVERTS}' else '{chain.ENDS}' end"
if way == "lists":
    steps = f"""with path as (select journey_id, list(channel order by ts) as path from {table('touches')} group by 1),
        whole as (select ['{chain.BEGINS}'] || path || [{last}] as path
                  from path join {table('journeys')} using (journey_id))
        select step.one, step.other, count(*) from (
            select unnest(list_transform(range(1, len(path)), lambda i: {{'one': path[i], 'other': path[i + 1]}})) as step
            from whole) group by 1, 2"""
else:
    steps = f"""with step as (
            select journey_id, channel, lag(channel) over w as before, lead(channel) over w as after
            from {table('touches')} window w as (partition by journey_id order by ts))
        select channel, coalesce(after, {last}), count(*) from step join {table('journeys')} using (journey_id)
        group by 1, 2
        union all select '{chain.BEGINS}', channel, count(*) from step where before is null group by 2"""
follows = tables.execute(steps).fetchall()
conversions = int(tables.execute(f"select sum(converted) from {table('journeys')}").fetchone()[0])
print(json.dumps(chain.credit(follows, conversions)))
