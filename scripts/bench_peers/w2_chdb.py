"""chDB. usage: w2_chdb.py FOLDER csv|parquet arrays|window"""

import json
import sys

import chdb

import definition as d

folder, form, way = sys.argv[1:4]
kind = {"csv": "CSVWithNames", "parquet": "Parquet"}[form]


def table(name):
    return f"file('{folder}/{name}.{form}', {kind})"


fit = f"(select contact_id, {d.FIT} as fit from {table('contacts')} where {d.FIT} >= {d.FIT_LEAST})"
touch = f"""(select a.contact_id as contact_id, toInt64(at) as at, fit, {d.POINTS} as points
             from {table('activities')} as a inner join {fit} as f on f.contact_id = a.contact_id)"""
least = d.THRESHOLD - d.HAIR
if way == "window":
    first = f"""select contact_id, min(at) as found from (
        select contact_id, at, fit + exp2(-(at - {d.START}) / {d.HALF_LIFE})
            * sum(points * exp2((at - {d.START}) / {d.HALF_LIFE})) over (partition by contact_id
              order by at range between {d.FORGOTTEN_AFTER - 1} preceding and current row) as score
        from {touch}) where score >= {least} group by contact_id"""
else:
    left = f"if(x.1 <= t and x.1 > t - {d.FORGOTTEN_AFTER}, x.2 * exp2(-(t - x.1) / {d.HALF_LIFE}), 0)"
    first = f"""select contact_id,
            arrayFirst(t -> who + arraySum(x -> {left}, seen) >= {least}, arrayMap(x -> x.1, seen)) as found
        from (select contact_id, any(fit) as who, arraySort(groupArray((at, points))) as seen
              from {touch} group by contact_id having who + sum(points) >= {least})
        where found > 0"""
said = chdb.query(f"""select formatDateTime(toStartOfMonth(toDateTime(found, 'UTC')), '%Y-%m') as month,
        count(), sum(hit), sum(hit * toInt64(amount_minor))
    from (select found, amount_minor, (w.contact_id = f.contact_id and closed_at > found
              and closed_at <= found + {d.WITHIN} and won = 1) as hit
          from ({first}) as f
          left join (select * from {table('deals')} where won = 1) as w on w.contact_id = f.contact_id)
    group by month order by month
    settings max_threads = 2, schema_inference_make_columns_nullable = 0""", "JSONCompactEachRow")
rows = [json.loads(line) for line in str(said).splitlines() if line]
print(json.dumps([[month, int(n), int(won), int(minor)] for month, n, won, minor in rows]))
