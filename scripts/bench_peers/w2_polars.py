"""Polars. usage: w2_polars.py FOLDER csv|parquet rolling"""

import json
import sys

import polars as pl

import definition as d

folder, form = sys.argv[1:3]
scan = {"csv": pl.scan_csv, "parquet": pl.scan_parquet}[form]
activities, contacts, deals = (scan(f"{folder}/{name}.{form}") for name in ("activities", "contacts", "deals"))


def by_value(column, points):
    return pl.col(column).replace_strict(points, default=0, return_dtype=pl.Int64)


size = pl.lit(0)
for least, points in reversed(d.EMPLOYEES):
    size = pl.when(pl.col("employees") >= least).then(points).otherwise(size)
fit = by_value("seniority", d.SENIORITY) + by_value("industry", d.INDUSTRY) + by_value("country", d.COUNTRY) + size
who = contacts.select("contact_id", fit=fit).filter(pl.col("fit") >= d.FIT_LEAST)
age = (pl.col("at") - d.START) / d.HALF_LIFE
# Contacts lie further apart on this axis than the window is long, so one rolling sum serves all.
axis = pl.col("contact_id").cast(pl.Int64) * (1 << 32) + pl.col("at") - d.START
risen = by_value("kind", d.KIND) * 2.0**age
scored = (
    activities.join(who, on="contact_id").with_columns(risen=risen, axis=axis).sort("axis")
    .with_columns(score=pl.col("fit") + 2.0 ** (-age) * pl.col("risen").rolling_sum_by(
        "axis", window_size=f"{d.FORGOTTEN_AFTER}i", closed="right"))
)
first = scored.filter(pl.col("score") >= d.THRESHOLD - d.HAIR).group_by("contact_id").agg(found=pl.col("at").min())
hit = ((pl.col("closed_at") > pl.col("found")) & (pl.col("closed_at") <= pl.col("found") + d.WITHIN)).fill_null(False)
months = (
    first.join(deals.filter(pl.col("won") == 1), on="contact_id", how="left").with_columns(hit=hit)
    .group_by(month=pl.from_epoch("found", time_unit="s").dt.strftime("%Y-%m"))
    .agg(pl.len().alias("n"), pl.col("hit").sum().cast(pl.Int64).alias("won"),
         (pl.col("amount_minor").fill_null(0) * pl.col("hit")).sum().alias("minor"))
    .sort("month").collect()
)
print(json.dumps([[month, int(n), int(won), int(minor)] for month, n, won, minor in months.iter_rows()]))
