"""Records agreement.json: coefficients of agreement and aggregated labels for AgreementTests, on ratings made here.

Coefficients are those of krippendorff, scikit-learn and statsmodels, aggregated labels those of crowd-kit; "published" has
worked examples with the numbers that their authors print.
Run with krippendorff 0.9.0, scikit-learn 1.9.1, statsmodels 0.15.0, crowd-kit 1.4.2, pandas 3.1.1, numpy 2.4.6:
python record_agreement.py
"""

import json
import pathlib

import krippendorff
import numpy
import pandas
from crowdkit.aggregation import DawidSkene, MajorityVote
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

random = numpy.random.default_rng(20250322)


def ratings(items, annotators, labels, accuracy, missing):
    """One row an annotator, NaN for a missing answer; wrong answers lie near the truth more often than far from it."""
    truth = random.choice(labels, size=items)
    table = numpy.full((annotators, items), numpy.nan)
    for row in range(annotators):
        for item in range(items):
            if random.random() < missing:
                continue
            near = numpy.exp(-numpy.abs(numpy.array(labels) - truth[item]) / accuracy)
            table[row, item] = random.choice(labels, p=near / near.sum())
    return table


def alphas(table):
    return {
        level: float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))
        for level in ("nominal", "ordinal", "interval")
    }


def cells(table):
    return [[None if numpy.isnan(value) else float(value) for value in row] for row in table]


def dawid_skene(table, rounds):
    answers = pandas.DataFrame(
        [(item, row, int(table[row, item])) for item in range(table.shape[1]) for row in range(table.shape[0])
         if not numpy.isnan(table[row, item])],
        columns=["task", "worker", "label"])
    # A tolerance that no change is below, so that the rounds are counted and not cut short.
    model = DawidSkene(n_iter=rounds, tol=-1e300).fit(answers)
    return {"rounds": rounds, "probabilities": model.probas_.sort_index().sort_index(axis=1).values.tolist(),
            "majority": MajorityVote().fit_predict_proba(answers).sort_index().sort_index(axis=1).values.tolist()}


tables = [
    ratings(40, 3, [0, 1, 2, 3], 0.6, 0.0),
    ratings(60, 5, [-3, -2, -1, 0, 1, 2, 3], 1.2, 0.35),
    ratings(200, 4, [1, 2], 0.8, 0.2),
    ratings(25, 6, [0.5, 1, 2.75, 8], 1.0, 0.5),
]
pairs = [ratings(80, 2, labels, 0.7, 0.0) for labels in ([0, 1, 2, 3], [-3, -2, -1, 0, 1, 2, 3], [0, 1])]
even = ratings(50, 6, [0, 1, 2], 0.9, 0.0)
counts = [[int((even[:, item] == label).sum()) for label in (0, 1, 2)] for item in range(even.shape[1])]

N = numpy.nan
krippendorff_2011 = numpy.array([
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
])
fleiss_example = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]
cohen_1968 = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]

golden = {
    "alpha": [{"ratings": cells(table), **alphas(table)} for table in tables],
    "cohen": [
        {"ratings": cells(table),
         **{name: float(cohen_kappa_score(table[0], table[1], weights=weights))
            for name, weights in (("none", None), ("linear", "linear"), ("quadratic", "quadratic"))}}
        for table in pairs
    ],
    "fleiss": [{"ratings": cells(even), "kappa": float(fleiss_kappa(counts))}],
    "dawid_skene": [
        {"ratings": cells(table), "fits": [dawid_skene(table, rounds) for rounds in (1, 5, 30)]}
        for table in (ratings(60, 5, [0, 1, 2], 1.6, 0.2), ratings(120, 4, [1, 2], 1.2, 0.3))
    ],
    "published": {
        # Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", example C: 0.743, 0.815, 0.849.
        "krippendorff_2011": {"ratings": cells(krippendorff_2011), "printed": [0.743, 0.815, 0.849], **alphas(krippendorff_2011)},
        # The worked example of fourteen raters and ten subjects in the article "Fleiss' kappa" of Wikipedia: 0.210.
        "fleiss": {"counts": fleiss_example, "printed": 0.210, "kappa": float(fleiss_kappa(fleiss_example))},
        # Cohen 1968, two judges of 200 patients: 0.492.
        "cohen_1968": {"counts": cohen_1968, "printed": 0.492,
                       "none": float(cohens_kappa(cohen_1968).kappa),
                       "linear": float(cohens_kappa(cohen_1968, wt="linear").kappa),
                       "quadratic": float(cohens_kappa(cohen_1968, wt="quadratic").kappa)},
    },
}

path = pathlib.Path(__file__).with_name("agreement.json")
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
