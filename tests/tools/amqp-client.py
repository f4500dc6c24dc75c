#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What the broker tests do at the consumer's end, on python3-pika.

usage: amqp-client.py URL ACTION [ARGUMENT...]

bind EXCHANGE KIND QUEUE [KEY]   declare both, durable, and bind them
queue NAME [TYPE]                declare a durable queue
exchange NAME KIND               declare a durable exchange
bound QUEUE EXCHANGE KEY         bind what is there
unbind QUEUE EXCHANGE KEY        and undo it
delete QUEUE                     delete a queue
delete-exchange NAME             delete an exchange
count QUEUE                      print how many messages are in it
bodies QUEUE                     take all messages out and print the bodies, one a line
drain QUEUE                      the same, ten times as fast: until nothing has come for 2 seconds
properties QUEUE                 take all out and print the properties of each as JSON, one a line
collect QUEUE FILE               append the id of each record that comes, as 7 digits, until the end of its days:
                                 whatever becomes of broker and queue
stream QUEUE [N]                 print the bodies of the first N messages of a stream; without N as drain
"""
import itertools
import json
import sys
import time

import pika


def take_all(channel, queue):
    while True:
        method, properties, body = channel.basic_get(queue, auto_ack=False)
        if method is None:
            return
        channel.basic_ack(method.delivery_tag)
        yield properties, body


def bodies(channel, queue):
    for _, body in take_all(channel, queue):
        sys.stdout.buffer.write(body + b"\n")


def properties(channel, queue):
    names = ("content_type", "content_encoding", "delivery_mode", "message_id", "type", "app_id", "timestamp")
    for found, _ in take_all(channel, queue):
        print(json.dumps({name: getattr(found, name) for name in names}))


def consume(channel, queue, arguments, seconds):
    """Bodies, until none has come for so long. Acknowledged by hundreds: what lies behind is quick enough."""
    channel.basic_qos(prefetch_count=500)
    number = 0
    for method, _, body in channel.consume(queue, arguments=arguments, inactivity_timeout=seconds):
        if method is None:
            break
        number += 1
        if number % 100 == 0:
            channel.basic_ack(method.delivery_tag, multiple=True)
        yield body
    channel.basic_ack(0, multiple=True)


def drain(channel, queue):
    for body in consume(channel, queue, None, 2):
        sys.stdout.buffer.write(body + b"\n")


def stream(channel, queue, count=None):
    bodies = consume(channel, queue, {"x-stream-offset": "first"}, 20 if count else 2)
    for body in itertools.islice(bodies, int(count) if count else None):
        sys.stdout.buffer.write(body + b"\n")


def collect_some(file, channel, queue):
    """Returns when the queue is gone."""
    channel.queue_declare(queue, passive=True)
    for body in consume(channel, queue, None, None):
        record = json.loads(body)
        if record["type"] == "data":
            file.write(f"{int(record['id']):07}\n")


def collect(url, queue, path):
    with open(path, "a", buffering=1) as file:
        while True:
            try:
                connection = pika.BlockingConnection(pika.URLParameters(url))
                collect_some(file, connection.channel(), queue)
            except (pika.exceptions.AMQPError, OSError):
                pass
            time.sleep(0.1)


def bind(channel, exchange, kind, queue, key=""):
    channel.exchange_declare(exchange, kind, durable=True)
    channel.queue_declare(queue, durable=True)
    channel.queue_bind(queue, exchange, key)


def declare_queue(channel, name, kind=None):
    channel.queue_declare(name, durable=True, arguments={"x-queue-type": kind} if kind else None)


ACTIONS = {
    "bind": bind,
    "queue": declare_queue,
    "exchange": lambda channel, name, kind: channel.exchange_declare(name, kind, durable=True),
    "bound": lambda channel, queue, exchange, key: channel.queue_bind(queue, exchange, key),
    "unbind": lambda channel, queue, exchange, key: channel.queue_unbind(queue, exchange, key),
    "delete": lambda channel, queue: channel.queue_delete(queue),
    "delete-exchange": lambda channel, name: channel.exchange_delete(name),
    "count": lambda channel, queue: print(channel.queue_declare(queue, passive=True).method.message_count),
    "bodies": bodies,
    "properties": properties,
    "drain": drain,
    "stream": stream,
}


def main():
    url, action, *arguments = sys.argv[1:]
    if action == "collect":
        collect(url, *arguments)
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    ACTIONS[action](channel, *arguments)
    connection.close()


main()
