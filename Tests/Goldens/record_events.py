"""Records events.json: the bytes of a TensorBoard event file with four events, as TensorBoard's own code writes them.

Run with tensorboard 2.21.0, protobuf 7.36.2: python record_events.py
"""

import io
import json
import pathlib

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter


def scalars(step, values):
    return Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values])


events = [
    Event(wall_time=1700000000.25, file_version="brain.Event:2"),
    Event(wall_time=1700000000.25, step=301, session_log=SessionLog(status=SessionLog.START)),
    Event(wall_time=1700000001.5, step=301, summary=scalars(301, [("ppo/kl", 0.1), ("reward/mean", -2.5)])),
    Event(wall_time=1700000002.5, step=5000000000, summary=scalars(0, [("ppo/kl", float("nan"))])),
]
file = io.BytesIO()
writer = RecordWriter(file)
for event in events:
    writer.write(event.SerializeToString())
path = pathlib.Path(__file__).with_name("events.json")
path.write_text(json.dumps({"hexadecimal": file.getvalue().hex()}) + "\n")
