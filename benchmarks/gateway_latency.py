#!/usr/bin/env python3
"""Latency and throughput of the gateway with the stub guard, beside a plain reverse proxy and the bare upstream server.

    benchmarks/gateway_latency.py [--program .build/release/safe-rlhf-v] [--seconds 10] [--connections 1 64 1000]

Needs wrk, and nginx for the comparison; without nginx that row is left out and said so. Everything runs on loopback, so
client, proxy and upstream server share this machine's cores: the figures compare the rows, they are no capacity.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--program", default=".build/release/safe-rlhf-v")
arguments.add_argument("--seconds", type=int, default=10)
arguments.add_argument("--connections", type=int, nargs="+", default=[1, 64, 1000])
arguments = arguments.parse_args()
if not shutil.which("wrk"):
    sys.exit("wrk is needed: apt-get install wrk")

folder = pathlib.Path(tempfile.mkdtemp(prefix="gateway-benchmark-"))
processes = []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(port, *command):
    processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return processes[-1]
        time.sleep(0.05)
    sys.exit(f"{command[0]} does not listen on {port}")


def nginx(port, upstream):
    config = folder / "nginx.conf"
    config.write_text(f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{ access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  upstream server {{ server 127.0.0.1:{upstream}; keepalive 256; }}
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://server; proxy_http_version 1.1; proxy_set_header Connection ""; }} }} }}
""")
    start(port, shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(config), "-p", str(folder))


def measure(port, connections):
    body = json.dumps({"model": "mock", "messages": [{"role": "user", "content": "How do I bake bread?"}]})
    script = folder / "post.lua"
    script.write_text(f"wrk.method = 'POST'\nwrk.headers['content-type'] = 'application/json'\nwrk.body = [[{body}]]\n")
    output = subprocess.run(
        ["wrk", "-t", "1", "-c", str(connections), "-d", f"{arguments.seconds}s", "--timeout", "30s", "--latency", "-s", script, f"http://127.0.0.1:{port}/v1/chat/completions"],
        capture_output=True, text=True, check=True).stdout
    latency = {p: milliseconds(re.search(rf"{p}%\s+([\d.]+)(us|ms|s)", output)) for p in (50, 99)}
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    return latency[50], latency[99], float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]), int(wrong[1]) if wrong else 0


def milliseconds(found):
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def resident(process):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text())[1]) / 1024


try:
    upstream, proxy, gateway = free_port(), free_port(), free_port()
    start(upstream, arguments.program, "serve", "mock-upstream", "--port", str(upstream))
    server = start(gateway, arguments.program, "serve", "gateway", "--guard", "stub", "--upstream", f"http://127.0.0.1:{upstream}", "--port", str(gateway), "--log-level", "error",
                   "--set", "limits.requests=4096", "--set", "judging.queue=4096", "--set", "limits.connections=4096")
    rows = [("upstream alone", upstream)]
    if shutil.which("nginx") or os.path.exists("/usr/sbin/nginx"):
        nginx(proxy, upstream)
        rows.append(("nginx", proxy))
    else:
        print("nginx is not installed: no row for a plain reverse proxy", file=sys.stderr)
    rows.append(("gateway, stub guard", gateway))
    print(f"{os.cpu_count()} cores, {arguments.seconds} s a row, wrk with one thread")
    print("| connections | server | p50 ms | p99 ms | requests/s | not 2xx |\n|---|---|---|---|---|---|")
    for connections in arguments.connections:
        for name, port in rows:
            p50, p99, rate, wrong = measure(port, connections)
            print(f"| {connections} | {name} | {p50:.2f} | {p99:.2f} | {rate:.0f} | {wrong} |", flush=True)
    print(f"resident memory of the gateway afterwards: {resident(server):.0f} MiB")
finally:
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)
