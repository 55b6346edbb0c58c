"""Records statistics.json: quantiles, intervals, rates and random numbers for StatisticsTests, on inputs made here.

Intervals and rates are those of scipy and scikit-learn; the random numbers are from xoshiro256** and SplitMix64 written
down here from their papers, so that the package's own are compared with an independent version.
Run with scipy 1.17.1, scikit-learn 1.9.1, numpy 2.4.6: python record_statistics.py
"""

import json
import pathlib

import numpy
from scipy import stats
from sklearn import metrics

MASK = (1 << 64) - 1


class Generator:
    """xoshiro256**, its state filled by SplitMix64."""

    def __init__(self, seed):
        self.words = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & MASK
            z = seed
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
            self.words.append(z ^ (z >> 31))

    def next(self):
        rotate = lambda x, k: ((x << k) | (x >> (64 - k))) & MASK
        s = self.words
        result = (rotate((s[1] * 5) & MASK, 7) * 9) & MASK
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 45)
        return result

    def below(self, count):
        while True:
            product = self.next() * count
            if product & MASK >= (1 << 64) % count:
                return product >> 64

    def shuffled(self, count):
        order = list(range(count))
        for index in range(count - 1, 0, -1):
            other = self.below(index + 1)
            order[index], order[other] = order[other], order[index]
        return order


def bootstrap(values, seed, resamples=2000):
    generator = Generator(seed)
    means = [sum(values[generator.below(len(values))] for _ in values) / len(values) for _ in range(resamples)]
    return [float(x) for x in numpy.quantile(means, [0.025, 0.975])]


random = numpy.random.default_rng(20250322)
samples = [[float(x) for x in random.normal(size=n)] for n in (2, 3, 7, 40)]
labels = [bool(x) for x in random.random(60) < 0.4]
scores = [float(x) for x in numpy.round(random.normal(size=60) + numpy.array(labels), 1)]
predictions = [score > 0.3 for score in scores]
first, second = samples[3], [float(x) for x in numpy.array(samples[3]) + random.normal(0.2, 0.5, size=40)]

golden = {
    "normal_quantiles": [
        [p, float(stats.norm.ppf(p))] for p in (1e-12, 1e-5, 0.005, 0.025, 0.1, 0.4, 0.5, 0.6, 0.975, 0.995, 0.99999)
    ],
    "student_quantiles": [
        [p, degrees, float(stats.t.ppf(p, degrees))]
        for p in (0.6, 0.9, 0.975, 0.995, 0.9995) for degrees in (1, 2, 3, 4, 9, 30, 31, 200)
    ],
    "wilson": [
        [k, n, c, *map(float, stats.binomtest(k, n).proportion_ci(c, method="wilson"))]
        for k, n, c in ((0, 5, 0.95), (5, 5, 0.95), (1, 2, 0.95), (37, 120, 0.95), (37, 120, 0.99), (999, 1000, 0.9))
    ],
    "samples": [
        {
            "values": values,
            "mean": float(numpy.mean(values)),
            "std": float(numpy.std(values, ddof=1)),
            "median": float(numpy.median(values)),
            "quantiles": [[q, float(numpy.quantile(values, q))] for q in (0, 0.025, 0.3, 0.5, 0.975, 1)],
            "normal": [float(x) for x in stats.norm.interval(0.95, numpy.mean(values), stats.sem(values))],
            "student": [float(x) for x in stats.t.interval(0.99, len(values) - 1, numpy.mean(values), stats.sem(values))],
            "bootstrap": bootstrap(values, seed=11),
        }
        for values in samples
    ],
    "paired": {
        "first": first, "second": second,
        "interval": bootstrap([b - a for a, b in zip(first, second)], seed=5),
    },
    "decisions": {
        "labels": labels, "scores": scores, "predictions": predictions,
        "area": float(metrics.roc_auc_score(labels, scores)),
        "accuracy": float(metrics.accuracy_score(labels, predictions)),
        "balanced_accuracy": float(metrics.balanced_accuracy_score(labels, predictions)),
        "precision": float(metrics.precision_score(labels, predictions)),
        "recall": float(metrics.recall_score(labels, predictions)),
        "f1": float(metrics.f1_score(labels, predictions)),
        "confusion": [int(x) for x in metrics.confusion_matrix(labels, predictions).ravel()],
    },
    "random": [
        {"seed": str(seed), "next": [str(g.next()) for _ in range(6)], "below": [[n, g.below(n)] for n in (1, 2, 7, 1000) + (3 << 61,) * 8],
         "state": "".join(f"{word:016x}" for word in g.words)}
        for seed in (0, 1, 42, MASK) for g in [Generator(seed)]
    ],
    "permutations": [
        [seed, epoch, Generator((seed + epoch * 0xD1B54A32D192ED03) & MASK).shuffled(12)]
        for seed, epoch in ((0, 0), (7, 0), (7, 1), (7, 2))
    ],
}

path = pathlib.Path(__file__).with_name("statistics.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
