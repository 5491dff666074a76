"""chDB. usage: w1_chdb.py FOLDER csv|parquet arrays"""

import json
import sys

import chdb

import chain

folder, form = sys.argv[1:3]
kind = {"csv": "CSVWithNames", "parquet": "Parquet"}[form]


def table(name):
    return f"file('{folder}/{name}.{form}', {kind})"


def rows(query):
    said = str(chdb.query(query, "JSONCompactEachRow"))
    return [json.loads(line) for line in said.splitlines()]


follows = rows(f"""select step.1, step.2, count() from (
        select arrayJoin(arrayZip(arrayPopBack(path), arrayPopFront(path))) as step from (
            select arrayConcat(['{chain.BEGINS}'], seen, [if(converted > 0, '{chain.CONVERTS}', '{chain.ENDS}')]) as path
            from (select journey_id, arrayMap(x -> x.2, arraySort(groupArray((ts, channel)))) as seen
                  from {table('touches')} group by journey_id) as t
            inner join {table('journeys')} as j on j.journey_id = t.journey_id))
    group by 1, 2""")
conversions = int(rows(f"select sum(converted) from {table('journeys')}")[0][0])
print(json.dumps(chain.credit([(one, other, int(n)) for one, other, n in follows], conversions)))
