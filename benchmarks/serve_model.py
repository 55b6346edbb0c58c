#!/usr/bin/env python3
"""Tokens per second of `serve model` on the embedded world's untrained model, at several numbers of requests at once.

    benchmarks/serve_model.py [--program .build/release/safe-rlhf-v] [--concurrency 1 4 16] [--requests 64] [--tokens 64]

Every request draws the same number of tokens (the end token seldom comes of an untrained model; what was really written is
counted). Client and server share this machine's cores: the figures compare the rows, they are no capacity.
"""
import argparse
import concurrent.futures
import http.client
import json
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--program", default=".build/release/safe-rlhf-v")
arguments.add_argument("--concurrency", type=int, nargs="+", default=[1, 4, 16])
arguments.add_argument("--requests", type=int, default=64)
arguments.add_argument("--tokens", type=int, default=64)
arguments = arguments.parse_args()

folder = pathlib.Path(tempfile.mkdtemp(prefix="serve-benchmark-"))
world = ["world.lessons=2", "world.conversations=12", "world.trainingPairs=24", "world.evaluationPairs=4", "seed=3"]
subprocess.run([arguments.program, "data", "synth", "--output", folder / "world"] + [word for setting in world for word in ("--set", setting)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
server = subprocess.Popen([arguments.program, "serve", "model", "--model", folder / "world/models/start", "--port", str(port), "--log-level", "warning"])


def ask(number):
    """Tokens written for one request, and its seconds."""
    start = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    body = {"model": "start", "messages": [{"role": "user", "content": f"Tell me about picture {number}."}], "max_tokens": arguments.tokens, "seed": number}
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    return answer["usage"]["completion_tokens"], time.monotonic() - start


try:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    else:
        sys.exit("the server does not listen")
    for number in range(4):
        ask(number)
    print("| requests at once | tokens/s | beside one at a time | seconds of a request, median |\n|---:|---:|---:|---:|")
    alone = None
    for concurrency in arguments.concurrency:
        start = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(concurrency) as pool:
            results = list(pool.map(ask, range(arguments.requests)))
        rate = sum(tokens for tokens, _ in results) / (time.monotonic() - start)
        alone = alone or rate
        print(f"| {concurrency} | {rate:,.0f} | {rate / alone:.2f} × | {statistics.median(seconds for _, seconds in results):.3f} |", flush=True)
finally:
    server.send_signal(signal.SIGTERM)
    server.wait(60)
