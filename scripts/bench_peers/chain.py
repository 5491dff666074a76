"""A Markov chain of order 1 from how often one thing follows another: what each channel is credited with,
exactly, by how much fewer journeys would convert if every touch of it ended them."""

import numpy as np

BEGINS, CONVERTS, ENDS = "(begins)", "(converts)", "(ends)"


def credit(follows, conversions):
    """`follows` is a list of (from, to, how often)."""
    channels = sorted({one for one, _, _ in follows} - {BEGINS})
    place = {channel: at for at, channel in enumerate([BEGINS, *channels])}
    n = len(place)
    steps, wins = np.zeros((n, n)), np.zeros(n)
    for one, other, times in follows:
        if other in place:
            steps[place[one], place[other]] += times
        elif other == CONVERTS:
            wins[place[one]] += times
    whole = np.zeros(n)
    for one, _, times in follows:
        whole[place[one]] += times
    steps, wins = steps / whole[:, None], wins / whole

    def reached(without=None):
        kept = [at for at in range(n) if at != without]
        chances = np.linalg.solve(np.eye(len(kept)) - steps[np.ix_(kept, kept)], wins[kept])
        return chances[0]

    all_of_them = reached()
    lost = {channel: 1 - reached(place[channel]) / all_of_them for channel in channels}
    total = sum(lost.values())
    return {channel: conversions * share / total for channel, share in lost.items()}
