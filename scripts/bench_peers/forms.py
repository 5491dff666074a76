"""The files in the forms that the tools like best, made once. usage: forms.py FOLDER [journeys]"""

import sys
from pathlib import Path

import duckdb

folder = Path(sys.argv[1])
of = {"journeys": ("touches", "journeys")}.get("".join(sys.argv[2:]), ("activities", "contacts", "deals"))
sorted_by = {"activities": 'order by contact_id, "at"', "touches": "order by journey_id, ts"}
kept = folder / ("journeys.duckdb" if "touches" in of else "past.duckdb")
if not kept.exists():
    tables = duckdb.connect(str(kept))
    for name in of:
        tables.execute(f"create table {name} as from '{folder}/{name}.csv' {sorted_by.get(name, '')}")
        tables.execute(f"copy {name} to '{folder}/{name}.parquet' (format parquet, compression snappy)")
    tables.close()
