# Runs in the probe's container, under Python's standard library alone. Values arrive in the environment and are read as data. One
# line per attempt and one at the end of each round, every line behind the run's nonce:
#   NONCE 0 B COUNT UPTIME                              the probe began; a round has COUNT results
#   NONCE ROUND R ID STATE BEGAN ENDED IP WHY DETAIL    an attempt; times are the node's uptime in seconds
#   NONCE ROUND E COUNT BEGAN ENDED                     the round is over
# STATE is open, reply, resolved (a name, where no more was asked), status (of HTTP), closed (before a response), silent, unresolved,
# unsupported, failed, or the socket's error.
# WHY is what made that error: TYPE.CODE@SENDER of an ICMP message, none where there was none, own for the probe's own kernel, and -
# where the kernel does not tell.
import asyncio
import errno
import os
import resource
import signal
import socket
import struct
import sys
import threading
import time

NONCE = os.environ["NETPROOF_NONCE"]
SECONDS = float(os.environ["NETPROOF_SECONDS"])
PACE = float(os.environ["NETPROOF_PACE"])
UNDER_WAY = int(os.environ["NETPROOF_UNDER_WAY"])
SCTP = 132
# IP_RECVERR and IPV6_RECVERR: the socket keeps the ICMP messages that it is sent, and no privilege is needed to read them.
RECVERR = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}
UNSUPPORTED = (errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT, errno.EAFNOSUPPORT)
RESENDS = 3


def uptime():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def tells_of_icmp():
    """Whether a refused TCP socket shows which ICMP message refused it: Linux 5.8 and later."""
    try:
        major, minor = os.uname().release.split(".")[:2]
        return (int(major), int("".join(c for c in minor if c.isdigit()))) >= (5, 8)
    except ValueError:
        return False


TELLS = tells_of_icmp()


def say(number, *words):
    text = " ".join((NONCE, str(number)) + tuple(str(w) for w in words))
    text = "".join(c if " " <= c <= "~" else "?" for c in text)[:1000]
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Result(Exception):
    """How an attempt ended."""

    def __init__(self, state, why="-", detail="", ip="-"):
        super().__init__(state)
        self.state, self.why, self.detail, self.ip = state, why, detail, ip


class Attempt:
    def __init__(self, line):
        self.id, self.kind, self.by, address, port, say_, host = line.split(" ")
        self.address = bytes.fromhex(address).decode()
        self.port = int(port)
        self.say = bytes.fromhex(say_)
        self.host = bytes.fromhex(host).decode()


def icmp_of(sock):
    """The ICMP message in the socket's error queue."""
    while True:
        try:
            _, ancillary, _, _ = sock.recvmsg(2048, 1024, socket.MSG_ERRQUEUE)
        except OSError:
            return None
        for level, kind, data in ancillary:
            if (level, kind) in RECVERR.values() and len(data) >= 24:
                _, origin, what, code = struct.unpack_from("=IBBB", data)
                if origin == 2:
                    return "%d.%d@%s" % (what, code, socket.inet_ntop(socket.AF_INET, data[20:24]))
                if origin == 3 and len(data) >= 40:
                    return "%d.%d@%s" % (what, code, socket.inet_ntop(socket.AF_INET6, data[24:40]))


def failure(sock, code):
    """What a socket's error was, and who made it."""
    why = icmp_of(sock) if sock else None
    if why is None:
        stream = bool(sock) and sock.type == socket.SOCK_STREAM
        if not stream and code == errno.ECONNREFUSED or stream and not TELLS:
            why = "-"
        elif stream and code in (errno.ECONNREFUSED, errno.ECONNRESET):
            why = "none"
        else:
            why = "own"
    return Result(errno.errorcode.get(code, "E%d" % code), why, os.strerror(code))


async def wait_for(sock, add, remove):
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    add(sock.fileno(), lambda: done.done() or done.set_result(None))
    try:
        await done
    finally:
        remove(sock.fileno())


