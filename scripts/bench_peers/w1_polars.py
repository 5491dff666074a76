"""Polars. usage: w1_polars.py FOLDER csv|parquet shift"""

import json
import sys

import polars as pl

import chain

folder, form = sys.argv[1:3]
scan = {"csv": pl.scan_csv, "parquet": pl.scan_parquet}[form]
touches, journeys = (scan(f"{folder}/{name}.{form}") for name in ("touches", "journeys"))
last = pl.when(pl.col("converted") > 0).then(pl.lit(chain.CONVERTS)).otherwise(pl.lit(chain.ENDS))
before, after = (pl.col("journey_id").shift(by) for by in (1, -1))
steps = (
    touches.sort("journey_id", "ts").join(journeys.select("journey_id", end=last), on="journey_id", maintain_order="left")
    .select(
        "channel", first=before.ne_missing(pl.col("journey_id")),
        other=pl.when(after.ne_missing(pl.col("journey_id"))).then(pl.col("end")).otherwise(pl.col("channel").shift(-1)),
    )
    .collect()
)
follows = steps.group_by("channel", "other").len().rows()
follows += [(chain.BEGINS, channel, n) for channel, n in steps.filter("first").group_by("channel").len().rows()]
conversions = int(journeys.select(pl.col("converted").sum()).collect().item())
print(json.dumps(chain.credit(follows, conversions)))
