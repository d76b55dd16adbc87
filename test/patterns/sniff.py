"""Runs a command and prints every packet that leaves an interface meanwhile as hexadecimal digits, a line each: INTERFACE COMMAND ARGUMENTS."""
import socket
import subprocess
import sys
import time

sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
sniffer.bind((sys.argv[1], 0))
sniffer.settimeout(0.2)
command = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
until = None
while until is None or time.monotonic() < until:
    if until is None and command.poll() is not None:
        until = time.monotonic() + 0.5
    try:
        frame, address = sniffer.recvfrom(65535)
    except TimeoutError:
        continue
    if address[2] == socket.PACKET_OUTGOING:
        print(frame[14:].hex())
