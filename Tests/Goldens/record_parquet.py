"""Records the Parquet goldens: small files as other tools write them.

    python record_parquet.py            # pyarrow 26.0.1, datasets 5.2.0, pillow 13.0.0

parquet/types.parquet   every column type the reader knows, in the spellings that tools use, with nulls, and a list
                        column that it does not read; two row groups of two rows, snappy.
parquet/pairs.parquet   three rows of the pairwise BeaverTails-V schema, written by the `datasets` library.
"""
import io
import os
import sys

import datasets
import PIL
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "parquet")


def picture(color, kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", (2, 2), color).save(out, kind)
    return out.getvalue()


def types():
    image = pa.struct([("bytes", pa.large_binary()), ("path", pa.string())])
    table = pa.table({
        "text": pa.array(["a", "", None, "né 💧"], pa.string()),
        "large": pa.array(["x" * 300, "y", "z", None], pa.large_string()),
        "word": pa.array(["yes", "no", None, "yes"], pa.string()).dictionary_encode(),
        "narrow": pa.array([-1, 2, None, 2147483647], pa.int32()),
        "wide": pa.array([-(2 ** 63), 0, 2 ** 63 - 1, None], pa.int64()),
        "real": pa.array([0.5, None, -2.0, 1e300], pa.float64()),
        "half": pa.array([0.5, None, -2.0, 4.0], pa.float32()),
        "flag": pa.array([True, False, None, True], pa.bool_()),
        "image": pa.array([{"bytes": b"\x01\x02", "path": "a.png"}, {"bytes": b"", "path": None}, None,
                           {"bytes": None, "path": "d.png"}], image),
        "list": pa.array([[1], [], None, [2, 3]], pa.list_(pa.int64())),
    })
    pq.write_table(table, os.path.join(here, "types.parquet"), row_group_size=2, compression="snappy")


def pairs():
    rows = [
        dict(question="What is in the picture?", color=(255, 0, 0), more_helpful="1", safer="2", safe=("no", "yes"),
             harmless=(-2, 1), helpful=(3, 1)),
        dict(question="How do I use this tool?", color=(0, 255, 0), more_helpful="2", safer="1", safe=("yes", "yes"),
             harmless=(0, 0), helpful=(0, 2)),
        dict(question="What is in the picture?", color=(0, 0, 255), more_helpful="1", safer="1", safe=("no", "no"),
             harmless=(-1, -3), helpful=(2, 2)),
    ]
    features = datasets.Features({
        "question": datasets.Value("string"), "image": datasets.Image(), "category": datasets.Value("string"),
        "image_severity": datasets.Value("int64"), "response_1": datasets.Value("string"),
        "response_2": datasets.Value("string"), "response_1_from": datasets.Value("string"),
        "response_2_from": datasets.Value("string"), "more_helpful_response_id": datasets.Value("string"),
        "is_response_1_safe": datasets.Value("string"), "is_response_2_safe": datasets.Value("string"),
        "safer_response_id": datasets.Value("string"), "response_1_harmless_rate": datasets.Value("int64"),
        "response_2_harmless_rate": datasets.Value("int64"), "response_1_helpful_rate": datasets.Value("int64"),
        "response_2_helpful_rate": datasets.Value("int64"),
    })
    table = [{
        "question": row["question"], "image": {"bytes": picture(row["color"]), "path": f"{index}.png"},
        "category": "animal_abuse", "image_severity": index,
        "response_1": f"First answer {index}.", "response_2": f"Second answer {index}.",
        "response_1_from": "model-a", "response_2_from": "model-b",
        "more_helpful_response_id": row["more_helpful"], "safer_response_id": row["safer"],
        "is_response_1_safe": row["safe"][0], "is_response_2_safe": row["safe"][1],
        "response_1_harmless_rate": row["harmless"][0], "response_2_harmless_rate": row["harmless"][1],
        "response_1_helpful_rate": row["helpful"][0], "response_2_helpful_rate": row["helpful"][1],
    } for index, row in enumerate(rows)]
    dataset = datasets.Dataset.from_list(table, features=features)
    dataset.to_parquet(os.path.join(here, "pairs.parquet"))


if __name__ == "__main__":
    print("python", sys.version.split()[0], "pyarrow", pa.__version__, "datasets", datasets.__version__,
          "pillow", PIL.__version__)
    types()
    pairs()
