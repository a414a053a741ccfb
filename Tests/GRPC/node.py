"""A node that answers by gRPC what is asked of a chain, from a file that is read for each question.

    node.py FOLDER

FOLDER/chain.json has what is told (`plan`, `applied`, `halt_height`, `network`, `node_id`), FOLDER/port
gets where it listens, and FOLDER/asked a line for each call. Below /test.Peer it misbehaves. With
FOLDER/server.crt and FOLDER/server.key it speaks TLS.
"""

import json
import os
import sys
import threading
from concurrent import futures

import grpc

folder = sys.argv[1]
never = threading.Event()


def varint(number):
    number &= (1 << 64) - 1
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def number(field, value):
    return varint(field << 3) + varint(value) if value else b""


def chunk(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def current_plan(chain, request, context):
    plan = chain.get("plan")
    if plan is None:
        return b""
    time = number(1, -62135596800)
    return chunk(
        1,
        chunk(1, plan["name"]) + chunk(2, time) + number(3, plan["height"])
        + chunk(4, plan.get("info", "")),
    )


def applied_plan(chain, request, context):
    return number(1, chain.get("applied", {}).get(request[2:].decode(), 0))


def config(chain, request, context):
    return chunk(1, "0stake") + chunk(2, "100") + number(4, chain.get("halt_height", 0))


def node_info(chain, request, context):
    return chunk(1, chunk(2, chain.get("node_id", "")) + chunk(4, chain.get("network", "")))


methods = {
    "/cosmos.upgrade.v1beta1.Query/CurrentPlan": current_plan,
    "/cosmos.upgrade.v1beta1.Query/AppliedPlan": applied_plan,
    "/cosmos.base.node.v1beta1.Service/Config": config,
    "/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo": node_info,
    "/test.Peer/Echo": lambda chain, request, context: request,
    "/test.Peer/Large": lambda chain, request, context: bytes(int(request)),
    "/test.Peer/Lost": lambda chain, request, context: context.abort(
        grpc.StatusCode.NOT_FOUND, "no such thing: 100% ü\x1b[31m"),
    "/test.Peer/Never": lambda chain, request, context: never.wait(60) and b"",
}


class Handlers(grpc.GenericRpcHandler):
    def service(self, details):
        method = methods.get(details.method)
        if method is None:
            return None

        def answer(request, context):
            with open(folder + "/asked", "a") as log:
                log.write(details.method + "\n")
            with open(folder + "/chain.json") as file:
                return method(json.load(file), request, context)

        return grpc.unary_unary_rpc_method_handler(answer)


server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[Handlers()])
if os.path.exists(folder + "/server.key"):
    with open(folder + "/server.key", "rb") as key, open(folder + "/server.crt", "rb") as crt:
        credentials = grpc.ssl_server_credentials([(key.read(), crt.read())])
    port = server.add_secure_port("127.0.0.1:0", credentials)
else:
    port = server.add_insecure_port("127.0.0.1:0")
server.start()
with open(folder + "/port.new", "w") as file:
    file.write(f"{port}\n")
os.rename(folder + "/port.new", folder + "/port")
# Whoever started it holds its standard input open.
sys.stdin.read()
os._exit(0)
