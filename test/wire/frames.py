"""Sends the Ethernet frames that it reads, hexadecimal and a line each, out of an interface, and prints those that come in: INTERFACE"""
import selectors
import socket
import sys

port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
port.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 25)
port.bind((sys.argv[1], 0))
print("ready", flush=True)
waiting = selectors.DefaultSelector()
waiting.register(port, selectors.EVENT_READ)
waiting.register(sys.stdin, selectors.EVENT_READ)
rest = b""
while True:
    for key, _ in waiting.select():
        if key.fileobj is port:
            frame, address = port.recvfrom(65535)
            if address[2] != socket.PACKET_OUTGOING:
                print(frame.hex(), flush=True)
            continue
        read = sys.stdin.buffer.raw.read(65536)
        if not read:
            sys.exit(0)
        *lines, rest = (rest + read).split(b"\n")
        for line in lines:
            port.send(bytes.fromhex(line.decode()))