async def readable(sock):
    loop = asyncio.get_running_loop()
    await wait_for(sock, loop.add_reader, loop.remove_reader)


async def connect(sock, ip, port):
    code = sock.connect_ex((ip, port))
    if code == errno.EINPROGRESS:
        loop = asyncio.get_running_loop()
        await wait_for(sock, loop.add_writer, loop.remove_writer)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise failure(sock, code)


async def ask(sock, datagram, answers, deadline):
    """Sends until something comes back: the network may lose a datagram without meaning anything by it."""
    loop = asyncio.get_running_loop()
    step = (deadline - loop.time()) / RESENDS
    for turn in range(1, RESENDS + 1):
        try:
            sock.send(datagram)
        except OSError as e:
            raise failure(sock, e.errno) from e
        until = deadline if turn == RESENDS else deadline - step * (RESENDS - turn)
        while loop.time() < until:
            try:
                await asyncio.wait_for(readable(sock), until - loop.time())
            except asyncio.TimeoutError:
                break
            try:
                data = sock.recv(65535)
            except BlockingIOError:
                continue
            except OSError as e:
                raise failure(sock, e.errno) from e
            detail = answers(data)
            if detail is not None:
                raise Result("reply", detail=detail)
    raise Result("silent")


async def udp(sock, attempt, deadline):
    nonce = os.urandom(8).hex().encode()
    datagram = attempt.say.replace(b"{nonce}", nonce)

    # The socket is connected: the kernel lets nothing through but the destination's own address and port.
    def answers(data):
        return "%d bytes%s" % (len(data), ", the nonce among them" if nonce in data else "")

    await ask(sock, datagram, answers, deadline)


async def dns(sock, attempt, deadline):
    identity = os.urandom(2)
    question = b""
    for label in attempt.say.rstrip(b".").split(b"."):
        if not 0 < len(label) < 64:
            raise Result("failed", detail="not a name that DNS can ask for")
        question += bytes([len(label)]) + label

    def answers(data):
        if len(data) < 12 or data[:2] != identity or not data[2] & 0x80:
            return None
        return ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED")[data[3] & 15] if data[3] & 15 < 6 else "answered"

    await ask(sock, identity + b"\1\0\0\1\0\0\0\0\0\0" + question + b"\0\0\1\0\1", answers, deadline)


async def http(sock, attempt, deadline):
    options = {}
    if attempt.kind == "https":
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        options = {"ssl": context, "server_hostname": attempt.host}
    reader, writer = await asyncio.open_connection(sock=sock, **options)
    try:
        bracketed = "[%s]" % attempt.host if ":" in attempt.host else attempt.host
        if attempt.port != (443 if attempt.kind == "https" else 80):
            bracketed += ":%d" % attempt.port
        # A line break or a blank in a path would end the request line.
        path = b"".join(bytes([b]) if 0x20 < b < 0x7F else b"%%%02X" % b for b in attempt.say)
        writer.write(
            b"GET " + path + b" HTTP/1.1\r\nHost: " + bracketed.encode()
            + b"\r\nUser-Agent: netproof\r\nAccept: */*\r\nConnection: close\r\n\r\n")
        while True:
            words = (await reader.readline()).split()
            if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
                raise Result("closed", detail="no HTTP response")
            status = int(words[1])
            if not 100 <= status < 200 or status == 101:
                raise Result("status", detail=str(status))
            while (await reader.readline()).strip():
                pass
    finally:
        writer.transport.abort()


SECRET = os.urandom(8).hex().encode()


async def listen(port):
    """Sends the secret to everyone who connects, so that this pod recognizes itself."""

    async def greet(_, writer):
        try:
            writer.write(SECRET + b"\n")
            await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    await asyncio.start_server(greet, None, port)


