"""The files in the forms that the tools like best, made once. usage: forms.py FOLDER"""

import sys
from pathlib import Path

import duckdb

folder = Path(sys.argv[1])
if not (folder / "past.duckdb").exists():
    tables = duckdb.connect(str(folder / "past.duckdb"))
    for name in ("activities", "contacts", "deals"):
        order = 'order by contact_id, "at"' if name == "activities" else ""
        tables.execute(f"create table {name} as from '{folder}/{name}.csv' {order}")
        tables.execute(f"copy {name} to '{folder}/{name}.parquet' (format parquet, compression snappy)")
    tables.close()
