"""ChannelAttribution, from its own prepared paths; it draws journeys. usage: w1_channelattribution.py FOLDER"""

import contextlib
import io
import json
import sys

import pandas as pd

with contextlib.redirect_stdout(io.StringIO()):
    import ChannelAttribution

    paths = pd.read_csv(f"{sys.argv[1]}/paths.csv", sep=";")
    found = ChannelAttribution.markov_model(
        paths, "path", "conv", var_null="null", order=1, sep=">", ncore=2, seed=1)
found = found["result"] if isinstance(found, dict) else found
print(json.dumps({row[0].strip(): float(row[1]) for row in found.itertuples(index=False)}))