async def itself(sock):
    reader, writer = await asyncio.open_connection(sock=sock)
    try:
        word = (await reader.readline()).strip()
        if word == SECRET:
            raise Result("reply", detail="this pod itself")
        raise Result("failed", detail="somebody else answered" if word else "no greeting")
    finally:
        writer.transport.abort()


class Held:
    """One connection, opened once and never again: what becomes of it is the question."""

    def __init__(self):
        self.opening, self.writer, self.gone = asyncio.Lock(), None, None
        self.answers, self.news = 0, asyncio.Event()

    def tell(self):
        self.news.set()
        self.news = asyncio.Event()

    async def read(self, reader):
        try:
            while await reader.read(65536):
                self.answers += 1
                self.tell()
            self.gone = "closed by the other end"
        except OSError as e:
            self.gone = e.strerror or str(e)
        self.tell()

    async def open(self, ip, port, deadline):
        async with self.opening:
            if self.writer:
                return
            sock = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM)
            try:
                sock.setblocking(False)
                await asyncio.wait_for(connect(sock, ip, port), deadline - asyncio.get_running_loop().time())
                reader, self.writer = await asyncio.open_connection(sock=sock)
            finally:
                if not self.writer:
                    sock.close()
            self.reading = asyncio.ensure_future(self.read(reader))

    async def ask(self, ip, port, deadline):
        loop = asyncio.get_running_loop()
        answers = self.answers
        try:
            await asyncio.wait_for(self.open(ip, port, deadline), deadline - loop.time())
            if not self.gone:
                news = self.news
                # What comes from now on shows that packets still go both ways, whichever request it answers.
                self.writer.write(b"GET / HTTP/1.1\r\nHost: held\r\nUser-Agent: netproof\r\n\r\n")
                await asyncio.wait_for(news.wait(), deadline - loop.time())
        except asyncio.TimeoutError as e:
            raise Result("silent", ip=ip) from e
        except OSError as e:
            self.gone = e.strerror or str(e)
        # An answer counts, though the connection may have ended right behind it.
        if self.gone and self.answers == answers:
            raise Result("ECONNRESET", detail="the connection from before is over: " + self.gone, ip=ip)
        raise Result("reply", detail="on the connection from before", ip=ip)


HELD = {}


async def reach(attempt, ip, deadline):
    """One fresh socket to one address; raises the result."""
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    datagrams = attempt.kind in ("udp", "dns")
    try:
        sock = socket.socket(
            family, socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM, SCTP if attempt.kind == "sctp" else 0)
    except OSError as e:
        raise Result("unsupported" if e.errno in UNSUPPORTED else "failed", detail=e.strerror, ip=ip) from e
    opened = False
    # Who says nothing may be somebody else.
    broken = "failed" if attempt.kind == "itself" else "closed"
    try:
        sock.setblocking(False)
        sock.setsockopt(*RECVERR[family], 1)
        await asyncio.wait_for(connect(sock, ip, attempt.port), deadline - loop.time())
        opened = True
        if datagrams:
            await (udp if attempt.kind == "udp" else dns)(sock, attempt, deadline)
        if attempt.kind == "itself":
            await asyncio.wait_for(itself(sock), deadline - loop.time())
        if attempt.kind in ("http", "https"):
            await asyncio.wait_for(http(sock, attempt, deadline), deadline - loop.time())
        raise Result("open")
    except Result as r:
        r.ip = ip
        raise
    except asyncio.TimeoutError as e:
        raise Result(broken if opened else "silent", ip=ip, detail="no response in time" if opened else "") from e
    except (OSError, EOFError, ValueError) as e:
        raise Result(broken if opened else "failed", ip=ip, detail=str(e)) from e
    finally:
        sock.close()


LOOKUPS = {}


