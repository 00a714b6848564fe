"""Attempts to reach another machine, or a program on this one."""

from attack import Attack

ATTACKS = {
    "connects by TCP, in both families": Attack(
        """
import urllib.request
attempt("tcp", socket.create_connection, ("127.0.0.1", @TCP@), 1)
attempt("tcp6", socket.create_connection, ("::1", @TCP6@), 1)
attempt("url", urllib.request.urlopen, "http://127.0.0.1:@TCP@/", timeout=1)
attempt("socket", socket.socket)
"""
    ),
    "sends by UDP": Attack(
        """
def send():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    return sock.sendto(b"marks", ("127.0.0.1", @UDP@))
attempt("udp", send)
"""
    ),
    "connects to a socket that is a file, and to an abstract one": Attack(
        """
def connect(address, kind=socket.SOCK_STREAM):
    sock = socket.socket(socket.AF_UNIX, kind)
    sock.connect(address)
    return sock
for address in ("@OUTSIDE@/socket", "\\0@ABSTRACT@", "/var/run/docker.sock", "/dev/log",
                "/run/dbus/system_bus_socket"):
    attempt(address, connect, address)
attempt("pair", socket.socketpair)
"""
    ),
    "asks for names": Attack(
        """
attempt("getaddrinfo", socket.getaddrinfo, "example.com", 80)
attempt("gethostbyname", socket.gethostbyname, "example.com")
"""
    ),
    "opens sockets of rarer kinds": Attack(
        """
for name, family, kind, protocol in (
    ("raw", 2, 3, 1), ("icmp", 2, 2, 1), ("packet", 17, 3, 0x300), ("netlink", 16, 3, 0),
    ("audit", 16, 3, 9), ("uevent", 16, 3, 15), ("vsock", 40, 1, 0), ("alg", 38, 5, 0),
    ("bluetooth", 31, 3, 1), ("can", 29, 3, 1), ("tipc", 30, 1, 0), ("xdp", 44, 3, 0),
    ("mptcp", 2, 1, 262), ("sctp", 2, 1, 132), ("unix packets", 1, 5, 0),
):
    syscall(name, 41, family, kind, protocol)
"""
    ),
    "opens sockets without asking the socket call": Attack(
        """
syscall("io_uring", 425, 8, ctypes.create_string_buffer(120))
syscall("pidfd_open", 434, @GRADER@, 0)
syscall("pidfd_getfd", 438, 0, 0, 0)
fd = next(n for n in range(3, 256) if attempt("fd", lambda: os.fstat(n) and False) is False)
address = b"\\x01\\0\\0@ABSTRACT@"
for name, number in (("bind", 49), ("connect", 42)):
    syscall(name, number, fd, address, len(address))
syscall("listen", 50, fd, 5)
syscall("accept", 43, fd, None, None)
""",
        output="not bind",
    ),
    "sends through a program that is installed": Attack(
        """
import subprocess, shutil
for command in (["curl", "-s", "http://127.0.0.1:@TCP@"],
                ["bash", "-c", ":>/dev/tcp/127.0.0.1/@TCP@"],
                ["ping", "-c", "1", "127.0.0.1"], [sys.executable, "-c", "pass"]):
    attempt(command[0], subprocess.run, command, timeout=5)
"""
    ),
}