def lookup(name, port):
    """The pod's own resolver, in a thread because it has no other way; one at a time a name, however long it takes."""
    loop = asyncio.get_running_loop()
    if name not in LOOKUPS:
        found = LOOKUPS[name] = loop.create_future()

        def finish(addresses, error):
            del LOOKUPS[name]
            found.set_result((addresses, error))

        def work():
            addresses, error = [], ""
            try:
                for entry in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM):
                    if entry[4][0] not in addresses:
                        addresses.append(entry[4][0])
            except (OSError, UnicodeError) as e:
                error = getattr(e, "strerror", None) or str(e)
            loop.call_soon_threadsafe(finish, addresses, error)

        threading.Thread(target=work, daemon=True).start()
    return asyncio.shield(LOOKUPS[name])


async def by_name(attempt, deadline):
    loop = asyncio.get_running_loop()
    try:
        addresses, error = await asyncio.wait_for(lookup(attempt.address, attempt.port), deadline - loop.time())
    except asyncio.TimeoutError as e:
        raise Result("unresolved", detail="Could not resolve host: " + attempt.address + " (time-out)") from e
    if attempt.by in ("name4", "name6"):
        # The same look-up serves everybody; a name without an address of the family does not resolve to one.
        addresses = [ip for ip in addresses if (":" in ip) == (attempt.by == "name6")]
        error = error or "no address of that family"
    if not addresses:
        raise Result("unresolved", detail="Could not resolve host: " + attempt.address + " (" + error + ")")
    if attempt.kind == "lookup":
        raise Result("resolved", ip=addresses[0])

    async def one(ip):
        try:
            await reach(attempt, ip, deadline)
        except Result as r:
            return r

    tries = [asyncio.ensure_future(one(ip)) for ip in addresses[:8]]
    worst = None
    try:
        # Whichever address opens first: one family that leads nowhere must not hide the other.
        for finished in asyncio.as_completed(tries):
            result = await finished
            if result.state in ("open", "reply", "status", "closed"):
                raise result
            if worst is None or result.state == "silent":
                worst = result
    finally:
        for other in tries:
            other.cancel()
    raise worst


async def attempt_once(number, attempt):
    began = uptime()
    deadline = asyncio.get_running_loop().time() + SECONDS
    try:
        if attempt.kind == "held":
            await HELD[attempt.id].ask(attempt.address, attempt.port, deadline)
        await (by_name(attempt, deadline) if attempt.by.startswith("name") else reach(attempt, attempt.address, deadline))
        result = Result("failed")
    except Result as r:
        result = r
    except Exception as e:  # whatever it is, it must not pass for an answer of the network
        result = Result("failed", detail=type(e).__name__ + ": " + str(e))
    say(number, "R", attempt.id, result.state, "%.6f" % began, "%.6f" % uptime(), result.ip, result.why, result.detail)


async def rounds(attempts):
    loop = asyncio.get_running_loop()
    for ended in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ended, lambda: os._exit(0))

    async def one(number):
        began = uptime()
        await asyncio.gather(*(attempt_once(number, attempt) for attempt in attempts))
        say(number, "E", len(attempts), "%.6f" % began, "%.6f" % uptime())

    for attempt in attempts:
        if attempt.kind == "held":
            HELD[attempt.id] = Held()
        if attempt.kind == "itself":
            await listen(int(attempt.say))

    running = set()
    say(0, "B", len(attempts), "%.6f" % uptime())
    number = 0
    due = loop.time()
    while True:
        number += 1
        # A starved pod must not pile up rounds: that would starve it, and its node, for good.
        if len(running) >= UNDER_WAY:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        # Rounds overlap: a denied attempt must not hold up the next round.
        task = asyncio.ensure_future(one(number))
        running.add(task)
        task.add_done_callback(running.discard)
        due = max(due + PACE, loop.time())
        await asyncio.sleep(due - loop.time())


def main():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    text = "".join(os.environ["NETPROOF_ATTEMPTS_" + i] for i in os.environ["NETPROOF_CHUNKS"].split())
    asyncio.run(rounds([Attempt(line) for line in text.splitlines()]))


main()
